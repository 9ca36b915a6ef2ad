/** Who gets to work on what: jobs in turns, so that nobody waits for somebody with more of them. */
import { all, type Row, run, type Work } from '../../sql/statements.ts'
import { amongNumbers, amongTexts, type Dialect, lockRows } from './dialect.ts'
import type { Claim, Job } from './ledger.ts'
import { count, reasonOf, text, typeOf } from './rows.ts'

/** Takes jobs that nobody else is about to take. */
export function* takeJobs(dialect: Dialect, claim: Claim): Work<Job[]> {
  const { generation, now, limit } = claim
  const users = yield* all(
    `SELECT user_id FROM ledger_user
     WHERE absent_since IS NULL AND paused_until <= ? AND EXISTS (
       SELECT 1 FROM ledger_job AS job
       WHERE generation = ? AND job.user_id = ledger_user.user_id AND ready_at <= ?)
     ORDER BY served, user_id LIMIT ?`,
    now,
    generation,
    now,
    limit,
  )
  const share = Math.ceil(limit / Math.max(1, users.length))
  const taken: Row[] = []
  const served: string[] = []
  for (const { user_id } of users) {
    const user = String(user_id)
    const ready = yield* all(
      `SELECT * FROM ledger_job WHERE generation = ? AND user_id = ? AND ready_at <= ?
       ORDER BY ready_at, job LIMIT ?${dialect.unlocked}`,
      generation,
      user,
      now,
      Math.min(share, limit - taken.length),
    )
    for (const row of ready) {
      if (count(row.attempts) >= claim.maxAttempts) yield* buryCrasher(row, now)
      else taken.push(row)
    }
    served.push(user)
    if (taken.length >= limit) break
  }
  const jobs = yield* lease(dialect, taken, claim)
  yield* endTurns(dialect, served)
  return jobs
}

function* lease(
  dialect: Dialect,
  rows: readonly Row[],
  { owner, now, leaseMs }: Claim,
): Work<Job[]> {
  if (rows.length === 0) return []
  const among = amongNumbers(dialect, 'job')
  const numbers = JSON.stringify(rows.map(({ job }) => job))
  yield* run(
    `UPDATE ledger_job SET owner = ?, ready_at = ?, attempts = attempts + 1 WHERE ${among}`,
    owner,
    now + leaseMs,
    numbers,
  )
  // Asked now that the jobs are nobody else's: whoever had one before may just have stored it.
  const known = yield* all(
    `SELECT job, hash FROM ledger_job
     JOIN ledger_document USING (generation, user_id, type, id) WHERE ${among}`,
    numbers,
  )
  const hashes = new Map(known.map(({ job, hash }) => [count(job), text(hash)]))
  return rows.map(row => jobOf(row, hashes.get(count(row.job))))
}

function jobOf(row: Row, knownHash: string | undefined): Job {
  return {
    job: count(row.job),
    generation: count(row.generation),
    revision: count(row.revision),
    user: String(row.user_id),
    type: typeOf(row.type),
    id: String(row.id),
    kind: row.kind === 'remove' ? 'remove' : 'index',
    etag: String(row.etag),
    ref: text(row.ref),
    attempts: count(row.attempts) + 1,
    knownHash,
    deadHash: text(row.dead_hash),
    lastReason: reasonOf(row.reason_code, row.reason_message),
  }
}

/** Whoever had their turn comes last the next time. */
function* endTurns(dialect: Dialect, users: readonly string[]): Work<void> {
  if (users.length === 0) return
  const among = amongTexts(dialect, 'user_id')
  const named = JSON.stringify(users)
  yield* lockRows(dialect, 'ledger_user', among, named)
  yield* run(
    `UPDATE ledger_user SET served = (SELECT max(served) + 1 FROM ledger_user) WHERE ${among}`,
    named,
  )
}

/** Whoever took it never came back, each time: it may well be what they died of. */
function* buryCrasher({ job }: Row, now: number): Work<void> {
  yield* run(
    `UPDATE ledger_job SET owner = NULL, ready_at = NULL, content = NULL, died_at = ?,
       reason_code = coalesce(reason_code, 'UNFINISHED'),
       reason_message = coalesce(reason_message, 'It was begun several times and never finished')
     WHERE job = ?`,
    now,
    job ?? null,
  )
}
