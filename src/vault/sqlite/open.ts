/** Opens the vault in an SQLite file. */
import { hostname } from 'node:os'
import { migrate } from '../../sql/migrations.ts'
import { drive } from '../../sqlite/drive.ts'
import type { RowName } from '../errors.ts'
import { type Keyring, parseKeyring } from '../keyring.ts'
import { AUDIT_TABLE, readAuditPage } from '../sql/audit.ts'
import { checkKeys } from '../sql/keys.ts'
import { type Inspection, inspect } from '../sql/status.ts'
import { createVault } from '../sql/vault.ts'
import type { AuditReader, Time, Vault } from '../vault.ts'
import { type Database, openDatabase } from './database.ts'
import { sqlDatabase } from './drive.ts'
import { PYTHON_AUDIT, takeOver } from './python.ts'
import { hasTable, SCHEMA } from './schema.ts'

/** Where the vault is, and what opens it. */
export interface VaultOptions {
  /** TOKEN_STORAGE_DB: path of the file, or `:memory:`. */
  readonly path: string
  /** TOKEN_ENCRYPTION_KEY: Fernet keys, comma separated, the encrypting one first. */
  readonly keys: string | undefined
  /** Told of rows that lists leave out because they cannot be decrypted. */
  readonly onUnreadable?: (row: RowName) => void
  /** Longest wait for other processes. Default 5 s. */
  readonly lockWaitMs?: number
  /** The clock; for tests. */
  readonly now?: () => Time
}

/**
 * Opens the vault, creating or updating what is needed. Several processes may share the file.
 * @throws VaultError with what is wrong and what to do; then nothing in the file was changed
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const keyring = parseKeyring(options.keys)
  const { path, now = Date.now, onUnreadable = () => {}, lockWaitMs } = options
  const file = await openDatabase(path, lockWaitMs === undefined ? {} : { lockWaitMs })
  return openVaultOn(file, { keyring, now, onUnreadable })
}

/** The vault on a file already open, which it closes at its end or when it cannot be opened. */
export async function openVaultOn(
  file: Database,
  {
    keyring,
    now,
    onUnreadable,
  }: {
    readonly keyring: Keyring
    readonly now: () => Time
    readonly onUnreadable: (row: RowName) => void
  },
): Promise<Vault> {
  try {
    await file.write(sql => {
      drive(sql, migrate(SCHEMA, file.path, now()))
      takeOver(sql, keyring, file.path)
      drive(sql, checkKeys(keyring, file.path))
    })
  } catch (error) {
    file.close()
    throw error
  }
  const database = sqlDatabase(file, now)
  return createVault({ database, keyring, now, host: hostname(), onUnreadable })
}

/** Looks into a file without changing it. @throws VaultError `NOT_FOUND`, `NOT_A_DATABASE`, ... */
export async function inspectFile(path: string): Promise<Inspection> {
  return inspect(sqlDatabase(await openDatabase(path, { readOnly: true }), Date.now), SCHEMA)
}

/**
 * Opens the audit log of a database, also of one that only the Python server has used so far.
 * @throws VaultError `NOT_FOUND`, `NOT_A_DATABASE`, ...
 */
export async function openAuditReader(path: string): Promise<AuditReader> {
  const file = await openDatabase(path, { readOnly: true })
  return {
    page: query =>
      file.read(sql => {
        const source = [
          { table: AUDIT_TABLE, from: AUDIT_TABLE },
          { table: 'audit_logs', from: PYTHON_AUDIT },
        ].find(({ table }) => hasTable(sql, table))
        if (source === undefined) return { entries: [], next: undefined }
        return drive(sql, readAuditPage(source.from, query))
      }),
    close: async () => file.close(),
  }
}
