/**
 * The provider's signing keys (RFC 7517): fetched when first needed, renewed in the background, and
 * asked for again when a token names a key that is not among them, at most once a minute, so that
 * tokens with invented names do not become requests.
 */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { ProviderError } from './errors.ts'
import type { ProviderHttp } from './http.ts'

/** A renewal after this time keeps a key that the provider withdrew from being accepted for long. */
const RENEW_AFTER_MS = 10 * 60_000
/** Longest that keys serve when they cannot be renewed. */
const KEEP_MS = 24 * 60 * 60_000
const UNKNOWN_KEY_PAUSE_MS = 60_000
const FAILURE_PAUSE_MS = 5_000

/** What the keys need. */
export interface KeysOptions {
  readonly url: string
  readonly http: ProviderHttp
  /** The clock; for tests. */
  readonly now?: () => number
}

/**
 * Finds the key that a token names; for jose's `jwtVerify`.
 * The function throws ProviderError `UNAVAILABLE` when there are no keys to look in, and
 * `JWKSNoMatchingKey` when the named one is not among them.
 */
export function createKeys({ url, http, now = Date.now }: KeysOptions): JWTVerifyGetKey {
  // The policy here replaces that of the library, which asks without end while there is no answer.
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    [customFetch]: (address, request) => http.fetch(address, request),
  })
  let askedAt = Number.NEGATIVE_INFINITY
  let fetchedAt: number | undefined
  let failure: ProviderError | undefined
  let pending: Promise<void> | undefined

  const load = (): Promise<void> => {
    pending ??= (async () => {
      askedAt = now()
      try {
        await remote.reload()
        fetchedAt = now()
        failure = undefined
      } catch (error) {
        failure =
          error instanceof ProviderError
            ? error
            : new ProviderError('UNAVAILABLE', "The provider's keys cannot be read", {
                cause: error,
              })
        throw failure
      } finally {
        pending = undefined
      }
    })()
    return pending
  }

  return async (header, token) => {
    const age = fetchedAt === undefined ? Number.POSITIVE_INFINITY : now() - fetchedAt
    if (age > KEEP_MS) {
      if (failure !== undefined && !pending && now() - askedAt < FAILURE_PAUSE_MS) throw failure
      await load()
    } else if (age > RENEW_AFTER_MS && now() - askedAt > UNKNOWN_KEY_PAUSE_MS) {
      load().catch(() => {}) // The keys at hand serve until the provider answers again.
    }
    try {
      return await remote(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (pending !== undefined) await pending
      else if (now() - askedAt < UNKNOWN_KEY_PAUSE_MS) throw error
      else await load()
      return remote(header, token)
    }
  }
}
