/**
 * Every setting there is: its environment variable, its shape, its default and what it is for.
 * The reference page and the start-up checks derive from this one table.
 */
import { z } from 'zod'

/** Deployment modes: who calls, and how Nextcloud is reached. */
export const MODES = ['single_user_basic', 'multi_user_basic'] as const
export type Mode = (typeof MODES)[number]

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Words that people write for yes and no; anything else is an error, not a no. */
const flag = z.string().transform((value, context) => {
  const word = value.trim().toLowerCase()
  if (['true', '1', 'yes', 'on'].includes(word)) return true
  if (['false', '0', 'no', 'off'].includes(word)) return false
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})

const names = z.string().transform(value =>
  value
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== ''),
)

const httpUrl = z.string().transform((value, context) => {
  const text = value.trim().replace(/\/+$/, '')
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const fix = /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? `, as in https://${text}` : ''
    context.addIssue({ code: 'custom', message: `must be an http or https address${fix}` })
    return z.NEVER
  }
  if (url.username !== '' || url.password !== '') {
    context.addIssue({ code: 'custom', message: 'must not contain a user name or password' })
    return z.NEVER
  }
  if (url.search !== '' || url.hash !== '') {
    context.addIssue({ code: 'custom', message: 'must not contain ? or #' })
    return z.NEVER
  }
  // People paste the address of the page they are on.
  return text.replace(/\/(index\.php.*|status\.php|login|remote\.php.*)$/, '')
})

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.int().min(0).max(65_535))

const logLevel = z
  .string()
  .transform(value => {
    const level = value.trim().toLowerCase()
    return { warning: 'warn', critical: 'fatal' }[level] ?? level
  })
  .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))

/** One setting. */
export interface Setting {
  readonly schema: z.ZodType
  /** Text of the default; undefined where there is none. */
  readonly default?: string
  /** For the documentation and the error messages. */
  readonly about: string
}

const setting = <S extends z.ZodType>(about: string, schema: S) => ({ about, schema })
const withDefault = <S extends z.ZodType>(about: string, schema: S, text: string) => ({
  about,
  schema,
  default: text,
})

/** All settings by the name of their environment variable. */
export const SETTINGS = {
  MCP_DEPLOYMENT_MODE: setting(
    `How callers are identified and Nextcloud is reached: ${MODES.join(' or ')}. Default: single_user_basic.`,
    z.enum(MODES, { error: `must be one of ${MODES.join(', ')}` }),
  ),
  NEXTCLOUD_HOST: setting('Address of the Nextcloud, as in https://cloud.example.org.', httpUrl),
  NEXTCLOUD_USERNAME: setting('Login name, for single_user_basic.', z.string().min(1)),
  NEXTCLOUD_PASSWORD: setting(
    'App password (Nextcloud > Settings > Security), for single_user_basic.',
    z.string().min(1),
  ),
  NEXTCLOUD_VERIFY_SSL: withDefault('Check the TLS certificate of Nextcloud.', flag, 'true'),
  NEXTCLOUD_CA_BUNDLE: setting(
    'PEM file with further certificate authorities to trust.',
    z.string().min(1),
  ),
  NEXTCLOUD_TIMEOUT_SECONDS: withDefault(
    'Longest silence of Nextcloud before a call fails.',
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'must be a number of seconds')
      .transform(Number)
      .pipe(z.number().min(0.1, 'must be at least 0.1').max(600, 'must be at most 600')),
    '30',
  ),
  NEXTCLOUD_MCP_SERVER_URL: setting(
    'Address under which clients reach this server, where it is not the one it listens on.',
    httpUrl,
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
  MCP_TOOLS: setting('Tools to offer, comma separated, * for any characters.', names),
  MCP_EXCLUDE_TOOLS: withDefault(
    'Tools not to offer, comma separated, * for any characters.',
    names,
    '',
  ),
  MCP_ENABLED_APPS: setting('Apps to offer, comma separated.', names),
  EXCLUDED_TAGS: withDefault(
    'System tags whose files and folders no tool can see, comma separated.',
    names,
    '',
  ),
  LOG_LEVEL: withDefault(`How much is logged: ${LOG_LEVELS.join(', ')}.`, logLevel, 'info'),
  LOG_FORMAT: withDefault(
    'text for people or json for machines.',
    z.enum(['text', 'json'], { error: 'must be text or json' }),
    'text',
  ),
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

type Parsed<N extends SettingName> = z.output<(typeof SETTINGS)[N]['schema']>

/** Settings after parsing: defaults filled in, the others possibly undefined. */
export type Settings = {
  [N in SettingName]: (typeof SETTINGS)[N] extends { default: string }
    ? Parsed<N>
    : Parsed<N> | undefined
}
