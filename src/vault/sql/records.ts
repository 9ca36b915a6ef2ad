/** Generic records in a database. */

import { all, get, type Row, run } from '../../sql/statements.ts'
import { digest } from '../digest.ts'
import type { RowName } from '../errors.ts'
import type { Payload, RecordKeys, Records, VaultRecord } from '../vault.ts'
import { absent, type Context, json, readable, required, unreadable, unseal } from './context.ts'

const COLUMNS = {
  grantId: 'grant_hash',
  uid: 'uid_hash',
  userCode: 'user_code_hash',
  userId: 'user_hash',
} as const satisfies Record<keyof RecordKeys, string>

const ONE = 'kind = ? AND id_hash = ?'
const ALIVE = '(expires_at IS NULL OR expires_at > ?)'

/** {@link Records} on a database. */
export function createRecords(context: Context): Records {
  const { database, keyring, now } = context
  const hashed = (value: string | undefined) => (value === undefined ? null : digest(value))

  return {
    async put(kind, id, payload, { ttlMs, keys = {} } = {}) {
      required({ kind, id })
      await database.write(function* () {
        const time = now()
        yield* run(
          `INSERT INTO vault_record (kind, id_hash, data, grant_hash, uid_hash, user_code_hash,
             user_hash, expires_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (kind, id_hash) DO UPDATE SET data = excluded.data,
             grant_hash = excluded.grant_hash, uid_hash = excluded.uid_hash,
             user_code_hash = excluded.user_code_hash, user_hash = excluded.user_hash,
             consumed_at = CASE WHEN vault_record.expires_at <= excluded.created_at
               THEN NULL ELSE vault_record.consumed_at END,
             created_at = CASE WHEN vault_record.expires_at <= excluded.created_at
               THEN excluded.created_at ELSE vault_record.created_at END,
             expires_at = excluded.expires_at`,
          kind,
          digest(id),
          // With its own name inside, a row cannot pass for another one, whoever edits the database.
          keyring.encrypt(JSON.stringify({ kind, id, payload })),
          hashed(keys.grantId),
          hashed(keys.uid),
          hashed(keys.userCode),
          hashed(keys.userId),
          ttlMs === undefined ? null : time + ttlMs,
          time,
        )
      })
    },

    async get(kind, id) {
      const row = await database.read(() =>
        get(`SELECT * FROM vault_record WHERE ${ONE} AND ${ALIVE}`, kind, digest(id), now()),
      )
      return row && recordOf(context, row)
    },

    take: (kind, id) =>
      database.write(function* () {
        const row = yield* get(
          `DELETE FROM vault_record WHERE ${ONE} AND ${ALIVE} RETURNING *`,
          kind,
          digest(id),
          now(),
        )
        // Read within the transaction: one that cannot be read is not deleted either.
        return row && recordOf(context, row)
      }),

    consume: (kind, id) =>
      database.write(function* () {
        const time = now()
        const changed = yield* run(
          `UPDATE vault_record SET consumed_at = ?
           WHERE ${ONE} AND ${ALIVE} AND consumed_at IS NULL`,
          time,
          kind,
          digest(id),
          time,
        )
        return changed > 0
      }),

    async find(kind, key, value) {
      const rows = await database.read(() =>
        all(
          `SELECT * FROM vault_record WHERE kind = ? AND ${COLUMNS[key]} = ? AND ${ALIVE}
           ORDER BY created_at DESC, id_hash`,
          kind,
          digest(value),
          now(),
        ),
      )
      return readable(context, rows, row => recordOf(context, row))
    },

    delete: (kind, id) =>
      database.write(function* () {
        return (yield* run(`DELETE FROM vault_record WHERE ${ONE}`, kind, digest(id))) > 0
      }),

    deleteBy: (key, value, kind) =>
      database.write(() =>
        run(
          `DELETE FROM vault_record WHERE ${COLUMNS[key]} = ? AND kind = coalesce(?, kind)`,
          digest(value),
          kind ?? null,
        ),
      ),
  }
}

function recordOf(context: Context, row: Row): VaultRecord {
  const name: RowName = { table: 'vault_record', key: `${row.kind} ${row.id_hash}` }
  const { kind, id, payload } = json(unseal(context, row.data, name), name) as {
    kind: string
    id: string
    payload: Payload
  }
  if (kind !== row.kind || digest(id) !== row.id_hash) {
    throw unreadable(name, 'holds the contents of another row')
  }
  return {
    id,
    payload,
    consumedAt: absent(row.consumed_at) as number | undefined,
    expiresAt: absent(row.expires_at) as number | undefined,
    createdAt: Number(row.created_at),
  }
}
