/** Sessions of the pages for people, as records that are found by their user. */
import { randomBytes } from 'node:crypto'
import type { BrowserSessions, Payload, Records } from './vault.ts'

const KIND = 'browser-session'

/** {@link BrowserSessions} on top of any implementation of {@link Records}. */
export function createBrowserSessions(records: Records): BrowserSessions {
  return {
    async create(userId, ttlMs, data = {}) {
      const id = randomBytes(32).toString('base64url')
      await records.put(KIND, id, { userId, data }, { ttlMs, keys: { userId } })
      return id
    },

    async get(id) {
      const record = await records.get(KIND, id)
      if (record?.expiresAt === undefined) return undefined
      const { userId, data } = record.payload as { userId: string; data: Payload }
      return { userId, data, createdAt: record.createdAt, expiresAt: record.expiresAt }
    },

    delete: id => records.delete(KIND, id),
    deleteAllOf: userId => records.deleteBy('userId', userId, KIND),
  }
}
