/**
 * A real OpenID provider in this process (oidc-provider), with what tests need beside it: tokens of
 * any shape signed with its key, other keys, faults, and a count of what it was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { SCOPES } from '../../src/identity/scopes.ts'
import { remember, rememberAuthorization } from './secrets.ts'

/** This server's client, and that of the people who call it. */
export const SERVER_CLIENT = { id: 'nextcloud-mcp-server', secret: 'server-secret' }
export const CALLER_CLIENT = { id: 'test-client', secret: 'caller-secret' }
/** Address under which the tests' MCP server is known unless they say otherwise. */
export const SERVER_URL = 'http://localhost:8000'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const PATHS = {
  token: '/token',
  jwks: '/jwks',
  introspection: '/token/introspection',
  revocation: '/token/revocation',
}

const SECRET_FIELDS = [
  'code',
  'code_verifier',
  'token',
  'subject_token',
  'refresh_token',
  'client_secret',
  'client_assertion',
]

/** What the provider was asked. */
export interface ProviderCall {
  method: string
  path: string
  /** Parameters of a form. */
  form: URLSearchParams
}

/** How an exchange goes. */
export interface ExchangeBehaviour {
  /** Answer with this OAuth error. */
  refuse?: { status: number; error: string; description?: string }
  /** Seconds that the new token lasts. Default 300. */
  expiresIn?: number
  /** Claims in place of the right ones. */
  claims?: Record<string, unknown>
  /** Whether `requested_subject` is obeyed (Keycloak's legacy exchange) or refused. */
  impersonates?: boolean
}

/** A signing key that others can have as well. */
export interface SigningKey {
  privateKey: CryptoKey
  publicJwk: JWK
  kid: string
}

/** A running provider. */
export interface IdentityProvider {
  readonly issuer: string
  readonly discoveryUrl: string
  readonly provider: Provider
  /** Everything it was asked since the last `forget`. */
  readonly calls: ProviderCall[]
  callsTo(endpoint: keyof typeof PATHS): ProviderCall[]
  forget(): void
  /** An access token for the MCP server, unless the claims say otherwise. */
  mint(claims?: Record<string, unknown>, options?: MintOptions): Promise<string>
  /** An opaque access token that introspection knows. */
  mintOpaque(options?: OpaqueOptions): Promise<{ token: string; revoke(): Promise<void> }>
  /** A refresh token of this server's client, as a sign-in with `offline_access` gives one. */
  mintRefreshToken(user?: string): Promise<string>
  /** Whether each refresh gives a new refresh token and ends the old one. Default false. */
  rotates: boolean
  readonly key: SigningKey
  /** Signs with another key from here on, and announces that one only. */
  rotateKey(): Promise<void>
  /** Answers, delays or breaks requests from here on; undefined lets them pass. */
  plan(decide: ((path: string) => Disturbance | undefined) | undefined): void
  exchange: ExchangeBehaviour
  /** Access tokens of service accounts that were given out. */
  readonly serviceTokens: string[]
  close(): Promise<void>
}

/** A status to answer with, a broken connection, or a delay in milliseconds. */
export type Disturbance =
  | { status: number; headers?: Record<string, string> }
  | 'reset'
  | { delayMs: number }

export interface MintOptions {
  key?: SigningKey
  header?: Record<string, unknown>
}

export interface OpaqueOptions {
  user?: string
  scope?: string
  /** Null: one for the userinfo endpoint. */
  resource?: string | null
}

/** A fresh signing key. */
export async function createSigningKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' }, kid }
}

/** Starts a provider on a free port, or on the one given. */
export async function startIdentityProvider({ port = 0 } = {}): Promise<IdentityProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  let key = await createSigningKey('first')
  const announced = [key.publicJwk]
  const calls: ProviderCall[] = []
  const serviceTokens: string[] = []
  let decide: ((path: string) => Disturbance | undefined) | undefined

  const mint: IdentityProvider['mint'] = async (claims = {}, options = {}) => {
    const { privateKey, kid } = options.key ?? key
    const now = Math.floor(Date.now() / 1_000)
    const payload = {
      iss: issuer,
      sub: 'alice',
      aud: [`${SERVER_URL}/mcp`, 'nextcloud'],
      azp: CALLER_CLIENT.id,
      client_id: CALLER_CLIENT.id,
      scope: `openid ${SCOPES.join(' ')}`,
      iat: now,
      exp: now + 300,
      jti: crypto.randomUUID(),
      ...claims,
    }
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...options.header })
      .sign(privateKey)
    return remember(token)
  }

  const self: IdentityProvider = {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    provider: undefined as unknown as Provider,
    calls,
    callsTo: endpoint => calls.filter(({ path }) => path === PATHS[endpoint]),
    forget: () => calls.splice(0),
    mint,
    async mintOpaque({ user = 'alice', scope, resource = `${SERVER_URL}/mcp` } = {}) {
      const { provider } = self
      const client = await provider.Client.find(CALLER_CLIENT.id)
      if (client === undefined) throw new Error('no client')
      const scopes = scope ?? `openid ${SCOPES.join(' ')}`
      const grant = new provider.Grant({ accountId: user, clientId: CALLER_CLIENT.id })
      if (resource === null) grant.addOIDCScope(scopes)
      else grant.addResourceScope(resource, scopes)
      const token = new provider.AccessToken({
        accountId: user,
        client,
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope: scopes,
        ...(resource === null ? {} : { aud: resource }),
      } as never)
      const value = remember(await token.save())
      return { token: value, revoke: () => token.destroy() }
    },
    async mintRefreshToken(user = 'alice') {
      const { provider } = self
      const client = await provider.Client.find(SERVER_CLIENT.id)
      if (client === undefined) throw new Error('no client')
      const scope = 'openid offline_access'
      const grant = new provider.Grant({ accountId: user, clientId: SERVER_CLIENT.id })
      grant.addOIDCScope(scope)
      const grantId = await grant.save()
      const gty = 'authorization_code'
      return remember(
        await new provider.RefreshToken({ accountId: user, client, grantId, gty, scope }).save(),
      )
    },
    rotates: false,
    get key() {
      return key
    },
    async rotateKey() {
      key = await createSigningKey(crypto.randomUUID())
      announced.splice(0, announced.length, key.publicJwk)
    },
    plan(next) {
      decide = next
    },
    exchange: {},
    serviceTokens,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  const settings = {
    ...configuration(await exportJWK(key.privateKey), key),
    rotateRefreshToken: () => self.rotates,
  }
  const provider = withoutWarnings(() => new Provider(issuer, settings))
  provider.on('server_error', (_, error) => console.error(error))
  // Theirs are opaque, and their value is their id.
  provider.on('client_credentials.saved', token => serviceTokens.push(token.jti))
  provider.registerGrantType(
    EXCHANGE,
    async ctx => exchangeGrant(ctx, self),
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'].concat(
      'requested_subject',
    ),
  )
  Object.assign(self, { provider })
  const callback = provider.callback()

  handle = async (request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname
    const body = await bodyOf(request)
    const form = new URLSearchParams(body)
    for (const name of SECRET_FIELDS) remember(form.get(name) ?? undefined)
    rememberAuthorization(request.headers.authorization)
    calls.push({ method: request.method ?? '', path, form })
    const disturbance = decide?.(path)
    if (disturbance === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (disturbance !== undefined && 'status' in disturbance) {
      response.writeHead(disturbance.status, disturbance.headers).end()
      return
    }
    if (disturbance !== undefined) await sleep(disturbance.delayMs)
    if (path === PATHS.jwks) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ keys: announced }))
      return
    }
    // The library takes a body that was read already, as parsers in front of it leave it.
    Object.assign(request, { body: parsed(request, body) })
    callback(request, response)
  }
  return self
}

function configuration(privateJwk: JWK, key: SigningKey): Configuration {
  return {
    clients: [
      {
        client_id: SERVER_CLIENT.id,
        client_secret: SERVER_CLIENT.secret,
        redirect_uris: [`${SERVER_URL}/oauth/callback`],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: CALLER_CLIENT.id,
        client_secret: CALLER_CLIENT.secret,
        redirect_uris: ['http://localhost:9999/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    jwks: { keys: [{ ...privateJwk, kid: key.kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['cookies'] },
    scopes: ['openid', 'offline_access', 'profile', 'email', ...SCOPES],
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    // Native clients and loopback redirects, as MCP clients have them.
    clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id }),
    }),
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: SCOPES.join(' '),
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: 3_600,
      IdToken: 300,
      Interaction: 600,
      RefreshToken: 3_600,
      Session: 3_600,
    },
  }
}

/** The library warns of what is no matter in a test: its storage in memory, its simple pages. */
function withoutWarnings<T>(make: () => T): T {
  const { warn } = console
  console.warn = () => {}
  try {
    return make()
  } finally {
    console.warn = warn
  }
}

/** Token exchange (RFC 8693) as Keycloak's standard one: same subject, one audience, fewer scopes. */
async function exchangeGrant(ctx: KoaContextWithOIDC, self: IdentityProvider): Promise<void> {
  const { refuse, expiresIn = 300, claims = {}, impersonates } = self.exchange
  const params = ctx.oidc.params as Record<string, string | undefined>
  const refused = (status: number, error: string, description?: string) => {
    ctx.status = status
    ctx.body = { error, ...(description === undefined ? {} : { error_description: description }) }
  }
  if (refuse) return refused(refuse.status, refuse.error, refuse.description)
  if (params.requested_subject !== undefined && !impersonates) {
    return refused(
      400,
      'invalid_request',
      "Parameter 'requested_subject' is not supported for standard token exchange",
    )
  }
  const subject = claimsOf(params.subject_token ?? '')
  const expiresAt = Math.floor(Date.now() / 1_000) + expiresIn
  ctx.status = 200
  ctx.body = {
    access_token: await self.mint({
      sub: params.requested_subject ?? subject.sub,
      aud: params.audience,
      azp: SERVER_CLIENT.id,
      client_id: SERVER_CLIENT.id,
      scope: params.scope,
      exp: expiresAt,
      ...claims,
    }),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: expiresIn,
    scope: params.scope,
  }
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.')
  return payload === '' ? {} : JSON.parse(Buffer.from(payload, 'base64url').toString())
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function parsed({ headers }: IncomingMessage, body: string): unknown {
  if (body === '') return undefined
  return /json/.test(headers['content-type'] ?? '') ? JSON.parse(body) : body
}
