/** Leases in SQLite. */
import type { Lease, Leases } from '../vault.ts'
import type { Context } from './context.ts'
import type { Sql } from './database.ts'

/** {@link Leases} on a database. */
export function createLeases({ database, now }: Context): Leases {
  const holderOf = (sql: Sql, name: string): Lease | undefined => {
    const row = sql.get(
      'SELECT owner, expires_at FROM vault_lease WHERE name = ? AND expires_at > ?',
      name,
      now(),
    )
    return row && { owner: String(row.owner), expiresAt: Number(row.expires_at) }
  }

  return {
    async acquire(name, owner, ttlMs) {
      // Asked first, so that those who wait do not keep the holder from writing.
      const holder = await database.read(sql => holderOf(sql, name))
      if (holder !== undefined && holder.owner !== owner) return false
      return database.write(sql => {
        const time = now()
        const changed = sql.run(
          `INSERT INTO vault_lease (name, owner, expires_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
           WHERE owner = excluded.owner OR expires_at <= ?`,
          name,
          owner,
          time + ttlMs,
          time,
        )
        return changed > 0
      })
    },

    release: (name, owner) =>
      database.write(
        sql =>
          sql.run(
            'DELETE FROM vault_lease WHERE name = ? AND owner = ? AND expires_at > ?',
            name,
            owner,
            now(),
          ) > 0,
      ),

    holder: name => database.read(sql => holderOf(sql, name)),
  }
}
