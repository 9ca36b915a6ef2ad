/** Jobs in the ledger. */
import { get, type Row, run, type Work } from '../../sql/statements.ts'
import type { DocumentContent } from '../document.ts'
import { takeJobs } from './claim.ts'
import { amongNumbers, type Dialect, lockRows } from './dialect.ts'
import type { Job, JobEnd, JobLedger, Works } from './ledger.ts'
import { OF_SOURCE, valuesOf } from './marks.ts'
import { readable, text } from './rows.ts'

/** {@link JobLedger} in statements. */
export function jobLedger(dialect: Dialect): Works<JobLedger> {
  const { objects, forUpdate } = dialect
  const ofOwner = `owner = ? AND ${amongNumbers(dialect, 'job')}`
  /** The job as it is now, where this owner has it; nobody changes it until the transaction ends. */
  const held = ({ job }: Job, owner: string) =>
    get(`SELECT * FROM ledger_job WHERE job = ? AND owner = ?${forUpdate}`, job, owner)

  return {
    claim: claim => takeJobs(dialect, claim),

    *content(job) {
      const row = yield* get('SELECT content FROM ledger_job WHERE job = ?', job)
      const content = text(row?.content)
      return content === undefined ? undefined : contentOf(content)
    },

    *extend(jobs, owner, until) {
      const numbers = JSON.stringify(jobs)
      yield* lockRows(dialect, 'ledger_job', ofOwner, owner, numbers)
      yield* run(
        `UPDATE ledger_job SET ready_at = ? WHERE ${ofOwner} AND ready_at IS NOT NULL`,
        until,
        owner,
        numbers,
      )
    },

    *indexed(job, owner, { etag, hash, chunks, title }, now) {
      const row = yield* held(job, owner)
      if (row === undefined) return yield* lost(job)
      yield* run(
        `INSERT INTO ledger_document (generation, user_id, type, id, etag, hash, chunks, title,
           indexed_at, serial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (generation, user_id, type, id) DO UPDATE SET etag = excluded.etag,
           hash = excluded.hash, chunks = excluded.chunks, title = excluded.title,
           indexed_at = excluded.indexed_at,
           serial = CASE WHEN ledger_document.serial > excluded.serial
             THEN ledger_document.serial ELSE excluded.serial END`,
        ...nameOf(job),
        etag,
        hash,
        chunks,
        readable(title),
        now,
        row.serial ?? null,
      )
      return yield* end(job, row, now)
    },

    *same(job, owner, now) {
      const row = yield* held(job, owner)
      if (row === undefined) return yield* lost(job)
      yield* run(
        `UPDATE ledger_document SET etag = ? WHERE ${OF_SOURCE} AND id = ?`,
        job.etag,
        ...nameOf(job),
      )
      return yield* end(job, row, now)
    },

    *taken(job, owner, now) {
      const row = yield* held(job, owner)
      if (row === undefined) return yield* lost(job)
      // Also where it is to be indexed again: the index has it no more.
      yield* run(`DELETE FROM ledger_document WHERE ${OF_SOURCE} AND id = ?`, ...nameOf(job))
      return yield* end(job, row, now)
    },

    *retry({ job }, owner, at, { code, message }) {
      yield* run(
        `UPDATE ledger_job SET owner = NULL, ready_at = ?, reason_code = ?, reason_message = ?
         WHERE job = ? AND owner = ?`,
        at,
        code,
        readable(message),
        job,
        owner,
      )
    },

    *giveBack(jobs, owner, at) {
      const numbers = JSON.stringify(jobs)
      yield* lockRows(dialect, 'ledger_job', ofOwner, owner, numbers)
      yield* run(
        `UPDATE ledger_job SET owner = NULL, ready_at = ?,
           attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END WHERE ${ofOwner}`,
        at,
        owner,
        numbers,
      )
    },

    *bury(job, owner, { reason, name, hash }, now) {
      const row = yield* held(job, owner)
      if (row === undefined) return
      if (row.revision !== job.revision) {
        yield* end(job, row, now)
        return
      }
      yield* run(
        `UPDATE ledger_job SET owner = NULL, ready_at = NULL, content = NULL, reason_code = ?,
           reason_message = ?, name = ?, dead_hash = coalesce(?, dead_hash), died_at = ?
         WHERE job = ?`,
        reason.code,
        readable(reason.message),
        readable(name),
        hash ?? null,
        now,
        job.job,
      )
      yield* run(`DELETE FROM ledger_document WHERE ${OF_SOURCE} AND id = ?`, ...nameOf(job))
    },

    *evicted(user, documents) {
      yield* run(
        `UPDATE ledger_document SET etag = '', hash = '', chunks = 0
         WHERE user_id = ? AND (type, id) IN (
           SELECT value ->> 'type', value ->> 'id' FROM ${objects})`,
        user,
        JSON.stringify(documents),
      )
    },

    *revive({ user, type, id }, now) {
      const which = `ready_at IS NULL AND user_id = coalesce(?, user_id)
        AND type = coalesce(?, type) AND id = coalesce(?, id)`
      const values = [user ?? null, type ?? null, id ?? null]
      yield* lockRows(dialect, 'ledger_job', which, ...values)
      return yield* run(
        `UPDATE ledger_job SET ready_at = ?, attempts = 0, dead_hash = NULL, died_at = NULL
         WHERE ${which}`,
        now,
        ...values,
      )
    },
  }
}

/** Ends a job, or leaves it for the next one to take when it has changed meanwhile. */
function* end(job: Job, row: Row, now: number): Work<JobEnd> {
  if (row.revision === job.revision) {
    yield* run('DELETE FROM ledger_job WHERE job = ?', job.job)
    return 'done'
  }
  yield* run('UPDATE ledger_job SET owner = NULL, ready_at = ? WHERE job = ?', now, job.job)
  return 'again'
}

/**
 * A job that is no longer the caller's: somebody else does it, or did it, or builds another
 * generation by now. Where nothing at all is left of the document, that was to remove it, or
 * everything of its user.
 */
function* lost({ user, type, id }: Job): Work<JobEnd> {
  const ofDocument = 'user_id = ? AND type = ? AND id = ?'
  const left = yield* get(
    `SELECT 1 FROM ledger_document WHERE ${ofDocument}
     UNION ALL SELECT 1 FROM ledger_job WHERE ${ofDocument} LIMIT 1`,
    user,
    type,
    id,
    user,
    type,
    id,
  )
  return left === undefined ? 'gone' : 'again'
}

function nameOf(job: Job): [number, string, string, string] {
  return [...valuesOf(job), job.id]
}

function contentOf(json: string): DocumentContent {
  // JSON has no undefined: what was absent is absent again, and reads the same.
  return JSON.parse(json)
}
