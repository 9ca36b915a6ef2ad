/** Grants for background access in a database. */

import { all, get, type Row, run, type Work } from '../../sql/statements.ts'
import type { RowName } from '../errors.ts'
import type { RefreshToken, RefreshTokenInfo, RefreshTokens } from '../vault.ts'
import { note } from './audit.ts'
import { absent, type Context, json, readable, required, stringList, unseal } from './context.ts'

const METHOD = 'offline_access'

/** {@link RefreshTokens} on a database. */
export function createRefreshTokens(context: Context): RefreshTokens {
  const { database, keyring, now } = context

  /** Whether the stored token is this one; it stays so for the rest of the transaction. */
  const isStored = function* (userId: string, token: string): Work<boolean> {
    const row = yield* get(
      `SELECT token FROM vault_refresh_token WHERE user_id = ?${database.forUpdate}`,
      userId,
    )
    return row !== undefined && unseal(context, row.token, nameOf(userId)) === token
  }
  const profileSealed = (profile: object | undefined) =>
    profile === undefined ? null : keyring.encrypt(JSON.stringify(profile))

  return {
    async get(userId) {
      const row = await database.read(() =>
        get('SELECT * FROM vault_refresh_token WHERE user_id = ?', userId),
      )
      return row && grantOf(context, row)
    },

    async put(grant) {
      const { userId, token, flow = 'flow2', audience = 'nextcloud' } = grant
      required({ userId, token })
      await database.write(function* () {
        const time = now()
        yield* run(
          `INSERT INTO vault_refresh_token (user_id, token, flow, audience, client_id, scopes,
             profile, provisioned_at, expires_at, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (user_id) DO UPDATE SET token = excluded.token, flow = excluded.flow,
             audience = excluded.audience, client_id = excluded.client_id,
             scopes = excluded.scopes, profile = coalesce(excluded.profile, vault_refresh_token.profile),
             provisioned_at = excluded.provisioned_at, expires_at = excluded.expires_at,
             updated_at = excluded.updated_at`,
          userId,
          keyring.encrypt(token),
          flow,
          audience,
          grant.clientId ?? null,
          grant.scopes === undefined ? null : JSON.stringify(grant.scopes),
          profileSealed(grant.profile),
          time,
          grant.expiresAt ?? null,
          time,
          time,
        )
        yield* note(context, { event: 'store_refresh_token', userId, method: METHOD })
      })
    },

    async replace(userId, previous, next) {
      required({ token: next.token })
      return database.write(function* () {
        if (!(yield* isStored(userId, previous))) return false
        yield* run(
          `UPDATE vault_refresh_token
           SET token = ?, expires_at = ?, scopes = coalesce(?, scopes), updated_at = ?
           WHERE user_id = ?`,
          keyring.encrypt(next.token),
          next.expiresAt ?? null,
          next.scopes === undefined ? null : JSON.stringify(next.scopes),
          now(),
          userId,
        )
        yield* note(context, { event: 'rotate_refresh_token', userId, method: METHOD })
        return true
      })
    },

    setProfile: (userId, profile) =>
      database.write(function* () {
        const changed = yield* run(
          'UPDATE vault_refresh_token SET profile = ? WHERE user_id = ?',
          profileSealed(profile),
          userId,
        )
        return changed > 0
      }),

    delete: (userId, onlyToken) =>
      database.write(function* () {
        if (onlyToken !== undefined && !(yield* isStored(userId, onlyToken))) return false
        const changed = yield* run('DELETE FROM vault_refresh_token WHERE user_id = ?', userId)
        const wasThere = changed > 0
        if (wasThere)
          yield* note(context, { event: 'delete_refresh_token', userId, method: METHOD })
        return wasThere
      }),

    async list() {
      const rows = await database.read(() =>
        all('SELECT * FROM vault_refresh_token ORDER BY updated_at DESC, user_id'),
      )
      return readable(context, rows, infoOf)
    },
  }
}

function nameOf(userId: string): RowName {
  return { table: 'vault_refresh_token', key: userId }
}

function infoOf(row: Row): RefreshTokenInfo {
  const userId = String(row.user_id)
  return {
    userId,
    flow: String(row.flow),
    audience: String(row.audience),
    clientId: absent(row.client_id) as string | undefined,
    scopes: row.scopes === null ? undefined : stringList(row.scopes, nameOf(userId)),
    provisionedAt: absent(row.provisioned_at) as number | undefined,
    expiresAt: absent(row.expires_at) as number | undefined,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  }
}

function grantOf(context: Context, row: Row): RefreshToken {
  const info = infoOf(row)
  const name = nameOf(info.userId)
  const profile =
    row.profile === null
      ? undefined
      : (json(unseal(context, row.profile, name), name) as Record<string, unknown>)
  return { ...info, token: unseal(context, row.token, name), profile }
}
