/** Sources and their listings in the ledger on SQLite. */
import { CodedError } from '../../nextcloud/errors.ts'
import type { Listing, SourceKey, SourceLedger, Synchronous } from './ledger.ts'
import { ANEW, markNamed, OF_SOURCE, takeOut, valuesOf } from './marks.ts'
import { concludeListing } from './missing.ts'
import { count, number, reasonOf, type Sql, text, typeOf } from './rows.ts'

/** {@link SourceLedger} on a database. */
export function sourceLedger(sql: Sql): Synchronous<SourceLedger> {
  /** One write, unless a later listing of the same source has begun. */
  const during = <T>(key: SourceKey, serial: number, work: () => T): T =>
    sql.write(() => {
      const row = sql.get(`SELECT serial FROM ledger_source WHERE ${OF_SOURCE}`, ...valuesOf(key))
      if (row?.serial !== serial) throw overtaken()
      return work()
    })

  return {
    dueUsers: (generation, now, limit) =>
      sql
        .all(
          `SELECT source.user FROM ledger_source AS source JOIN ledger_user USING (user)
           WHERE generation = ? AND due_at <= ? AND absent_since IS NULL AND paused_until <= ?
             AND held_until <= ?
           GROUP BY source.user ORDER BY min(due_at), source.user LIMIT ?`,
          generation,
          now,
          now,
          now,
          limit,
        )
        .map(({ user }) => String(user)),

    sources: (generation, user) =>
      sql
        .all('SELECT * FROM ledger_source WHERE generation = ? AND user = ?', generation, user)
        .map(row => ({
          type: typeOf(row.type),
          state: text(row.state),
          dueAt: count(row.due_at),
          listedAt: number(row.listed_at),
          failures: count(row.failures),
          why: reasonOf(row.why_code, row.why_message),
        })),

    begin(key, now): Listing {
      const row = sql.get(
        `UPDATE ledger_source SET serial = serial + 1, begun_at = ? WHERE ${OF_SOURCE}
         RETURNING state, serial`,
        now,
        ...valuesOf(key),
      )
      if (row === undefined) throw overtaken()
      return { state: text(row.state), serial: count(row.serial) }
    },

    found: (key, serial, documents, now) =>
      during(key, serial, () => {
        const ids = documents.map(({ id }) => id)
        markNamed(sql, key, serial, ids, now)
        const source = valuesOf(key)
        let made = 0
        for (const { id, etag, ref, content } of documents) {
          made += sql.run(
            `INSERT INTO ledger_job (generation, user, type, id, kind, etag, ref, content, serial,
               ready_at)
             SELECT ?, ?, ?, ?, 'index', ?, ?, ?, ?, ?
             WHERE EXISTS (SELECT 1 FROM ledger_job WHERE ${OF_SOURCE} AND id = ?)
               OR NOT EXISTS (SELECT 1 FROM ledger_document WHERE ${OF_SOURCE} AND id = ?
                                AND etag = ?)
             ON CONFLICT DO UPDATE SET etag = excluded.etag, ref = excluded.ref,
               content = excluded.content, ${ANEW}
             WHERE etag <> excluded.etag`,
            ...source,
            id,
            etag,
            ref ?? null,
            content === undefined ? null : JSON.stringify(content),
            serial,
            now,
            ...source,
            id,
            ...source,
            id,
            etag,
            now,
            now,
          )
        }
        return made
      }),

    unchanged: (key, serial, ids, now) =>
      during(key, serial, () => markNamed(sql, key, serial, ids, now)),

    removed: (key, serial, ids, now) => during(key, serial, () => takeOut(sql, key, ids, now)),

    end: (key, serial, { kind, state }, rules) =>
      during(key, serial, () => {
        const outcome = concludeListing(sql, key, serial, kind, rules)
        const { doubt } = outcome
        // A listing in doubt is made again in full: what it left out may come back. So is one that
        // says nothing of a document which searches took out: for it the document is as it was.
        const again = doubt !== undefined || hasEvicted(sql, key)
        sql.run(
          // What was asked for while it ran may have come too late for it.
          `UPDATE ledger_source SET state = ?, due_at = iif(hastened_at > begun_at, 0, ?),
             listed_at = ?, failures = 0,
             lasting = 0, why_code = ?, why_message = ? WHERE ${OF_SOURCE}`,
          again ? null : state,
          again && doubt === undefined ? rules.now : rules.nextAt,
          rules.now,
          doubt?.code ?? null,
          doubt?.message ?? null,
          ...valuesOf(key),
        )
        return outcome
      }),

    fail(key, { code, message }, nextAt, lasting) {
      sql.write(() => {
        sql.run(
          `UPDATE ledger_source SET due_at = ?, failures = failures + 1, lasting = ?,
             state = iif(?, NULL, state), why_code = ?, why_message = ? WHERE ${OF_SOURCE}`,
          nextAt,
          lasting ? 1 : 0,
          lasting ? 1 : 0,
          code,
          message,
          ...valuesOf(key),
        )
        if (!lasting) return
        sql.run(
          `DELETE FROM ledger_job WHERE ${OF_SOURCE} AND ready_at IS NOT NULL AND owner IS NULL`,
          ...valuesOf(key),
        )
      })
    },

    hasten: (user, types, now) =>
      sql.run(
        `UPDATE ledger_source SET due_at = min(due_at, ?1), hastened_at = ?1
         WHERE user = coalesce(?2, user) AND type IN (SELECT value FROM json_each(?3))`,
        now,
        user ?? null,
        JSON.stringify(types),
      ),
  }
}

/** Whether documents are there by all listings, and gone by the search that evicted them. */
function hasEvicted(sql: Sql, key: SourceKey): boolean {
  const row = sql.get(
    `SELECT 1 FROM ledger_document WHERE ${OF_SOURCE} AND etag = '' AND missing_since IS NULL
       AND id NOT IN (SELECT id FROM ledger_job WHERE ${OF_SOURCE})`,
    ...valuesOf(key),
    ...valuesOf(key),
  )
  return row !== undefined
}

/** Somebody else lists the same now, or the user has been forgotten. */
function overtaken(): CodedError {
  return new CodedError('CONFLICT', 'Another listing has begun meanwhile')
}
