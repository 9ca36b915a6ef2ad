/** Sources and their listings in the ledger. */
import { CodedError } from '../../nextcloud/errors.ts'
import { all, get, run, type Work } from '../../sql/statements.ts'
import type { ListedDocument } from '../source.ts'
import { amongTexts, type Dialect, lockRows } from './dialect.ts'
import type { SourceKey, SourceLedger, Works } from './ledger.ts'
import { ANEW, markNamed, OF_SOURCE, takeOut, valuesOf } from './marks.ts'
import { concludeListing } from './missing.ts'
import { count, number, readable, reasonOf, text, typeOf } from './rows.ts'

/** {@link SourceLedger} in statements. */
export function sourceLedger(dialect: Dialect): Works<SourceLedger> {
  const { objects, forUpdate } = dialect
  /** Unless a later listing of the same source has begun; none begins before the transaction ends. */
  const during = function* <T>(key: SourceKey, serial: number, work: () => Work<T>): Work<T> {
    const row = yield* get(
      `SELECT serial FROM ledger_source WHERE ${OF_SOURCE}${forUpdate}`,
      ...valuesOf(key),
    )
    if (row?.serial !== serial) throw overtaken()
    return yield* work()
  }

  return {
    *dueUsers(generation, now, limit) {
      const rows = yield* all(
        `SELECT source.user_id FROM ledger_source AS source JOIN ledger_user USING (user_id)
         WHERE generation = ? AND due_at <= ? AND absent_since IS NULL AND paused_until <= ?
           AND held_until <= ?
         GROUP BY source.user_id ORDER BY min(due_at), source.user_id LIMIT ?`,
        generation,
        now,
        now,
        now,
        limit,
      )
      return rows.map(({ user_id }) => String(user_id))
    },

    *sources(generation, user) {
      const rows = yield* all(
        'SELECT * FROM ledger_source WHERE generation = ? AND user_id = ? ORDER BY type',
        generation,
        user,
      )
      return rows.map(row => ({
        type: typeOf(row.type),
        state: text(row.state),
        dueAt: count(row.due_at),
        listedAt: number(row.listed_at),
        failures: count(row.failures),
        why: reasonOf(row.why_code, row.why_message),
      }))
    },

    *begin(key, now) {
      const row = yield* get(
        `UPDATE ledger_source SET serial = serial + 1, begun_at = ? WHERE ${OF_SOURCE}
         RETURNING state, serial`,
        now,
        ...valuesOf(key),
      )
      if (row === undefined) throw overtaken()
      return { state: text(row.state), serial: count(row.serial) }
    },

    found: (key, serial, documents, now) =>
      during(key, serial, function* () {
        const ids = documents.map(({ id }) => id)
        yield* markNamed(dialect, key, serial, ids, now)
        const source = valuesOf(key)
        const sameId = `${OF_SOURCE} AND id = value ->> 'id'`
        return yield* run(
          `INSERT INTO ledger_job (generation, user_id, type, id, kind, etag, ref, content, serial,
             ready_at)
           SELECT CAST(? AS bigint), ?, ?, value ->> 'id', 'index', value ->> 'etag',
             value ->> 'ref', value ->> 'content', CAST(? AS bigint), CAST(? AS bigint)
           FROM ${objects}
           WHERE (SELECT job FROM ledger_job WHERE ${sameId}) IS NOT NULL
             OR coalesce((SELECT etag FROM ledger_document WHERE ${sameId}) <> value ->> 'etag', true)
           ON CONFLICT (generation, user_id, type, id) DO UPDATE SET etag = excluded.etag,
             ref = excluded.ref, content = excluded.content, ${ANEW}
           WHERE ledger_job.etag <> excluded.etag`,
          ...source,
          serial,
          now,
          JSON.stringify(lastOfEach(documents)),
          ...source,
          ...source,
          now,
          now,
        )
      }),

    unchanged: (key, serial, ids, now) =>
      during(key, serial, () => markNamed(dialect, key, serial, ids, now)),

    removed: (key, serial, ids, now) => during(key, serial, () => takeOut(dialect, key, ids, now)),

    end: (key, serial, { kind, state }, rules) =>
      during(key, serial, function* () {
        const outcome = yield* concludeListing(dialect, key, serial, kind, rules)
        const { doubt } = outcome
        // A listing in doubt is made again in full: what it left out may come back. So is one that
        // says nothing of a document which searches took out: for it the document is as it was.
        const again = doubt !== undefined || (yield* hasEvicted(key))
        yield* run(
          // What was asked for while it ran may have come too late for it.
          `UPDATE ledger_source SET state = ?, listed_at = ?, failures = 0, lasting = 0,
             due_at = CASE WHEN hastened_at > begun_at THEN 0 ELSE CAST(? AS bigint) END,
             why_code = ?, why_message = ? WHERE ${OF_SOURCE}`,
          again ? null : state,
          rules.now,
          again && doubt === undefined ? rules.now : rules.nextAt,
          doubt?.code ?? null,
          doubt?.message ?? null,
          ...valuesOf(key),
        )
        return outcome
      }),

    *fail(key, { code, message }, nextAt, lasting) {
      yield* run(
        `UPDATE ledger_source SET due_at = ?, failures = failures + 1, lasting = ?,
           ${lasting ? 'state = NULL, ' : ''}why_code = ?, why_message = ? WHERE ${OF_SOURCE}`,
        nextAt,
        lasting ? 1 : 0,
        code,
        readable(message),
        ...valuesOf(key),
      )
      if (!lasting) return
      yield* run(
        `DELETE FROM ledger_job WHERE ${OF_SOURCE} AND ready_at IS NOT NULL AND owner IS NULL`,
        ...valuesOf(key),
      )
    },

    *hasten(user, types, now) {
      const which = `user_id = coalesce(?, user_id) AND ${amongTexts(dialect, 'type')}`
      const values = [user ?? null, JSON.stringify(types)]
      yield* lockRows(dialect, 'ledger_source', which, ...values)
      return yield* run(
        `UPDATE ledger_source SET due_at = CASE WHEN due_at < ? THEN due_at ELSE ? END,
           hastened_at = ? WHERE ${which}`,
        now,
        now,
        now,
        ...values,
      )
    },
  }
}

/** Documents as the row of a job has them; of one that is named twice what was said last. */
function lastOfEach(documents: readonly ListedDocument[]) {
  const byId = new Map(documents.map(document => [document.id, document]))
  return [...byId.values()].map(({ id, etag, ref, content }) => ({
    id,
    etag,
    ref,
    content: content && JSON.stringify(content),
  }))
}

/** Whether documents are there by all listings, and gone by the search that evicted them. */
function* hasEvicted(key: SourceKey): Work<boolean> {
  const row = yield* get(
    `SELECT 1 FROM ledger_document WHERE ${OF_SOURCE} AND etag = '' AND missing_since IS NULL
       AND id NOT IN (SELECT id FROM ledger_job WHERE ${OF_SOURCE}) LIMIT 1`,
    ...valuesOf(key),
    ...valuesOf(key),
  )
  return row !== undefined
}

/** Somebody else lists the same now, or the user has been forgotten. */
function overtaken(): CodedError {
  return new CodedError('CONFLICT', 'Another listing has begun meanwhile')
}
