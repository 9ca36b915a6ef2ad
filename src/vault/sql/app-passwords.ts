/** App passwords in a database. */

import { all, get, type Row, run } from '../../sql/statements.ts'
import { type RowName, VaultError } from '../errors.ts'
import type { AppPasswordInfo, AppPasswords } from '../vault.ts'
import { note } from './audit.ts'
import { absent, type Context, readable, required, stringList, unseal } from './context.ts'

/** Stored in place of a client where the password is for whichever. */
const ANY_CLIENT = ''
/** How exact `lastUsedAt` is: every tool call notes its use, not every one is worth a write. */
const TOUCH_EVERY_MS = 60_000
const METHOD = 'app_password'

/** {@link AppPasswords} on a database. */
export function createAppPasswords(context: Context): AppPasswords {
  const { database, keyring, now } = context
  return {
    async get(userId, clientId = ANY_CLIENT) {
      const row = await database.read(() =>
        get(
          'SELECT * FROM vault_app_password WHERE user_id = ? AND client_id = ?',
          userId,
          clientId,
        ),
      )
      return row && { ...infoOf(row), password: unseal(context, row.password, nameOf(row)) }
    },

    async put({ userId, clientId = ANY_CLIENT, loginName, nextcloudUserId, password, scopes }) {
      required({ userId, loginName, password })
      await database.write(function* () {
        const time = now()
        yield* run(
          `INSERT INTO vault_app_password (user_id, client_id, login_name, nextcloud_user_id,
             password, scopes, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (user_id, client_id) DO UPDATE SET login_name = excluded.login_name,
             nextcloud_user_id = excluded.nextcloud_user_id, password = excluded.password,
             scopes = excluded.scopes, updated_at = excluded.updated_at, last_used_at = NULL`,
          userId,
          clientId,
          loginName,
          nextcloudUserId ?? null,
          keyring.encrypt(password),
          scopesText(scopes),
          time,
          time,
        )
        yield* note(context, entry('store_app_password', userId, clientId))
      })
    },

    async setScopes(userId, scopes, clientId = ANY_CLIENT) {
      const text = scopesText(scopes)
      return database.write(function* () {
        const changed = yield* run(
          `UPDATE vault_app_password SET scopes = ?, updated_at = ?
           WHERE user_id = ? AND client_id = ?`,
          text,
          now(),
          userId,
          clientId,
        )
        if (changed > 0) yield* note(context, entry('update_app_password_scopes', userId, clientId))
        return changed > 0
      })
    },

    async touch(userId, clientId = ANY_CLIENT) {
      const time = now()
      const key = [userId, clientId, time - TOUCH_EVERY_MS] as const
      const stale = 'user_id = ? AND client_id = ? AND coalesce(last_used_at, 0) <= ?'
      const isStale = await database.read(() =>
        get(`SELECT 1 FROM vault_app_password WHERE ${stale}`, ...key),
      )
      if (isStale === undefined) return
      await database.write(() =>
        run(`UPDATE vault_app_password SET last_used_at = ? WHERE ${stale}`, time, ...key),
      )
    },

    delete: (userId, clientId = ANY_CLIENT) =>
      database.write(function* () {
        const deleted = yield* run(
          'DELETE FROM vault_app_password WHERE user_id = ? AND client_id = ?',
          userId,
          clientId,
        )
        if (deleted > 0) yield* note(context, entry('delete_app_password', userId, clientId))
        return deleted > 0
      }),

    async list(userId) {
      const rows = await database.read(() =>
        all(
          `SELECT * FROM vault_app_password WHERE user_id = coalesce(?, user_id)
           ORDER BY updated_at DESC, user_id, client_id`,
          userId ?? null,
        ),
      )
      return readable(context, rows, infoOf)
    },
  }
}

function entry(event: string, userId: string, clientId: string) {
  const client = clientId === ANY_CLIENT ? {} : { resourceType: 'client', resourceId: clientId }
  return { event, userId, method: METHOD, ...client }
}

/** @throws VaultError `BAD_INPUT` for an empty list, which others have taken for "everything" */
function scopesText(scopes: readonly string[] | null): string | null {
  if (scopes === null) return null
  if (scopes.length > 0) return JSON.stringify(scopes)
  throw new VaultError('BAD_INPUT', 'The list of scopes is empty', {
    fix: 'Delete the app password to allow nothing; null sets no extra limit.',
  })
}

function nameOf(row: Row): RowName {
  const key = row.client_id === ANY_CLIENT ? row.user_id : `${row.user_id} / ${row.client_id}`
  return { table: 'vault_app_password', key: String(key) }
}

function infoOf(row: Row): AppPasswordInfo {
  return {
    userId: String(row.user_id),
    clientId: row.client_id === ANY_CLIENT ? undefined : String(row.client_id),
    loginName: String(row.login_name),
    nextcloudUserId: absent(row.nextcloud_user_id) as string | undefined,
    scopes: row.scopes === null ? null : stringList(row.scopes, nameOf(row)),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    lastUsedAt: absent(row.last_used_at) as number | undefined,
  }
}
