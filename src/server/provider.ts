/** The configured identity provider, and this server as its client. */
import type { Config, OAuthConfig } from '../config/config.ts'
import { SCOPES } from '../identity/scopes.ts'
import { createDiscovery, type Discovery, type DiscoveryEvent } from '../oidc/discovery.ts'
import { createProviderHttp } from '../oidc/http.ts'
import { documentUrl } from '../oidc/issuer.ts'
import type { ClientCredentials, Provider } from '../oidc/provider.ts'
import { actingAs, createServerClients, type ServerClients } from '../oidc/server-client.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Vault } from '../vault/vault.ts'
import { NAME, VERSION } from '../version.ts'

/** What this server itself signs users in with, beside the scopes of its tools. */
const CLIENT_SCOPES = ['openid', 'profile', 'email', 'offline_access']

/** The identity provider, and this server as its client. */
export interface ProviderConnection {
  /** It is not this server itself. */
  readonly server?: undefined
  readonly discovery: Discovery
  readonly clients: ServerClients
  /**
   * Does something at the provider as it is now, with what this server shows itself with there.
   * @throws ProviderError
   */
  asServer<T>(work: (provider: Provider, client: ClientCredentials) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The provider and this server's client there, as `client` needs them too. */
export function connectProvider(
  oauth: OAuthConfig,
  { nextcloud }: Pick<Config, 'nextcloud'>,
  log: Logger,
  vault: Vault | undefined,
): ProviderConnection {
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
    async asServer(work) {
      const provider = await discovery.provider()
      const client = await clients.get(provider)
      return actingAs(clients, provider, client, () => work(provider, client))
    },
    async close() {
      discovery.close()
      await http.close()
    },
  }
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
