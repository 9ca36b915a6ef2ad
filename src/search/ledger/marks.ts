/** What listings do to the rows of single documents: those that were named, and those that go. */
import { run, type Value, type Work } from '../../sql/statements.ts'
import { amongTexts, type Dialect, lockRows } from './dialect.ts'
import type { SourceKey } from './ledger.ts'

/** Rows of one source; values by {@link valuesOf}. */
export const OF_SOURCE = 'generation = ? AND user_id = ? AND type = ?'

/** In the order of {@link OF_SOURCE}. */
export function valuesOf({ generation, user, type }: SourceKey): [number, string, string] {
  return [generation, user, type]
}

/**
 * What becomes of a job that is to be done anew, from a time on that is to be named twice; whoever
 * is at it keeps its lease, and will find that it has changed.
 */
export const ANEW = `revision = ledger_job.revision + 1, attempts = 0, died_at = NULL,
  ready_at = CASE WHEN ledger_job.owner IS NOT NULL AND ledger_job.ready_at > ?
    THEN ledger_job.ready_at ELSE ? END`

/**
 * Jobs of documents that are named in a list, values by {@link valuesOf} and the list: found one by
 * one, as a first listing makes more of them in a minute than PostgreSQL has counted.
 */
function jobsNamed({ within, texts }: Dialect): string {
  const job = `SELECT job FROM ledger_job AS named WHERE ${OF_SOURCE} AND named.id = value`
  return within('job', `SELECT (${job}) FROM ${texts}`)
}

/** Notes that a listing named documents: they are there, and whatever was to remove them is not. */
export function* markNamed(
  dialect: Dialect,
  key: SourceKey,
  serial: number,
  ids: readonly string[],
  now: number,
): Work<void> {
  const jobs = jobsNamed(dialect)
  const values = [...valuesOf(key), JSON.stringify(ids)]
  yield* lockRows(dialect, 'ledger_job', jobs, ...values)
  yield* run(`UPDATE ledger_job SET serial = ? WHERE ${jobs}`, serial, ...values)
  yield* run(
    `UPDATE ledger_job SET kind = 'index', ${ANEW} WHERE ${jobs} AND kind = 'remove'`,
    now,
    now,
    ...values,
  )
  yield* run(
    `UPDATE ledger_document SET serial = ?, missing_since = NULL, missing_looks = 0
     WHERE ${OF_SOURCE} AND ${amongTexts(dialect, 'id')}`,
    serial,
    ...values,
  )
}

/** Makes jobs that take known documents out of the index; gives the number of new ones. */
export function* takeOutKnown(
  key: SourceKey,
  now: number,
  which: string,
  ...values: Value[]
): Work<number> {
  return yield* run(
    `INSERT INTO ledger_job (generation, user_id, type, id, kind, etag, serial, ready_at)
     SELECT generation, user_id, type, id, 'remove', etag, serial, CAST(? AS bigint)
     FROM ledger_document WHERE ${OF_SOURCE} AND ${which}
     ON CONFLICT (generation, user_id, type, id) DO UPDATE
       SET kind = 'remove', ref = NULL, content = NULL, ${ANEW}
       WHERE ledger_job.kind <> 'remove'`,
    now,
    ...valuesOf(key),
    ...values,
    now,
    now,
  )
}

/** Makes jobs that take documents out, also those that were only going to be indexed. */
export function* takeOut(
  dialect: Dialect,
  key: SourceKey,
  ids: readonly string[],
  now: number,
): Work<void> {
  const jobs = jobsNamed(dialect)
  const named = JSON.stringify(ids)
  yield* lockRows(dialect, 'ledger_job', jobs, ...valuesOf(key), named)
  yield* run(
    `UPDATE ledger_job SET kind = 'remove', ref = NULL, content = NULL, ${ANEW}
     WHERE ${jobs} AND kind <> 'remove'`,
    now,
    now,
    ...valuesOf(key),
    named,
  )
  yield* takeOutKnown(key, now, amongTexts(dialect, 'id'), named)
}
