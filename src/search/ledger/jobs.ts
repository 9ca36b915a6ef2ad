/** Jobs in the ledger on SQLite. */
import type { DocumentContent } from '../document.ts'
import { takeJobs } from './claim.ts'
import type { Job, JobEnd, JobLedger, Synchronous } from './ledger.ts'
import { OF_SOURCE, valuesOf } from './marks.ts'
import { type Row, type Sql, text } from './rows.ts'

/** {@link JobLedger} on a database. */
export function jobLedger(sql: Sql): Synchronous<JobLedger> {
  /** The job as it is now, where this owner has it. */
  const held = ({ job }: Job, owner: string): Row | undefined =>
    sql.get('SELECT * FROM ledger_job WHERE job = ? AND owner = ?', job, owner)
  /** Ends a job, or leaves it for the next one to take when it has changed meanwhile. */
  const end = (job: Job, row: Row, now: number): JobEnd => {
    if (row.revision === job.revision) {
      sql.run('DELETE FROM ledger_job WHERE job = ?', job.job)
      return 'done'
    }
    sql.run('UPDATE ledger_job SET owner = NULL, ready_at = ? WHERE job = ?', now, job.job)
    return 'again'
  }

  return {
    claim: claim => sql.write(() => takeJobs(sql, claim)),

    content(job) {
      const row = sql.get('SELECT content FROM ledger_job WHERE job = ?', job)
      const content = text(row?.content)
      return content === undefined ? undefined : contentOf(content)
    },

    extend(jobs, owner, until) {
      sql.run(
        `UPDATE ledger_job SET ready_at = ? WHERE owner = ? AND ready_at IS NOT NULL
           AND job IN (SELECT value FROM json_each(?))`,
        until,
        owner,
        JSON.stringify(jobs),
      )
    },

    indexed: (job, owner, { etag, hash, chunks, title }, now) =>
      sql.write(() => {
        const row = held(job, owner)
        if (row === undefined) return lost(sql, job)
        sql.run(
          `INSERT INTO ledger_document (generation, user, type, id, etag, hash, chunks, title,
             indexed_at, serial) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET etag = excluded.etag, hash = excluded.hash,
             chunks = excluded.chunks, title = excluded.title, indexed_at = excluded.indexed_at,
             serial = max(serial, excluded.serial)`,
          ...nameOf(job),
          etag,
          hash,
          chunks,
          title,
          now,
          row.serial ?? null,
        )
        return end(job, row, now)
      }),

    same: (job, owner, now) =>
      sql.write(() => {
        const row = held(job, owner)
        if (row === undefined) return lost(sql, job)
        sql.run(
          `UPDATE ledger_document SET etag = ? WHERE ${OF_SOURCE} AND id = ?`,
          job.etag,
          ...nameOf(job),
        )
        return end(job, row, now)
      }),

    taken: (job, owner, now) =>
      sql.write(() => {
        const row = held(job, owner)
        if (row === undefined) return lost(sql, job)
        // Also where it is to be indexed again: the index has it no more.
        sql.run(`DELETE FROM ledger_document WHERE ${OF_SOURCE} AND id = ?`, ...nameOf(job))
        return end(job, row, now)
      }),

    retry({ job }, owner, at, { code, message }) {
      sql.run(
        `UPDATE ledger_job SET owner = NULL, ready_at = ?, reason_code = ?, reason_message = ?
         WHERE job = ? AND owner = ?`,
        at,
        code,
        message,
        job,
        owner,
      )
    },

    giveBack(jobs, owner, at) {
      sql.run(
        `UPDATE ledger_job SET owner = NULL, ready_at = ?, attempts = max(0, attempts - 1)
         WHERE owner = ? AND job IN (SELECT value FROM json_each(?))`,
        at,
        owner,
        JSON.stringify(jobs),
      )
    },

    bury(job, owner, { reason, name, hash }, now) {
      sql.write(() => {
        const row = held(job, owner)
        if (row === undefined) return
        if (row.revision !== job.revision) {
          end(job, row, now)
          return
        }
        sql.run(
          `UPDATE ledger_job SET owner = NULL, ready_at = NULL, content = NULL, reason_code = ?,
             reason_message = ?, name = ?, dead_hash = coalesce(?, dead_hash), died_at = ?
           WHERE job = ?`,
          reason.code,
          reason.message,
          name,
          hash ?? null,
          now,
          job.job,
        )
        sql.run(`DELETE FROM ledger_document WHERE ${OF_SOURCE} AND id = ?`, ...nameOf(job))
      })
    },

    evicted(user, documents) {
      sql.write(() => {
        for (const { type, id } of documents) {
          sql.run(
            `UPDATE ledger_document SET etag = '', hash = '', chunks = 0
             WHERE user = ? AND type = ? AND id = ?`,
            user,
            type,
            id,
          )
        }
      })
    },

    revive: ({ user, type, id }, now) =>
      sql.run(
        `UPDATE ledger_job SET ready_at = ?, attempts = 0, dead_hash = NULL, died_at = NULL
         WHERE ready_at IS NULL AND user = coalesce(?, user) AND type = coalesce(?, type)
           AND id = coalesce(?, id)`,
        now,
        user ?? null,
        type ?? null,
        id ?? null,
      ),
  }
}

/**
 * A job that is no longer the caller's: somebody else does it, or did it, or builds another
 * generation by now. Where nothing at all is left of the document, that was to remove it, or
 * everything of its user.
 */
function lost(sql: Sql, { user, type, id }: Job): JobEnd {
  const ofDocument = 'user = ? AND type = ? AND id = ?'
  const left = sql.get(
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
