/** Sign-in by access token: metadata, providers that come late, keys that change, opaque tokens. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { SCOPES } from '../../src/identity/scopes.ts'
import { demoBackend } from '../support/backend.ts'
import { startHarness } from '../support/harness.ts'
import {
  type IdentityProvider,
  SERVER_URL,
  startIdentityProvider,
} from '../support/identity-provider.ts'
import {
  answerOf,
  challengeOf,
  memoryVault,
  message,
  type OAuthHarness,
  oauthEnvironment,
  startOAuth,
} from '../support/oauth.ts'

let h: OAuthHarness | undefined
let idp: IdentityProvider | undefined
afterEach(async () => {
  await h?.close()
  await idp?.close()
  h = idp = undefined
})

const ME = 'nc_users_get_current_user'
const SEARCH = 'nc_notes_search_notes'
const userOf = async (response: Response) =>
  (await answerOf(response)).result?.structuredContent?.id as string

describe('the caller', () => {
  test('is the user of the token, in both eras, and everybody is themselves', async () => {
    h = await startOAuth('oauth_multi_audience')
    const bob = await h.idp.mint({ sub: 'bob' })
    for (const era of ['legacy', 'modern'] as const) {
      expect(await userOf(await h.callWith(await h.idp.mint(), ME, {}, era))).toBe('alice')
      expect(await userOf(await h.callWith(bob, ME, {}, era))).toBe('bob')
    }
  })

  test('named by preferred_username where there is no sub', async () => {
    h = await startOAuth('login_flow')
    const token = await h.idp.mint({ sub: undefined, preferred_username: 'alice' })
    const { result } = await answerOf(await h.callWith(token, SEARCH, { query: '' }))
    expect(result.structuredContent.error.code).toBe('NOT_PROVISIONED')
  })
})

describe('what reaches Nextcloud', () => {
  test("is the caller's own token, with OCS-APIRequest and without cookies", async () => {
    h = await startOAuth('oauth_multi_audience')
    const token = await h.idp.mint()
    h.nextcloud.bearers.splice(0)
    await answerOf(await h.callWith(token, SEARCH, { query: '' }))
    await answerOf(await h.callWith(token, 'nc_webdav_list_directory'))
    await answerOf(await h.callWith(token, ME))
    expect(h.nextcloud.bearers.length).toBeGreaterThanOrEqual(3)
    for (const request of h.nextcloud.bearers) {
      expect(request.token).toBe(token)
      expect(request.claims).toMatchObject({ sub: 'alice' })
      expect(request.claims?.aud).toContain('nextcloud')
      expect(request.headers['ocs-apirequest']).toBe('true')
      expect(request.headers.cookie).toBeUndefined()
    }
  })

  test('is nothing of a token that does not name Nextcloud; the error says what to set up', async () => {
    h = await startOAuth('oauth_multi_audience')
    const token = await h.idp.mint({ aud: `${SERVER_URL}/mcp` })
    h.nextcloud.bearers.splice(0)
    const { result } = await answerOf(await h.callWith(token, SEARCH, { query: '' }))
    expect(result.isError).toBe(true)
    expect(result.structuredContent.error).toMatchObject({ code: 'FORBIDDEN' })
    expect(result.structuredContent.error.hint).toMatch(/audience mapper.*NEXTCLOUD_RESOURCE_URI/)
    expect(h.nextcloud.bearers).toEqual([])
  })

  test.each([
    ['NEXTCLOUD_RESOURCE_URI', 'urn:nextcloud', { NEXTCLOUD_RESOURCE_URI: 'urn:nextcloud' }],
    ['one resource for both', `${SERVER_URL}/mcp`, { NEXTCLOUD_RESOURCE_URI: `${SERVER_URL}/mcp` }],
  ])('%s names Nextcloud', async (_, aud, environment) => {
    h = await startOAuth('oauth_multi_audience', { environment })
    const token = await h.idp.mint({ aud: [aud, `${SERVER_URL}/mcp`] })
    expect(await userOf(await h.callWith(token, ME))).toBe('alice')
  })

  test('a token that Nextcloud refuses is UNAUTHORIZED after one request, a new one works', async () => {
    h = await startOAuth('oauth_multi_audience')
    const token = await h.idp.mint()
    h.nextcloud.refuse(token)
    h.nextcloud.bearers.splice(0)
    for (const _ of [1, 2]) {
      const { result } = await answerOf(await h.callWith(token, SEARCH, { query: '' }))
      expect(result.structuredContent.error).toMatchObject({
        code: 'UNAUTHORIZED',
        status: 401,
        hint: expect.stringMatching(/Sign in again/),
      })
    }
    expect(h.nextcloud.bearers).toHaveLength(1)
    expect(await userOf(await h.callWith(await h.idp.mint(), ME))).toBe('alice')
  })

  test("what is remembered of a user serves the user's next token, and nobody else's", async () => {
    h = await startOAuth('oauth_multi_audience')
    const listing = async (claims: object) => {
      const token = await h?.idp.mint({ ...claims })
      h?.nextcloud.bearers.splice(0)
      await answerOf((await h?.post(message('tools/list', {}), { token })) as Response)
      return h?.nextcloud.bearers.length
    }
    expect(await listing({ sub: 'bob' })).toBe(2)
    expect(await listing({ sub: 'bob' })).toBe(0)
    expect(await listing({ sub: 'alice' })).toBe(2)
  })
})

describe('metadata (RFC 9728)', () => {
  test('says where to sign in and what to ask for first, to any origin', async () => {
    h = await startOAuth('oauth_multi_audience')
    for (const path of ['', '/mcp']) {
      const url = h.server.url.replace('/mcp', `/.well-known/oauth-protected-resource${path}`)
      const response = await fetch(url, { headers: { origin: 'https://anywhere.example.org' } })
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(await response.json()).toEqual({
        resource: `${SERVER_URL}/mcp`,
        authorization_servers: [h.idp.issuer],
        scopes_supported: ['openid', ...SCOPES.filter(scope => offeredReads(h).has(scope))],
        bearer_methods_supported: ['header'],
        resource_name: 'nextcloud-mcp-server',
      })
    }
  })

  test('of a server in a sub-path is found wherever a proxy leads', async () => {
    h = await startOAuth('oauth_multi_audience', {
      environment: { NEXTCLOUD_MCP_SERVER_URL: 'https://example.org/tools/mcp/' },
      client: false,
    })
    const base = h.server.url.replace('/mcp', '')
    for (const path of [
      '/.well-known/oauth-protected-resource/tools/mcp',
      '/tools/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/mcp',
    ]) {
      const found = (await (await fetch(base + path)).json()) as { resource: string }
      expect(found.resource).toBe('https://example.org/tools/mcp')
    }
    const challenge = challengeOf(await h.callWith(undefined, ME))
    expect(challenge.resource_metadata).toBe(
      'https://example.org/.well-known/oauth-protected-resource/tools/mcp',
    )
  })

  test('nothing else of the provider is served, and nothing without OAuth', async () => {
    h = await startOAuth('oauth_multi_audience')
    const base = h.server.url.replace('/mcp', '')
    for (const path of ['oauth-authorization-server', 'openid-configuration']) {
      expect((await fetch(`${base}/.well-known/${path}`)).status).toBe(404)
    }
    const plain = await startHarness()
    const url = plain.server.url.replace('/mcp', '/.well-known/oauth-protected-resource')
    expect((await fetch(url)).status).toBe(404)
    await plain.close()
  })

  test('the scopes to ask for can be chosen, with dots where the provider wants them', async () => {
    h = await startOAuth('oauth_multi_audience', {
      environment: { NEXTCLOUD_OIDC_SCOPES: 'openid notes.read notes.write' },
    })
    const url = h.server.url.replace('/mcp', '/.well-known/oauth-protected-resource')
    const found = (await (await fetch(url)).json()) as { scopes_supported: string[] }
    expect(found.scopes_supported).toEqual(['openid', 'notes.read', 'notes.write'])
    const token = await h.idp.mint({ scope: 'openid notes.read' })
    const refused = await h.callWith(token, 'nc_notes_create_note', { title: 'x' })
    expect(challengeOf(refused).scope).toBe('notes.read notes.write')
  })
})

describe('a provider that is not there', () => {
  test('at start: 503 with Retry-After, told by the readiness, and found when it comes', async () => {
    idp = await startIdentityProvider()
    const port = Number(new URL(idp.issuer).port)
    const environment = oauthEnvironment('oauth_multi_audience', idp)
    await idp.close()
    const backend = await demoBackend()
    const late = await startHarness({
      backend,
      environment,
      client: false,
      vault: await memoryVault(),
    })
    late.composition.warmUp()
    const ask = () =>
      fetch(late.server.url, { method: 'POST', headers: { authorization: 'Bearer x' } })
    const waiting = await ask()
    expect(waiting.status).toBe(503)
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect((await fetch(late.server.url, { method: 'POST' })).status).toBe(503)
    const base = late.server.url.replace('/mcp', '')
    const metadata = await fetch(`${base}/.well-known/oauth-protected-resource`)
    expect(metadata.status).toBe(503)
    const ready = async () => (await fetch(`${base}/health/ready`)).json()
    expect(await ready()).toMatchObject({
      provider: { found: false, error: expect.stringMatching(/cannot be reached/) },
    })

    idp = await startIdentityProvider({ port })
    await until(async () => (await ask()).status === 401)
    expect(await ready()).toMatchObject({ provider: { found: true, issuer: idp.issuer } })
    await late.close()
  })

  test('nor its keys: 503, and the token is good when they come', async () => {
    h = await startOAuth('login_flow', { client: false })
    h.idp.plan(path => (path === '/jwks' ? { status: 502 } : undefined))
    const token = await h.idp.mint()
    for (const _ of [1, 2, 3]) expect((await h.callWith(token, ME)).status).toBe(503)
    // Nobody's patience is tried while they are not there.
    expect(h.idp.callsTo('jwks')).toHaveLength(1)
  })
})

test('tokens with invented key names do not become requests for keys', async () => {
  h = await startOAuth('login_flow', { client: false })
  for (let at = 0; at < 20; at++) {
    const token = await h.idp.mint({}, { header: { kid: `invented ${at}` } })
    expect((await h.callWith(token, ME)).status).toBe(401)
  }
  expect(h.idp.callsTo('jwks')).toHaveLength(1)
})

describe('opaque tokens', () => {
  test('are introspected, remembered for a minute at most, and refused when revoked', async () => {
    h = await startOAuth('login_flow')
    const good = await h.idp.mintOpaque({ scope: 'openid notes:read' })
    h.idp.forget()
    for (const _ of [1, 2, 3]) {
      expect((await h.callWith(good.token, SEARCH, { query: '' })).status).toBe(200)
    }
    expect(h.idp.callsTo('introspection')).toHaveLength(1)
    expect((await h.callWith(good.token, 'nc_notes_create_note')).status).toBe(403)

    const revoked = await h.idp.mintOpaque()
    await revoked.revoke()
    for (const _ of [1, 2]) {
      const response = await h.callWith(revoked.token, SEARCH, { query: '' })
      expect(response.status).toBe(401)
      expect(challengeOf(response).error).toBe('invalid_token')
    }
    expect(h.idp.callsTo('introspection')).toHaveLength(2)
  })

  test('for somebody else are refused', async () => {
    h = await startOAuth('login_flow')
    const { token } = await h.idp.mintOpaque({ resource: 'https://other.example.org/mcp' })
    expect((await h.callWith(token, SEARCH, { query: '' })).status).toBe(401)
  })

  test.each([
    ['down', () => 'reset' as const],
    ['failing', () => ({ status: 500 })],
    ['limiting', () => ({ status: 429, headers: { 'retry-after': '7' } })],
  ])('with the introspection %s: 503, nothing is let in', async (_, disturbance) => {
    h = await startOAuth('login_flow')
    const { token } = await h.idp.mintOpaque()
    h.idp.plan(disturbance)
    const response = await h.callWith(token, SEARCH, { query: '' })
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    h.idp.plan(undefined)
    expect((await h.callWith(token, SEARCH, { query: '' })).status).toBe(200)
  })

  test('without introspection are refused, unless userinfo was allowed to do', async () => {
    const closed = { OIDC_CLIENT_ID: 'public', OIDC_CLIENT_SECRET: undefined }
    h = await startOAuth('login_flow', { environment: closed, client: false })
    const { token } = await h.idp.mintOpaque({ resource: 'https://other.example.org/mcp' })
    h.idp.forget()
    expect((await h.callWith(token, SEARCH, { query: '' })).status).toBe(401)
    expect(h.idp.callsTo('introspection')).toEqual([])
    expect(h.idp.calls.filter(({ path }) => path === '/me')).toEqual([])
  })

  test('that only userinfo knows name a user and no scope of a tool', async () => {
    h = await startOAuth('login_flow', {
      environment: {
        OIDC_CLIENT_ID: 'public',
        OIDC_CLIENT_SECRET: undefined,
        OIDC_USERINFO_FALLBACK: 'true',
      },
      client: false,
    })
    const { token, revoke } = await h.idp.mintOpaque({ resource: null, scope: 'openid profile' })
    const list = await h.post(message('tools/list', {}), { token })
    const names = (await answerOf(list)).result.tools.map(({ name }: { name: string }) => name)
    // Nothing of an app, only what leads to a connection.
    expect(names.filter((name: string) => !/^(nc_auth_|check_logged_in)/.test(name))).toEqual([])
    expect((await h.callWith(token, SEARCH, { query: '' })).status).toBe(403)
    await revoke()
    const other = await h.idp.mintOpaque({ resource: null, scope: 'openid profile' })
    await other.revoke()
    expect((await h.callWith(other.token, SEARCH, { query: '' })).status).toBe(401)
  })

  test('a JWT is never sent to the provider, whatever is wrong with it', async () => {
    h = await startOAuth('login_flow')
    h.idp.forget()
    await h.callWith(await h.idp.mint({ aud: 'x' }), SEARCH)
    await h.callWith('eyJhbGciOiJub25lIn0.e30.', SEARCH)
    expect(h.idp.calls.filter(({ path }) => path !== '/jwks')).toEqual([])
  })
})

function offeredReads(harness: OAuthHarness | undefined): Set<string> {
  const tools = [...(harness?.composition.catalog.tools.values() ?? [])]
  const reads = tools
    .filter(({ tool }) => tool.effect === 'read')
    .flatMap(({ tool }) => tool.scopes)
  return new Set(SCOPES.filter(scope => reads.includes(scope)))
}

/** Waits for a state that comes by itself. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come')
    await sleep(50)
  }
}
