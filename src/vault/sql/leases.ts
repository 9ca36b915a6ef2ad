/** Leases in a database, which end by the clock that all processes go by. */

import { get, run, type Work } from '../../sql/statements.ts'
import type { Lease, Leases } from '../vault.ts'
import type { Context } from './context.ts'

/** {@link Leases} on a database. */
export function createLeases({ database }: Pick<Context, 'database'>): Leases {
  const holderOf = function* (name: string): Work<Lease | undefined> {
    const row = yield* get(
      'SELECT owner, expires_at FROM vault_lease WHERE name = ? AND expires_at > ?',
      name,
      yield* database.clock(),
    )
    return row && { owner: String(row.owner), expiresAt: Number(row.expires_at) }
  }

  return {
    async acquire(name, owner, ttlMs) {
      // Asked first, so that those who wait do not keep the holder from writing.
      const holder = await database.read(() => holderOf(name))
      if (holder !== undefined && holder.owner !== owner) return false
      return database.write(function* () {
        const time = yield* database.clock()
        const changed = yield* run(
          `INSERT INTO vault_lease (name, owner, expires_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
           WHERE vault_lease.owner = excluded.owner OR vault_lease.expires_at <= ?`,
          name,
          owner,
          time + ttlMs,
          time,
        )
        return changed > 0
      })
    },

    release: (name, owner) =>
      database.write(function* () {
        const changed = yield* run(
          'DELETE FROM vault_lease WHERE name = ? AND owner = ? AND expires_at > ?',
          name,
          owner,
          yield* database.clock(),
        )
        return changed > 0
      }),

    holder: name => database.read(() => holderOf(name)),
  }
}
