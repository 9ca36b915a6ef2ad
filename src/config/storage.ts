/** Where what must be remembered is kept: in a file of this machine, or in a database of several. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseAddress } from './database-url.ts'
import type { ConfigProblem } from './problems.ts'
import type { Settings } from './schema.ts'

/** The database for what must be remembered. */
export type StorageConfig =
  | {
      kind: 'sqlite'
      /** Path of the file. */
      path: string
      /** Fernet keys, comma separated; undefined: in a file beside the database, made when needed. */
      keys: string | undefined
    }
  | {
      kind: 'postgres'
      address: DatabaseAddress
      /** Most connections of this process. */
      poolSize: number
      keys: string
    }

type Environment = Readonly<Record<string, string | undefined>>

const DAY_MS = 24 * 3_600_000

/**
 * The storage, where it is configured or always needed; half of it is a fault.
 * @param isNeeded whether the mode cannot do without; then it has a place of its own by default
 */
export function storageConfig(
  settings: Settings,
  isNeeded: boolean,
  environment: Environment,
  problems: ConfigProblem[],
): StorageConfig | undefined {
  const { TOKEN_STORAGE_DB: path, TOKEN_ENCRYPTION_KEY: keys } = settings
  if (settings.DATABASE_URL !== undefined) return sharedStorage(settings, problems)
  if (isNeeded) return ownStorage(settings, environment)
  if (path !== undefined && keys !== undefined) return { kind: 'sqlite', path, keys }
  if (path !== undefined || keys !== undefined) requireStorage(settings, problems)
  return undefined
}

/** The storage alone, for commands that work on nothing else. */
export function storageAlone(
  settings: Settings,
  environment: Environment,
  problems: ConfigProblem[],
): StorageConfig | undefined {
  return settings.DATABASE_URL === undefined
    ? ownStorage(settings, environment)
    : sharedStorage(settings, problems)
}

/** Tells what is missing of a storage that is needed. */
export function requireStorage(settings: Settings, problems: ConfigProblem[]): void {
  const fixes = {
    ...(settings.DATABASE_URL === undefined
      ? {
          TOKEN_STORAGE_DB:
            'is missing; set it to the path of the database, as in /var/lib/nextcloud-mcp-server/tokens.db',
        }
      : {}),
    TOKEN_ENCRYPTION_KEY: 'is missing; `nextcloud-mcp-server keygen` prints one. Keep it safe',
  }
  for (const [name, message] of Object.entries(fixes) as [keyof Settings, string][]) {
    const told = problems.some(problem => problem.name === name)
    if (settings[name] === undefined && !told) problems.push({ name, message })
  }
}

/** How long lines of the audit log are kept, in milliseconds; undefined: for ever. */
export function auditRetention({ AUDIT_RETENTION_DAYS: days }: Settings): number | undefined {
  return days === 0 ? undefined : days * DAY_MS
}

/** A database that replicas share has no place beside it for a key. */
function sharedStorage(settings: Settings, problems: ConfigProblem[]): StorageConfig | undefined {
  const { DATABASE_URL: address, DATABASE_POOL_SIZE: poolSize } = settings
  const { TOKEN_ENCRYPTION_KEY: keys } = settings
  if (keys === undefined) requireStorage(settings, problems)
  if (address === undefined || keys === undefined) return undefined
  return { kind: 'postgres', address, poolSize, keys }
}

function ownStorage(settings: Settings, environment: Environment): StorageConfig {
  const { TOKEN_STORAGE_DB: path, TOKEN_ENCRYPTION_KEY: keys } = settings
  return { kind: 'sqlite', path: path ?? defaultPath(environment), keys }
}

/** Where programs keep their data (XDG Base Directory Specification). */
function defaultPath({ XDG_DATA_HOME }: Environment): string {
  const base = XDG_DATA_HOME?.startsWith('/') ? XDG_DATA_HOME : join(homedir(), '.local', 'share')
  return join(base, 'nextcloud-mcp-server', 'tokens.db')
}
