/** What listings do to the rows of single documents: those that were named, and those that go. */
import type { SourceKey } from './ledger.ts'
import type { Sql } from './rows.ts'

/** Rows of one source; values by {@link valuesOf}. */
export const OF_SOURCE = 'generation = ? AND user = ? AND type = ?'

/** In the order of {@link OF_SOURCE}. */
export function valuesOf({ generation, user, type }: SourceKey): [number, string, string] {
  return [generation, user, type]
}

/**
 * What becomes of a job that is to be done anew, from a time on that is to be named twice; whoever
 * is at it keeps its lease, and will find that it has changed.
 */
export const ANEW = `revision = revision + 1, attempts = 0, died_at = NULL,
  ready_at = CASE WHEN owner IS NOT NULL AND ready_at > ? THEN ready_at ELSE ? END`

/** Notes that a listing named documents: they are there, and whatever was to remove them is not. */
export function markNamed(
  sql: Sql,
  key: SourceKey,
  serial: number,
  ids: readonly string[],
  now: number,
): void {
  const named = JSON.stringify(ids)
  const among = `${OF_SOURCE} AND id IN (SELECT value FROM json_each(?))`
  const values = [...valuesOf(key), named]
  sql.run(
    `UPDATE ledger_document SET serial = ?, missing_since = NULL, missing_looks = 0 WHERE ${among}`,
    serial,
    ...values,
  )
  sql.run(`UPDATE ledger_job SET serial = ? WHERE ${among}`, serial, ...values)
  sql.run(
    `UPDATE ledger_job SET kind = 'index', ${ANEW} WHERE ${among} AND kind = 'remove'`,
    now,
    now,
    ...values,
  )
}

/** Makes jobs that take known documents out of the index; gives the number of new ones. */
export function takeOutKnown(
  sql: Sql,
  key: SourceKey,
  now: number,
  which: string,
  ...values: (string | number)[]
): number {
  return sql.run(
    `INSERT INTO ledger_job (generation, user, type, id, kind, etag, serial, ready_at)
     SELECT generation, user, type, id, 'remove', etag, serial, ? FROM ledger_document
     WHERE ${OF_SOURCE} AND ${which}
     ON CONFLICT DO UPDATE SET kind = 'remove', ref = NULL, content = NULL, ${ANEW}
     WHERE kind <> 'remove'`,
    now,
    ...valuesOf(key),
    ...values,
    now,
    now,
  )
}

/** Makes jobs that take documents out, also those that were only going to be indexed. */
export function takeOut(sql: Sql, key: SourceKey, ids: readonly string[], now: number): void {
  const among = 'id IN (SELECT value FROM json_each(?))'
  sql.run(
    `UPDATE ledger_job SET kind = 'remove', ref = NULL, content = NULL, ${ANEW}
     WHERE ${OF_SOURCE} AND ${among} AND kind <> 'remove'`,
    now,
    now,
    ...valuesOf(key),
    JSON.stringify(ids),
  )
  takeOutKnown(sql, key, now, among, JSON.stringify(ids))
}
