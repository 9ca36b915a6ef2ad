/**
 * Tokens of users who are away, by impersonation (`oauth_token_exchange`): nobody grants anything,
 * so it works only where the provider lets this server's service account do it, and not at all
 * where the provider does not know it.
 */
import { LRUCache } from 'lru-cache'
import { CodedError } from '../nextcloud/errors.ts'
import { isProviderError } from '../oidc/errors.ts'
import type { ExchangedToken, Impersonation } from '../oidc/exchange.ts'
import { type BackgroundAccess, backgroundOwner, NOTHING_REVOKED } from './background.ts'
import { codedErrorOf, type Failure, failureOf } from './background-errors.ts'
import { unlessAborted } from './broker-grants.ts'

/** What impersonation is made with. */
export interface BackgroundImpersonationOptions {
  /** The same one each time, once the provider is found. @throws ProviderError */
  readonly impersonation: () => Promise<Impersonation>
  /** For whom the tokens are to be. */
  readonly audience: string
  /** Scopes as the provider spells them, separated by spaces. */
  readonly scope: string
  /** Users to work for, as the provider knows them: no grant tells. */
  readonly users: () => Promise<string[]>
  readonly owner?: (userId: string) => string
  /** The clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number
}

const LONGEST_USE_MS = 5 * 60_000
const MARGIN_MS = 30_000
const PAUSE_MS = 60_000
const MAX_REMEMBERED = 5_000

/** Hands out tokens by impersonation; they stay in this process. */
export function backgroundImpersonation({
  impersonation,
  audience,
  scope,
  users,
  owner = backgroundOwner,
  now = Date.now,
}: BackgroundImpersonationOptions): BackgroundAccess {
  const tokens = new LRUCache<string, { token: string; until: number }>({ max: MAX_REMEMBERED })
  const pauses = new LRUCache<string, { failure: Failure; until: number }>({ max: MAX_REMEMBERED })
  const running = new Map<string, Promise<string>>()

  const impersonate = async (userId: string): Promise<string> => {
    const asked = now()
    let made: ExchangedToken
    try {
      const source = await impersonation()
      if (source.supported === false) throw unsupported()
      made = await source.tokenFor({ user: userId, audience, scope }).catch((error: unknown) => {
        throw source.supported === false ? unsupported(error) : error
      })
    } catch (error) {
      if (!isProviderError(error)) throw error
      const failure = error.code === 'UNAVAILABLE' ? failureOf(error) : notAllowed(error.message)
      const pauseMs = Math.max(PAUSE_MS, error.details.retryAfterMs ?? 0)
      pauses.set(userId, { failure, until: now() + pauseMs })
      throw codedErrorOf(failure, error)
    }
    const until = Math.min(asked + LONGEST_USE_MS, made.expiresAt - MARGIN_MS)
    if (until > now()) tokens.set(userId, { token: made.token, until })
    return made.token
  }

  const tokenFor = async (userId: string): Promise<string> => {
    const kept = tokens.get(userId)
    if (kept !== undefined && kept.until > now()) return kept.token
    const pause = pauses.get(userId)
    if (pause !== undefined && pause.until > now()) throw codedErrorOf(pause.failure)
    let obtaining = running.get(userId)
    if (obtaining === undefined) {
      obtaining = impersonate(userId).finally(() => running.delete(userId))
      running.set(userId, obtaining)
    }
    return obtaining
  }

  return {
    async credentialFor(userId, { signal } = {}) {
      const obtaining = tokenFor(userId)
      const token = await (signal === undefined ? obtaining : unlessAborted(obtaining, signal))
      const refused = () => {
        if (tokens.get(userId)?.token === token) tokens.delete(userId)
        pauses.set(userId, { failure: NOT_ACCEPTED, until: now() + PAUSE_MS })
        return codedErrorOf(NOT_ACCEPTED)
      }
      return { kind: 'bearer', token, owner: owner(userId), refused }
    },
    async users() {
      const { supported } = await impersonation()
      return supported === false ? [] : users()
    },
    // Nothing was granted, so there is nothing to show and nothing to take back.
    status: async () => undefined,
    revoke: async () => NOTHING_REVOKED,
  }
}

const NOT_ACCEPTED: Failure = {
  code: 'FORBIDDEN',
  message: 'Nextcloud does not accept the tokens for background work',
  hint: "An administrator must let Nextcloud accept the identity provider's tokens (user_oidc).",
}

function notAllowed(message: string): Failure {
  return {
    code: 'FORBIDDEN',
    message,
    hint: "An administrator must let this server's service account impersonate users (in Keycloak: the legacy token exchange and the role impersonation), or do without background work.",
  }
}

function unsupported(cause?: unknown): CodedError {
  return new CodedError(
    'NOT_PROVISIONED',
    'There is no background work: the identity provider does not let this server act for users who are away',
    cause === undefined ? {} : { cause },
  )
}
