/** Transactions that write. */
import type { DatabaseSync } from 'node:sqlite'

/**
 * Runs work in a transaction, which is undone when it throws.
 *
 * IMMEDIATE takes the right to write at once: a transaction that first reads and then finds another
 * writer ahead of it cannot be continued, however long it waits.
 */
export function transaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (error) {
    try {
      connection.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back by itself, as it does on a full disk.
    }
    throw error
  }
}
