/** What there is in the ledger on SQLite, and its generations. */
import type { GenerationLedger, LedgerReport, Synchronous } from './ledger.ts'
import { count, number, reasonOf, type Sql, text, typeOf } from './rows.ts'

/** Reasons for which nothing can be done for a user until somebody does something. */
const WAITS_FOR_SOMEBODY = ['NOT_PROVISIONED', 'UNAUTHORIZED', 'FORBIDDEN']

/** {@link LedgerReport} on a database. */
export function ledgerReport(sql: Sql): Synchronous<LedgerReport> {
  return {
    counts: (generation, now, user) =>
      sql
        .all(
          `SELECT user, type, sum(documents) AS documents, sum(chunks) AS chunks,
             sum(waiting) AS waiting, sum(running) AS running, sum(failed) AS failed
           FROM (
             SELECT user, type, count(*) AS documents, sum(chunks) AS chunks, 0 AS waiting,
               0 AS running, 0 AS failed
             FROM ledger_document WHERE generation = ?1 AND user = coalesce(?2, user)
             GROUP BY user, type
             UNION ALL SELECT user, type, 0, 0,
               count(*) FILTER (WHERE ready_at IS NOT NULL AND NOT (owner IS NOT NULL AND ready_at > ?3)),
               count(*) FILTER (WHERE owner IS NOT NULL AND ready_at > ?3),
               count(*) FILTER (WHERE ready_at IS NULL)
             FROM ledger_job WHERE generation = ?1 AND user = coalesce(?2, user)
             GROUP BY user, type
           ) GROUP BY user, type ORDER BY user, type`,
          generation,
          user ?? null,
          now,
        )
        .map(row => ({
          user: String(row.user),
          type: typeOf(row.type),
          documents: count(row.documents),
          chunks: count(row.chunks),
          waiting: count(row.waiting),
          running: count(row.running),
          failed: count(row.failed),
        })),

    deadLetters: (generation, limit, user) =>
      sql
        .all(
          `SELECT job.*, title FROM ledger_job AS job
           LEFT JOIN ledger_document USING (generation, user, type, id)
           WHERE job.generation = ? AND job.user = coalesce(?, job.user) AND ready_at IS NULL
           ORDER BY died_at DESC, job DESC LIMIT ?`,
          generation,
          user ?? null,
          limit,
        )
        .map(row => ({
          user: String(row.user),
          type: typeOf(row.type),
          id: String(row.id),
          name: text(row.name) ?? text(row.title) ?? String(row.id),
          reason: reasonOf(row.reason_code, row.reason_message) ?? { code: 'UNKNOWN', message: '' },
          attempts: count(row.attempts),
          diedAt: count(row.died_at),
        })),

    documents: (generation, user, limit, after) =>
      sql
        .all(
          `SELECT * FROM ledger_document WHERE generation = ? AND user = ? AND (type, id) > (?, ?)
           ORDER BY type, id LIMIT ?`,
          generation,
          user,
          after?.type ?? '',
          after?.id ?? '',
          limit,
        )
        .map(row => ({
          type: typeOf(row.type),
          id: String(row.id),
          etag: String(row.etag),
          hash: String(row.hash),
          chunks: count(row.chunks),
          title: String(row.title),
          indexedAt: count(row.indexed_at),
        })),
  }
}

/** {@link GenerationLedger} on a database. */
export function generationLedger(sql: Sql): Synchronous<GenerationLedger> {
  const edition = () => {
    const row = sql.get("SELECT value FROM ledger_note WHERE name = 'edition'")
    return number(row?.value) ?? 1
  }
  return {
    isThrough(generation) {
      const workable = `SELECT user FROM ledger_user WHERE absent_since IS NULL
        AND (pause_code IS NULL OR pause_code NOT IN (SELECT value FROM json_each(?)))`
      const waiting = JSON.stringify(WAITS_FOR_SOMEBODY)
      const open = sql.get(
        `SELECT 1 FROM ledger_source WHERE generation = ? AND listed_at IS NULL AND lasting = 0
           AND user IN (${workable})
         UNION ALL SELECT 1 FROM ledger_job WHERE generation = ? AND ready_at IS NOT NULL
           AND user IN (${workable}) LIMIT 1`,
        generation,
        waiting,
        generation,
        waiting,
      )
      return open === undefined
    },

    keepOnly(generation) {
      sql.write(() => {
        sql.run('DELETE FROM ledger_job WHERE generation <> ?', generation)
        sql.run('DELETE FROM ledger_document WHERE generation <> ?', generation)
        sql.run('DELETE FROM ledger_source WHERE generation <> ?', generation)
      })
    },

    edition,

    raiseEdition() {
      sql.run(
        `INSERT INTO ledger_note (name, value) VALUES ('edition', 2)
         ON CONFLICT DO UPDATE SET value = value + 1`,
      )
      return edition()
    },
  }
}
