/** Wires who calls and on whose behalf, for the mode that is configured; part of the composition. */
import type { Access } from '../access/access.ts'
import { appPasswordAccess } from '../access/app-password.ts'
import { callerPasswordAccess } from '../access/caller-password.ts'
import { exchangedTokenAccess } from '../access/exchanged-token.ts'
import { forwardedTokenAccess } from '../access/forwarded-token.ts'
import { storedAppPasswordAccess } from '../access/stored-app-password.ts'
import type { Config, OAuthConfig, OAuthMode } from '../config/config.ts'
import { basicIdentity } from '../identity/basic.ts'
import { bearerIdentity } from '../identity/bearer.ts'
import type { Identity } from '../identity/caller.ts'
import { localIdentity } from '../identity/local.ts'
import { type ProtectedResource, protectedResource } from '../identity/resource-metadata.ts'
import { SCOPES, type Scope } from '../identity/scopes.ts'
import { createVerifier } from '../identity/verifier.ts'
import type { Catalog } from '../mcp/catalog.ts'
import { createDiscovery, type Discovery, type DiscoveryEvent } from '../oidc/discovery.ts'
import { isProviderError } from '../oidc/errors.ts'
import { type ExchangeRequest, exchangeToken } from '../oidc/exchange.ts'
import { createProviderHttp } from '../oidc/http.ts'
import { documentUrl } from '../oidc/issuer.ts'
import { createServerClients, type ServerClients } from '../oidc/server-client.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Vault } from '../vault/vault.ts'
import { NAME, VERSION } from '../version.ts'

/** What this server itself signs users in with, beside the scopes of its tools. */
const CLIENT_SCOPES = ['openid', 'profile', 'email', 'offline_access']

/** Who calls and on whose behalf. */
export interface Deployment {
  readonly identity: Identity
  readonly access: Access
  /** What the OAuth modes have beside it. */
  readonly oauth?: OAuthDeployment
}

/** The provider and this server's place at it. */
export interface OAuthDeployment {
  readonly discovery: Discovery
  readonly clients: ServerClients
  readonly resource: ProtectedResource
  close(): Promise<void>
}

/**
 * What the configured mode needs.
 * @param vault undefined where no storage is configured
 */
export function createDeployment(
  config: Config,
  catalog: Catalog,
  log: Logger,
  vault: Vault | undefined,
): Deployment {
  const { deployment } = config
  switch (deployment.mode) {
    case 'single_user_basic': {
      const { loginName, password } = deployment
      return { identity: localIdentity, access: appPasswordAccess(loginName, password) }
    }
    case 'multi_user_basic':
      return { identity: basicIdentity, access: callerPasswordAccess }
    default:
      return oauthDeployment(deployment.mode, deployment.oauth, config, catalog, log, vault)
  }
}

/** The provider and this server's client there, as `client` needs them too. */
export function connectProvider(
  oauth: OAuthConfig,
  { nextcloud }: Pick<Config, 'nextcloud'>,
  log: Logger,
  vault: Vault | undefined,
): Pick<OAuthDeployment, 'discovery' | 'clients' | 'close'> {
  const http = createProviderHttp({
    verifySsl: nextcloud.verifySsl,
    ...(nextcloud.caBundle === undefined ? {} : { caBundle: nextcloud.caBundle }),
    userAgent: `${NAME}/${VERSION}`,
    ...rerouteOf(oauth),
  })
  const discovery = createDiscovery({
    url: oauth.discoveryUrl,
    http,
    nextcloudUrl: nextcloud.url,
    publicIssuer: oauth.publicIssuer,
    jwksUri: oauth.jwksUri,
    report: event => reportDiscovery(log, event),
  })
  const clients = createServerClients({
    configured: oauth.client,
    storage: vault,
    request: {
      name: NAME,
      redirectUris: [`${oauth.serverUrl}/oauth/callback`],
      scopes: [...new Set([...CLIENT_SCOPES, ...(oauth.scopes ?? SCOPES)])],
      tokenType: oauth.tokenType,
      resourceUrl: `${oauth.serverUrl}/mcp`,
    },
  })
  return {
    discovery,
    clients,
    async close() {
      discovery.close()
      await http.close()
    },
  }
}

function oauthDeployment(
  mode: OAuthMode,
  oauth: OAuthConfig,
  config: Config,
  catalog: Catalog,
  log: Logger,
  vault: Vault | undefined,
): Deployment {
  const basicScopes = oauth.scopes ?? ['openid', ...readingScopes(catalog)]
  const resource = protectedResource(oauth.serverUrl, NAME, basicScopes)
  const connection = connectProvider(oauth, config, log, vault)
  const { discovery, clients } = connection
  const verifier = createVerifier({
    provider: discovery.provider,
    clients,
    audiences: resource.audiences,
    resource: `${oauth.serverUrl}/mcp`,
    userinfoFallback: oauth.userinfoFallback,
  })
  const identity = bearerIdentity({
    verifier,
    metadataUrl: resource.metadataUrl,
    basicScopes,
    provider: discovery.provider,
    report(error) {
      if (isProviderError(error)) log.warn({ code: error.code }, error.message)
      else log.debug(error.message)
    },
  })
  return {
    identity,
    access: oauthAccess(mode, oauth, discovery, clients, vault),
    oauth: { ...connection, resource },
  }
}

function oauthAccess(
  mode: OAuthMode,
  oauth: OAuthConfig,
  discovery: Discovery,
  clients: ServerClients,
  vault: Vault | undefined,
): Access {
  switch (mode) {
    case 'oauth_multi_audience':
      return forwardedTokenAccess(oauth.nextcloudAudiences)
    case 'oauth_token_exchange':
      return exchangedTokenAccess({
        exchange: request => exchangeAsServer(discovery, clients, request),
        audience: oauth.exchangeAudience,
      })
    case 'login_flow':
      if (vault === undefined) throw new Error('login_flow needs a storage')
      return storedAppPasswordAccess(vault.appPasswords)
  }
}

async function exchangeAsServer(
  discovery: Discovery,
  clients: ServerClients,
  request: ExchangeRequest,
) {
  const provider = await discovery.provider()
  const client = await clients.get(provider)
  return exchangeToken(provider, client, request).catch(async (error: unknown) => {
    if (isProviderError(error) && error.details.oauthError === 'invalid_client') {
      await clients.refused(provider, client)
    }
    throw error
  })
}

/**
 * What clients are told to ask for first: enough to look around. More is asked for when it is
 * needed (RFC 9728 `scopes_supported` is not a list of all there is).
 */
function readingScopes(catalog: Catalog): Scope[] {
  const offered = new Set(
    [...catalog.tools.values()].flatMap(({ tool }) => (tool.effect === 'read' ? tool.scopes : [])),
  )
  return SCOPES.filter(scope => offered.has(scope))
}

/** What clients reach under the public name, this server reaches where the document is. */
function rerouteOf({ publicIssuer, discoveryUrl }: OAuthConfig) {
  if (publicIssuer === undefined) return {}
  return { reroute: { from: new URL(publicIssuer).origin, to: documentUrl(discoveryUrl).origin } }
}

function reportDiscovery(log: Logger, event: DiscoveryEvent): void {
  if ('provider' in event) {
    const { issuer, integrated } = event.provider
    log.info({ issuer, kind: integrated ? 'integrated' : 'external' }, 'found the provider')
  } else {
    const { error, retryInMs } = event
    log.warn({ code: error.code, retryInMs }, `cannot use the provider: ${error.message}`)
  }
}
