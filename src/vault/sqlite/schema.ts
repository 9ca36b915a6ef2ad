/**
 * The tables, in the steps in which they came to be.
 *
 * All names begin with `vault_`: in a database of the Python server the tables stand beside its own.
 * Columns marked `sealed` hold Fernet tokens (see sql/maintenance.ts), those ending in `_hash` SHA-256 of a
 * secret; times are milliseconds since 1970, lists JSON.
 */
import type { Schema } from '../../sql/migrations.ts'
import { get } from '../../sql/statements.ts'
import type { Sql } from '../../sqlite/drive.ts'
import { tell } from '../errors.ts'

const TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"

/** One step after another; a step that was released is never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE vault_note (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;

  -- For each key in use something it can be tried on.
  CREATE TABLE vault_canary (
    key_id TEXT PRIMARY KEY,
    token TEXT NOT NULL -- sealed
  ) STRICT;

  CREATE TABLE vault_refresh_token (
    user_id TEXT PRIMARY KEY,
    token TEXT NOT NULL, -- sealed
    flow TEXT NOT NULL,
    audience TEXT NOT NULL,
    client_id TEXT,
    scopes TEXT,
    profile TEXT, -- sealed
    provisioned_at INTEGER,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE vault_app_password (
    user_id TEXT NOT NULL,
    client_id TEXT NOT NULL, -- empty: whichever client
    login_name TEXT NOT NULL,
    nextcloud_user_id TEXT,
    password TEXT NOT NULL, -- sealed
    scopes TEXT, -- NULL: no extra limit
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (user_id, client_id)
  ) STRICT;

  CREATE TABLE vault_client (
    issuer TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    client_secret TEXT, -- sealed
    redirect_uris TEXT NOT NULL,
    issued_at INTEGER,
    expires_at INTEGER,
    registration_token TEXT, -- sealed
    registration_uri TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE vault_record (
    kind TEXT NOT NULL,
    id_hash TEXT NOT NULL,
    data TEXT NOT NULL, -- sealed
    grant_hash TEXT,
    uid_hash TEXT,
    user_code_hash TEXT,
    user_hash TEXT,
    consumed_at INTEGER,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id_hash)
  ) STRICT;
  CREATE INDEX vault_record_grant ON vault_record (grant_hash) WHERE grant_hash IS NOT NULL;
  CREATE INDEX vault_record_uid ON vault_record (uid_hash) WHERE uid_hash IS NOT NULL;
  CREATE INDEX vault_record_user_code ON vault_record (user_code_hash)
    WHERE user_code_hash IS NOT NULL;
  CREATE INDEX vault_record_user ON vault_record (user_hash) WHERE user_hash IS NOT NULL;
  CREATE INDEX vault_record_expiry ON vault_record (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE vault_lease (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE vault_audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    event TEXT NOT NULL,
    user_id TEXT NOT NULL,
    resource_type TEXT,
    resource_id TEXT,
    method TEXT,
    host TEXT
  ) STRICT;
  CREATE INDEX vault_audit_time ON vault_audit (time, id);
  CREATE INDEX vault_audit_user ON vault_audit (user_id, time, id);
  CREATE TRIGGER vault_audit_is_final BEFORE UPDATE ON vault_audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER vault_audit_is_kept BEFORE DELETE ON vault_audit
    WHEN OLD.time >= coalesce(
      (SELECT CAST(value AS INTEGER) FROM vault_note WHERE name = 'audit-kept-since'), 0)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `,
]

/** What the tables are made with. */
export const SCHEMA: Schema = {
  table: 'vault_migration',
  steps: STEPS,
  tell,
  notes:
    'CREATE TABLE vault_migration (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  *hasTable(name) {
    return (yield* get(TABLE, name)) !== undefined
  },
}

/** Whether a table is there. */
export function hasTable(sql: Sql, name: string): boolean {
  return sql.get(TABLE, name) !== undefined
}
