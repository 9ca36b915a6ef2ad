/** Opens the vault in an SQLite file. */
import { hostname } from 'node:os'
import { createBrowserSessions } from '../browser-sessions.ts'
import type { RowName } from '../errors.ts'
import { parseKeyring } from '../keyring.ts'
import { createPending } from '../pending.ts'
import type { AuditLog, Time, Vault } from '../vault.ts'
import { createAppPasswords } from './app-passwords.ts'
import { AUDIT_TABLE, createAuditLog, readAuditPage } from './audit.ts'
import { createClients } from './clients.ts'
import type { Context } from './context.ts'
import { type Database, openDatabase } from './database.ts'
import { createLeases } from './leases.ts'
import { check, checkKeys, reencrypt } from './maintenance.ts'
import { PYTHON_AUDIT, takeOver } from './python.ts'
import { createRecords } from './records.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { hasTable, migrate } from './schema.ts'

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
  const database = await openDatabase(path, lockWaitMs === undefined ? {} : { lockWaitMs })
  return openVaultOn({ database, keyring, now, host: hostname(), onUnreadable })
}

/** The vault on a database already open, which it closes at its end or when it cannot be opened. */
export async function openVaultOn(context: Context): Promise<Vault> {
  const { database, keyring, now } = context
  try {
    await database.write(sql => {
      migrate(sql, database.path, now())
      takeOver(sql, keyring, database.path)
      checkKeys(sql, keyring, database.path)
    })
  } catch (error) {
    database.close()
    throw error
  }
  const records = createRecords(context)
  return {
    refreshTokens: createRefreshTokens(context),
    appPasswords: createAppPasswords(context),
    clients: createClients(context),
    pending: createPending(records),
    browserSessions: createBrowserSessions(records),
    records,
    audit: createAuditLog(context),
    leases: createLeases(context),
    check: () => check(context),
    reencrypt: () => reencrypt(context),
    prune: () => prune(context),
    close: async () => database.close(),
  }
}

function prune({ database, now }: Context): Promise<number> {
  return database.write(sql => {
    const time = now()
    const records = sql.run('DELETE FROM vault_record WHERE expires_at <= ?', time)
    return records + sql.run('DELETE FROM vault_lease WHERE expires_at <= ?', time)
  })
}

/** The audit log alone: read without a key and without the right to write. */
export type AuditReader = Pick<AuditLog, 'page'> & { close(): void }

/**
 * Opens the audit log of a database, also of one that only the Python server has used so far.
 * @throws VaultError `NOT_FOUND`, `NOT_A_DATABASE`, ...
 */
export async function openAuditReader(path: string): Promise<AuditReader> {
  const database: Database = await openDatabase(path, { readOnly: true })
  return {
    page: query =>
      database.read(sql => {
        const source = [
          { table: AUDIT_TABLE, from: AUDIT_TABLE },
          { table: 'audit_logs', from: PYTHON_AUDIT },
        ].find(({ table }) => hasTable(sql, table))
        if (source === undefined) return { entries: [], next: undefined }
        return readAuditPage(sql, source.from, query)
      }),
    close: () => database.close(),
  }
}
