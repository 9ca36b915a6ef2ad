/** Users in the ledger. */
import { all, run } from '../../sql/statements.ts'
import { amongTexts, type Dialect, lockRows } from './dialect.ts'
import type { UserLedger, Works } from './ledger.ts'
import { number, readable, reasonOf } from './rows.ts'

/** {@link UserLedger} in statements. */
export function userLedger(dialect: Dialect): Works<UserLedger> {
  const { texts } = dialect
  return {
    *present(generation, users, types, now) {
      const named = JSON.stringify(users)
      const isNamed = amongTexts(dialect, 'user_id')
      yield* run(
        `INSERT INTO ledger_source (generation, user_id, type)
         SELECT CAST(? AS bigint), person.value, kind.value
         FROM ${texts} AS person, ${texts} AS kind WHERE true
         ORDER BY person.value, kind.value ON CONFLICT DO NOTHING`,
        generation,
        named,
        JSON.stringify(types),
      )
      yield* run(
        `INSERT INTO ledger_user (user_id) SELECT value FROM ${texts} WHERE true
         ORDER BY value ON CONFLICT DO NOTHING`,
        named,
      )
      const changed = `absent_since IS NOT NULL OR NOT ${isNamed}`
      yield* lockRows(dialect, 'ledger_user', changed, named)
      yield* run(
        `UPDATE ledger_user SET absent_since = NULL, absent_looks = 0
         WHERE absent_since IS NOT NULL AND ${isNamed}`,
        named,
      )
      yield* run(
        `UPDATE ledger_user SET absent_since = coalesce(absent_since, ?),
           absent_looks = absent_looks + 1 WHERE NOT ${isNamed}`,
        now,
        named,
      )
    },

    *absentSince(before) {
      const rows = yield* all(
        'SELECT user_id FROM ledger_user WHERE absent_since <= ? AND absent_looks >= 2',
        before,
      )
      return rows.map(({ user_id }) => String(user_id))
    },

    *forget(user) {
      const own = 'user_id = ?'
      yield* lockRows(dialect, 'ledger_source', own, user)
      yield* lockRows(dialect, 'ledger_job', own, user)
      for (const table of ['source', 'job', 'document', 'user']) {
        yield* run(`DELETE FROM ledger_${table} WHERE ${own}`, user)
      }
    },

    *pause(user, until, { code, message }) {
      yield* run(
        `UPDATE ledger_user SET pause_code = ?, pause_message = ?,
           paused_until = CASE WHEN paused_until > ? THEN paused_until ELSE ? END
         WHERE user_id = ?`,
        code,
        readable(message),
        until,
        until,
        user,
      )
    },

    *resume(user) {
      yield* run(
        `UPDATE ledger_user SET paused_until = 0, pause_code = NULL, pause_message = NULL
         WHERE user_id = ? AND pause_code IS NOT NULL`,
        user,
      )
    },

    *hold(user, owner, now, leaseMs) {
      const changed = yield* run(
        `UPDATE ledger_user SET held_by = ?, held_until = ?
         WHERE user_id = ? AND (held_by = ? OR held_until <= ?)`,
        owner,
        now + leaseMs,
        user,
        owner,
        now,
      )
      return changed > 0
    },

    *release(user, owner) {
      yield* run(
        'UPDATE ledger_user SET held_by = NULL, held_until = 0 WHERE user_id = ? AND held_by = ?',
        user,
        owner,
      )
    },

    *userStates(user) {
      const rows = yield* all(
        'SELECT * FROM ledger_user WHERE user_id = coalesce(?, user_id) ORDER BY user_id',
        user ?? null,
      )
      return rows.map(row => ({
        user: String(row.user_id),
        absentSince: number(row.absent_since),
        pausedUntil: number(row.paused_until) || undefined,
        pause: reasonOf(row.pause_code, row.pause_message),
      }))
    },
  }
}
