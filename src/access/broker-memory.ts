/**
 * What the token broker remembers between jobs, in the storage, so that all processes know it: the
 * access token in use, and what went wrong. Both are of one refresh token: where another one is
 * stored, by rotation or because the user connected anew, they count for nothing.
 */
import { createHash } from 'node:crypto'
import type { RefreshToken } from '../vault/grants.ts'
import type { Records } from '../vault/vault.ts'
import type { Failure } from './background-errors.ts'

/** A failure after which the provider is left alone until a time. */
export interface Pause extends Failure {
  readonly until: number
  /** Its length, from which that of the next follows. */
  readonly ms: number
}

/** That Nextcloud refused a token; of one grant, whatever is rotated in it. */
export interface Refusal {
  readonly provisionedAt: number | undefined
  /** Digest of the refused token. */
  readonly token: string
  /** After this time it is forgotten. */
  readonly until: number
  /** Whether it was the second, after which no more tokens are asked for. */
  readonly final: boolean
  /** Whether a token was got after it. */
  readonly renewed: boolean
}

/** What is known beside the token. */
export interface Note {
  /** Digest of the access token that was got last. */
  readonly minted?: string | undefined
  readonly pause?: Pause | undefined
  readonly refusal?: Refusal | undefined
}

/** What is remembered of one grant. */
export interface Memory {
  /** The access token in use; undefined: there is none. */
  readonly token: string | undefined
  readonly note: Note
}

/** Remembers, for all processes. */
export interface BrokerMemory {
  recall(grant: RefreshToken): Promise<Memory>
  /** Takes the place of what was noted before. */
  note(userId: string, refreshToken: string, note: Note): Promise<void>
  /** @param until when the token is no longer to be used; one that is past is not kept */
  keep(userId: string, refreshToken: string, token: string, until: number): Promise<void>
  dropToken(userId: string): Promise<void>
  forget(userId: string): Promise<void>
}

const TOKEN_KIND = 'background-token'
const NOTE_KIND = 'background-note'
/** Longer than any pause, so that the length of the last one is known when the next begins. */
const NOTE_TTL_MS = 3 * 3_600_000

/** {@link BrokerMemory} in records of the vault. */
export function createBrokerMemory(records: Records, now: () => number): BrokerMemory {
  return {
    async recall(grant) {
      const [token, note] = await Promise.all([
        records.get(TOKEN_KIND, grant.userId),
        records.get(NOTE_KIND, grant.userId),
      ])
      const of = digest(grant.token)
      const kept = token?.payload as { of: string; token: string; until: number } | undefined
      const noted = note?.payload as (Note & { of: string }) | undefined
      const isOfGrant = noted?.of === of
      const { refusal } = noted ?? {}
      const isRefused = refusal?.provisionedAt === grant.provisionedAt
      return {
        token: kept?.of === of && kept.until > now() ? kept.token : undefined,
        note: {
          minted: isOfGrant ? noted.minted : undefined,
          pause: isOfGrant ? noted.pause : undefined,
          refusal:
            refusal !== undefined && isRefused && refusal.until > now() ? refusal : undefined,
        },
      }
    },
    note: (userId, refreshToken, note) =>
      records.put(
        NOTE_KIND,
        userId,
        { ...note, of: digest(refreshToken) },
        { ttlMs: NOTE_TTL_MS, keys: { userId } },
      ),
    async keep(userId, refreshToken, token, until) {
      const ttlMs = until - now()
      if (ttlMs <= 0) return
      const payload = { of: digest(refreshToken), token, until }
      await records.put(TOKEN_KIND, userId, payload, { ttlMs, keys: { userId } })
    },
    async dropToken(userId) {
      await records.delete(TOKEN_KIND, userId)
    },
    async forget(userId) {
      await records.delete(TOKEN_KIND, userId)
      await records.delete(NOTE_KIND, userId)
    },
  }
}

/**
 * What is left of a refusal when a token was got. The provider giving the refused one again makes
 * it final; a second token after it, that the first one served its time.
 * @param minted digest of the new token
 */
export function refusalAfter(refusal: Refusal | undefined, minted: string): Refusal | undefined {
  if (refusal?.token === minted) return { ...refusal, final: true }
  return refusal === undefined || refusal.renewed ? undefined : { ...refusal, renewed: true }
}

/** Tells tokens from each other without being one. */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
