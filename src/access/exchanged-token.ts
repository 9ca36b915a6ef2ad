/**
 * A short token for Nextcloud in exchange for the caller's (`oauth_token_exchange`, RFC 8693), with
 * no more scopes than the operation needs. Kept for five minutes at most; never anything else in
 * its place.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { BearerCaller } from '../identity/caller.ts'
import { dotted, type Scope } from '../identity/scopes.ts'
import { CodedError } from '../nextcloud/errors.ts'
import { isProviderError, type ProviderError } from '../oidc/errors.ts'
import type { ExchangedToken, ExchangeRequest } from '../oidc/exchange.ts'
import { type Access, bearerOnly, ownerOf } from './access.ts'

/** What the exchange is made with. */
export interface ExchangeOptions {
  /** Makes one exchange. @throws ProviderError */
  readonly exchange: (request: ExchangeRequest) => Promise<ExchangedToken>
  /** For whom the tokens are to be. */
  readonly audience: string
  /** The clock; for tests. */
  readonly now?: () => number
}

const LONGEST_MS = 5 * 60_000
/** A token in use shall not expire on its way. */
const MARGIN_MS = 5_000
const MAX_REMEMBERED = 5_000

/** @see Access */
export function exchangedTokenAccess({
  exchange,
  audience,
  now = Date.now,
}: ExchangeOptions): Access {
  const tokens = new LRUCache<string, { token: string; until: number }>({ max: MAX_REMEMBERED })
  const pending = new Map<string, Promise<string>>()

  const exchanged = async (key: string, caller: BearerCaller, scopes: readonly Scope[]) => {
    const asked = now()
    const { token, expiresAt } = await exchange({
      subjectToken: caller.token,
      subject: caller.subject,
      audience,
      scope: scopeText(caller, scopes),
    }).catch((error: unknown) => {
      throw isProviderError(error) ? codedErrorOf(error, audience) : error
    })
    const until = Math.min(asked + LONGEST_MS, expiresAt - MARGIN_MS, caller.expiresAt)
    if (until > now()) tokens.set(key, { token, until })
    return token
  }
  return {
    async credentialFor(caller, scopes) {
      const bearer = bearerOnly(caller)
      const needed = [...new Set(scopes)].toSorted()
      const key = keyOf(bearer.token, audience, needed)
      const kept = tokens.get(key)
      let token = kept !== undefined && kept.until > now() ? kept.token : undefined
      if (token === undefined) {
        let exchanging = pending.get(key)
        if (exchanging === undefined) {
          exchanging = exchanged(key, bearer, needed).finally(() => pending.delete(key))
          pending.set(key, exchanging)
        }
        token = await exchanging
      }
      const refused = () => {
        if (tokens.get(key)?.token === token) tokens.delete(key)
        return undefined
      }
      return { kind: 'bearer', token, owner: ownerOf(bearer), refused }
    },
  }
}

/** Scopes as this provider spells them; `openid` so that Nextcloud may ask who it is. */
function scopeText({ dottedScopes }: BearerCaller, scopes: readonly Scope[]): string {
  return ['openid', ...scopes.map(scope => (dottedScopes ? dotted(scope) : scope))].join(' ')
}

function keyOf(token: string, audience: string, scopes: readonly Scope[]): string {
  const hash = createHash('sha256').update(token)
  return hash.update(`\n${audience}\n${scopes.join(' ')}`).digest('base64url')
}

/** OAuth errors that are about the caller's token and not about how things are set up. */
const ABOUT_THE_TOKEN = new Set(['invalid_grant', 'invalid_token'])

function codedErrorOf(error: ProviderError, audience: string): CodedError {
  const { oauthError, description } = error.details
  const said = description === undefined ? {} : { serverMessage: description }
  if (error.code === 'UNAVAILABLE') {
    return new CodedError('UNREACHABLE', 'The identity provider is not available right now', {
      hint: 'Try again in a minute.',
      cause: error,
    })
  }
  if (oauthError !== undefined && ABOUT_THE_TOKEN.has(oauthError)) {
    return new CodedError('UNAUTHORIZED', 'The identity provider no longer accepts the token', {
      hint: 'Sign in again.',
      ...said,
      cause: error,
    })
  }
  return new CodedError('FORBIDDEN', error.message, {
    hint: `An administrator must let this server's client at the identity provider exchange tokens for the audience ${audience} with the scopes of the tools.`,
    ...said,
    cause: error,
  })
}
