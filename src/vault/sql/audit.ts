/** The audit log in a database. */

import { all, type Row, run, type Value, type Work } from '../../sql/statements.ts'
import { VaultError } from '../errors.ts'
import type { AuditEntry, AuditLog, AuditPage, AuditQuery, NewAuditEntry, Time } from '../vault.ts'
import { absent, type Context } from './context.ts'

/** Where {@link readAuditPage} finds its columns. */
export const AUDIT_TABLE = 'vault_audit'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

/** {@link AuditLog} on a database. */
export function createAuditLog(context: Context): AuditLog {
  const { database } = context
  return {
    append: entry => database.write(() => note(context, entry)),
    page: query => database.read(() => readAuditPage(AUDIT_TABLE, query)),
    retain: since => database.write(() => dropBefore(since)),
  }
}

/** Adds a line within a transaction, so that a change and its line are stored together. */
export function* note(
  { now, host }: Pick<Context, 'now' | 'host'>,
  entry: NewAuditEntry,
): Work<void> {
  yield* run(
    `INSERT INTO vault_audit (time, event, user_id, resource_type, resource_id, method, host)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    now(),
    entry.event,
    entry.userId,
    entry.resourceType ?? null,
    entry.resourceId ?? null,
    entry.method ?? null,
    host,
  )
}

/**
 * A page of the log.
 * @param source table or subquery with the columns of `vault_audit`
 * @throws VaultError `BAD_INPUT` for a limit out of range or a cursor that is none
 */
export function* readAuditPage(source: string, query: AuditQuery = {}): Work<AuditPage> {
  const { userId, event, since, until, cursor, limit = DEFAULT_LIMIT } = query
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new VaultError('BAD_INPUT', `limit must be a whole number from 1 to ${MAX_LIMIT}`)
  }
  const conditions: string[] = []
  const values: Value[] = []
  const only = (condition: string, ...given: (Value | undefined)[]) => {
    if (given.some(value => value === undefined)) return
    conditions.push(condition)
    values.push(...(given as Value[]))
  }
  only('user_id = ?', userId)
  only('event = ?', event)
  only('time >= ?', since)
  only('time < ?', until)
  only('(time, id) < (?, ?)', ...(cursor === undefined ? [undefined] : positionOf(cursor)))
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const rows = yield* all(
    `SELECT id, time, event, user_id, resource_type, resource_id, method, host
     FROM ${source} ${where} ORDER BY time DESC, id DESC LIMIT ?`,
    ...values,
    limit + 1,
  )
  const entries = rows.slice(0, limit).map(entryOf)
  const last = entries.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { entries, next: hasMore ? `${last.time}-${last.id}` : undefined }
}

function positionOf(cursor: string): Value[] {
  if (!/^\d{1,15}-\d{1,15}$/.test(cursor)) {
    throw new VaultError('BAD_INPUT', 'cursor must be the one of the page before')
  }
  return cursor.split('-').map(Number)
}

function entryOf(row: Row): AuditEntry {
  const text = (name: string) => absent(row[name]) as string | undefined
  return {
    id: Number(row.id),
    time: Number(row.time),
    event: String(row.event),
    userId: String(row.user_id),
    resourceType: text('resource_type'),
    resourceId: text('resource_id'),
    method: text('method'),
    host: text('host'),
  }
}

/** A trigger holds on to every line that is not older than this note says. */
function* dropBefore(since: Time): Work<number> {
  yield* run(
    `INSERT INTO vault_note (name, value) VALUES ('audit-kept-since', ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    String(since),
  )
  return yield* run('DELETE FROM vault_audit WHERE time < ?', since)
}
