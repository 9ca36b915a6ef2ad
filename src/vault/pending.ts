/** Logins and consents in progress, as records that are taken once. */
import type { Pending, Records } from './vault.ts'

/** {@link Pending} on top of any implementation of {@link Records}. */
export function createPending(records: Records): Pending {
  const kindOf = (kind: string) => `pending:${kind}`
  return {
    put: (kind, id, payload, ttlMs) => records.put(kindOf(kind), id, payload, { ttlMs }),
    get: async (kind, id) => (await records.get(kindOf(kind), id))?.payload,
    take: async (kind, id) => (await records.take(kindOf(kind), id))?.payload,
  }
}
