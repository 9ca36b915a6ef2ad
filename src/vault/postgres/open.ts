/** Opens the vault in a PostgreSQL database. */
import { hostname } from 'node:os'
import type { DatabaseAddress } from '../../config/database-url.ts'
import type { RowName } from '../errors.ts'
import { parseKeyring } from '../keyring.ts'
import { AUDIT_TABLE, readAuditPage } from '../sql/audit.ts'
import { checkKeys } from '../sql/keys.ts'
import { migrate } from '../sql/migrations.ts'
import { get, script, type Work } from '../sql/statements.ts'
import { type Inspection, inspect } from '../sql/status.ts'
import { createVault } from '../sql/vault.ts'
import type { AuditReader, Vault } from '../vault.ts'
import { type PostgresOptions, postgresDatabase } from './database.ts'
import { SCHEMA } from './schema.ts'

/** Where the vault is, and what opens it. */
export interface PostgresVaultOptions extends PostgresOptions {
  /** DATABASE_URL, read. */
  readonly address: DatabaseAddress
  /** TOKEN_ENCRYPTION_KEY: Fernet keys, comma separated, the encrypting one first. */
  readonly keys: string | undefined
  /** Told of rows that lists leave out because they cannot be decrypted. */
  readonly onUnreadable?: (row: RowName) => void
}

/** A number that nobody else will take for a lock of their own: the start of SHA-256 of "nextcloud-mcp-server vault". */
const MIGRATION_LOCK = '-884830148229818922'

/**
 * Opens the vault, creating or updating what is needed. Any number of processes may share it.
 * @throws VaultError with what is wrong and what to do; then nothing in the database was changed
 */
export async function openPostgresVault(options: PostgresVaultOptions): Promise<Vault> {
  const keyring = parseKeyring(options.keys)
  const { address, now = Date.now, onUnreadable = () => {} } = options
  const database = postgresDatabase(address, options)
  try {
    await database.write(function* () {
      yield* upToDate(database.name)
      yield* checkKeys(keyring, database.name)
    })
  } catch (error) {
    await database.close()
    throw error
  }
  return createVault({ database, keyring, now, host: hostname(), onUnreadable })
}

/**
 * Brings the tables up to date; of several processes one does it, and the others wait.
 * @returns the number of steps taken
 */
export function* upToDate(name: string): Work<number> {
  // Whoever else does it may take longer than others are to wait for rows.
  yield* script('SET LOCAL lock_timeout = 25000; SET LOCAL statement_timeout = 0')
  yield* get(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})::text`)
  return yield* migrate(SCHEMA, name, Date.now())
}

/** Looks into a database without changing it. */
export function inspectDatabase(address: DatabaseAddress): Inspection {
  return inspect(postgresDatabase(address, { size: 1 }), SCHEMA)
}

/** Opens the audit log alone. */
export async function openPostgresAuditReader(address: DatabaseAddress): Promise<AuditReader> {
  const database = postgresDatabase(address, { size: 1 })
  return {
    page: query =>
      database.read(function* () {
        if (!(yield* SCHEMA.hasTable(AUDIT_TABLE))) return { entries: [], next: undefined }
        return yield* readAuditPage(AUDIT_TABLE, query)
      }),
    close: database.close,
  }
}
