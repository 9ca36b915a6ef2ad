/** One typed configuration out of the environment, a file and the command line; all faults at once. */
import { accessSync, constants, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { type Deployment, deploymentConfig } from './deployment.ts'
import { type DocumentsConfig, documentsConfig, documentsWarnings } from './documents.ts'
import { type ListenConfig, listenConfig } from './listen.ts'
import { ConfigError, type ConfigProblem } from './problems.ts'
import { SETTINGS, type SettingName, type Settings } from './schema.ts'
import { type SearchConfig, searchConfig, searchWarnings } from './search.ts'
import { auditRetention, type StorageConfig, storageAlone, storageConfig } from './storage.ts'
import { type TelemetryConfig, telemetryConfig } from './telemetry.ts'
import { warningsOf } from './warnings.ts'

export {
  type DatabaseAddress,
  describeDatabase,
  parseDatabaseUrl,
} from './database-url.ts'
export type { Deployment, OAuthMode } from './deployment.ts'
export type { DocumentsConfig } from './documents.ts'
export { isLoopback, type ListenConfig } from './listen.ts'
export type { OAuthConfig } from './oauth.ts'
export { ConfigError, type ConfigProblem } from './problems.ts'
export type { QueryConfig, RerankConfig } from './query.ts'
export type { EmbeddingConfig, EmbeddingSource, SearchConfig } from './search.ts'
export type { StorageConfig } from './storage.ts'
export type { SyncConfig } from './sync.ts'
export type { MetricsConfig, TelemetryConfig, TracesConfig } from './telemetry.ts'

/** How Nextcloud is reached. */
export interface NextcloudConfig {
  url: string
  /** Address under which browsers reach it, where that is another one. */
  publicUrl: string | undefined
  verifySsl: boolean
  caBundle: string | undefined
  timeoutMs: number
}

/** What is offered to clients. */
export interface OfferConfig {
  readOnly: boolean
  lockdown: boolean
  compact: boolean
  apps: string[] | undefined
  /** Names of sets of apps, on top of `apps`. */
  toolsets: string[] | undefined
  tools: string[] | undefined
  excludeTools: string[]
  excludedTags: string[]
}

/** The whole configuration; built only by {@link loadConfig}. */
export interface Config extends TelemetryConfig {
  role: Settings['MCP_ROLE']
  /** Who calls, and the credential where it is configured. */
  deployment: Deployment
  /** Undefined where nothing needs to be remembered. */
  storage: StorageConfig | undefined
  /** How long lines of the audit log are kept, in milliseconds; undefined: for ever. */
  auditRetentionMs: number | undefined
  listen: ListenConfig
  nextcloud: NextcloudConfig
  offer: OfferConfig
  /** Undefined where documents are given as the files they are. */
  documents: DocumentsConfig | undefined
  /** Undefined where search by meaning is off. */
  search: SearchConfig | undefined
  /** Things worth telling that are no faults. */
  warnings: string[]
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
  const deployment = deploymentConfig(settings, listen, nextcloud?.url, problems)
  const isBuiltin =
    deployment !== undefined && 'oauth' in deployment && deployment.oauth.server === 'builtin'
  const storage = storageConfig(settings, isBuiltin, environment, problems)
  const documents = documentsConfig(settings, problems)
  const search = searchConfig(settings, environment, problems)
  if (problems.length > 0 || deployment === undefined || nextcloud === undefined) {
    throw new ConfigError(problems)
  }
  return {
    role: settings.MCP_ROLE,
    deployment,
    storage,
    auditRetentionMs: auditRetention(settings),
    listen,
    nextcloud,
    offer: {
      readOnly: settings.MCP_READ_ONLY,
      lockdown: settings.MCP_LOCKDOWN,
      compact: settings.MCP_COMPACT,
      apps: settings.MCP_ENABLED_APPS,
      toolsets: settings.MCP_TOOLSET,
      tools: settings.MCP_TOOLS,
      excludeTools: settings.MCP_EXCLUDE_TOOLS,
      excludedTags: settings.EXCLUDED_TAGS,
    },
    documents,
    search,
    ...telemetryConfig(settings),
    warnings: [
      ...warningsOf(environment, settings, deployment),
      ...documentsWarnings(environment, settings),
      ...searchWarnings(settings, search),
    ],
  }
}

/**
 * Reads what the storage is, whatever the rest of the configuration says.
 * @throws ConfigError
 */
export function loadStorageConfig(environment: Environment): StorageConfig {
  const problems: ConfigProblem[] = []
  const settings = parseSettings(environment, problems)
  const storage = storageAlone(settings, environment, problems)
  const own = problems.filter(({ name }) => /^(TOKEN|DATABASE)_/.test(name))
  if (storage === undefined || own.length > 0) throw new ConfigError(own)
  return storage
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
    publicUrl: settings.NEXTCLOUD_PUBLIC_URL,
    verifySsl: settings.NEXTCLOUD_VERIFY_SSL,
    caBundle,
    timeoutMs: settings.NEXTCLOUD_TIMEOUT_SECONDS * 1_000,
  }
}
