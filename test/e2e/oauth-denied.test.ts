/**
 * Who is turned away, each shown by a call that would have done something. In multi-audience mode,
 * where a token that slipped through would be passed on to Nextcloud.
 */
import { createSecretKey } from 'node:crypto'
import { type CryptoKey, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SCOPES } from '../../src/identity/scopes.ts'
import {
  CALLER_CLIENT,
  createSigningKey,
  SERVER_CLIENT,
  SERVER_URL,
  startIdentityProvider,
} from '../support/identity-provider.ts'
import { answerOf, challengeOf, type OAuthHarness, startOAuth } from '../support/oauth.ts'

const METADATA_URL = `${SERVER_URL}/.well-known/oauth-protected-resource/mcp`
const READS = SCOPES.filter(scope => scope.endsWith(':read')).join(' ')
const ALL = `openid ${SCOPES.join(' ')}`

let h: OAuthHarness
beforeAll(async () => {
  h = await startOAuth('oauth_multi_audience')
})
afterAll(() => h.close())
beforeEach(() => {
  h.nextcloud.bearers.splice(0)
})

const now = () => Math.floor(Date.now() / 1_000)
const CREATE = { title: 'intruder', content: 'x', category: '' }
const create = (token: string | undefined, era?: 'legacy' | 'modern') =>
  h.callWith(token, 'nc_notes_create_note', CREATE, era)

/** Nothing of the token in the answer, nothing of the call at Nextcloud. */
async function expectTurnedAway(response: Response, token: string, status = 401) {
  expect(response.status).toBe(status)
  const text = (await response.text()) + JSON.stringify([...response.headers])
  for (const part of token.split('.').filter(one => one.length > 8))
    expect(text).not.toContain(part)
  expect(h.nextcloud.bearers).toEqual([])
}

/** The call was made: its answer is read, so that it is over when the next test begins. */
async function expectLetIn(response: Response) {
  expect(response.status).toBe(200)
  expect((await answerOf(response)).result).toMatchObject({
    structuredContent: { id: expect.any(Number) },
  })
}

test('a good token is let in and passed on: the others fail for their own reason', async () => {
  for (const era of ['legacy', 'modern'] as const) {
    await expectLetIn(await create(await h.idp.mint(), era))
  }
  expect(h.nextcloud.bearers.length).toBeGreaterThan(0)
})

describe.each(['legacy', 'modern'] as const)('a %s call', era => {
  test('without a token is told where to get one and for what', async () => {
    const response = await create(undefined, era)
    expect(challengeOf(response)).toMatchObject({ resource_metadata: METADATA_URL })
    expect(challengeOf(response).scope?.split(' ')).toEqual(
      expect.arrayContaining(era === 'modern' ? ['notes:read', 'notes:write'] : ['notes:read']),
    )
    await expectTurnedAway(response, '')
  })

  const tokens: [string, () => Promise<string>][] = [
    ['that has expired', () => h.idp.mint({ exp: now() - 30 })],
    ['that is not valid yet', () => h.idp.mint({ nbf: now() + 120 })],
    ['without exp', () => h.idp.mint({ exp: undefined })],
    ['with an exp that is no number', () => h.idp.mint({ exp: '9999999999' })],
    ['of another issuer', () => h.idp.mint({ iss: 'https://evil.example.org' })],
    ['without issuer', () => h.idp.mint({ iss: undefined })],
    ['for another server', () => h.idp.mint({ aud: 'https://other.example.org/mcp' })],
    ['for Nextcloud only', () => h.idp.mint({ aud: 'nextcloud' })],
    ['without audience', () => h.idp.mint({ aud: undefined })],
    [
      "whose azp only is this server's client",
      () => h.idp.mint({ aud: 'nextcloud', azp: SERVER_CLIENT.id, client_id: SERVER_CLIENT.id }),
    ],
    ['without a user', () => h.idp.mint({ sub: undefined })],
    ['that is an ID token by its header', () => h.idp.mint(idToken(), { header: { typ: 'JWT' } })],
    [
      'that is an ID token without a header',
      () => h.idp.mint(idToken(), { header: { typ: undefined } }),
    ],
    [
      "that is an ID token as Keycloak's",
      () => h.idp.mint({ typ: 'ID', aud: SERVER_CLIENT.id }, { header: { typ: 'JWT' } }),
    ],
    [
      "that is a refresh token as Keycloak's",
      () => h.idp.mint({ typ: 'Refresh' }, { header: { typ: 'JWT' } }),
    ],
    ['that is a logout token', () => h.idp.mint({}, { header: { typ: 'logout+jwt' } })],
    ['that is bound to a key', () => h.idp.mint({ cnf: { jkt: 'x' } })],
    ['with alg none', async () => new UnsecuredJWT(claims()).encode()],
    ['signed with the public key as a secret', signedWithPublicKey],
    ['of another realm', async () => h.idp.mint({}, { key: await createSigningKey('first') })],
    ['of another provider', tokenOfAnotherProvider],
    ['that was tampered with', tampered],
    ['cut short', async () => (await h.idp.mint()).slice(0, -20)],
    [
      'with a critical header that is not understood',
      () => h.idp.mint({}, { header: { crit: ['exp'], exp: 1 } }).catch(() => 'eyJ.eyJ.x'),
    ],
    ['that brings its own key', withOwnKey],
  ]
  test.each(tokens)('with a token %s', async (_, make) => {
    const token = await make()
    const response = await create(token, era)
    expect(challengeOf(response)).toMatchObject({
      error: 'invalid_token',
      resource_metadata: METADATA_URL,
    })
    await expectTurnedAway(response, token)
  })

  test('with 20 kB of garbage', async () => {
    const response = await create('x'.repeat(20_000), era)
    // Node refuses headers of that length before anybody looks at them.
    expect([401, 431]).toContain(response.status)
    await expectTurnedAway(response, 'x'.repeat(20_000), response.status)
  })

  test.each([
    ['Basic', 'Basic YWxpY2U6c2VjcmV0'],
    ['two tokens', 'Bearer a, Bearer b'],
    ['no token', 'Bearer '],
    ['control characters', 'Bearer a\tb'],
    ['not a token', 'Bearer <script>'],
  ])('with %s in the header', async (_, authorization) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x' } }
    const response = await h.post(body, { era, headers: { authorization } })
    expect(response.status).toBe(401)
  })

  test('with a token in the address or the body instead', async () => {
    const token = await h.idp.mint()
    const response = await fetch(`${h.server.url}?access_token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', access_token: token }),
    })
    await expectTurnedAway(response, token)
  })
})

describe.each(['legacy', 'modern'] as const)('scopes, %s', era => {
  const expectStepUp = async (response: Response, scopes: string[]) => {
    expect(response.status).toBe(403)
    expect(challengeOf(response)).toMatchObject({
      error: 'insufficient_scope',
      scope: scopes.join(' '),
      resource_metadata: METADATA_URL,
    })
    await expectTurnedAway(response, '', 403)
  }

  test.each([
    ['no app scope', 'openid profile email'],
    ['scopes of other apps', 'openid files:read files:write'],
    ['scopes that read', `openid ${READS}`],
    ['nearly the scope', 'openid notes:writes notes:* notes NOTES:WRITE notes-write'],
  ])('a tool that writes with %s: 403 naming all that it needs', async (_, scope) => {
    await expectStepUp(await create(await h.idp.mint({ scope }), era), [
      'notes:read',
      'notes:write',
    ])
  })

  test('a tool that reads, with a scope to write only', async () => {
    const token = await h.idp.mint({ scope: 'openid notes:write' })
    const response = await h.callWith(token, 'nc_notes_search_notes', { query: 'x' }, era)
    await expectStepUp(response, ['notes:read'])
  })

  test('a resource without its scope, by name and by template', async () => {
    const token = await h.idp.mint({ scope: 'openid files:read' })
    for (const uri of ['notes://settings', 'nc://Notes/1']) {
      const body = {
        jsonrpc: '2.0',
        id: 1,
        method: 'resources/read',
        params: { uri, ...(era === 'modern' ? { _meta: META } : {}) },
      }
      const headers: Record<string, string> =
        era === 'modern' ? { 'mcp-method': 'resources/read', 'mcp-name': uri } : {}
      await expectStepUp(await h.post(body, { token, era, headers }), ['notes:read'])
    }
  })

  test('lists are cut to the scopes, and a tool that is hidden there is refused', async () => {
    const token = await h.idp.mint({ scope: 'openid notes.read' })
    const client = await h.connect({ era, headers: { authorization: `Bearer ${token}` } })
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(0)
    expect(tools.every(({ name }) => name.startsWith('nc_notes_'))).toBe(true)
    expect(tools.map(({ name }) => name)).not.toContain('nc_notes_create_note')
    h.nextcloud.bearers.splice(0)
    await expectStepUp(await create(token, era), ['notes:read', 'notes:write'])
  })

  test('with openid, profile and email no tool of an app is listed', async () => {
    const token = await h.idp.mint({ scope: 'openid profile email' })
    const client = await h.connect({ era, headers: { authorization: `Bearer ${token}` } })
    expect((await client.listTools()).tools).toEqual([])
  })

  test('headers that name another operation do not help', async () => {
    const token = await h.idp.mint({ scope: `openid ${READS}` })
    const body = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'nc_notes_create_note', arguments: CREATE, _meta: META },
    }
    const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'nc_notes_search_notes' }
    await expectStepUp(await h.post(body, { token, era, headers }), ['notes:read', 'notes:write'])
  })
})

describe('no way around the check of scopes', () => {
  const READ_ONLY = { scope: `openid ${READS}` }
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'nc_notes_create_note', arguments: CREATE },
  }
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }

  test.each([
    ['a batch', [list, body]],
    ['a batch in a batch', [[body]]],
  ])('%s', async (_, batch) => {
    const response = await h.post(batch, { token: await h.idp.mint(READ_ONLY) })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(writes()).toEqual([])
  })

  test('a body in chunks, without its length', async () => {
    const token = await h.idp.mint(READ_ONLY)
    const chunks = new Blob([JSON.stringify(body)]).stream()
    const response = await fetch(h.server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        authorization: `Bearer ${token}`,
      },
      body: chunks,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(403)
    expect(writes()).toEqual([])
  })

  test.each(['text/plain', 'application/json-seq', 'application/x-www-form-urlencoded'])(
    'as %s',
    async type => {
      const token = await h.idp.mint(READ_ONLY)
      const response = await h.post(body, { token, headers: { 'content-type': type } })
      expect(response.status).toBe(415)
      expect(writes()).toEqual([])
    },
  )

  test.each([
    ['the same key twice', `{"method":"tools/list",${JSON.stringify(body).slice(1)}`],
    ['a byte order mark', `\uFEFF${JSON.stringify(body)}`],
    ['escapes in the method', JSON.stringify(body).replace('tools/call', 'tools\\/cal\\u006c')],
  ])('%s', async (_, text) => {
    const response = await h.post(text, { token: await h.idp.mint(READ_ONLY) })
    expect(response.status).toBe(403)
    expect(writes()).toEqual([])
  })

  test('what is no JSON is refused', async () => {
    const response = await h.post('{', { token: await h.idp.mint(READ_ONLY) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: -32_700 } })
  })

  const writes = () => h.nextcloud.bearers.filter(({ method }) => method !== 'GET')
})

describe('what is not let in on purpose is not taken for it by chance', () => {
  test.each([
    ['with a slash', [`${SERVER_URL}/mcp/`, 'nextcloud']],
    ['without /mcp', [SERVER_URL, 'nextcloud']],
    ["by this server's client id", [SERVER_CLIENT.id, 'nextcloud']],
  ])('an audience %s is this server', async (_, aud) => {
    await expectLetIn(await create(await h.idp.mint({ aud })))
  })

  test.each([
    [`${SERVER_URL}/mcp/other`],
    [`${SERVER_URL}.evil.example.org/mcp`],
    [`${SERVER_URL.replace('http:', 'https:')}/mcp`],
    [CALLER_CLIENT.id],
    [''],
  ])('an audience %j is not', async other => {
    const response = await create(await h.idp.mint({ aud: [other, 'nextcloud'] }))
    await expectTurnedAway(response, '')
  })

  test('both spellings of a scope are the same', async () => {
    await expectLetIn(await create(await h.idp.mint({ scope: 'openid notes.read notes.write' })))
  })

  test('scopes in a list (scp) are read', async () => {
    const token = await h.idp.mint({ scope: undefined, scp: ['notes.read', 'notes.write'] })
    await expectLetIn(await create(token))
  })

  test("an access token as Keycloak's is let in", async () => {
    const token = await h.idp.mint({ typ: 'Bearer', auth_time: 1 }, { header: { typ: 'JWT' } })
    await expectLetIn(await create(token))
  })
})

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}

function claims() {
  return {
    iss: h.idp.issuer,
    sub: 'alice',
    aud: [`${SERVER_URL}/mcp`, 'nextcloud'],
    scope: ALL,
    exp: now() + 300,
  }
}

/** An ID token of this server's own client, whose id is an audience that is accepted. */
function idToken() {
  return { aud: SERVER_CLIENT.id, scope: undefined, nonce: 'n', at_hash: 'h' }
}

async function signedWithPublicKey(): Promise<string> {
  const publicKey = await importJWK(h.idp.key.publicJwk, 'RS256', { extractable: true })
  const secret = createSecretKey(Buffer.from(await exportSPKI(publicKey as CryptoKey)))
  return new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: h.idp.key.kid })
    .sign(secret)
}

async function tokenOfAnotherProvider(): Promise<string> {
  const other = await startIdentityProvider()
  try {
    return await other.mint()
  } finally {
    await other.close()
  }
}

async function tampered(): Promise<string> {
  const token = await h.idp.mint({ scope: 'openid', sub: 'mallory' })
  const [header, , signature] = token.split('.')
  const payload = Buffer.from(JSON.stringify(claims())).toString('base64url')
  return [header, payload, signature].join('.')
}

/** Signed by its bearer, with the public key in the header (jwk). */
async function withOwnKey(): Promise<string> {
  const own = await createSigningKey('own')
  return h.idp.mint({}, { key: own, header: { jwk: own.publicJwk } })
}
