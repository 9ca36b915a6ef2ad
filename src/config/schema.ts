/**
 * Every setting there is: its environment variable, its shape, its default and what it is for.
 * The reference page and the start-up checks derive from this one table.
 */
import { z } from 'zod'
import { parseDatabaseUrl } from './database-url.ts'
import { DOCUMENT_SETTINGS } from './documents-schema.ts'
import { QUERY_SETTINGS } from './query-schema.ts'
import { SEARCH_SETTINGS } from './search-schema.ts'
import { SYNC_SETTINGS } from './sync-schema.ts'
import { TELEMETRY_SETTINGS } from './telemetry-schema.ts'
import {
  address,
  count,
  flag,
  names,
  port,
  type Setting,
  seconds,
  setting,
  withDefault,
} from './values.ts'

/** Deployment modes: who calls, and how Nextcloud is reached. */
export const MODES = [
  'single_user_basic',
  'multi_user_basic',
  'login_flow',
  'oauth_multi_audience',
  'oauth_token_exchange',
] as const
export type Mode = (typeof MODES)[number]

/** What a process of several does. */
export const ROLES = ['all', 'api', 'worker'] as const

/** Who issues the tokens that clients come with in the OAuth modes. */
export const AUTHORIZATION_SERVERS = ['builtin', 'external'] as const

/** The address of a Nextcloud; people paste that of the page they are on. */
const nextcloudUrl = address.transform(text =>
  text.replace(/\/(index\.php.*|status\.php|login|remote\.php.*)$/, ''),
)

/** The address of this server; people paste that of the endpoint. */
const serverUrl = address.transform(text => text.replace(/\/mcp$/, ''))

/** Scopes (RFC 6749 3.3), separated by spaces as in OAuth, or by commas. */
const scopes = z
  .string()
  .transform(value => value.split(/[\s,]+/).filter(word => word !== ''))
  .refine(words => words.every(word => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(word)), {
    error: 'must be scopes separated by spaces, without quotation marks',
  })

/** The address of a PostgreSQL database. */
const databaseUrl = z.string().transform((value, context) => {
  const address = parseDatabaseUrl(value)
  if (!('problem' in address)) return address
  context.addIssue({ code: 'custom', message: address.problem })
  return z.NEVER
})

/** All settings by the name of their environment variable. */
export const SETTINGS = {
  MCP_DEPLOYMENT_MODE: setting(
    `How callers are identified and Nextcloud is reached: ${MODES.join(', ')}. Default: single_user_basic with a user name and password, oauth_token_exchange with ENABLE_TOKEN_EXCHANGE, else login_flow.`,
    z.enum(MODES, { error: `must be one of ${MODES.join(', ')}` }),
  ),
  NEXTCLOUD_HOST: setting(
    'Address of the Nextcloud, as in https://cloud.example.org.',
    nextcloudUrl,
  ),
  NEXTCLOUD_USERNAME: setting('Login name, for single_user_basic.', z.string().min(1)),
  NEXTCLOUD_PASSWORD: setting(
    'App password (Nextcloud > Settings > Security), for single_user_basic.',
    z.string().min(1),
  ),
  NEXTCLOUD_VERIFY_SSL: withDefault(
    'Check the TLS certificate of Nextcloud and of the identity provider.',
    flag,
    'true',
  ),
  NEXTCLOUD_CA_BUNDLE: setting(
    'PEM file with further certificate authorities to trust.',
    z.string().min(1),
  ),
  NEXTCLOUD_TIMEOUT_SECONDS: withDefault(
    'Longest silence of Nextcloud before a call fails.',
    seconds,
    '30',
  ),
  NEXTCLOUD_PUBLIC_URL: setting(
    'Address under which browsers reach Nextcloud, where NEXTCLOUD_HOST is one that only this server can reach.',
    nextcloudUrl,
  ),
  NEXTCLOUD_MCP_SERVER_URL: setting(
    'Address under which clients reach this server, where it is not the one it listens on. With OAuth, tokens must be issued for it.',
    serverUrl,
  ),
  MCP_ROLE: withDefault(
    `What this process does: ${ROLES.join(', ')}. api serves clients and indexes nothing; worker indexes what search by meaning finds, and answers /health only.`,
    z.enum(ROLES, { error: `must be one of ${ROLES.join(', ')}` }),
    'all',
  ),
  MCP_TRANSPORT: withDefault(
    'streamable-http (http for short) or stdio.',
    z
      .enum(['streamable-http', 'http', 'stdio'], {
        error: 'must be streamable-http, http or stdio',
      })
      .transform(transport => (transport === 'stdio' ? 'stdio' : 'http')),
    'streamable-http',
  ),
  MCP_HOST: withDefault('Address to listen on.', z.string().min(1), '127.0.0.1'),
  MCP_PORT: withDefault('Port to listen on.', port, '8000'),
  MCP_ALLOWED_HOSTS: withDefault(
    'Further host names that requests may name in their Host header, comma separated; * allows any.',
    names,
    '',
  ),
  MCP_ALLOWED_ORIGINS: withDefault(
    'Further web origins that may call, comma separated, as in https://chat.example.org.',
    names,
    '',
  ),
  MCP_ALLOW_UNAUTHENTICATED_NETWORK: withDefault(
    'Let single_user_basic listen on more than loopback: everybody who can reach the port then acts as the user.',
    flag,
    'false',
  ),
  MCP_READ_ONLY: withDefault('Offer only tools that read.', flag, 'false'),
  MCP_LOCKDOWN: withDefault(
    'Offer nothing that carries data outside (sending mail, inviting, publishing) to callers who can read what others wrote, such as mail or comments: that could tell the model to do so.',
    flag,
    'false',
  ),
  MCP_TOOLS: setting('Tools to offer, comma separated, * for any characters.', names),
  MCP_EXCLUDE_TOOLS: withDefault(
    'Tools not to offer, comma separated, * for any characters.',
    names,
    '',
  ),
  MCP_ENABLED_APPS: setting('Apps to offer, comma separated.', names),
  MCP_TOOLSET: setting(
    'Sets of apps to offer, comma separated: organizer, documents, teamwork, communication, reading, or an app by its name. With MCP_ENABLED_APPS: both.',
    names,
  ),
  MCP_COMPACT: withDefault(
    'List only the essential tools, and two that find and run all others: fewer tokens for models that are given the whole list.',
    flag,
    'false',
  ),
  EXCLUDED_TAGS: withDefault(
    'System tags whose files and folders no file tool can see, comma separated.',
    names,
    '',
  ),
  MCP_AUTHORIZATION_SERVER: setting(
    'Who signs people in and issues tokens in login_flow: builtin, this server with the help of a stock Nextcloud, or external, an identity provider. Default: external with OIDC_DISCOVERY_URL, else builtin.',
    z.enum(AUTHORIZATION_SERVERS, { error: 'must be builtin or external' }),
  ),
  ALLOWED_MCP_CLIENTS: setting(
    "Clients that may connect through the built-in authorization server, comma separated: hosts (of the client's document or of its redirect addresses, *.example.org for those below one, localhost for programs), schemes such as cursor:, or client ids. Default: any.",
    names,
  ),
  ENABLE_OFFLINE_ACCESS: withDefault(
    'Let users grant access to Nextcloud while they are away, for background work. Needs the database.',
    flag,
    'false',
  ),
  ENABLE_PROGRESSIVE_CONSENT: withDefault(
    'With ENABLE_OFFLINE_ACCESS: offer users the tools and pages to grant that themselves. Without, what was granted before stays in use.',
    flag,
    'true',
  ),
  OIDC_DISCOVERY_URL: setting(
    "Discovery document of the identity provider. Default for an external one: that of Nextcloud's own oidc app.",
    address,
  ),
  OIDC_CLIENT_ID: setting(
    'Client id of this server at the provider; NEXTCLOUD_OIDC_CLIENT_ID means the same. Without one it registers itself (RFC 7591) when it needs one.',
    z.string().min(1),
  ),
  OIDC_CLIENT_SECRET: setting(
    'Its secret; NEXTCLOUD_OIDC_CLIENT_SECRET means the same.',
    z.string().min(1),
  ),
  NEXTCLOUD_OIDC_CLIENT_ID: setting('As OIDC_CLIENT_ID.', z.string().min(1)),
  NEXTCLOUD_OIDC_CLIENT_SECRET: setting('As OIDC_CLIENT_SECRET.', z.string().min(1)),
  NEXTCLOUD_OIDC_SCOPES: setting(
    'Scopes that clients are told to ask for, separated by spaces. Default: openid and the scopes of all tools that read.',
    scopes,
  ),
  NEXTCLOUD_OIDC_TOKEN_TYPE: withDefault(
    "Kind of tokens to register for at Nextcloud's oidc app: jwt or opaque.",
    z
      .string()
      .transform(value => value.trim().toLowerCase())
      .pipe(z.enum(['jwt', 'opaque', 'bearer'], { error: 'must be jwt or opaque' }))
      .transform(type => (type === 'jwt' ? 'jwt' : 'opaque')),
    'jwt',
  ),
  OIDC_JWKS_URI: setting(
    "Address of the provider's keys, where the discovery document names one that cannot be reached from here.",
    address,
  ),
  OIDC_USERINFO_FALLBACK: withDefault(
    'Accept opaque tokens that only the userinfo endpoint knows. It does not tell whom a token was issued for: any client of the provider can then call this server.',
    flag,
    'false',
  ),
  NEXTCLOUD_PUBLIC_ISSUER_URL: setting(
    'Issuer as clients know it, where this server reaches the provider under another address.',
    address,
  ),
  NEXTCLOUD_RESOURCE_URI: setting(
    'Audience by which tokens name Nextcloud; also the audience to exchange tokens for. Default: NEXTCLOUD_HOST or the client id nextcloud; for the exchange: nextcloud.',
    z.string().min(1),
  ),
  ENABLE_TOKEN_EXCHANGE: withDefault(
    'Without MCP_DEPLOYMENT_MODE: choose oauth_token_exchange.',
    flag,
    'false',
  ),
  TOKEN_STORAGE_DB: setting(
    'Path of the database for what this server must remember, such as app passwords and its own client. Needs TOKEN_ENCRYPTION_KEY. Default with the built-in authorization server: nextcloud-mcp-server/tokens.db below XDG_DATA_HOME (~/.local/share).',
    z.string().min(1),
  ),
  TOKEN_ENCRYPTION_KEY: setting(
    'Key that encrypts the database, as `nextcloud-mcp-server keygen` prints it; several, comma separated, while changing it: the first encrypts. Default with the built-in authorization server: made at the first start, and kept beside the database in a file that ends in .key.',
    z.string().min(1),
  ),
  DATABASE_URL: setting(
    'PostgreSQL database in place of TOKEN_STORAGE_DB, for several replicas of this server, and for what their workers know of documents: postgres://user:password@host:5432/database?sslmode=verify-full. sslmode is disable (the default), require, verify-ca or verify-full; sslrootcert, sslcert and sslkey name PEM files. Needs TOKEN_ENCRYPTION_KEY, the same for all.',
    databaseUrl,
  ),
  DATABASE_POOL_SIZE: withDefault(
    'Most connections of one process to DATABASE_URL. What workers know of documents takes up to four more, where search by meaning is on.',
    count(1, 1_000),
    '10',
  ),
  AUDIT_RETENTION_DAYS: withDefault(
    'Days that lines of the audit log are kept; 0: for ever.',
    count(0, 36_500),
    '365',
  ),
  ...DOCUMENT_SETTINGS,
  ...SEARCH_SETTINGS,
  ...QUERY_SETTINGS,
  ...SYNC_SETTINGS,
  ...TELEMETRY_SETTINGS,
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

type Parsed<N extends SettingName> = z.output<(typeof SETTINGS)[N]['schema']>

/** Settings after parsing: defaults filled in, the others possibly undefined. */
export type Settings = {
  [N in SettingName]: (typeof SETTINGS)[N] extends { default: string }
    ? Parsed<N>
    : Parsed<N> | undefined
}
