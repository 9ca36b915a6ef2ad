/** Keycloak as it comes: what the realm of `deploy/keycloak` promises, then with the MCP server. */
import { decodeJwt } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { covers } from '../../src/identity/caller.ts'
import { SCOPES, type Scope } from '../../src/identity/scopes.ts'
import { scopesFor } from '../../src/mcp/tool.ts'
import { createImpersonation } from '../../src/oidc/exchange.ts'
import {
  deleteRegistration,
  readRegistration,
  register,
  updateRegistration,
} from '../../src/oidc/registration.ts'
import { callTool } from '../support/harness.ts'
import {
  type LoopbackPort,
  openLoopbackPort,
  openVisitor,
  startBrowser,
  type Visitor,
} from './support/browser.ts'
import {
  type AiClient,
  exchange,
  knownClient,
  registerClient,
  requestToken,
  type Tokens,
} from './support/clients.ts'
import type { Keycloak } from './support/keycloak.ts'
import { connectProvider, type McpServer, selfMadeClient, startMcpServer } from './support/mcp.ts'
import { type Nextcloud, startNextcloud } from './support/nextcloud.ts'
import { joinKeycloak, serverUrl } from './support/shared.ts'

const READ = SCOPES.filter(scope => scope.endsWith(':read'))
const CHANGE = SCOPES.filter(scope => !scope.endsWith(':read'))
const USERS = {
  admin: SCOPES,
  test_read_only: READ,
  test_write_only: CHANGE,
  test_no_scopes: [],
} as const
type User = keyof typeof USERS
const EVERYTHING = ['openid', ...SCOPES]

let keycloak: Keycloak
let browser: Browser
let port: LoopbackPort

beforeAll(async () => {
  ;[keycloak, browser, port] = await Promise.all([
    joinKeycloak(),
    startBrowser(),
    openLoopbackPort(),
  ])
})
afterAll(async () => {
  await port?.close()
  await browser?.close()
})

/** In a browser in which nobody is signed in yet. */
async function inNewWindow<T>(work: (visitor: Visitor) => Promise<T>): Promise<T> {
  const visitor = await openVisitor(browser)
  try {
    return await work(visitor)
  } finally {
    await visitor.close()
  }
}

const appScopes = ({ scopes }: Tokens) => SCOPES.filter(scope => scopes.includes(scope))

let client: AiClient
const signedIn = new Map<User, Tokens>()

/** What a user signed in with, a minute ago at most. */
function tokensOf(user: User): Tokens {
  const tokens = signedIn.get(user)
  if (tokens === undefined) throw new Error(`${user} has not signed in`)
  return tokens
}

describe('sign-in', () => {
  test('the provider announces PKCE, registration and every scope', async () => {
    const response = await fetch(`${keycloak.issuer}/.well-known/openid-configuration`)
    const metadata = (await response.json()) as Record<string, unknown>
    expect(metadata.issuer).toBe(keycloak.issuer)
    expect(metadata.code_challenge_methods_supported).toContain('S256')
    expect(metadata.registration_endpoint).toBeTypeOf('string')
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining([...SCOPES]))
  })

  test('an AI client on this machine registers itself, one elsewhere may not', async () => {
    client = await registerClient(keycloak, port.redirectUri)
    await expect(
      registerClient(keycloak, 'https://evil.example.org/callback'),
    ).rejects.toMatchObject({ cause: { error: 'insufficient_scope' } })
  })

  test.each(Object.keys(USERS) as User[])('%s gets the scopes of their roles', async user => {
    const tokens = await inNewWindow(visitor => client.signIn(visitor, user, EVERYTHING))
    signedIn.set(user, tokens)
    expect(tokens.signedIn).toBe(true)
    expect(tokens.claims.preferred_username).toBe(user)
    expect(appScopes(tokens)).toEqual(USERS[user])
    expect([tokens.claims.aud].flat().toSorted()).toEqual([serverUrl, 'nextcloud-mcp-server'])
    const { iat = 0, exp = 0 } = tokens.claims
    expect(exp - iat).toBe(300)
    // Keycloak asks about all that was requested; the roles count only afterwards.
    expect(tokens.consent).toEqual(expect.arrayContaining(['Read your notes', 'User profile']))
  })

  test('only what was asked for is asked about and granted', async () => {
    const tokens = await inNewWindow(visitor =>
      client.signIn(visitor, 'admin', ['openid', 'files:read']),
    )
    expect(appScopes(tokens)).toEqual(['files:read'])
    // The rest was agreed to at the first sign-in.
    expect(tokens.consent).toBeUndefined()
  })
})

describe('the exchange', () => {
  test('keeps the user, sets the audience, cuts the scopes', async () => {
    const { accessToken, claims } = tokensOf('admin')
    const { status, tokens } = await exchange(keycloak, accessToken, {
      audience: 'nextcloud',
      scope: 'openid notes:read',
    })
    expect(status).toBe(200)
    expect(tokens?.claims).toMatchObject({
      sub: claims.sub,
      aud: 'nextcloud',
      azp: 'nextcloud-mcp-server',
      preferred_username: 'admin',
    })
    expect(tokens && appScopes(tokens)).toEqual(['notes:read'])
    expect(tokens?.refreshToken).toBeUndefined()
    const { iat = 0, exp = 0 } = tokens?.claims ?? {}
    expect(exp - iat).toBe(300)
  })

  test('gives nobody a scope that their roles do not', async () => {
    const { tokens } = await exchange(keycloak, tokensOf('test_read_only').accessToken, {
      audience: 'nextcloud',
      scope: 'openid notes:read notes:write',
    })
    expect(tokens && appScopes(tokens)).toEqual(['notes:read'])
  })

  test('gives more scopes than the token had: the MCP server itself must not ask', async () => {
    const little = await inNewWindow(visitor =>
      client.signIn(visitor, 'admin', ['openid', 'notes:read']),
    )
    const { tokens } = await exchange(keycloak, little.accessToken, {
      audience: 'nextcloud',
      scope: 'openid notes:write',
    })
    expect(tokens && appScopes(tokens)).toEqual(['notes:write'])
  })

  test('refuses audiences that no mapper names', async () => {
    const { accessToken } = tokensOf('admin')
    expect(await exchange(keycloak, accessToken, { audience: 'account' })).toMatchObject({
      status: 400,
      error: 'invalid_request',
      description: 'Requested audience not available: account',
    })
    expect(await exchange(keycloak, accessToken, { audience: 'unknown' })).toMatchObject({
      status: 400,
      error: 'invalid_client',
    })
  })

  test('refuses requested_subject', async () => {
    const answer = await exchange(keycloak, tokensOf('admin').accessToken, {
      audience: 'nextcloud',
      requested_subject: 'test_read_only',
    })
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(answer.description).toContain('requested_subject')
  })

  test('is known by that to the MCP server, which does not impersonate then', async () => {
    const { provider, close } = await connectProvider(keycloak)
    try {
      const impersonation = createImpersonation(provider, keycloak.serverClient)
      const request = { user: 'admin', audience: 'nextcloud', scope: 'openid' }
      const unsupported = { code: 'MISCONFIGURED', message: expect.stringMatching(/impersonate/) }
      await expect(impersonation.tokenFor(request)).rejects.toMatchObject(unsupported)
      expect(impersonation.supported).toBe(false)
    } finally {
      await close()
    }
  })

  test('refuses a token of test-client-b, which is for nobody', async () => {
    const other = await knownClient(keycloak, port.redirectUri, { id: 'test-client-b' })
    const { accessToken, claims } = await inNewWindow(visitor =>
      other.signIn(visitor, 'admin', ['openid', 'profile']),
    )
    expect(claims.aud).toBeUndefined()
    expect(await exchange(keycloak, accessToken, { audience: 'nextcloud' })).toMatchObject({
      status: 403,
      error: 'access_denied',
      description: 'Client is not within the token audience',
    })
  })
})

describe('refresh tokens', () => {
  test('are good for once', async () => {
    const first = tokensOf('test_read_only')
    const second = await client.refresh(String(first.refreshToken))
    expect(second.claims.sub).toBe(first.claims.sub)
    expect(appScopes(second)).toEqual(READ)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    await expect(client.refresh(String(first.refreshToken))).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    // Whoever used it twice may be a thief: the whole session ends.
    await expect(client.refresh(String(second.refreshToken))).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })
})

describe('the client of the MCP server', () => {
  test('gets offline access to Nextcloud, and nothing for the MCP server', async () => {
    const { port: listening } = new URL(serverUrl)
    const callback = await openLoopbackPort(Number(listening), '/oauth/callback')
    try {
      const server = await knownClient(keycloak, callback.redirectUri, keycloak.serverClient)
      const first = await inNewWindow(visitor =>
        server.signIn(visitor, 'admin', ['openid', 'offline_access']),
      )
      expect(first.consent).toBeUndefined()
      expect(first.claims.aud).toBe('nextcloud')
      expect(decodeJwt(String(first.refreshToken)).typ).toBe('Offline')
      const second = await server.refresh(String(first.refreshToken))
      expect(second.refreshToken).not.toBe(first.refreshToken)
      await expect(server.refresh(String(first.refreshToken))).rejects.toMatchObject({
        error: 'invalid_grant',
      })
    } finally {
      await callback.close()
    }
  })

  test('cannot sign anybody in without PKCE, nor come back elsewhere', async () => {
    const authorization = (parameters: Record<string, string>) =>
      fetch(
        `${keycloak.issuer}/protocol/openid-connect/auth?${new URLSearchParams({
          client_id: 'nextcloud-mcp-server',
          response_type: 'code',
          scope: 'openid',
          ...parameters,
        })}`,
        { redirect: 'manual' },
      )
    const withoutPkce = await authorization({ redirect_uri: `${serverUrl}/oauth/callback` })
    expect(withoutPkce.status).toBe(302)
    expect(withoutPkce.headers.get('location')).toMatch(/error=invalid_request/)
    const elsewhere = await authorization({ redirect_uri: 'https://evil.example.org/' })
    expect(elsewhere.status).toBe(400)
  })
})

describe('registrations', () => {
  test('can be read, changed and deleted by their client only', async () => {
    const own = await registerClient(keycloak, port.redirectUri)
    const manage = (method: string, token: string, body?: object) =>
      fetch(String(own.registration?.uri), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    let token = String(own.registration?.token)
    const read = await manage('GET', token)
    expect(read.status).toBe(200)
    const metadata = (await read.json()) as Record<string, unknown>
    expect(metadata).toMatchObject({ client_id: own.configuration.clientMetadata().client_id })
    token = String(metadata.registration_access_token ?? token)
    const changed = await manage('PUT', token, { ...metadata, client_name: 'Another name' })
    expect(changed.status).toBe(200)
    const after = (await changed.json()) as Record<string, unknown>
    expect(after.client_name).toBe('Another name')
    // Each change comes with a new token, and the old one is no longer good.
    expect((await manage('GET', token)).status).toBe(401)
    token = String(after.registration_access_token ?? token)
    expect((await manage('GET', 'wrong')).status).toBe(401)
    expect((await manage('DELETE', token)).status).toBe(204)
    expect((await manage('GET', token)).status).toBe(401)
  })

  test('can be made, read, changed and deleted by the MCP server', async () => {
    const { provider, close } = await connectProvider(keycloak)
    const request = {
      name: 'nextcloud-mcp-server',
      redirectUris: ['http://127.0.0.1:8000/oauth/callback'],
      scopes: ['openid', 'profile', 'email', 'offline_access', ...SCOPES],
      tokenType: 'jwt',
      resourceUrl: 'http://127.0.0.1:8000/mcp',
    } as const
    try {
      const made = await register(provider, request)
      expect(made.clientSecret).toBeTypeOf('string')
      expect(made.expiresAt).toBeUndefined()
      const read = await readRegistration(provider, made)
      expect(read?.redirectUris).toEqual(request.redirectUris)
      const changed = await updateRegistration(provider, made, {
        ...request,
        redirectUris: ['http://127.0.0.1:9000/oauth/callback'],
      })
      expect(changed?.redirectUris).toEqual(['http://127.0.0.1:9000/oauth/callback'])
      expect(changed?.registrationToken).not.toBe(made.registrationToken)
      expect(changed && (await deleteRegistration(provider, changed))).toBe(true)
      expect(changed && (await readRegistration(provider, changed))).toBeUndefined()
    } finally {
      await close()
    }
  })
})

describe('clients that name scopes when they register', () => {
  test('get what they named with this server as audience, and never anything more', async () => {
    const named = await registerClient(keycloak, port.redirectUri, ['openid', 'notes:read'])
    await inNewWindow(async visitor => {
      const tokens = await named.signIn(visitor, 'admin', ['openid', 'notes:read'])
      expect(appScopes(tokens)).toEqual(['notes:read'])
      // Keycloak gives such clients none of the realm's default scopes (before 26.8).
      expect(tokens.claims.preferred_username).toBeUndefined()
      expect([tokens.claims.aud].flat().toSorted()).toEqual([serverUrl, 'nextcloud-mcp-server'])
      await expect(
        named.signIn(visitor, 'admin', ['openid', 'notes:read', 'notes:write']),
      ).rejects.toMatchObject({ error: 'invalid_scope' })
    })
  })
})

const CREATE = { title: 'From an AI client', content: 'Hello', category: '' }

describe.each(['oauth_token_exchange', 'oauth_multi_audience'] as const)('%s', mode => {
  // What clients must ask for besides: where their own token is passed on, it must name Nextcloud.
  const basics =
    mode === 'oauth_multi_audience' ? ['openid', 'profile', 'audience-nextcloud'] : ['openid']
  let nextcloud: Nextcloud
  let server: McpServer
  let aiClient: AiClient
  const tokens = new Map<User, Tokens>()
  const accessTokenOf = (user: User) => String(tokens.get(user)?.accessToken)

  beforeAll(async () => {
    if (mode === 'oauth_multi_audience') await keycloak.offerScope('audience-nextcloud')
    nextcloud = await startNextcloud(keycloak.issuer, Object.keys(USERS))
    server = await startMcpServer(keycloak, nextcloud.url, serverUrl, {
      MCP_DEPLOYMENT_MODE: mode,
      ...(mode === 'oauth_multi_audience'
        ? { NEXTCLOUD_OIDC_SCOPES: [...basics, ...READ].join(' ') }
        : {}),
    })
    aiClient = await registerClient(keycloak, port.redirectUri)
  })
  afterAll(async () => {
    await server?.close()
    await nextcloud?.close()
  })

  test.each(Object.keys(USERS) as User[])('%s sees the tools of their scopes', async user => {
    const got = await inNewWindow(visitor => aiClient.signIn(visitor, user, [...basics, ...SCOPES]))
    tokens.set(user, got)
    const { tools } = await (await server.connect(got.accessToken)).listTools()
    const names = tools.map(({ name }) => name).toSorted()
    const granted = new Set<Scope>(SCOPES.filter(scope => USERS[user].some(has => has === scope)))
    const expected = [...server.catalog.tools.values()]
      .filter(({ tool }) => covers(granted, scopesFor(tool, granted)))
      .map(({ tool }) => tool.name)
      .toSorted()
    expect(names).toEqual(expected)
    expect(names.includes('nc_notes_get_note')).toBe(user === 'admin' || user === 'test_read_only')
    expect(names.includes('nc_notes_create_note')).toBe(
      user === 'admin' || user === 'test_write_only',
    )
    if (user === 'test_no_scopes') expect(names).toEqual([])
  })

  test.each([
    ['test_read_only', 'nc_notes_create_note', CREATE, ['notes:read', 'notes:write']],
    ['test_write_only', 'nc_notes_get_note', { note_id: 1 }, ['notes:read']],
    ['test_no_scopes', 'nc_notes_create_note', CREATE, ['notes:read', 'notes:write']],
    ['test_no_scopes', 'nc_notes_get_note', { note_id: 1 }, ['notes:read']],
  ] as const)('%s calling %s is told to step up', async (user, tool, args, scopes) => {
    nextcloud.arrivals.splice(0)
    const { status, challenge } = await server.call(accessTokenOf(user), tool, args)
    expect(status).toBe(403)
    expect(challenge).toMatchObject({
      error: 'insufficient_scope',
      scope: scopes.join(' '),
      resource_metadata: expect.stringContaining(serverUrl),
    })
    expect(nextcloud.arrivals).toEqual([])
  })

  test('admin writes a note, in Nextcloud as admin', async () => {
    nextcloud.arrivals.splice(0)
    const user = tokens.get('admin')
    const { isError, data } = await callTool(
      await server.connect(accessTokenOf('admin')),
      'nc_notes_create_note',
      CREATE,
    )
    expect(isError).toBe(false)
    expect(data).toMatchObject({ title: CREATE.title })
    expect(nextcloud.arrivals.length).toBeGreaterThan(0)
    for (const { token, claims } of nextcloud.arrivals) {
      expect(claims).toMatchObject({ sub: user?.claims.sub, preferred_username: 'admin' })
      if (mode === 'oauth_multi_audience') expect(token).toBe(user?.accessToken)
      else expect(claims).toMatchObject({ aud: 'nextcloud', azp: 'nextcloud-mcp-server' })
    }
    if (mode === 'oauth_token_exchange') {
      const scopes = nextcloud.arrivals.map(({ claims }) => String(claims?.scope).split(' '))
      const used = SCOPES.filter(scope => scopes.some(list => list.includes(scope)))
      expect(used).toEqual(['notes:write'])
    }
  })

  test('a token of test-client-b is refused', async () => {
    const other = await knownClient(keycloak, port.redirectUri, { id: 'test-client-b' })
    const { accessToken } = await inNewWindow(visitor =>
      other.signIn(visitor, 'admin', ['openid', 'profile']),
    )
    nextcloud.arrivals.splice(0)
    const { status, challenge } = await server.call(accessToken, 'nc_notes_get_note', {
      note_id: 1,
    })
    expect(status).toBe(401)
    expect(challenge).toMatchObject({ error: 'invalid_token' })
    expect(nextcloud.arrivals).toEqual([])
  })

  test("so are the server's own tokens, its service account's too", async () => {
    const service = await requestToken(keycloak, { grant_type: 'client_credentials' })
    const exchanged = await exchange(keycloak, accessTokenOf('admin'), { audience: 'nextcloud' })
    for (const { tokens: own } of [service, exchanged]) {
      const { status } = await server.call(String(own?.accessToken), 'nc_notes_get_note', {
        note_id: 1,
      })
      expect(status).toBe(401)
    }
  })

  test('a client made of the MCP SDK registers, signs in and reads', async () => {
    await inNewWindow(async visitor => {
      const ai = selfMadeClient(serverUrl, port.redirectUri, visitor, 'admin')
      const tools = await ai.work(async connected => (await connected.listTools()).tools)
      expect(tools.map(({ name }) => name)).toContain('nc_notes_get_note')
      expect(tools.map(({ name }) => name)).not.toContain('nc_notes_create_note')
      expect(ai.visits).toHaveLength(1)
      expect(ai.visits[0]?.consent).toContain('Read your notes')
      const found = await ai.work(connected =>
        callTool(connected, 'nc_notes_search_notes', { query: CREATE.title }),
      )
      expect(found.data).toMatchObject({ total_found: 1 })
    })
  })

  test('a client that an administrator made steps up to write', async () => {
    const known = {
      client_id: await keycloak.createPublicClient(port.redirectUri),
      issuer: keycloak.issuer,
    }
    await inNewWindow(async visitor => {
      const ai = selfMadeClient(serverUrl, port.redirectUri, visitor, 'admin', known)
      await ai.work(connected => connected.listTools())
      const made = await ai.work(connected => callTool(connected, 'nc_notes_create_note', CREATE))
      expect(made.isError).toBe(false)
      // The SDK asks for offline access, and Keycloak keeps no other session then.
      expect(ai.visits.map(({ signedIn }) => signedIn)).toEqual([true, true])
      expect(ai.tokens?.scope?.split(' ')).toEqual(
        expect.arrayContaining(['notes:read', 'notes:write', 'files:read']),
      )
    })
  })
})

test('an MCP SDK client that is told every scope at once writes after one sign-in', async () => {
  const nextcloud = await startNextcloud(keycloak.issuer, ['admin'])
  const server = await startMcpServer(keycloak, nextcloud.url, serverUrl, {
    MCP_DEPLOYMENT_MODE: 'oauth_token_exchange',
    NEXTCLOUD_OIDC_SCOPES: EVERYTHING.join(' '),
  })
  try {
    await inNewWindow(async visitor => {
      const ai = selfMadeClient(serverUrl, port.redirectUri, visitor, 'admin')
      const made = await ai.work(connected => callTool(connected, 'nc_notes_create_note', CREATE))
      expect(made.isError).toBe(false)
      expect(ai.visits).toHaveLength(1)
    })
  } finally {
    await server.close()
    await nextcloud.close()
  }
})
