/** What can go wrong with the identity provider, in words that never hold a token. */
import {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'

/** Kinds of failure; what a caller can be told follows from them. */
export type ProviderErrorCode =
  | 'UNAVAILABLE' // no answer, an error of the provider's, or too many requests: try again later
  | 'MISCONFIGURED' // the provider, or what is configured of it, cannot be used as it is
  | 'REFUSED' // an OAuth error: the provider understood and said no

/** What a {@link ProviderError} may say beside its code. */
export interface ProviderErrorDetails {
  /** The provider's OAuth error code, as in `invalid_grant` (RFC 6749 5.2), of `REFUSED`. */
  oauthError?: string
  /** The provider's own words, shortened and without anything that could be a token. */
  description?: string
  /** HTTP status of the provider's answer. */
  status?: number
  /** Earliest time for another attempt, in milliseconds from now. */
  retryAfterMs?: number
  cause?: unknown
}

/** The only error type that leaves this room. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly code: ProviderErrorCode
  readonly details: Readonly<ProviderErrorDetails>

  constructor(code: ProviderErrorCode, message: string, details: ProviderErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }
}

/** Tells a {@link ProviderError} of the given code from everything else. */
export function isProviderError(error: unknown, code?: ProviderErrorCode): error is ProviderError {
  return error instanceof ProviderError && (code === undefined || error.code === code)
}

/**
 * The {@link ProviderError} that a failure of the library stands for.
 * @param doing what was tried, as in "The token exchange"
 */
export function providerErrorOf(error: unknown, doing: string): ProviderError {
  const ours = inChain(error, isProviderError)
  if (ours !== undefined) return ours
  const refused = inChain(error, isOAuthError)
  if (refused !== undefined) {
    const { error: oauthError, error_description: said, status } = refused
    const description = said === undefined ? undefined : withoutTokens(said)
    return new ProviderError('REFUSED', `${doing} was refused (${withoutTokens(oauthError)})`, {
      oauthError,
      status,
      ...(description === undefined ? {} : { description }),
    })
  }
  const denied = inChain(error, isDenied)
  if (denied !== undefined) {
    // It came through a browser, so that no more of it is believed than that it is an error.
    const oauthError = withoutTokens(denied.error)
    const { error_description: said } = denied
    return new ProviderError('REFUSED', `${doing} was refused (${oauthError})`, {
      oauthError,
      ...(said === undefined ? {} : { description: withoutTokens(said) }),
    })
  }
  const challenged = inChain(error, isChallenge)
  if (challenged !== undefined) {
    const oauthError = challenged.cause[0]?.parameters.error
    return new ProviderError('REFUSED', `${doing} was refused (HTTP ${challenged.status})`, {
      status: challenged.status,
      ...(oauthError === undefined ? {} : { oauthError }),
    })
  }
  const { status } = inChain(error, isResponse) ?? {}
  return new ProviderError(
    'MISCONFIGURED',
    `${doing} got an answer that makes no sense${status === undefined ? '' : ` (HTTP ${status})`}`,
    { cause: error, ...(status === undefined ? {} : { status }) },
  )
}

/** A provider's words in one short line; what is as long as a token is left out. */
function withoutTokens(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').replace(/[\w.~+/=-]{32,}/g, '…')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

/** The first of an error and its causes that is wanted. */
function inChain<T>(error: unknown, wanted: (link: unknown) => link is T): T | undefined {
  let link = error
  for (let depth = 0; depth < 6 && link !== undefined && link !== null; depth++) {
    if (wanted(link)) return link
    link = (link as { cause?: unknown }).cause
  }
  return undefined
}

const isOAuthError = (link: unknown): link is ResponseBodyError => link instanceof ResponseBodyError
const isDenied = (link: unknown): link is AuthorizationResponseError =>
  link instanceof AuthorizationResponseError
const isChallenge = (link: unknown): link is WWWAuthenticateChallengeError =>
  link instanceof WWWAuthenticateChallengeError
const isResponse = (link: unknown): link is Response => link instanceof Response
