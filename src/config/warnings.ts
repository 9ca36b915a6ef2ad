/** What is worth telling of a configuration that is no fault. */
import { closest } from './closest.ts'
import type { Deployment } from './deployment.ts'
import { isLocalName, isLoopback } from './listen.ts'
import type { OAuthConfig } from './oauth.ts'
import { SETTINGS, type Settings } from './schema.ts'

/** Risks, slips of the pen, and settings without effect. */
export function warningsOf(
  environment: Readonly<Record<string, string | undefined>>,
  settings: Settings,
  deployment: Deployment,
): string[] {
  return [
    ...misspelt(environment),
    ...risky(settings),
    ...('oauth' in deployment ? riskyOAuth(deployment.oauth) : []),
    ...unfitForExchange(settings, deployment),
    ...withoutEffect(settings, deployment),
    ...apartInSearch(settings),
  ]
}

/** Variables that look like a setting but are none. */
function misspelt(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(SETTINGS)
  return Object.keys(environment).flatMap(name => {
    if (
      !/^(NEXTCLOUD|MCP|EXCLUDED|OIDC|TOKEN|ENABLE|EMBEDDING|INFINITY|SYNC|VECTOR|WEBHOOK|DOCUMENT|UNSTRUCTURED|DOCLING|CUSTOM_PROCESSOR|SEARCH|QDRANT|DATABASE|AUDIT|METRICS|LOG)_/.test(
        name,
      ) ||
      known.includes(name)
    )
      return []
    const near = closest(name, known)
    return near === undefined ? [] : [`${name} is not a setting; did you mean ${near}?`]
  })
}

function risky(settings: Settings): string[] {
  const warnings: string[] = []
  if (!settings.NEXTCLOUD_VERIFY_SSL) {
    warnings.push('NEXTCLOUD_VERIFY_SSL=false: anybody on the way can read and change the traffic')
  }
  if (settings.MCP_ALLOW_UNAUTHENTICATED_NETWORK && !isLoopback(settings.MCP_HOST)) {
    warnings.push('everybody who can reach the port acts as the configured user')
  }
  const database = settings.DATABASE_URL
  if (database !== undefined && database.tls === undefined && !isNear(database.host)) {
    warnings.push(
      'DATABASE_URL has no sslmode: what is not encrypted in the database crosses the network in the clear; add ?sslmode=verify-full, or ?sslmode=disable where the network is safe',
    )
  }
  const { METRICS_ENABLED: metrics = settings.METRICS_PORT !== undefined } = settings
  if (metrics && !isLoopback(settings.METRICS_HOST)) {
    warnings.push('METRICS_HOST: everybody who can reach that port can read the metrics')
  }
  const url = URL.parse(settings.NEXTCLOUD_HOST ?? '')
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    warnings.push('NEXTCLOUD_HOST uses http: credentials cross the network unprotected')
  }
  return warnings
}

/** This machine, a socket on it, or a machine beside it. */
function isNear(host: string): boolean {
  return host.startsWith('/') || isLoopback(host) || isLocalName(host)
}

function riskyOAuth(oauth: OAuthConfig): string[] {
  const addresses = [['NEXTCLOUD_MCP_SERVER_URL', oauth.serverUrl]]
  if (oauth.server === 'external') addresses.push(['OIDC_DISCOVERY_URL', oauth.discoveryUrl])
  const warnings = addresses.flatMap(([name, address]) => {
    const url = URL.parse(address ?? '')
    return url?.protocol === 'http:' && !isLoopback(url.hostname)
      ? [`${name} uses http: tokens cross the network unprotected`]
      : []
  })
  if (oauth.userinfoFallback) {
    warnings.push(
      'OIDC_USERINFO_FALLBACK=true: any client of the provider can call with tokens issued to it',
    )
  }
  return warnings
}

/** What stands in the way of exchanging tokens, or of meaning to. */
function unfitForExchange(settings: Settings, deployment: Deployment): string[] {
  if (deployment.mode !== 'oauth_token_exchange') {
    return settings.ENABLE_TOKEN_EXCHANGE
      ? [`ENABLE_TOKEN_EXCHANGE has no effect: the mode is ${deployment.mode}`]
      : []
  }
  const warnings: string[] = []
  const isKept = (settings.DATABASE_URL ?? settings.TOKEN_STORAGE_DB) !== undefined
  if (deployment.oauth.client === undefined && !isKept) {
    warnings.push(
      'without OIDC_CLIENT_ID or TOKEN_STORAGE_DB this server registers itself anew at each start',
    )
  }
  if (settings.OIDC_DISCOVERY_URL === undefined) {
    warnings.push(
      "Nextcloud's own oidc app does not exchange tokens; set OIDC_DISCOVERY_URL to a provider that does",
    )
  }
  return warnings
}

/** Settings that the rest leaves nothing to do for. */
function withoutEffect(settings: Settings, deployment: Deployment): string[] {
  const server = 'oauth' in deployment ? deployment.oauth.server : undefined
  const warnings: string[] = []
  if (settings.DATABASE_URL !== undefined && settings.TOKEN_STORAGE_DB !== undefined) {
    warnings.push('TOKEN_STORAGE_DB has no effect: DATABASE_URL takes its place')
  }
  if (server === 'builtin' && settings.OIDC_DISCOVERY_URL !== undefined) {
    warnings.push('OIDC_DISCOVERY_URL has no effect: MCP_AUTHORIZATION_SERVER is builtin')
  }
  if (server !== 'builtin' && settings.ALLOWED_MCP_CLIENTS !== undefined) {
    warnings.push(
      'ALLOWED_MCP_CLIENTS has no effect: clients register at the identity provider, if at all',
    )
  }
  if (settings.ENABLE_OFFLINE_ACCESS && server === undefined) {
    warnings.push(`ENABLE_OFFLINE_ACCESS has no effect: the mode is ${deployment.mode}`)
  }
  return warnings
}

/** What stands in the way of dividing search among processes. */
function apartInSearch(settings: Settings): string[] {
  const { MCP_ROLE: role, DATABASE_URL: database, QDRANT_URL: qdrant } = settings
  if (role === 'all') return []
  if (!(settings.ENABLE_SEMANTIC_SEARCH ?? settings.VECTOR_SYNC_ENABLED)) {
    return role === 'worker'
      ? ['MCP_ROLE=worker has nothing to do: ENABLE_SEMANTIC_SEARCH is not set']
      : []
  }
  const warnings: string[] = []
  if (qdrant === undefined) {
    warnings.push(
      `MCP_ROLE=${role} without QDRANT_URL: api and worker find each other only in the same file SEARCH_INDEX_DB, on one machine; set QDRANT_URL to have them on several`,
    )
  } else if (database === undefined) {
    warnings.push(
      `MCP_ROLE=${role} without DATABASE_URL: what is known of documents is in the file SEARCH_INDEX_DB, which all workers need on one machine; set DATABASE_URL to have them on several`,
    )
  }
  return warnings
}
