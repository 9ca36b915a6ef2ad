/**
 * Access tokens for background jobs, made from the refresh token that a user granted (flow 2).
 *
 * Of all jobs in all processes one refreshes at a time, and what the provider gives in place of the
 * refresh token is stored before anything is done with the rest: a provider that rotates takes a
 * token that comes twice for a stolen one and ends the whole grant (RFC 9700 4.14.2). No failure
 * but that of the token itself takes the grant away, and none is asked for again right away.
 */
import type { CodedError } from '../nextcloud/errors.ts'
import { isProviderError, type ProviderError } from '../oidc/errors.ts'
import type { RefreshedGrant } from '../oidc/refresh.ts'
import { isVaultError } from '../vault/errors.ts'
import type { RefreshToken, RefreshTokenInfo } from '../vault/grants.ts'
import { type LeaseOptions, withLease } from '../vault/lease.ts'
import type { Vault } from '../vault/vault.ts'
import { type BackgroundAccess, backgroundOwner, NOTHING_REVOKED } from './background.ts'
import {
  busy,
  cancelled,
  codedErrorOf,
  ended,
  failureOf,
  notAccepted,
  notConnected,
} from './background-errors.ts'
import { isMoved, isOver, takeGrant, unlessAborted } from './broker-grants.ts'
import {
  createBrokerMemory,
  digest,
  type Memory,
  type Note,
  refusalAfter,
} from './broker-memory.ts'

/** What tokens are made with. */
export interface TokenBrokerOptions {
  readonly vault: Pick<Vault, 'refreshTokens' | 'records' | 'leases' | 'audit'>
  /** Uses a refresh token, once. @throws ProviderError */
  readonly refresh: (token: string, grant: RefreshTokenInfo) => Promise<RefreshedGrant>
  /** Revokes a refresh token at the provider. @returns whether the provider can */
  readonly revoke: (token: string) => Promise<boolean>
  /** Under whose name what jobs remember of a user is kept. */
  readonly owner?: (userId: string) => string
  readonly lease?: Pick<LeaseOptions, 'ttlMs' | 'waitMs'>
  /** The clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Makes tokens; the methods throw as {@link BackgroundAccess.credentialFor} does. */
export interface TokenBroker extends BackgroundAccess {
  /** An access token for Nextcloud. A caller who stops waiting does not end the renewal. */
  tokenFor(userId: string, options?: { readonly signal?: AbortSignal }): Promise<string>
  /**
   * To be told when Nextcloud answers 401 to a token: it is used no more, in no process. One more
   * is made; when that is refused too, none for an hour or until the user connects anew.
   * @returns the error to tell in Nextcloud's place, once there will be no other token
   */
  refused(userId: string, token: string): Promise<CodedError | undefined>
}

const FLOW = 'flow2'
const LONGEST_USE_MS = 5 * 60_000
/** How long before its end a token is renewed: a job that just got it has to get through. */
const MARGIN_MS = 30_000
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 10 * 60_000
const REFUSAL_MS = 3_600_000
/** Each further one means that the grant changed meanwhile, which does not go on for ever. */
const MAX_ATTEMPTS = 4

/** A broker; whatever it must remember is in the vault. */
export function createTokenBroker(options: TokenBrokerOptions): TokenBroker {
  const { vault, lease = {}, now = Date.now, owner = backgroundOwner } = options
  const { refreshTokens, audit } = vault
  const memory = createBrokerMemory(vault.records, now)
  const running = new Map<string, Promise<string>>()
  const reporting = new Map<string, Promise<void>>()
  /** Answers that the storage could not take: the provider has forgotten what came before them. */
  const unstored = new Map<string, { previous: string; answer: RefreshedGrant }>()
  const waitingFor = (userId: string, token: string | undefined): RefreshedGrant | undefined => {
    const waiting = unstored.get(userId)
    return waiting?.previous === token ? waiting?.answer : undefined
  }

  const alone = <T>(userId: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> =>
    withLease(vault.leases, `background token ${userId}`, work, lease).catch((error: unknown) => {
      throw isVaultError(error, 'LEASE_TIMEOUT') ? busy(error) : error
    })

  /** Ends a grant that is over; undefined when another one is stored meanwhile. */
  const end = async (
    { userId, token }: RefreshToken,
    why: 'expired' | 'refused',
  ): Promise<CodedError | undefined> => {
    if (!(await refreshTokens.delete(userId, token))) return undefined
    await memory.forget(userId)
    await audit.append({ event: 'background_access_ended', userId, method: why })
    return ended(why)
  }

  /** The grant and what is remembered of it. @throws CodedError where there is nothing to be had */
  const look = async (userId: string): Promise<Memory & { grant: RefreshToken }> => {
    const grant = await refreshTokens.get(userId)
    if (grant?.flow !== FLOW) throw notConnected()
    if (isOver(grant, now())) {
      const over = await end(grant, 'expired')
      if (over === undefined) return look(userId)
      throw over
    }
    const remembered = await memory.recall(grant)
    const { pause, refusal } = remembered.note
    if (refusal?.final) throw notAccepted('tokens')
    if (remembered.token !== undefined) return { ...remembered, grant }
    if (pause !== undefined && pause.until > now()) throw codedErrorOf(pause)
    return { ...remembered, grant }
  }

  /** The provider's answer; undefined when the grant is another one meanwhile. */
  const ask = async (grant: RefreshToken, note: Note): Promise<RefreshedGrant | undefined> => {
    try {
      const { token, profile: _, ...info } = grant
      return await options.refresh(token, info)
    } catch (error) {
      if (!isProviderError(error)) throw error
      if (error.details.oauthError === 'invalid_grant') {
        const over = await end(grant, 'refused')
        if (over === undefined) return undefined
        throw over
      }
      throw await pauseAfter(grant, note, error)
    }
  }

  const pauseAfter = async (grant: RefreshToken, note: Note, error: ProviderError) => {
    const last = note.pause?.ms
    const ms = last === undefined ? FIRST_PAUSE_MS : Math.min(last * 2, LONGEST_PAUSE_MS)
    const failure = failureOf(error)
    const until = now() + Math.max(ms, error.details.retryAfterMs ?? 0)
    const pause = { ...failure, until, ms }
    await memory.note(grant.userId, grant.token, { ...note, pause })
    return codedErrorOf(failure, error)
  }

  /** Stores what the next refresh needs; false when the answer is of a grant that is gone. */
  const store = async (grant: RefreshToken, answer: RefreshedGrant): Promise<boolean> => {
    const { userId, token: previous } = grant
    const { refreshToken: token = previous, refreshExpiresAt: expiresAt, scopes } = answer
    if (token === previous && !isMoved(grant.expiresAt, expiresAt)) {
      return (await refreshTokens.get(userId))?.token === previous
    }
    unstored.set(userId, { previous, answer })
    const stored = await refreshTokens.replace(userId, previous, {
      token,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(scopes === undefined ? {} : { scopes }),
    })
    unstored.delete(userId)
    // The user revoked the grant while it was renewed: what came of it is to end too. Of a grant
    // that somebody else rotated it is left alone, as that would end the stored one with it.
    if (!stored && (await refreshTokens.get(userId)) === undefined) await endAtProvider(token)
    return stored
  }

  const renew = async (grant: RefreshToken, note: Note): Promise<string | undefined> => {
    const { userId } = grant
    const asked = now()
    const waiting = waitingFor(userId, grant.token)
    const answer = waiting ?? (await ask(grant, note))
    if (answer === undefined || !(await store(grant, answer))) return undefined
    const { accessToken, expiresAt, refreshToken = grant.token } = answer
    // It waited for the storage for too long, and is good for no more than the next refresh.
    if (waiting !== undefined && expiresAt - MARGIN_MS <= asked) return undefined
    const minted = digest(accessToken)
    const refusal = refusalAfter(note.refusal, minted)
    await memory.note(userId, refreshToken, { minted, refusal })
    if (refusal?.final) throw notAccepted('tokens')
    const until = Math.min(asked + LONGEST_USE_MS, expiresAt - MARGIN_MS)
    await memory.keep(userId, refreshToken, accessToken, until)
    return accessToken
  }

  const obtain = async (userId: string): Promise<string> => {
    const { token } = await look(userId)
    if (token !== undefined) return token
    return alone(userId, async lost => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        // Somebody else may have renewed it, or failed to, while this one waited.
        const { grant, note, token: kept } = await look(userId)
        if (kept !== undefined) return kept
        if (lost.aborted) break
        const fresh = await renew(grant, note)
        if (fresh !== undefined) return fresh
      }
      throw busy()
    })
  }

  /** Notes that Nextcloud refused a token; the error once there will be no other. */
  const noteRefusal = (userId: string, token: string): Promise<CodedError | undefined> =>
    alone(userId, async () => {
      const grant = await refreshTokens.get(userId)
      if (grant?.flow !== FLOW) return notConnected()
      const { note: before } = await memory.recall(grant)
      const refused = digest(token)
      // Told before, or about one that was replaced long ago.
      if (before.refusal?.token === refused || before.minted !== refused) return undefined
      const refusal = {
        provisionedAt: grant.provisionedAt,
        token: refused,
        until: now() + REFUSAL_MS,
        final: before.refusal !== undefined,
        renewed: false,
      }
      await memory.note(userId, grant.token, { ...before, refusal })
      await memory.dropToken(userId)
      return refusal.final ? notAccepted('tokens') : undefined
    })

  const endAtProvider = (token: string): Promise<boolean> =>
    options.revoke(token).catch(() => false)

  const self: TokenBroker = {
    async tokenFor(userId, { signal } = {}) {
      if (signal?.aborted) throw cancelled()
      await reporting.get(userId)
      let obtaining = running.get(userId)
      if (obtaining === undefined) {
        obtaining = obtain(userId).finally(() => running.delete(userId))
        running.set(userId, obtaining)
      }
      return signal === undefined ? obtaining : unlessAborted(obtaining, signal)
    },

    async refused(userId, token) {
      const report = (reporting.get(userId) ?? Promise.resolve()).then(() =>
        noteRefusal(userId, token),
      )
      const quiet = report.then(
        () => {},
        () => {},
      )
      reporting.set(userId, quiet)
      quiet.then(() => reporting.get(userId) === quiet && reporting.delete(userId))
      return report
    },

    async credentialFor(userId, signals) {
      const token = await self.tokenFor(userId, signals)
      const refused = () => self.refused(userId, token).catch(() => undefined)
      return { kind: 'bearer', token, owner: owner(userId), refused }
    },

    async users() {
      const time = now()
      const grants = await refreshTokens.list()
      return grants
        .filter(grant => grant.flow === FLOW && !isOver(grant, time))
        .map(grant => grant.userId)
    },

    async status(userId) {
      const grant = await refreshTokens.get(userId)
      if (grant?.flow !== FLOW || isOver(grant, now())) return undefined
      const { provisionedAt, clientId, scopes, expiresAt } = grant
      return { credentialType: 'refresh_token', provisionedAt, clientId, scopes, expiresAt }
    },

    async revoke(userId) {
      // Here first, so that nothing uses it while the provider takes its time. A renewal that is
      // under way finds the grant gone, and revokes what it got.
      const grant = await takeGrant(refreshTokens, userId)
      await memory.forget(userId)
      if (grant === undefined) return NOTHING_REVOKED
      const token = waitingFor(userId, grant.token)?.refreshToken ?? grant.token
      unstored.delete(userId)
      const complete = token !== undefined && (await endAtProvider(token))
      const method = complete ? 'revocation' : 'storage'
      await audit.append({ event: 'background_access_revoked', userId, method })
      return { existed: true, complete }
    },
  }
  return self
}
