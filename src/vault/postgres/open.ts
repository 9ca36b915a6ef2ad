/** Opens the vault in a PostgreSQL database. */
import { hostname } from 'node:os'
import type { DatabaseAddress } from '../../config/database-url.ts'
import { type DatabaseOptions, postgresDatabase } from '../../postgres/database.ts'
import { upToDate } from '../../postgres/migrate.ts'
import { type RowName, tell } from '../errors.ts'
import { parseKeyring } from '../keyring.ts'
import { AUDIT_TABLE, readAuditPage } from '../sql/audit.ts'
import { checkKeys } from '../sql/keys.ts'
import { type Inspection, inspect } from '../sql/status.ts'
import { createVault } from '../sql/vault.ts'
import type { AuditReader, Vault } from '../vault.ts'
import { SCHEMA } from './schema.ts'

/** Where the vault is, and what opens it. */
export interface PostgresVaultOptions extends DatabaseOptions {
  /** DATABASE_URL, read. */
  readonly address: DatabaseAddress
  /** TOKEN_ENCRYPTION_KEY: Fernet keys, comma separated, the encrypting one first. */
  readonly keys: string | undefined
  /** Told of rows that lists leave out because they cannot be decrypted. */
  readonly onUnreadable?: (row: RowName) => void
}

/**
 * Opens the vault, creating or updating what is needed. Any number of processes may share it.
 * @throws VaultError with what is wrong and what to do; then nothing in the database was changed
 */
export async function openPostgresVault(options: PostgresVaultOptions): Promise<Vault> {
  const keyring = parseKeyring(options.keys)
  const { address, now = Date.now, onUnreadable = () => {} } = options
  const database = postgresDatabase(address, tell, options)
  try {
    await database.write(function* () {
      yield* upToDate(SCHEMA, database.name)
      yield* checkKeys(keyring, database.name)
    })
  } catch (error) {
    await database.close()
    throw error
  }
  return createVault({ database, keyring, now, host: hostname(), onUnreadable })
}

/** Looks into a database without changing it. */
export function inspectDatabase(address: DatabaseAddress): Inspection {
  return inspect(postgresDatabase(address, tell, { size: 1 }), SCHEMA)
}

/** Opens the audit log alone. */
export async function openPostgresAuditReader(address: DatabaseAddress): Promise<AuditReader> {
  const database = postgresDatabase(address, tell, { size: 1 })
  return {
    page: query =>
      database.read(function* () {
        if (!(yield* SCHEMA.hasTable(AUDIT_TABLE))) return { entries: [], next: undefined }
        return yield* readAuditPage(AUDIT_TABLE, query)
      }),
    close: database.close,
  }
}
