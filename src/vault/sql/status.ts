/** What is in a database of the vault, looked at without changing anything. */

import { type Schema, versionOf } from '../../sql/migrations.ts'
import { get, type SqlDatabase, type Work } from '../../sql/statements.ts'
import type { RowName } from '../errors.ts'
import { parseKeyring } from '../keyring.ts'
import { check } from './maintenance.ts'

/** Tables that hold what was stored, in the order in which they are told. */
export const TABLES = [
  'vault_refresh_token',
  'vault_app_password',
  'vault_client',
  'vault_record',
  'vault_audit',
  'vault_note',
] as const
export type TableName = (typeof TABLES)[number]

/** How it stands. */
export interface VaultStatus {
  /** Number of the last step that the tables were made with; 0: there are none. */
  readonly version: number
  /** That of the last step which this server knows. */
  readonly known: number
  /** Rows by table; empty where the tables are not those that this server knows. */
  readonly rows: Partial<Record<TableName, number>>
}

/** A database that is looked at. */
export interface Inspection {
  status(): Promise<VaultStatus>
  /** Tries every encrypted value; gives the rows that none of the keys opens. */
  check(keys: string): Promise<RowName[]>
  close(): Promise<void>
}

/** @param database may be open for reading alone, and closes with the inspection */
export function inspect(database: SqlDatabase, schema: Schema): Inspection {
  return {
    status: () => database.read(() => statusOf(schema)),
    check: async keys => check({ database, keyring: parseKeyring(keys) }),
    close: () => database.close(),
  }
}

function* statusOf(schema: Schema): Work<VaultStatus> {
  const version = yield* versionOf(schema)
  const known = schema.steps.length
  return { version, known, rows: version === known ? yield* countRows() : {} }
}

/** Rows by table. */
export function* countRows(): Work<Record<TableName, number>> {
  const counted = { ...NONE }
  for (const table of TABLES) {
    counted[table] = Number((yield* get(`SELECT count(*) AS count FROM ${table}`))?.count)
  }
  return counted
}

const NONE: Readonly<Record<TableName, number>> = {
  vault_refresh_token: 0,
  vault_app_password: 0,
  vault_client: 0,
  vault_record: 0,
  vault_audit: 0,
  vault_note: 0,
}
