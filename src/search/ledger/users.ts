/** Users in the ledger on SQLite. */
import type { Synchronous, UserLedger } from './ledger.ts'
import { number, reasonOf, type Sql } from './rows.ts'

/** {@link UserLedger} on a database. */
export function userLedger(sql: Sql): Synchronous<UserLedger> {
  return {
    present(generation, users, types, now) {
      const named = JSON.stringify(users)
      sql.write(() => {
        sql.run(
          `INSERT INTO ledger_user (user) SELECT value FROM json_each(?) WHERE true
           ON CONFLICT (user) DO UPDATE SET absent_since = NULL, absent_looks = 0
           WHERE absent_since IS NOT NULL`,
          named,
        )
        sql.run(
          `UPDATE ledger_user SET absent_since = coalesce(absent_since, ?),
             absent_looks = absent_looks + 1
           WHERE user NOT IN (SELECT value FROM json_each(?))`,
          now,
          named,
        )
        sql.run(
          `INSERT INTO ledger_source (generation, user, type)
           SELECT ?, user.value, type.value FROM json_each(?) AS user, json_each(?) AS type
           WHERE true ON CONFLICT DO NOTHING`,
          generation,
          named,
          JSON.stringify(types),
        )
      })
    },

    absentSince: before =>
      sql
        .all('SELECT user FROM ledger_user WHERE absent_since <= ? AND absent_looks >= 2', before)
        .map(({ user }) => String(user)),

    forget(user) {
      sql.write(() => {
        sql.run('DELETE FROM ledger_job WHERE user = ?', user)
        sql.run('DELETE FROM ledger_document WHERE user = ?', user)
        sql.run('DELETE FROM ledger_source WHERE user = ?', user)
        sql.run('DELETE FROM ledger_user WHERE user = ?', user)
      })
    },

    pause(user, until, { code, message }) {
      sql.run(
        `UPDATE ledger_user SET paused_until = max(paused_until, ?), pause_code = ?,
           pause_message = ? WHERE user = ?`,
        until,
        code,
        message,
        user,
      )
    },

    resume(user) {
      sql.run(
        `UPDATE ledger_user SET paused_until = 0, pause_code = NULL, pause_message = NULL
         WHERE user = ? AND pause_code IS NOT NULL`,
        user,
      )
    },

    hold: (user, owner, now, leaseMs) =>
      sql.run(
        `UPDATE ledger_user SET held_by = ?, held_until = ?
         WHERE user = ? AND (held_by = ? OR held_until <= ?)`,
        owner,
        now + leaseMs,
        user,
        owner,
        now,
      ) > 0,

    release(user, owner) {
      sql.run(
        'UPDATE ledger_user SET held_by = NULL, held_until = 0 WHERE user = ? AND held_by = ?',
        user,
        owner,
      )
    },

    userStates: user =>
      sql
        .all('SELECT * FROM ledger_user WHERE user = coalesce(?, user) ORDER BY user', user ?? null)
        .map(row => ({
          user: String(row.user),
          absentSince: number(row.absent_since),
          pausedUntil: number(row.paused_until) || undefined,
          pause: reasonOf(row.pause_code, row.pause_message),
        })),
  }
}
