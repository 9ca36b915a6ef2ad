/** The settings of the OAuth modes: who issues tokens, for whom they are, and who this server is. */
import { either } from './either.ts'
import { isLoopback, type ListenConfig } from './listen.ts'
import type { ConfigProblem } from './problems.ts'
import type { AUTHORIZATION_SERVERS, Settings } from './schema.ts'

/** Who issues tokens: this server itself, or an identity provider. */
export type AuthorizationServerKind = (typeof AUTHORIZATION_SERVERS)[number]

/** What the OAuth modes are configured with. */
export interface OAuthConfig {
  /** Who issues tokens. With the built-in server nothing about a provider applies. */
  server: AuthorizationServerKind
  /** Public address of this server without `/mcp`: tokens must be issued for it. */
  serverUrl: string
  /** Address of the provider's discovery document (or its issuer). */
  discoveryUrl: string
  /** Issuer as clients know it, where this server reaches the provider under another address. */
  publicIssuer: string | undefined
  /** Address of the provider's keys, in place of the one that the discovery document names. */
  jwksUri: string | undefined
  /** This server's own client; undefined: from the storage, or registered when it is needed. */
  client: { id: string; secret: string | undefined } | undefined
  /** Kind of tokens to register for at Nextcloud's oidc app. */
  tokenType: 'jwt' | 'opaque'
  /** Scopes that clients are told to ask for; undefined: chosen from the tools that are offered. */
  scopes: string[] | undefined
  /** Audiences by which a token names Nextcloud. */
  nextcloudAudiences: string[]
  /** Audience to exchange tokens for. */
  exchangeAudience: string
  userinfoFallback: boolean
  /** Clients that may come to the built-in authorization server; undefined: any. */
  allowedClients: string[] | undefined
  /** Access while users are away. */
  background: {
    enabled: boolean
    /** Whether users can grant it themselves. */
    grantable: boolean
  }
}

/** The client id by which Keycloak and others know Nextcloud in the setups that are documented. */
const NEXTCLOUD_CLIENT_ID = 'nextcloud'

/** Where Nextcloud's own oidc app has its discovery document, with and without pretty addresses. */
const INTEGRATED_DISCOVERY = '/index.php/.well-known/openid-configuration'

/** What is known beforehand. */
interface Known {
  server: AuthorizationServerKind
  /** Undefined where it is itself at fault, which has been told already. */
  nextcloudUrl: string | undefined
}

/** Reads the settings of the OAuth modes; adds what is wrong with them to `problems`. */
export function oauthConfig(
  settings: Settings,
  listen: ListenConfig,
  { server, nextcloudUrl }: Known,
  problems: ConfigProblem[],
): OAuthConfig {
  if (listen.transport === 'stdio') {
    problems.push({
      name: 'MCP_TRANSPORT',
      message:
        'tokens come with HTTP requests; use streamable-http, or for stdio set NEXTCLOUD_USERNAME and NEXTCLOUD_PASSWORD',
    })
  }
  if (listen.publicUrl === undefined && (!isLoopback(listen.host) || listen.port === 0)) {
    problems.push({
      name: 'NEXTCLOUD_MCP_SERVER_URL',
      message:
        'is missing; set it to the address under which clients reach this server, as in https://mcp.example.org: tokens are accepted only if they were issued for it',
    })
  }
  const resource = settings.NEXTCLOUD_RESOURCE_URI
  return {
    server,
    serverUrl: listen.publicUrl ?? `http://localhost:${listen.port}`,
    discoveryUrl: settings.OIDC_DISCOVERY_URL ?? `${nextcloudUrl ?? ''}${INTEGRATED_DISCOVERY}`,
    publicIssuer: settings.NEXTCLOUD_PUBLIC_ISSUER_URL,
    jwksUri: settings.OIDC_JWKS_URI,
    client: clientConfig(settings, problems),
    tokenType: settings.NEXTCLOUD_OIDC_TOKEN_TYPE,
    scopes: settings.NEXTCLOUD_OIDC_SCOPES,
    nextcloudAudiences: [
      ...(resource === undefined ? [] : [resource]),
      ...(nextcloudUrl === undefined ? [] : [nextcloudUrl]),
      NEXTCLOUD_CLIENT_ID,
    ],
    exchangeAudience: resource ?? NEXTCLOUD_CLIENT_ID,
    userinfoFallback: settings.OIDC_USERINFO_FALLBACK,
    allowedClients: settings.ALLOWED_MCP_CLIENTS,
    background: {
      enabled: settings.ENABLE_OFFLINE_ACCESS,
      grantable: settings.ENABLE_OFFLINE_ACCESS && settings.ENABLE_PROGRESSIVE_CONSENT,
    },
  }
}

function clientConfig(settings: Settings, problems: ConfigProblem[]): OAuthConfig['client'] {
  const id = either(settings, 'OIDC_CLIENT_ID', 'NEXTCLOUD_OIDC_CLIENT_ID', problems)
  const secret = either(settings, 'OIDC_CLIENT_SECRET', 'NEXTCLOUD_OIDC_CLIENT_SECRET', problems)
  if (id !== undefined) return { id, secret }
  if (secret !== undefined) {
    problems.push({
      name: 'OIDC_CLIENT_ID',
      message: 'is missing beside OIDC_CLIENT_SECRET; set both or neither',
    })
  }
  return undefined
}
