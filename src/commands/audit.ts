/** `audit`: prints the audit log, the newest lines first. Needs no key: the log is not encrypted. */
import { ConfigError, type Environment, parseDatabaseUrl } from '../config/config.ts'
import type { AuditEntry, AuditQuery, AuditReader } from '../vault/vault.ts'
import { environmentOf } from './options.ts'

/** Options of the command line. */
export interface AuditOptions {
  config?: string
  /** Only what concerns this user. */
  user?: string
  /** Only from here on: a date, a date and time, or an age such as `90m`, `24h` or `7d`. */
  since?: string
  /** Number of lines; default 100. */
  limit?: string
  json?: boolean
}

const DEFAULT_LIMIT = 100
const PAGE = 1_000
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * Prints lines of the log that DATABASE_URL or TOKEN_STORAGE_DB holds.
 * @throws ConfigError for options that cannot be understood, VaultError when the log cannot be read
 */
export async function audit(options: AuditOptions): Promise<void> {
  const limit = limitOf(options.limit)
  const query: AuditQuery = {
    ...(options.user === undefined ? {} : { userId: options.user }),
    ...(options.since === undefined ? {} : { since: timeOf(options.since, Date.now()) }),
  }
  const { config } = options
  const environment = environmentOf(config === undefined ? {} : { config })
  const entries = await read(await open(environment), query, limit)
  const text = options.json
    ? JSON.stringify({ entries: entries.map(printable), total: entries.length }, null, 2)
    : entries.map(lineOf).join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
}

async function open(environment: Environment): Promise<AuditReader> {
  const url = environment.DATABASE_URL?.trim()
  if (url) {
    const { openPostgresAuditReader } = await import('../vault/postgres/open.ts')
    const address = parseDatabaseUrl(url)
    if ('problem' in address) throw fault('DATABASE_URL', address.problem)
    return openPostgresAuditReader(address)
  }
  const path = environment.TOKEN_STORAGE_DB?.trim()
  if (!path) throw fault('TOKEN_STORAGE_DB', 'is missing; set it to the path of the database')
  const { openAuditReader } = await import('../vault/sqlite/open.ts')
  return openAuditReader(path)
}

async function read(reader: AuditReader, query: AuditQuery, limit: number): Promise<AuditEntry[]> {
  try {
    const entries: AuditEntry[] = []
    let cursor: string | undefined
    do {
      const page = await reader.page({
        ...query,
        limit: Math.min(limit - entries.length, PAGE),
        ...(cursor === undefined ? {} : { cursor }),
      })
      entries.push(...page.entries)
      cursor = page.next
    } while (cursor !== undefined && entries.length < limit)
    return entries
  } finally {
    await reader.close()
  }
}

function printable({ time, ...rest }: AuditEntry) {
  return { time: new Date(time).toISOString(), ...rest }
}

/** Columns apart by two spaces; what is not noted is a dash. */
function lineOf({ time, event, userId, resourceType, resourceId, method, host }: AuditEntry) {
  const resource = [resourceType, resourceId].filter(part => part !== undefined).join(' ')
  const columns = [
    new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'),
    event.padEnd(28),
    userId.padEnd(16),
    method ?? '-',
    resource || '-',
    host ?? '-',
  ]
  // Names come from outside; a terminal must not obey them.
  return columns.join('  ').replace(/\p{Cc}/gu, '?')
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit > 0) return limit
  throw fault('--limit', 'must be a number of lines, as in 100')
}

/** The moment meant by a date or an age. */
export function timeOf(text: string, now: number): number {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? []
  if (count !== undefined) return now - Number(count) * UNITS[unit as keyof typeof UNITS]
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw fault('--since', 'must be a date (2026-05-01), a time (2026-05-01T12:00) or an age (7d)')
}

function fault(name: string, message: string): ConfigError {
  return new ConfigError([{ name, message }])
}
