/**
 * The tables of the search database, in the steps in which they came to be.
 *
 * Index and ledger share one file, so that a document and what is known of it are written together.
 */
import type { DatabaseSync } from 'node:sqlite'
import { IndexError } from '../index/errors.ts'

/** One step after another; a step that was released is never changed. */
const MIGRATIONS: readonly string[] = []

/**
 * Brings the tables up to date. Two processes may start at once: the caller's transaction lets one
 * of them do it, and the other finds it done.
 * @throws IndexError `NEWER_SCHEMA`
 */
export function migrate(db: DatabaseSync, path: string, now: number): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS search_migration (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  )
  const version = Number(
    db.prepare('SELECT max(version) AS version FROM search_migration').get()?.version,
  )
  if (version > MIGRATIONS.length) {
    throw new IndexError(
      'NEWER_SCHEMA',
      `The database ${path} was written by a newer version of this server (schema ${version}; this one knows ${MIGRATIONS.length})`,
      { fix: 'Use that version, or delete the file: it is built anew. Nothing was changed.' },
    )
  }
  const applied = db.prepare('INSERT INTO search_migration (version, applied_at) VALUES (?, ?)')
  for (const [at, step] of MIGRATIONS.entries()) {
    if (at < version) continue
    db.exec(step)
    applied.run(at + 1, now)
  }
}
