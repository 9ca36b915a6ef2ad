/**
 * The tables of the ledger in SQLite. A job's `ready_at` is all there is to its lease: whoever takes
 * it moves that to the lease's end, and a dead letter has none.
 */
export const LEDGER_TABLES = `
  CREATE TABLE ledger_user (
    user TEXT PRIMARY KEY,
    absent_since INTEGER,
    absent_looks INTEGER NOT NULL DEFAULT 0,
    paused_until INTEGER NOT NULL DEFAULT 0,
    pause_code TEXT,
    pause_message TEXT,
    held_by TEXT,
    held_until INTEGER NOT NULL DEFAULT 0,
    served INTEGER NOT NULL DEFAULT 0 -- turn in which jobs were last taken
  ) STRICT;

  CREATE TABLE ledger_source (
    generation INTEGER NOT NULL,
    user TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT,
    serial INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    begun_at INTEGER,
    listed_at INTEGER,
    hastened_at INTEGER, -- when it was last asked for
    failures INTEGER NOT NULL DEFAULT 0,
    lasting INTEGER NOT NULL DEFAULT 0,
    why_code TEXT,
    why_message TEXT,
    doubts INTEGER NOT NULL DEFAULT 0,
    doubted_at INTEGER,
    PRIMARY KEY (generation, user, type)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_source_due ON ledger_source (generation, due_at);

  CREATE TABLE ledger_document (
    generation INTEGER NOT NULL,
    user TEXT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    etag TEXT NOT NULL,
    hash TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    title TEXT NOT NULL,
    indexed_at INTEGER NOT NULL,
    serial INTEGER NOT NULL, -- of the last listing that named it
    missing_since INTEGER,
    missing_looks INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (generation, user, type, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_document_missing ON ledger_document (generation, user, type)
    WHERE missing_since IS NOT NULL;

  CREATE TABLE ledger_job (
    job INTEGER PRIMARY KEY AUTOINCREMENT,
    generation INTEGER NOT NULL,
    user TEXT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    etag TEXT NOT NULL,
    ref TEXT,
    content TEXT,
    serial INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    ready_at INTEGER, -- NULL: a dead letter
    owner TEXT,
    reason_code TEXT,
    reason_message TEXT,
    name TEXT,
    dead_hash TEXT,
    died_at INTEGER,
    UNIQUE (generation, user, type, id)
  ) STRICT;
  CREATE INDEX ledger_job_ready ON ledger_job (generation, user, ready_at)
    WHERE ready_at IS NOT NULL;

  CREATE TABLE ledger_note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`

/** The next step: as PostgreSQL has it, where `user` is a word of the language. */
export const LEDGER_USERS_RENAMED = ['user', 'source', 'document', 'job']
  .map(table => `ALTER TABLE ledger_${table} RENAME COLUMN user TO user_id;`)
  .join('\n')
