/**
 * Takes over what the Python server (cbcoutinho/nextcloud-mcp-server) keeps in the same database.
 *
 * Its rows stay as they are and its tables are only read, so that going back is possible: what is
 * taken over is copied into the tables beside them, with the Fernet tokens as they stand. This is
 * done at every start for rows that were written since the last time, so that trying one server and
 * then the other works. A row that was revoked here does not come back unless it was granted anew
 * there. Sign-ins in progress and browser sessions are not taken over: they last for minutes, or
 * cost one sign-in.
 *
 * The tables as of its schema revisions 001 to 010 and before there were revisions.
 */

import type { Row, Value } from '../../sql/statements.ts'
import type { Sql } from '../../sqlite/drive.ts'
import { VaultError } from '../errors.ts'
import type { Keyring } from '../keyring.ts'
import { UNKNOWN_ISSUER } from '../vault.ts'
import { hasTable } from './schema.ts'

/** The audit log of the Python server in the columns of this one. */
export const PYTHON_AUDIT = `(SELECT id, CAST(timestamp * 1000 AS INTEGER) AS time, event, user_id,
  resource_type, resource_id, auth_method AS method, hostname AS host FROM audit_logs)`

/** Where it keeps secrets, and where they go. */
const SOURCES = [
  {
    table: 'refresh_tokens',
    target: 'vault_refresh_token',
    key: ['user_id'],
    sealed: ['encrypted_token'],
    columnsOf: (row: Row, seal: (text: string) => string) => ({
      user_id: row.user_id,
      token: row.encrypted_token,
      flow: row.flow_type ?? 'hybrid',
      audience: row.token_audience ?? 'nextcloud',
      scopes: row.scopes,
      // Kept in the clear there.
      profile: typeof row.user_profile === 'string' ? seal(row.user_profile) : null,
      provisioned_at: milliseconds(row.provisioned_at),
      expires_at: milliseconds(row.expires_at),
    }),
  },
  {
    table: 'app_passwords',
    target: 'vault_app_password',
    key: ['user_id', 'client_id'],
    sealed: ['encrypted_password'],
    columnsOf: (row: Row) => ({
      user_id: row.user_id,
      client_id: '',
      login_name: row.username ?? row.user_id,
      password: row.encrypted_password,
      scopes: row.scopes,
    }),
  },
  {
    table: 'oauth_clients',
    target: 'vault_client',
    key: ['issuer'],
    sealed: ['encrypted_client_secret', 'encrypted_registration_access_token'],
    columnsOf: (row: Row) => ({
      issuer: UNKNOWN_ISSUER,
      client_id: row.client_id,
      client_secret: row.encrypted_client_secret,
      redirect_uris: row.redirect_uris,
      issued_at: milliseconds(row.client_id_issued_at),
      expires_at:
        row.client_secret_expires_at === 0 ? null : milliseconds(row.client_secret_expires_at),
      registration_token: row.encrypted_registration_access_token,
      registration_uri: row.registration_client_uri,
    }),
  },
] as const satisfies readonly {
  table: string
  target: string
  key: readonly string[]
  sealed: readonly string[]
  columnsOf(row: Row, seal: (text: string) => string): Record<string, Value | undefined>
}[]

type Source = (typeof SOURCES)[number]

/**
 * Copies what is new.
 * @throws VaultError `KEY_MISMATCH` when none of its secrets can be decrypted at the first time
 */
export function takeOver(sql: Sql, keyring: Keyring, path: string): void {
  const sources = SOURCES.filter(({ table }) => hasTable(sql, table)).map(source => ({
    source,
    rows: newRows(sql, source),
  }))
  const isFirst = sql.get("SELECT 1 FROM vault_note WHERE name LIKE 'python:%'") === undefined
  if (isFirst) checkKey(sources, keyring, path)
  for (const { source, rows } of sources) {
    for (const row of rows) copy(sql, keyring, source, row)
    const latest = rows.at(-1)
    if (latest !== undefined) setMark(sql, source.table, Number(latest.updated_at))
  }
  if (hasTable(sql, 'audit_logs')) copyAudit(sql)
}

function checkKey(
  sources: readonly { source: Source; rows: readonly Row[] }[],
  keyring: Keyring,
  path: string,
): void {
  const secrets = sources.flatMap(({ source, rows }) =>
    rows.flatMap(row => source.sealed.map(column => row[column] ?? null)),
  )
  const tokens = secrets.filter(secret => secret !== null)
  if (tokens.length === 0) return
  if (tokens.some(token => keyring.decrypt(String(token)) !== undefined)) return
  throw new VaultError(
    'KEY_MISMATCH',
    `TOKEN_ENCRYPTION_KEY does not fit the database ${path} of the Python server`,
    {
      fix: 'Give the TOKEN_ENCRYPTION_KEY that the Python server ran with. Nothing was changed.',
    },
  )
}

/** Rows written since the last time, the oldest first; encrypted columns as text. */
function newRows(sql: Sql, { table, sealed }: Source): Row[] {
  const columns = sql.all(`SELECT name FROM pragma_table_info('${table}')`).map(({ name }) => {
    const isSealed = (sealed as readonly unknown[]).includes(name)
    return isSealed ? `CAST(${name} AS TEXT) AS ${name}` : String(name)
  })
  return sql.all(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE updated_at > ? ORDER BY updated_at`,
    markOf(sql, table),
  )
}

/** A readable row takes the place of an older one; an unreadable one only an empty place. */
function copy(sql: Sql, keyring: Keyring, source: Source, row: Row): void {
  const columns: Record<string, Value | undefined> = {
    ...source.columnsOf(row, keyring.encrypt),
    created_at: milliseconds(row.created_at),
    updated_at: milliseconds(row.updated_at),
  }
  const names = Object.keys(columns)
  const isReadable = source.sealed.every(column => {
    const token = row[column] ?? null
    return token === null || keyring.decrypt(String(token)) !== undefined
  })
  const conflict = isReadable
    ? `UPDATE SET ${names.map(name => `${name} = excluded.${name}`).join(', ')}
       WHERE excluded.updated_at > ${source.target}.updated_at`
    : 'NOTHING'
  sql.run(
    `INSERT INTO ${source.target} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
     ON CONFLICT (${source.key.join(', ')}) DO ${conflict}`,
    ...Object.values(columns).map(value => value ?? null),
  )
}

function copyAudit(sql: Sql): void {
  const mark = markOf(sql, 'audit_logs')
  sql.run(
    `INSERT INTO vault_audit (time, event, user_id, resource_type, resource_id, method, host)
     SELECT time, event, user_id, resource_type, resource_id, method, host
     FROM ${PYTHON_AUDIT} WHERE id > ? ORDER BY id`,
    mark,
  )
  const latest = Number(sql.get('SELECT max(id) AS id FROM audit_logs')?.id)
  if (latest > mark) setMark(sql, 'audit_logs', latest)
}

/** How far a table was taken over: its latest `updated_at`, or id. */
function markOf(sql: Sql, table: string): number {
  return Number(
    sql.get('SELECT value FROM vault_note WHERE name = ?', `python:${table}`)?.value ?? 0,
  )
}

function setMark(sql: Sql, table: string, mark: number): void {
  sql.run(
    `INSERT INTO vault_note (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    `python:${table}`,
    String(mark),
  )
}

/** From the seconds that it counts in. */
function milliseconds(seconds: Value | undefined): number | null {
  return seconds === null || seconds === undefined ? null : Math.round(Number(seconds) * 1_000)
}
