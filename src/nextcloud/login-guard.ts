/**
 * Keeps wrong logins away from Nextcloud. It slows the whole address down with each of them and
 * shuts it out after a dozen, right passwords included; and all users of this server have one
 * address. So a credential that was refused is not tried again for a while, and when many were,
 * only those that are known to be good go on.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Account } from './account.ts'
import type { Credential } from './credential.ts'
import { CodedError, hasCode } from './errors.ts'

/** How long a refused credential is refused without asking again. */
const REFUSED_MS = 60_000
/** Wrong logins in {@link WINDOW_MS} after which unknown credentials have to wait. */
const MOST_FAILURES = 6
const WINDOW_MS = 10 * 60_000
const MAX_TOKENS = 10_000

/** What is known of one credential. */
interface Standing {
  accepted: boolean
  refused: { error: CodedError; until: number } | undefined
}

/** Lets requests through, or refuses them in Nextcloud's place. */
export interface LoginGuard {
  /**
   * Runs a request of the account that is made with the credential.
   * @throws CodedError `UNAUTHORIZED` as Nextcloud said it before, `RATE_LIMITED` for an unknown
   *   credential after too many wrong ones
   */
  run<T>(account: Account, credential: Credential, request: () => Promise<T>): Promise<T>
}

/** A guard of one instance; `now` in milliseconds. */
export function createLoginGuard(now: () => number = Date.now): LoginGuard {
  const failures: number[] = []
  // A user has one account but one token after the other, and a new one is not the refused one.
  const tokens = new LRUCache<string, Standing>({ max: MAX_TOKENS })

  async function attempt<T>(
    isPassword: boolean,
    standing: Standing,
    request: () => Promise<T>,
  ): Promise<T> {
    const { refused } = standing
    if (refused !== undefined && refused.until > now()) throw refused.error
    while (failures.length > 0 && (failures[0] ?? 0) < now() - WINDOW_MS) failures.shift()
    if (isPassword && !standing.accepted && failures.length >= MOST_FAILURES) throw tooMany()
    try {
      const answer = await request()
      standing.accepted = true
      standing.refused = undefined
      return answer
    } catch (error) {
      if (hasCode(error, 'UNAUTHORIZED')) {
        standing.accepted = false
        standing.refused = { error, until: now() + REFUSED_MS }
        // A token that was refused is old rather than guessed, and the next one will be good.
        if (isPassword) failures.push(now())
      }
      throw error
    }
  }

  return {
    run(account, credential, request) {
      if (credential.kind === 'bearer') {
        return attempt(false, standingOf(tokens, credential.token), request)
      }
      const standing = account.state<Standing>('login', newStanding)
      // Of several first requests one finds out for all: each could be a wrong login more.
      const guarded = () => attempt(true, standing, request)
      return standing.accepted ? guarded() : account.serialised('login', guarded)
    },
  }
}

function newStanding(): Standing {
  return { accepted: false, refused: undefined }
}

function standingOf(tokens: LRUCache<string, Standing>, token: string): Standing {
  const key = createHash('sha256').update(token).digest('base64url')
  const standing = tokens.get(key) ?? newStanding()
  tokens.set(key, standing)
  return standing
}

function tooMany(): CodedError {
  return new CodedError('RATE_LIMITED', 'Too many wrong logins came through this server', {
    status: 429,
    hint: 'Wait ten minutes. Users whose login was accepted before are not affected.',
  })
}
