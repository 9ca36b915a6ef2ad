/** `db`: the database for what must be remembered, looked at and looked after. */
import { loadStorageConfig, type StorageConfig } from '../config/config.ts'
import { openVaultAt, placeOf } from '../server/storage.ts'
import { isVaultError, type RowName } from '../vault/errors.ts'
import { keysBeside } from '../vault/key-file.ts'
import type { Inspection } from '../vault/sql/status.ts'
import { environmentOf } from './options.ts'

/** What to do with it. */
export type DbAction = 'status' | 'check' | 'migrate' | 'reencrypt'

/** Options of the command line. */
export interface DbOptions {
  config?: string
}

/**
 * Prints what it found or did; rows that no key opens make the exit code 1.
 * @throws ConfigError, VaultError, IndexError with what to do
 */
export async function db(action: DbAction, { config }: DbOptions): Promise<void> {
  const storage = loadStorageConfig(environmentOf(config === undefined ? {} : { config }))
  const lines = await ACTIONS[action](storage)
  process.stdout.write(`${lines.join('\n')}\n`)
}

const ACTIONS: Record<DbAction, (storage: StorageConfig) => Promise<string[]>> = {
  async status(storage) {
    return inspected(storage, async inspection => {
      const { version, known, rows } = await inspection.status()
      const lines = [`database: ${placeOf(storage)}`, `schema: ${schemaText(version, known)}`]
      if (version !== known) return [...lines, ...(await ledgerLines(storage))]
      const unreadable = await inspection.check(await keysOf(storage))
      return [
        ...lines,
        ...Object.entries(rows).map(([table, count]) => `${table}: ${count}`),
        `unreadable: ${unreadable.length}${unreadable.length > 0 ? '; `db check` names them' : ''}`,
        ...(await ledgerLines(storage)),
      ]
    })
  },

  async check(storage) {
    return inspected(storage, async inspection =>
      unreadableLines(await inspection.check(await keysOf(storage))),
    )
  },

  async migrate(storage) {
    const { version } = await statusIfThere(storage)
    await (await openVaultAt(storage, () => {})).close()
    const { version: now } = await statusIfThere(storage)
    return [`schema: ${madeText(now, version)}`, ...(await migratedLedger(storage))]
  },

  async reencrypt(storage) {
    // One that is not there would be made.
    await inspected(storage, inspection => inspection.status())
    const vault = await openVaultAt(storage, () => {})
    try {
      const { rewritten, unreadable } = await vault.reencrypt()
      return [`encrypted anew: ${rewritten}`, ...unreadableLines(unreadable)]
    } finally {
      await vault.close()
    }
  },
}

/** Rows that no key opens, one a line; the exit code says so too. */
export function unreadableLines(unreadable: readonly RowName[]): string[] {
  if (unreadable.length === 0) return ['unreadable: none']
  process.exitCode = 1
  return unreadable.map(({ table, key }) => `unreadable: ${table} ${key}`.replace(/\p{Cc}/gu, '?'))
}

/** The keys of a storage, wherever they are kept. @throws VaultError `KEY_MISSING` */
async function keysOf(storage: StorageConfig): Promise<string> {
  return storage.kind === 'postgres'
    ? storage.keys
    : (storage.keys ?? (await keysBeside(storage.path)))
}

function schemaText(version: number, known: number): string {
  if (version === known) return `${version}, up to date`
  if (version > known) return `${version}, newer than ${known}, which this version knows`
  return `${version === 0 ? 'none' : version} of ${known}; \`db migrate\` brings it up to date`
}

function madeText(now: number, before: number): string {
  return now === before ? `${now}, nothing to do` : `${now}, made from ${before || 'nothing'}`
}

/** The ledger of search, where it is in the same database. */
async function ledgerLines(storage: StorageConfig): Promise<string[]> {
  if (storage.kind !== 'postgres') return []
  const { ledgerTables } = await import('../search/ledger/postgres/status.ts')
  const { version, known, rows } = await ledgerTables(storage.address)
  return [
    `schema of the ledger of search: ${schemaText(version, known)}`,
    ...rows.map(([table, count]) => `${table}: ${count}`),
  ]
}

async function migratedLedger(storage: StorageConfig): Promise<string[]> {
  if (storage.kind !== 'postgres') return []
  const { migrateLedger } = await import('../search/ledger/postgres/status.ts')
  const { version, steps } = await migrateLedger(storage.address)
  return [`schema of the ledger of search: ${madeText(version, version - steps)}`]
}

async function inspected<T>(
  storage: StorageConfig,
  work: (inspection: Inspection) => Promise<T>,
): Promise<T> {
  const inspection = await openInspection(storage)
  try {
    return await work(inspection)
  } finally {
    await inspection.close()
  }
}

async function openInspection(storage: StorageConfig): Promise<Inspection> {
  if (storage.kind === 'postgres') {
    const { inspectDatabase } = await import('../vault/postgres/open.ts')
    return inspectDatabase(storage.address)
  }
  const { inspectFile } = await import('../vault/sqlite/open.ts')
  return inspectFile(storage.path)
}

/** A file that is not there yet has no tables either. */
async function statusIfThere(storage: StorageConfig): Promise<{ version: number }> {
  try {
    return await inspected(storage, inspection => inspection.status())
  } catch (error) {
    if (isVaultError(error, 'NOT_FOUND')) return { version: 0 }
    throw error
  }
}
