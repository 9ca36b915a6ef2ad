/** Keys and rows as a whole: whether they fit, and how the one is changed for the other. */
import { setImmediate as breathe } from 'node:timers/promises'
import { type RowName, VaultError } from '../errors.ts'
import type { Keyring } from '../keyring.ts'
import type { Reencryption } from '../vault.ts'
import type { Context } from './context.ts'
import type { Row, Sql } from './database.ts'

/** Every column that holds Fernet tokens, and what a row is called in an error. */
const SEALED = [
  { table: 'vault_refresh_token', name: 'user_id', columns: ['token', 'profile'] },
  {
    table: 'vault_app_password',
    name: "user_id || iif(client_id = '', '', ' / ' || client_id)",
    columns: ['password'],
  },
  { table: 'vault_client', name: 'issuer', columns: ['client_secret', 'registration_token'] },
  { table: 'vault_record', name: "kind || ' ' || id_hash", columns: ['data'] },
] as const

/** Rows between two pauses in which the process can do something else. */
const BATCH = 200
const CANARY = 'canary'

/**
 * Makes sure that every key the database was written with is at hand, and notes the first one.
 * @throws VaultError `KEY_MISMATCH`
 */
export function checkKeys(sql: Sql, keyring: Keyring, path: string): void {
  const canaries = sql.all('SELECT key_id, token FROM vault_canary')
  const lost = canaries.filter(({ token }) => keyring.decrypt(String(token))?.text !== CANARY)
  if (lost.length > 0) {
    const isAll = lost.length === canaries.length
    throw new VaultError(
      'KEY_MISMATCH',
      isAll
        ? `TOKEN_ENCRYPTION_KEY does not fit the database ${path}`
        : `The database ${path} was written with ${canaries.length} keys, of which TOKEN_ENCRYPTION_KEY lacks ${lost.length}`,
      {
        fix: 'Give the key it was written with; to change keys, put the new one first and the old one after it, separated by a comma. If the key is lost, move the file away: people then connect again. Nothing was changed.',
      },
    )
  }
  const id = keyring.ids[0]
  if (!canaries.some(({ key_id }) => key_id === id)) {
    sql.run('INSERT INTO vault_canary VALUES (?, ?)', id, keyring.encrypt(CANARY))
  }
}

/** @see Vault.check */
export async function check(context: Context): Promise<RowName[]> {
  const { database, keyring } = context
  const { unreadable } = await sweep((table, after) =>
    database.read(sql => batchOf(sql, keyring, table, after)),
  )
  return unreadable
}

/** @see Vault.reencrypt */
export async function reencrypt({ database, keyring }: Context): Promise<Reencryption> {
  const result = await sweep((table, after) =>
    database.write(sql => {
      const batch = batchOf(sql, keyring, table, after)
      for (const { at, column, text } of batch.stale) {
        const token = keyring.encrypt(text)
        sql.run(`UPDATE ${table.table} SET ${column} = ? WHERE rowid = ?`, token, at)
      }
      return batch
    }),
  )
  await database.write(sql => sql.run('DELETE FROM vault_canary WHERE key_id <> ?', keyring.ids[0]))
  return result
}

type Table = (typeof SEALED)[number]

/** What a number of rows turned out to hold. */
interface Batch {
  /** Values encrypted with another key than the first. */
  readonly stale: { at: number; column: string; text: string }[]
  readonly unreadable: RowName[]
  /** Where the next batch begins; undefined at the end. */
  readonly next: number | undefined
}

/** Goes through all encrypted rows in the order in which they were stored. */
async function sweep(
  step: (table: Table, after: number) => Promise<Batch>,
): Promise<{ rewritten: number; unreadable: RowName[] }> {
  let rewritten = 0
  const unreadable: RowName[] = []
  for (const table of SEALED) {
    for (let after: number | undefined = -1; after !== undefined; ) {
      const batch: Batch = await step(table, after)
      rewritten += batch.stale.length
      unreadable.push(...batch.unreadable)
      after = batch.next
      await breathe()
    }
  }
  return { rewritten, unreadable }
}

function batchOf(sql: Sql, keyring: Keyring, table: Table, after: number): Batch {
  const rows = sql.all(
    `SELECT rowid AS at, ${table.name} AS name, ${table.columns.join(', ')} FROM ${table.table}
     WHERE rowid > ? ORDER BY rowid LIMIT ${BATCH}`,
    after,
  )
  const batch: Batch = {
    stale: [],
    unreadable: [],
    next: rows.length === BATCH ? Number(rows.at(-1)?.at) : undefined,
  }
  for (const row of rows) {
    const values = table.columns.filter(column => row[column] !== null)
    const opened = values.map(column => ({ column, value: keyring.decrypt(String(row[column])) }))
    if (opened.some(({ value }) => value === undefined)) batch.unreadable.push(nameOf(table, row))
    for (const { column, value } of opened) {
      if (value === undefined || value.keyAt === 0) continue
      batch.stale.push({ at: Number(row.at), column, text: value.text })
    }
  }
  return batch
}

function nameOf({ table }: Table, row: Row): RowName {
  return { table, key: String(row.name) }
}
