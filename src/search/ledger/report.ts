/** What there is in the ledger, and its generations. */
import { all, get, run, type Work } from '../../sql/statements.ts'
import { type Dialect, lockRows } from './dialect.ts'
import type { GenerationLedger, LedgerReport, Works } from './ledger.ts'
import { count, number, reasonOf, text, typeOf } from './rows.ts'

/** Reasons for which nothing can be done for a user until somebody does something. */
const WAITS_FOR_SOMEBODY = ['NOT_PROVISIONED', 'UNAUTHORIZED', 'FORBIDDEN']

/** {@link LedgerReport} in statements. */
export function ledgerReport(): Works<LedgerReport> {
  return {
    *counts(generation, now, user) {
      const of = [generation, user ?? null]
      const rows = yield* all(
        `SELECT user_id, type, sum(documents) AS documents, sum(chunks) AS chunks,
           sum(waiting) AS waiting, sum(running) AS running, sum(failed) AS failed
         FROM (
           SELECT user_id, type, count(*) AS documents, sum(chunks) AS chunks, 0 AS waiting,
             0 AS running, 0 AS failed
           FROM ledger_document WHERE generation = ? AND user_id = coalesce(?, user_id)
           GROUP BY user_id, type
           UNION ALL SELECT user_id, type, 0, 0,
             count(*) FILTER (WHERE ready_at IS NOT NULL AND NOT (owner IS NOT NULL AND ready_at > ?)),
             count(*) FILTER (WHERE owner IS NOT NULL AND ready_at > ?),
             count(*) FILTER (WHERE ready_at IS NULL)
           FROM ledger_job WHERE generation = ? AND user_id = coalesce(?, user_id)
           GROUP BY user_id, type
         ) AS part GROUP BY user_id, type ORDER BY user_id, type`,
        ...of,
        now,
        now,
        ...of,
      )
      return rows.map(row => ({
        user: String(row.user_id),
        type: typeOf(row.type),
        documents: count(row.documents),
        chunks: count(row.chunks),
        waiting: count(row.waiting),
        running: count(row.running),
        failed: count(row.failed),
      }))
    },

    *backlog(generation, now) {
      const workable = `user_id IN (
        SELECT user_id FROM ledger_user WHERE absent_since IS NULL AND paused_until <= ?)`
      // A time of 0 says "at once", and not since when.
      const due = `ledger_source WHERE generation = ? AND due_at <= ? AND ${workable}`
      const ofGeneration = [generation, now, now]
      const row = yield* get(
        `SELECT count(*) FILTER (WHERE absent_since IS NULL AND paused_until <= ?) AS active,
           count(*) FILTER (WHERE absent_since IS NULL AND paused_until > ?) AS paused,
           count(*) FILTER (WHERE absent_since IS NOT NULL) AS absent,
           (SELECT min(ready_at) FROM ledger_job
             WHERE generation = ? AND ready_at <= ? AND ${workable}) AS ready_at,
           (SELECT count(*) FROM ${due}) AS due, (SELECT min(due_at) FROM ${due} AND due_at > 0) AS due_at
         FROM ledger_user`,
        now,
        now,
        ...ofGeneration,
        ...ofGeneration,
        ...ofGeneration,
      )
      return {
        jobReadyAt: number(row?.ready_at),
        listingsDue: count(row?.due),
        listingDueAt: number(row?.due_at),
        users: {
          active: count(row?.active),
          paused: count(row?.paused),
          absent: count(row?.absent),
        },
      }
    },

    *deadLetters(generation, limit, user) {
      const rows = yield* all(
        `SELECT job.*, title FROM ledger_job AS job
         LEFT JOIN ledger_document USING (generation, user_id, type, id)
         WHERE job.generation = ? AND job.user_id = coalesce(?, job.user_id) AND ready_at IS NULL
         ORDER BY died_at DESC, job.job DESC LIMIT ?`,
        generation,
        user ?? null,
        limit,
      )
      return rows.map(row => ({
        user: String(row.user_id),
        type: typeOf(row.type),
        id: String(row.id),
        name: text(row.name) ?? text(row.title) ?? String(row.id),
        reason: reasonOf(row.reason_code, row.reason_message) ?? { code: 'UNKNOWN', message: '' },
        attempts: count(row.attempts),
        diedAt: count(row.died_at),
      }))
    },

    *documents(generation, user, limit, after) {
      const rows = yield* all(
        `SELECT * FROM ledger_document WHERE generation = ? AND user_id = ? AND (type, id) > (?, ?)
         ORDER BY type, id LIMIT ?`,
        generation,
        user,
        after?.type ?? '',
        after?.id ?? '',
        limit,
      )
      return rows.map(row => ({
        type: typeOf(row.type),
        id: String(row.id),
        etag: String(row.etag),
        hash: String(row.hash),
        chunks: count(row.chunks),
        title: String(row.title),
        indexedAt: count(row.indexed_at),
      }))
    },
  }
}

/** {@link GenerationLedger} in statements. */
export function generationLedger(dialect: Dialect): Works<GenerationLedger> {
  return {
    *isThrough(generation) {
      const workable = `SELECT user_id FROM ledger_user WHERE absent_since IS NULL
        AND (pause_code IS NULL OR pause_code NOT IN (SELECT value FROM ${dialect.texts}))`
      const waiting = JSON.stringify(WAITS_FOR_SOMEBODY)
      const open = yield* get(
        `SELECT 1 FROM ledger_source WHERE generation = ? AND listed_at IS NULL AND lasting = 0
           AND user_id IN (${workable})
         UNION ALL SELECT 1 FROM ledger_job WHERE generation = ? AND ready_at IS NOT NULL
           AND user_id IN (${workable}) LIMIT 1`,
        generation,
        waiting,
        generation,
        waiting,
      )
      return open === undefined
    },

    *keepOnly(generation) {
      const others = 'generation <> ?'
      // Asked for often; nothing is there of a generation that has no sources.
      const known = yield* get(`SELECT 1 FROM ledger_source WHERE ${others} LIMIT 1`, generation)
      if (known === undefined) return
      yield* lockRows(dialect, 'ledger_source', others, generation)
      yield* lockRows(dialect, 'ledger_job', others, generation)
      for (const table of ['source', 'job', 'document']) {
        yield* run(`DELETE FROM ledger_${table} WHERE ${others}`, generation)
      }
    },

    edition,

    *raiseEdition() {
      yield* run(
        `INSERT INTO ledger_note (name, value) VALUES ('edition', 2)
         ON CONFLICT (name) DO UPDATE SET value = ledger_note.value + 1`,
      )
      return yield* edition()
    },
  }
}

function* edition(): Work<number> {
  const row = yield* get("SELECT value FROM ledger_note WHERE name = 'edition'")
  return number(row?.value) ?? 1
}
