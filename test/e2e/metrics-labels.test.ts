/** Labels are words of this server's own, out of small sets. */
import { expect, test } from 'vitest'
import { SERVER_CLIENT } from '../support/identity-provider.ts'
import { exchanging, me, mint, note, searching, wiringOf } from '../support/measured.ts'

test('labels stay few, whatever callers, users, documents and Nextcloud say', async () => {
  const ODD = 'Marmalade'
  const h = await searching()
  await h.call(`${ODD}_tool`).catch(() => {})
  await h.client.readResource({ uri: `nc://${ODD}/1` }).catch(() => {})
  await h.client.readResource({ uri: `nc://Notes/${ODD}` }).catch(() => {})
  for (const path of [`/${ODD}`, `/app/${ODD}`, `/mcp/${ODD}`, `/.well-known/${ODD}`]) {
    await fetch(new URL(path, h.server.url), { method: 'PROPPATCH' })
  }
  await h.ok('nc_notes_create_note', note(ODD, `REFUSED ${ODD}`))
  await h.ok('nc_webdav_write_file', { path: `${ODD}.pdf`, content: ODD })
  await wiringOf(h).sync.once()
  await h.call('nc_semantic_search', { query: ODD, mode: ODD })
  await h.call('nc_semantic_search', { query: `REFUSED ${ODD}`, mode: 'semantic' })
  await h.call('nc_webdav_read_file', { path: `${ODD}/${ODD}` })
  h.proxy.plan(() => ({ json: { ocs: { meta: { message: ODD } }, message: ODD }, status: 418 }))
  await h.call('nc_notes_search_notes', { query: ODD })
  const oauth = await exchanging()
  for (const claims of [
    { scope: `openid ${ODD}` },
    { sub: ODD, aud: ODD },
    { sub: ODD, iss: ODD },
  ]) {
    await me(oauth, await mint(oauth, claims))
  }
  oauth.idp.exchange.refuse = { status: 400, error: ODD, description: ODD }
  await me(oauth, await mint(oauth))

  for (const one of [h, oauth]) {
    const page = await (await fetch(String(one.metricsUrl))).text()
    expect(page).not.toMatch(new RegExp(ODD, 'i'))
    const { loginName, password } = one.backend.alice
    for (const secret of [`"${loginName}"`, password, one.backend.url, SERVER_CLIENT.secret]) {
      expect(page).not.toContain(secret)
    }
    await one.close()
  }
})
