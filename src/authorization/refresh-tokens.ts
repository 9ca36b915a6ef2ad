/**
 * Refresh tokens of clients: each is for one use, save where its answer got lost.
 *
 * A connection may break, or a replica end, between the change of a token and the answer that tells
 * of it. The client then has only the used token, and its grant would be lost. So a used token may be
 * used once more, for a minute and while nothing that came of it has been used: whoever uses what
 * came of it has got an answer. Of several that came of one token only the first used leads on. Any
 * other use of a used token ends the grant, as RFC 9700, section 4.14.2 wants it.
 */
import { errors } from 'oidc-provider'
import type { Records, VaultRecord } from '../vault/vault.ts'

/** How long the answer to a refresh may be asked for again. */
export const REPEAT_MS = 60_000

/** The request that is being answered. */
export interface Refreshing {
  /** Stands for the request. */
  readonly request: object
  /** The token that it replaces by another one, if it got so far. */
  readonly replaces: string | undefined
}

/** What the adapter of refresh tokens asks. */
export interface RefreshTokens {
  /** What a new token came of; of one that is stored anew, what it came of then. */
  parentOf(id: string): Promise<string | undefined>
  /** Whether the token counts as used. */
  isUsed(token: VaultRecord): Promise<boolean>
  /** Notes a use. @throws InvalidGrant where another one was before it */
  use(id: string): Promise<void>
}

/**
 * Makes it for one kind of record, in which `uid` is the id of the token that one came of.
 * @param refreshing the request that is being answered
 */
export function createRefreshTokens(
  records: Records,
  kind: string,
  refreshing: () => Refreshing | undefined,
  now = Date.now,
): RefreshTokens {
  const repeating = new WeakSet<object>()
  const cameOf = (id: string) => records.find(kind, 'uid', id)

  async function hasUsedSibling({ id, payload }: VaultRecord): Promise<boolean> {
    if (typeof payload.uid !== 'string') return false
    const siblings = await cameOf(payload.uid)
    return siblings.some(sibling => sibling.id !== id && sibling.consumedAt !== undefined)
  }

  return {
    async parentOf(id) {
      const stored = await records.get(kind, id)
      if (stored === undefined) return refreshing()?.replaces
      return typeof stored.payload.uid === 'string' ? stored.payload.uid : undefined
    },

    async isUsed(token) {
      if (await hasUsedSibling(token)) return true
      if (token.consumedAt === undefined) return false
      if (now() - token.consumedAt > REPEAT_MS) return true
      if ((await cameOf(token.id)).some(({ consumedAt }) => consumedAt !== undefined)) return true
      const request = refreshing()?.request
      if (request === undefined) return true
      repeating.add(request)
      return false
    },

    async use(id) {
      const request = refreshing()?.request
      if (request !== undefined && repeating.has(request)) return
      // Of two at the same moment, who both found it unused, only one may go on; and of two that
      // came of one token none, as whose they are cannot be told.
      const isFirst = await records.consume(kind, id)
      const token = await records.get(kind, id)
      if (isFirst && token !== undefined && !(await hasUsedSibling(token))) return
      throw new errors.InvalidGrant('it was used already')
    },
  }
}
