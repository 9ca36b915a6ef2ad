/**
 * Nothing of what people wrote and no secret is in the log, however much is logged, in either form
 * and in every mode, whether things go well or wrong. test/setup/logs.ts looks for the secrets; what
 * is looked for here is that there was something to be found.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, connectClient, startConnect } from '../support/connect.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { SERVER_CLIENT, SERVER_URL } from '../support/identity-provider.ts'
import { startOAuth } from '../support/oauth.ts'
import { stubEmbedder } from '../support/search.ts'
import { leaks, linesWith, remember, watched } from '../support/secrets.ts'

const CONTENT = 'the quick marmalade of 1734'
const TITLE = 'Confidential marmalade'
const NOTE = { title: TITLE, content: CONTENT, category: 'Private marmalade' }
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'))
  for (const written of Object.values(NOTE)) remember(written)
  remember(SERVER_CLIENT.secret)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Calls that go well, and in each way wrong. */
async function useAndBreak({ proxy, call }: Pick<Harness, 'proxy' | 'call'>) {
  const { data: note } = await call('nc_notes_create_note', NOTE)
  await call('nc_notes_get_note', { note_id: note?.id ?? 1 })
  await call('nc_notes_search_notes', { query: CONTENT })
  await call('nc_notes_append_content', { note_id: note?.id ?? 1, content: CONTENT })
  await call('nc_notes_update_note', { note_id: note?.id ?? 1, etag: 'wrong', ...NOTE })
  await call('nc_notes_get_note', { note_id: CONTENT })
  await call('nc_webdav_read_file', { path: `/${TITLE}.md` })
  await call(CONTENT).catch(() => {})
  for (const fault of ['reset', 'html', 'malformed-xml', 401, 403, 423, 429, 500, 503] as const) {
    proxy.plan(({ path }) => (path.includes('/apps/notes/') ? fault : undefined))
    await call('nc_notes_search_notes', { query: CONTENT })
  }
  proxy.plan(undefined)
  await call('nc_notes_delete_note', { note_id: note?.id ?? 1 })
}

/** That it was logged at all, and what of it should not have been. */
function expectClean(expected: string): void {
  const { lines } = watched()
  expect(lines.join('')).toContain(expected)
  expect(leaks()).toEqual([])
}

test('a secret would be found, however it is spelt', () => {
  const lines = ['clean\n', 'url=/x?code=a%2Fb%22c\n', '{"said":"a/b\\"c"}\n']
  expect(linesWith(['a/b"c'], lines)).toEqual(lines.slice(1))
})

describe.each(['text', 'json'])('as %s', format => {
  const environment = { LOG_FORMAT: format }
  const begin = () => vi.spyOn(process.stderr, 'write').mockReturnValue(true)

  test('one user, with search by meaning', async () => {
    const h = await startHarness({
      environment: {
        ...environment,
        ENABLE_SEMANTIC_SEARCH: 'true',
        SEARCH_INDEX_DB: join(folder, `${format}.db`),
        WEBHOOK_SECRET: remember('a webhook secret of some length'),
        METRICS_PORT: '0',
      },
      embedder: stubEmbedder(),
    })
    await h.ok('nc_notes_create_note', { ...NOTE, title: `${TITLE} 2` })
    await h.composition.search?.sync.once()
    await h.call('nc_semantic_search', { query: CONTENT })
    await useAndBreak(h)
    const hook = h.server.url.replace('/mcp', '/webhooks/nextcloud')
    const headers = { authorization: 'Bearer a webhook secret of some length' }
    await fetch(hook, { method: 'POST', headers, body: JSON.stringify({ title: CONTENT }) })
    await fetch(`${h.server.url}?secret=${encodeURIComponent(CONTENT)}`)
    await fetch(h.server.url.replace('/mcp', `/${encodeURIComponent(CONTENT)}`))
    const page = await (await fetch(String(h.metricsUrl))).text()
    for (const secret of watched().secrets) expect(page).not.toContain(secret)
    await h.close()
    expectClean('nc_notes_search_notes')
  })

  test('callers with passwords of their own, right and wrong', async () => {
    const h = await startHarness({
      environment: {
        ...environment,
        MCP_DEPLOYMENT_MODE: 'multi_user_basic',
        NEXTCLOUD_USERNAME: undefined,
        NEXTCLOUD_PASSWORD: undefined,
      },
    })
    await useAndBreak(h)
    const wrong = remember('a wrong password of mine')
    const authorization = `Basic ${Buffer.from(`alice:${wrong}`).toString('base64')}`
    const client = await h.connect({ headers: { authorization } })
    await client.callTool({ name: 'nc_notes_search_notes', arguments: { query: '' } })
    await h.close()
    expectClean('UNAUTHORIZED')
  })

  test.each(['oauth_multi_audience', 'oauth_token_exchange', 'login_flow'] as const)(
    '%s, with good tokens, bad ones, and a provider that fails',
    async mode => {
      const h = await startOAuth(mode, { environment })
      if (mode === 'login_flow') {
        const password = remember(h.backend.demo?.appPassword('alice') ?? '')
        await h.vault.appPasswords.put({
          userId: 'alice',
          loginName: 'alice',
          password,
          scopes: null,
        })
      }
      await useAndBreak(h)
      const call = (token: string) => h.callWith(token, 'nc_notes_search_notes', { query: CONTENT })
      const bad = [
        await h.idp.mint({ aud: 'somebody else' }),
        await h.idp.mint({ exp: 1 }),
        `${(await h.idp.mint()).slice(0, -6)}AAAAAA`,
        remember('an-opaque-token-of-nobody'),
      ]
      for (const token of bad) expect((await call(token)).status).toBe(401)
      await call((await h.idp.mintOpaque()).token)
      h.idp.exchange.refuse = { status: 400, error: 'invalid_grant', description: CONTENT }
      await call(await h.idp.mint({ aud: `${SERVER_URL}/mcp`, sub: 'bob' }))
      h.idp.plan(path => (path.includes('token') ? { status: 500 } : undefined))
      await call(await h.idp.mint({ aud: `${SERVER_URL}/mcp` }))
      await call((await h.idp.mintOpaque()).token)
      await h.close()
      expectClean('request')
    },
  )

  test('people who connect through the built-in server, for background work too', async () => {
    const written = begin()
    const h = await startConnect({ environment: { ...environment, ENABLE_OFFLINE_ACCESS: 'true' } })
    const { client, tokens } = await connectClient(h, h.alice)
    remember(h.alice.password)
    remember((await h.vault.appPasswords.get('alice', client.id))?.password)
    const args = { name: 'nc_notes_search_notes', arguments: { query: CONTENT } }
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: args }
    expect((await h.post(tokens.access_token, message)).status).toBe(200)
    const { refresh_token } = await client.refresh(tokens.refresh_token)
    await client.refresh(tokens.refresh_token)
    await client.revoke(refresh_token)
    const { browser, page } = await ask(h)
    await browser.send('POST', page.url, { fields: { csrf: remember('not the right csrf') } })
    await h.close()
    for (const [line] of written.mock.calls) expect(String(line)).not.toContain(tokens.access_token)
    written.mockRestore()
    expectClean('/oauth/token')
  })
})
