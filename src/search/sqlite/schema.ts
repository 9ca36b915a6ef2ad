/**
 * The tables of the search database, in the steps in which they came to be.
 *
 * Index and ledger share one file, so that a document and what is known of it are written together.
 */
import type { DatabaseSync } from 'node:sqlite'
import { IndexError } from '../index/errors.ts'
import { LEDGER_TABLES, LEDGER_USERS_RENAMED } from '../ledger/schema.ts'

/** One step after another; a step that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE index_generation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    chunker TEXT NOT NULL,
    state TEXT NOT NULL -- building, active, or dropped: what is left of it goes
  ) STRICT;
  CREATE UNIQUE INDEX index_generation_spec ON index_generation (model, dimension, chunker)
    WHERE state <> 'dropped';

  -- What one user has in one generation; passages, vectors and words are in tables of its own (see
  -- partition.ts). A number is never used twice: what is remembered of it cannot become another's.
  CREATE TABLE index_partition (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    generation INTEGER NOT NULL REFERENCES index_generation (id),
    user TEXT NOT NULL,
    chunks INTEGER NOT NULL DEFAULT 0, -- kept by the triggers below
    words TEXT NOT NULL, -- version of what makes words of texts
    UNIQUE (user, generation)
  ) STRICT;

  CREATE TABLE index_document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partition INTEGER NOT NULL REFERENCES index_partition (id),
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    ref TEXT,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    path TEXT,
    folded_path TEXT, -- as folders are compared by
    url TEXT,
    modified_at INTEGER,
    page_count INTEGER,
    chunks INTEGER NOT NULL,
    UNIQUE (partition, type, key)
  ) STRICT;
  CREATE INDEX index_document_time ON index_document (partition, modified_at);
  CREATE INDEX index_document_path ON index_document (partition, folded_path);
  CREATE TRIGGER index_document_added AFTER INSERT ON index_document BEGIN
    UPDATE index_partition SET chunks = chunks + NEW.chunks WHERE id = NEW.partition;
  END;
  CREATE TRIGGER index_document_changed AFTER UPDATE OF chunks ON index_document BEGIN
    UPDATE index_partition SET chunks = chunks + NEW.chunks - OLD.chunks WHERE id = NEW.partition;
  END;
  CREATE TRIGGER index_document_removed AFTER DELETE ON index_document BEGIN
    UPDATE index_partition SET chunks = chunks - OLD.chunks WHERE id = OLD.partition;
  END;
  `,
  LEDGER_TABLES,
  LEDGER_USERS_RENAMED,
]

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
