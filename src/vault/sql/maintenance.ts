/** Rows as a whole: whether they can be read, and how they get another key. */
import { setImmediate as breathe } from 'node:timers/promises'
import { all, type Row, run, type Value, type Work } from '../../sql/statements.ts'
import type { RowName } from '../errors.ts'
import type { Keyring } from '../keyring.ts'
import type { Reencryption } from '../vault.ts'
import type { Context } from './context.ts'
import { keepFirstKey } from './keys.ts'

/** Every column that holds Fernet tokens, and what a row is found by. */
const SEALED = [
  { table: 'vault_refresh_token', key: ['user_id'], columns: ['token', 'profile'] },
  { table: 'vault_app_password', key: ['user_id', 'client_id'], columns: ['password'] },
  { table: 'vault_client', key: ['issuer'], columns: ['client_secret', 'registration_token'] },
  { table: 'vault_record', key: ['kind', 'id_hash'], columns: ['data'] },
] as const

/** Rows between two pauses in which the process can do something else. */
const BATCH = 200

/** @see Vault.check */
export async function check({
  database,
  keyring,
}: Pick<Context, 'database' | 'keyring'>): Promise<RowName[]> {
  const { unreadable } = await sweep((table, after) =>
    database.read(() => batchOf(keyring, table, after)),
  )
  return unreadable
}

/** The same within a transaction. */
export function* checkAll(keyring: Keyring): Work<RowName[]> {
  const unreadable: RowName[] = []
  for (const table of SEALED) {
    for (let after: readonly Value[] | undefined = []; after !== undefined; ) {
      const batch: Batch = yield* batchOf(keyring, table, after)
      unreadable.push(...batch.unreadable)
      after = batch.next
    }
  }
  return unreadable
}

/** @see Vault.reencrypt */
export async function reencrypt({ database, keyring }: Context): Promise<Reencryption> {
  const result = await sweep((table, after) =>
    database.write(function* () {
      const batch = yield* batchOf(keyring, table, after, database.forUpdate)
      for (const { key, column, text } of batch.stale) {
        yield* run(
          `UPDATE ${table.table} SET ${column} = ? WHERE ${table.key.map(name => `${name} = ?`).join(' AND ')}`,
          keyring.encrypt(text),
          ...key,
        )
      }
      return batch
    }),
  )
  await database.write(() => keepFirstKey(keyring))
  return result
}

/** @see Vault.prune */
export function prune({ database }: Context): Promise<number> {
  return database.write(function* () {
    const time = yield* database.clock()
    const records = yield* run('DELETE FROM vault_record WHERE expires_at <= ?', time)
    return records + (yield* run('DELETE FROM vault_lease WHERE expires_at <= ?', time))
  })
}

type Table = (typeof SEALED)[number]

/** What a number of rows turned out to hold. */
interface Batch {
  /** Values encrypted with another key than the first. */
  readonly stale: { key: readonly Value[]; column: string; text: string }[]
  readonly unreadable: RowName[]
  /** Behind which row the next batch begins; undefined at the end. */
  readonly next: readonly Value[] | undefined
}

/** Goes through all encrypted rows in the order of their keys. */
async function sweep(
  step: (table: Table, after: readonly Value[]) => Promise<Batch>,
): Promise<{ rewritten: number; unreadable: RowName[] }> {
  let rewritten = 0
  const unreadable: RowName[] = []
  for (const table of SEALED) {
    // No key comes before the empty one, and the issuer of one client is empty itself.
    for (let after: readonly Value[] | undefined = []; after !== undefined; ) {
      const batch: Batch = await step(table, after)
      rewritten += batch.stale.length
      unreadable.push(...batch.unreadable)
      after = batch.next
      await breathe()
    }
  }
  return { rewritten, unreadable }
}

function* batchOf(
  keyring: Keyring,
  { table, key, columns }: Table,
  after: readonly Value[],
  ending = '',
): Work<Batch> {
  const names = key.join(', ')
  const beyond = after.length === 0 ? '' : `WHERE (${names}) > (${after.map(() => '?').join(', ')})`
  const rows = yield* all(
    `SELECT ${names}, ${columns.join(', ')} FROM ${table} ${beyond}
     ORDER BY ${names} LIMIT ${BATCH}${ending}`,
    ...after,
  )
  const keyOf = (row: Row): Value[] => key.map(name => row[name] ?? null)
  const last = rows.length === BATCH ? rows.at(-1) : undefined
  const batch: Batch = { stale: [], unreadable: [], next: last && keyOf(last) }
  for (const row of rows) {
    const values = columns.filter(column => row[column] !== null)
    const opened = values.map(column => ({ column, value: keyring.decrypt(String(row[column])) }))
    if (opened.some(({ value }) => value === undefined)) {
      batch.unreadable.push({ table, key: printed(table, keyOf(row)) })
    }
    for (const { column, value } of opened) {
      if (value === undefined || value.keyAt === 0) continue
      batch.stale.push({ key: keyOf(row), column, text: value.text })
    }
  }
  return batch
}

/** What a row is called in an error. */
function printed(table: Table['table'], key: readonly Value[]): string {
  const between = table === 'vault_record' ? ' ' : ' / '
  return key.filter(part => part !== '').join(between)
}
