/** Who gets to work on what: jobs in turns, so that nobody waits for somebody with more of them. */
import type { Claim, Job } from './ledger.ts'
import { count, type Row, reasonOf, type Sql, text, typeOf } from './rows.ts'

/** Takes jobs, within the caller's transaction. */
export function takeJobs(sql: Sql, claim: Claim): Job[] {
  const { generation, now, limit } = claim
  const users = sql.all(
    `SELECT user FROM ledger_user
     WHERE absent_since IS NULL AND paused_until <= ?1 AND EXISTS (
       SELECT 1 FROM ledger_job AS job
       WHERE generation = ?2 AND job.user = ledger_user.user AND ready_at <= ?1)
     ORDER BY served LIMIT ?3`,
    now,
    generation,
    limit,
  )
  const share = Math.ceil(limit / Math.max(1, users.length))
  const jobs: Job[] = []
  for (const { user } of users) {
    const ready = sql.all(
      `SELECT ledger_job.*, hash FROM ledger_job
       LEFT JOIN ledger_document USING (generation, user, type, id)
       WHERE ledger_job.generation = ? AND ledger_job.user = ? AND ready_at <= ?
       ORDER BY ready_at, job LIMIT ?`,
      generation,
      String(user),
      now,
      Math.min(share, limit - jobs.length),
    )
    for (const row of ready) {
      if (count(row.attempts) >= claim.maxAttempts) buryCrasher(sql, row, now)
      else jobs.push(take(sql, row, claim))
    }
    sql.run(
      'UPDATE ledger_user SET served = (SELECT max(served) + 1 FROM ledger_user) WHERE user = ?',
      String(user),
    )
    if (jobs.length >= limit) break
  }
  return jobs
}

function take(sql: Sql, row: Row, { owner, now, leaseMs }: Claim): Job {
  sql.run(
    'UPDATE ledger_job SET owner = ?, ready_at = ?, attempts = attempts + 1 WHERE job = ?',
    owner,
    now + leaseMs,
    row.job ?? null,
  )
  return {
    job: count(row.job),
    generation: count(row.generation),
    revision: count(row.revision),
    user: String(row.user),
    type: typeOf(row.type),
    id: String(row.id),
    kind: row.kind === 'remove' ? 'remove' : 'index',
    etag: String(row.etag),
    ref: text(row.ref),
    attempts: count(row.attempts) + 1,
    knownHash: text(row.hash),
    deadHash: text(row.dead_hash),
    lastReason: reasonOf(row.reason_code, row.reason_message),
  }
}

/** Whoever took it never came back, each time: it may well be what they died of. */
function buryCrasher(sql: Sql, row: Row, now: number): void {
  sql.run(
    `UPDATE ledger_job SET owner = NULL, ready_at = NULL, content = NULL, died_at = ?,
       reason_code = coalesce(reason_code, 'UNFINISHED'),
       reason_message = coalesce(reason_message, 'It was begun several times and never finished')
     WHERE job = ?`,
    now,
    row.job ?? null,
  )
}
