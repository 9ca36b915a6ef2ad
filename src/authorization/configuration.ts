/** How the authorization server behaves: OAuth 2.1 and nothing beside it. */
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type ClientMetadata as LibraryMetadata,
  Provider,
} from 'oidc-provider'
import { dotted, SCOPES, type Scope } from '../identity/scopes.ts'
import type { Vault } from '../vault/vault.ts'
import { createAdapters } from './adapter.ts'
import { type ClientMetadata, normaliseClient } from './client-metadata.ts'
import type { ClientPolicy } from './clients.ts'
import type { AuthorizationKeys } from './keys.ts'
import { PATHS } from './paths.ts'
import type { Refreshing } from './refresh-tokens.ts'

/** An error that a person gets to see because there is no client to send them back to. */
export interface AuthorizationFault {
  /** OAuth error code (RFC 6749 4.1.2.1). */
  readonly error: string
  readonly description: string | undefined
}

/** What the server is made of. */
export interface ConfigurationOptions {
  /** Public address of this server: its issuer. */
  readonly issuer: string
  /** Values of `resource` (RFC 8707) that mean this server, the canonical one first. */
  readonly resources: readonly [string, ...string[]]
  readonly keys: AuthorizationKeys
  readonly vault: Pick<Vault, 'records' | 'appPasswords'>
  readonly policy: ClientPolicy
  readonly fetch: typeof fetch
  /** Where a person is sent to be asked. */
  readonly interactionPath: (uid: string) => string
  /** The page for {@link AuthorizationFault}. */
  readonly faultPage: (fault: AuthorizationFault, acceptLanguage: string) => WholePage
  /**
   * The page from which a click leads back to a program by its own scheme: browsers open programs
   * for a click only.
   */
  readonly programPage: (address: string, acceptLanguage: string) => WholePage
}

/** A page with its headers. */
export interface WholePage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

const MINUTE = 60
const DAY = 24 * 3_600
/** How long a grant lasts that no client uses. */
export const GRANT_S = 400 * DAY
const TTL = {
  AccessToken: 10 * MINUTE,
  AuthorizationCode: MINUTE,
  IdToken: 10 * MINUTE,
  Interaction: 30 * MINUTE,
  // Counted anew with every rotation.
  RefreshToken: 90 * DAY,
  Grant: GRANT_S,
  // Nobody is signed in here: a session lasts for one authorization.
  Session: 30 * MINUTE,
}

/** What the library knows of the request that it is answering. */
function refreshing(): Refreshing | undefined {
  const { ctx } = Provider
  return ctx && { request: ctx, replaces: ctx.oidc.entities.RotatedRefreshToken?.jti }
}

/** The library's configuration. */
export function configurationOf(options: ConfigurationOptions): Configuration {
  const { issuer, keys, vault, policy } = options
  const secure = issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  const base = new URL(issuer).pathname.replace(/\/+$/, '')
  return {
    adapter: createAdapters(vault.records, refreshing),
    jwks: { keys: keys.signing.map(key => ({ ...key })) },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'] },
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { response_types: ['code'], grant_types: ['authorization_code'] },
    extraClientMetadata: {
      // The library asks about this one; the answer is about all of them.
      properties: ['software_id'],
      validator: (ctx, _key, _value, metadata) => admit(ctx, metadata, policy),
    },
    fetch: options.fetch,
    fetchResponseBodyLimits: { 'client_id metadata document': 64 * 1_024, jwks_uri: 64 * 1_024 },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      registration: { enabled: true },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: (_, clientId) => policy.allowsDocument(clientId),
        cacheDuration: { min: 5 * MINUTE, max: DAY },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.resources[0],
        useGrantedResource: () => true,
        getResourceServerInfo(_, resource) {
          if (!options.resources.includes(resource)) throw new errors.InvalidTarget()
          return {
            scope: [...SCOPES, ...SCOPES.map(dotted)].join(' '),
            audience: options.resources[0],
            accessTokenFormat: 'jwt',
            accessTokenTTL: TTL.AccessToken,
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    // Tokens are asked for without cookies, so any web page may ask for its own.
    clientBasedCORS: () => true,
    async revokeGrantPolicy({ oidc }) {
      // Whose a code was that is used twice nobody else will be able to tell afterwards.
      const code = typeof oidc.params?.code === 'string' ? oidc.params.code : ''
      const used = await oidc.provider.AuthorizationCode.find(code, { ignoreExpiration: true })
      if (used !== undefined) oidc.entity('AuthorizationCode', used)
      return true
    },
    async findAccount(_, sub, token) {
      // What a client holds is worth as much as the app password that belongs to it.
      const clientId = (token as { clientId?: string } | undefined)?.clientId
      const isConnected =
        clientId === undefined || (await vault.appPasswords.get(sub, clientId)) !== undefined
      return isConnected ? { accountId: sub, claims: () => ({ sub }) } : undefined
    },
    interactions: {
      url: (_, { uid }) => `${base}${options.interactionPath(uid)}`,
      policy: alwaysAsk(),
    },
    cookies: {
      keys: [...keys.cookies],
      names: { session: 'mcp_authorization', interaction: 'mcp_interaction', resume: 'mcp_resume' },
      long: { ...cookie, path: `${base}/oauth` },
      short: cookie,
    },
    routes: PATHS,
    ttl: TTL,
    async renderError(ctx, { error, error_description: description }) {
      const page = options.faultPage({ error, description }, ctx.get('accept-language'))
      ctx.type = 'html'
      ctx.set(page.headers)
      ctx.body = page.html
    },
  }
}

/** Everybody is asked every time: who they are, and what the client may do. */
function alwaysAsk(): interactionPolicy.DefaultPolicy {
  const { Check, Prompt, base } = interactionPolicy
  const policy = base()
  policy.clear()
  for (const name of ['login', 'consent'] as const) {
    const check = new Check('not_asked', `${name} is needed`, ({ oidc }: KoaContextWithOIDC) =>
      oidc.result?.[name] === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    )
    policy.add(new Prompt({ name, requestable: true }, check))
  }
  return policy
}

function admit(
  ctx: KoaContextWithOIDC | undefined,
  metadata: LibraryMetadata,
  policy: ClientPolicy,
): void {
  normaliseClient(metadata as unknown as ClientMetadata)
  const redirectUris = metadata.redirect_uris ?? []
  if (policy.allows({ clientId: metadata.client_id, redirectUris })) return
  // Said in the terms of whoever reads it: a registration that failed, or a client not known.
  const isRegistration = ctx?.oidc?.route === 'registration'
  const message = 'this client is not allowed here (ALLOWED_MCP_CLIENTS)'
  throw isRegistration
    ? new errors.InvalidClientMetadata(message)
    : new errors.InvalidClient(message)
}

/** Scopes of a request in this server's own spelling. */
export function scopesIn(scope: unknown): Scope[] {
  const words = new Set(typeof scope === 'string' ? scope.split(' ') : [])
  return SCOPES.filter(one => words.has(one) || words.has(dotted(one)))
}
