/** A file as it is at one moment, whatever is written to it meanwhile. */
import type { Row } from '../../sql/statements.ts'
import { openDatabase } from './database.ts'

/** Rows of one moment. */
export interface Snapshot {
  /** All rows of a table, some at a time, in the order in which they were stored. */
  batches(table: string): Generator<Row[], void, void>
  close(): void
}

const BATCH = 500

/** @throws VaultError `NOT_FOUND`, `NOT_A_DATABASE`, ... */
export async function openSnapshot(path: string): Promise<Snapshot> {
  const file = await openDatabase(path, { readOnly: true })
  // A transaction that reads sees the same until its end, which is that of the connection.
  const sql = await file.read(statements => {
    statements.script('BEGIN; SELECT 1 FROM sqlite_schema')
    return statements
  })
  return {
    *batches(table) {
      for (let after = -1, isMore = true; isMore; ) {
        const found = sql.all(
          `SELECT rowid AS position, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
          after,
          BATCH,
        )
        isMore = found.length === BATCH
        yield found.map(({ position, ...row }) => {
          after = Number(position)
          return row
        })
      }
    },
    close: () => file.close(),
  }
}
