/** One typed configuration out of the environment, a file and the command line; all faults at once. */
import { accessSync, constants, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { closest } from './closest.ts'
import { SETTINGS, type SettingName, type Settings } from './schema.ts'

/** Where this process listens. */
export interface ListenConfig {
  transport: 'http' | 'stdio'
  host: string
  port: number
  allowedHosts: string[]
  allowedOrigins: string[]
  /** Public address, where it differs from the one listened on. */
  publicUrl: string | undefined
}

/** How Nextcloud is reached. */
export interface NextcloudConfig {
  url: string
  verifySsl: boolean
  caBundle: string | undefined
  timeoutMs: number
}

/** What is offered to clients. */
export interface OfferConfig {
  readOnly: boolean
  apps: string[] | undefined
  tools: string[] | undefined
  excludeTools: string[]
  excludedTags: string[]
}

/** The whole configuration; built only by {@link loadConfig}. */
export interface Config {
  /** Who calls, and the credential where it is configured. */
  deployment:
    | { mode: 'single_user_basic'; loginName: string; password: string }
    | { mode: 'multi_user_basic' }
  listen: ListenConfig
  nextcloud: NextcloudConfig
  offer: OfferConfig
  log: { level: Settings['LOG_LEVEL']; format: Settings['LOG_FORMAT'] }
  /** Things worth telling that are no faults. */
  warnings: string[]
}

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Name of the variable. */
  name: string
  /** What is wrong and what to do about it. */
  message: string
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a fault' : `${problems.length} faults`}:\n${problems
        .map(({ name, message }) => `  ${name}: ${message}`)
        .join('\n')}`,
    )
    this.problems = problems
  }
}

/** Text values by variable name: an environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the configuration.
 * @param environment later sources first merged over earlier ones: file, environment, command line
 * @throws ConfigError with every fault found
 */
export function loadConfig(environment: Environment): Config {
  const problems: ConfigProblem[] = []
  const settings = parseSettings(environment, problems)
  const nextcloud = nextcloudConfig(settings, problems)
  const listen = listenConfig(settings)
  const deployment = deploymentConfig(settings, listen, problems)
  if (problems.length > 0 || deployment === undefined || nextcloud === undefined) {
    throw new ConfigError(problems)
  }
  return {
    deployment,
    listen,
    nextcloud,
    offer: {
      readOnly: settings.MCP_READ_ONLY,
      apps: settings.MCP_ENABLED_APPS,
      tools: settings.MCP_TOOLS,
      excludeTools: settings.MCP_EXCLUDE_TOOLS,
      excludedTags: settings.EXCLUDED_TAGS,
    },
    log: { level: settings.LOG_LEVEL, format: settings.LOG_FORMAT },
    warnings: [...misspelt(environment), ...risky(settings)],
  }
}

/**
 * The variables of a file in the form `NAME=value`, as in `.env` files.
 * @throws ConfigError when the file cannot be read
 */
export function readConfigFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError([{ name: '--config', message: (error as Error).message }])
  }
}

function parseSettings(environment: Environment, problems: ConfigProblem[]): Settings {
  const settings: Record<string, unknown> = {}
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const setting: { schema: (typeof SETTINGS)[SettingName]['schema']; default?: string } =
      SETTINGS[name]
    // An empty variable is how compose files and shells write "not set".
    const value = environment[name]?.trim() || setting.default
    if (value === undefined) continue
    const parsed = setting.schema.safeParse(value)
    if (parsed.success) settings[name] = parsed.data
    else problems.push({ name, message: parsed.error.issues[0]?.message ?? 'is not valid' })
  }
  return settings as Settings
}

function nextcloudConfig(
  settings: Settings,
  problems: ConfigProblem[],
): NextcloudConfig | undefined {
  const caBundle = settings.NEXTCLOUD_CA_BUNDLE
  if (caBundle !== undefined) {
    try {
      accessSync(caBundle, constants.R_OK)
    } catch {
      problems.push({ name: 'NEXTCLOUD_CA_BUNDLE', message: `cannot read ${caBundle}` })
    }
  }
  if (settings.NEXTCLOUD_HOST === undefined) {
    if (!problems.some(({ name }) => name === 'NEXTCLOUD_HOST')) {
      problems.push({
        name: 'NEXTCLOUD_HOST',
        message:
          'is missing; set it to the address of your Nextcloud, as in https://cloud.example.org',
      })
    }
    return undefined
  }
  return {
    url: settings.NEXTCLOUD_HOST,
    verifySsl: settings.NEXTCLOUD_VERIFY_SSL,
    caBundle,
    timeoutMs: settings.NEXTCLOUD_TIMEOUT_SECONDS * 1_000,
  }
}

function listenConfig(settings: Settings): ListenConfig {
  return {
    transport: settings.MCP_TRANSPORT,
    host: settings.MCP_HOST,
    port: settings.MCP_PORT,
    allowedHosts: settings.MCP_ALLOWED_HOSTS,
    allowedOrigins: settings.MCP_ALLOWED_ORIGINS,
    publicUrl: settings.NEXTCLOUD_MCP_SERVER_URL,
  }
}

function deploymentConfig(
  settings: Settings,
  listen: ListenConfig,
  problems: ConfigProblem[],
): Config['deployment'] | undefined {
  const { NEXTCLOUD_USERNAME: loginName, NEXTCLOUD_PASSWORD: password } = settings
  const mode = settings.MCP_DEPLOYMENT_MODE ?? 'single_user_basic'
  if (mode === 'multi_user_basic') {
    if (listen.transport === 'stdio') {
      problems.push({
        name: 'MCP_TRANSPORT',
        message: 'multi_user_basic reads credentials from HTTP requests; use streamable-http',
      })
    }
    return { mode }
  }
  if (loginName === undefined) {
    problems.push({
      name: 'NEXTCLOUD_USERNAME',
      message: 'is missing; set it, or MCP_DEPLOYMENT_MODE=multi_user_basic for many users',
    })
  }
  if (password === undefined) {
    problems.push({
      name: 'NEXTCLOUD_PASSWORD',
      message: 'is missing; create an app password in Nextcloud under Settings > Security',
    })
  }
  if (
    listen.transport === 'http' &&
    !isLoopback(listen.host) &&
    !settings.MCP_ALLOW_UNAUTHENTICATED_NETWORK
  ) {
    problems.push({
      name: 'MCP_HOST',
      message: `with ${listen.host} everybody who can reach the port would act as ${loginName ?? 'the user'}; listen on 127.0.0.1, use multi_user_basic, or (in a container whose port is published to loopback only) set MCP_ALLOW_UNAUTHENTICATED_NETWORK=true`,
    })
  }
  if (loginName === undefined || password === undefined) return undefined
  return { mode: 'single_user_basic', loginName, password }
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')
}

/** Variables that look like a setting but are none. */
function misspelt(environment: Environment): string[] {
  const known = Object.keys(SETTINGS)
  return Object.keys(environment).flatMap(name => {
    if (!/^(NEXTCLOUD|MCP|EXCLUDED)_/.test(name) || known.includes(name)) return []
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
  const url = URL.parse(settings.NEXTCLOUD_HOST ?? '')
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    warnings.push('NEXTCLOUD_HOST uses http: the password crosses the network unprotected')
  }
  return warnings
}
