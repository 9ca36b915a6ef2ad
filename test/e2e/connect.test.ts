/** A client that was given the address alone, a stock Nextcloud, and a person with a browser. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  agree,
  type ConnectHarness,
  clientOf,
  connectClient,
  followHere,
  REDIRECT,
  registerClient,
  startConnect,
  submit,
} from '../support/connect.ts'
import { basic, callTool } from '../support/harness.ts'
import { createBrowser } from '../support/login-flow.ts'
import { answerOf, message } from '../support/oauth.ts'
import { allow } from '../support/provision.ts'
import { clientMemory, connectSdk } from '../support/sdk-client.ts'

const ME = 'nc_users_get_current_user'
const TLS = join(import.meta.dirname, '../support/tls')

let h: ConnectHarness
let document: Awaited<ReturnType<typeof serveDocument>>
beforeAll(async () => {
  document = await serveDocument()
  h = await startConnect({
    environment: {
      ALLOWED_MCP_CLIENTS: `localhost,${document.url}`,
      NEXTCLOUD_CA_BUNDLE: join(TLS, 'ca.pem'),
    },
  })
})
afterAll(async () => {
  await h.close()
  await document.close()
})

const call = async (token: string, name: string, args: object = {}) => {
  const response = await h.post(token, message('tools/call', { name, arguments: args }))
  return { status: response.status, ...(await answerOf(response)).result }
}

describe('signing in', () => {
  test('leads from the address to the notes of the person who confirmed', async () => {
    const { tokens } = await connectClient(h, h.bob, { scope: 'notes:read sharing:read' })
    expect(tokens).toMatchObject({ status: 200, scope: 'notes:read sharing:read' })
    const client = await h.connect({ headers: { authorization: `Bearer ${tokens.access_token}` } })
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('nc_notes_get_note')
    expect(names).not.toContain('nc_notes_create_note')
    expect((await callTool(client, ME)).data.id).toBe(h.bob.user)
  })

  test.each([
    ['registers itself', () => undefined],
    ['is described by a document', () => document.url],
  ])("the SDK's client gets in that %s", async (_, documentUrl) => {
    const url = documentUrl()
    const { provider, kept } = clientMemory(url === undefined ? {} : { document: url })
    const first = connectSdk(h.url, provider)
    await expect(first.client.connect(first.transport)).rejects.toThrow(/nauthorized/)
    const { authorization } = kept
    if (authorization === undefined) throw new Error('was not sent to sign in')
    expect(authorization.searchParams.get('resource')).toBe(`${h.url}/mcp`)
    if (url !== undefined) expect(authorization.searchParams.get('client_id')).toBe(url)
    const back = await agree(authorization, h.alice)
    expect(back.searchParams.get('iss')).toBe(h.url)
    await first.transport.finishAuth(back.searchParams)
    const { client, transport } = connectSdk(h.url, provider)
    await client.connect(transport)
    expect((await callTool(client, ME)).data.id).toBe(h.alice.user)
    expect(kept.tokens?.refresh_token).toBeDefined()
    await client.close()
  })

  test('a client that asks for no scope is given what reads', async () => {
    const client = await registerClient(h.url)
    const { url, verifier } = client.begin()
    url.searchParams.delete('scope')
    const back = await agree(url, h.bob)
    const { scope } = await client.exchange(back.searchParams.get('code') ?? '', verifier)
    const reading = [...h.composition.catalog.tools.values()]
      .filter(({ tool }) => tool.effect === 'read')
      .flatMap(({ tool }) => tool.scopes)
    expect(scope.split(' ').toSorted()).toEqual([...new Set(reading)].toSorted())
  })

  test('scopes with a dot are those with a colon', async () => {
    const { tokens } = await connectClient(h, h.bob, { scope: 'notes.read sharing.read' })
    expect(tokens.scope).toBe('notes.read sharing.read')
    expect((await call(tokens.access_token, ME)).structuredContent.id).toBe(h.bob.user)
  })

  test('no: the client is told, and nothing is stored', async () => {
    const client = await registerClient(h.url)
    const browser = createBrowser()
    const { url, state } = client.begin()
    const answer = await submit(browser, await browser.open(url), { decision: 'deny' })
    const back = await followHere(browser, answer)
    if (!(back instanceof URL)) throw new Error(back.body)
    expect(back.origin + back.pathname).toBe(REDIRECT)
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state,
      iss: h.url,
    })
    const stored = await h.vault.appPasswords.list()
    expect(stored.filter(({ clientId }) => clientId === client.id)).toEqual([])
  })
})

describe('consent', () => {
  test('says who asks, where they are sent back to, and what for', async () => {
    const client = await registerClient(h.url, { client_name: 'Nice <b>client</b>' })
    const { body } = await createBrowser().open(
      client.begin({ scope: 'notes:read files:write' }).url,
    )
    expect(body).toContain('Nice &lt;b&gt;client&lt;/b&gt;')
    expect(body).toContain('localhost:9999')
    expect(body).toContain('Read your notes')
    const ticked = [...body.matchAll(/<input\b[^>]*\bchecked\b[^>]*>/g)].map(
      ([input]) => /value="([^"]*)"/.exec(input)?.[1],
    )
    expect(ticked).toEqual(['notes:read', 'files:write'])
  })

  test('what is unticked is neither in the token nor allowed', async () => {
    const { tokens } = await connectClient(h, h.bob, {
      scope: 'notes:read notes:write sharing:read',
      scopes: ['notes:read'],
    })
    expect(tokens.scope).toBe('notes:read')
    const refused = await h.post(
      tokens.access_token,
      message('tools/call', { name: ME, arguments: {} }),
    )
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toMatch(/insufficient_scope.*sharing:read/)
  })

  test('what is ticked beside what was asked for is in the token', async () => {
    const { tokens } = await connectClient(h, h.bob, {
      scope: 'notes:read',
      scopes: ['notes:read', 'sharing:read'],
    })
    expect(tokens.scope).toBe('notes:read sharing:read')
    expect((await call(tokens.access_token, ME)).structuredContent.id).toBe(h.bob.user)
  })

  test('nothing ticked: asked again', async () => {
    const client = await registerClient(h.url)
    const browser = createBrowser()
    const consent = await browser.open(client.begin().url)
    const again = await submit(browser, consent, { decision: 'allow', scopes: [] })
    expect(again.status).toBe(200)
    expect(again.body).toContain('name="decision"')
  })

  test('a client that needs more asks again; Nextcloud need not be asked twice', async () => {
    const browser = createBrowser()
    const { client } = await connectClient(h, h.bob, { browser })
    const before = await h.vault.appPasswords.get(h.bob.user, client.id)
    const { url, verifier } = client.begin({ scope: 'notes:read sharing:read' })
    const consent = await browser.open(url)
    expect(consent.body).not.toContain('Continue in Nextcloud')
    const back = await followHere(browser, await submit(browser, consent, { decision: 'allow' }))
    if (!(back instanceof URL)) throw new Error(back.body)
    const tokens = await client.exchange(back.searchParams.get('code') ?? '', verifier)
    expect(tokens.scope).toBe('notes:read sharing:read')
    const after = await h.vault.appPasswords.get(h.bob.user, client.id)
    expect(after?.password).toBe(before?.password)
    expect(after?.scopes).toEqual(['notes:read', 'sharing:read'])
  })
})

describe('what is granted', () => {
  test('lasts by refreshing, and the newest token only', async () => {
    const { client, tokens } = await connectClient(h, h.bob, { scope: 'sharing:read' })
    const next = await client.refresh(tokens.refresh_token)
    expect(next).toMatchObject({ status: 200, scope: 'sharing:read' })
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect((await call(next.access_token, ME)).structuredContent.id).toBe(h.bob.user)
    const last = await client.refresh(next.refresh_token)
    expect(last.status).toBe(200)
    expect((await client.refresh(tokens.refresh_token)).error).toBe('invalid_grant')
    expect((await client.refresh(last.refresh_token)).error).toBe('invalid_grant')
  })

  test('is an app password of the name of the client, encrypted, with what was allowed', async () => {
    const client = await registerClient(h.url, { client_name: 'My assistant' })
    await connectClient(h, h.bob, { client })
    const stored = await h.vault.appPasswords.get(h.bob.user, client.id)
    expect(stored).toMatchObject({
      loginName: h.bob.user,
      nextcloudUserId: h.bob.user,
      scopes: ['notes:read'],
    })
    const { demo } = h.backend
    if (demo) expect(demo.appPasswords('bob').map(({ name }) => name)).toContain('My assistant')
  })

  test('is replaced when the client connects again, and the old app password deleted', async () => {
    const client = await registerClient(h.url, { client_name: 'Twice' })
    await connectClient(h, h.bob, { client })
    const before = await h.vault.appPasswords.get(h.bob.user, client.id)
    await connectClient(h, h.bob, { client })
    const after = await h.vault.appPasswords.get(h.bob.user, client.id)
    expect(after?.password).not.toBe(before?.password)
    const { demo } = h.backend
    if (demo) {
      expect(demo.appPasswords('bob').filter(({ name }) => name === 'Twice')).toHaveLength(1)
    }
  })

  test('ends when the client gives it back, in Nextcloud too', async () => {
    const client = await registerClient(h.url, { client_name: 'Leaving' })
    const { tokens } = await connectClient(h, h.bob, { client })
    expect(await client.revoke(tokens.refresh_token)).toBe(200)
    await expect
      .poll(() => h.vault.appPasswords.get(h.bob.user, client.id).then(Boolean))
      .toBe(false)
    const refused = await h.post(tokens.access_token, message('tools/list', {}))
    expect(refused.status).toBe(401)
    const { demo } = h.backend
    const names = () => demo?.appPasswords('bob').map(({ name }) => name) ?? []
    await expect.poll(names).not.toContain('Leaving')
  })

  test('that Nextcloud has revoked: the next call offers to connect again, without retrying', async () => {
    const browser = createBrowser()
    const { client, tokens } = await connectClient(h, h.bob, { scope: 'sharing:read', browser })
    expect((await call(tokens.access_token, ME)).isError).toBeUndefined()
    const entry = await h.vault.appPasswords.get(h.bob.user, client.id)
    await fetch(`${h.backend.url}/ocs/v2.php/core/apppassword`, {
      method: 'DELETE',
      headers: {
        authorization: basic({ loginName: h.bob.user, password: entry?.password ?? '' }),
        'ocs-apirequest': 'true',
      },
    })
    h.proxy.forget()
    const links = new Set<string>()
    for (let attempt = 0; attempt < 3; attempt++) {
      const { error } = (await call(tokens.access_token, ME)).structuredContent
      expect(error).toMatchObject({ code: 'NOT_PROVISIONED' })
      links.add(error.url)
    }
    expect(h.proxy.requests).toHaveLength(1)
    const [link = ''] = links
    expect(link).toContain(`${h.url}/app/access/`)

    // Somebody else cannot put their own account in its place.
    const other = createBrowser()
    const theirs = await allow(other, await other.open(link), h.alice)
    expect(theirs.status).toBe(403)
    expect((await call(tokens.access_token, ME)).isError).toBe(true)

    const done = await allow(browser, await browser.open(link), h.bob)
    expect(done.body).toContain('Connected')
    expect((await call(tokens.access_token, ME)).structuredContent.id).toBe(h.bob.user)
  })

  test('survives a restart of this server', async () => {
    const { client, tokens } = await connectClient(h, h.bob, { scope: 'sharing:read' })
    const again = await startConnect({
      backend: { ...h.backend, close: async () => {} },
      vault: h.vault,
      environment: { NEXTCLOUD_MCP_SERVER_URL: h.url },
    })
    h.front.lead(again.server.port)
    try {
      expect((await call(tokens.access_token, ME)).structuredContent.id).toBe(h.bob.user)
      expect((await clientOf(h.url, client.id).refresh(tokens.refresh_token)).status).toBe(200)
    } finally {
      h.front.lead(h.server.port)
      await again.close()
    }
  })
})

/** A metadata document on loopback, which the operator vouches for by naming it. */
async function serveDocument() {
  let url = ''
  const server = createServer(
    { key: readFileSync(join(TLS, 'server.key')), cert: readFileSync(join(TLS, 'server.pem')) },
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          client_id: url,
          client_name: 'Client with a document',
          redirect_uris: ['http://localhost:9999/callback'],
          token_endpoint_auth_method: 'none',
        }),
      )
    },
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `https://localhost:${(server.address() as AddressInfo).port}/client.json`
  return {
    url,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
