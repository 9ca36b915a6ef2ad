/** Why there is no credential for a background job, in words for the user or the administrator. */
import { CodedError, type ErrorDetails } from '../nextcloud/errors.ts'
import type { ProviderError } from '../oidc/errors.ts'

const KEPT = 'Your permission is kept; if it was given to a client that is gone, connect again.'
const CONNECT_AGAIN = 'Connect your Nextcloud account for background work again.'

/** A failure as it is remembered, to be said again without asking again. */
export interface Failure {
  readonly code: 'UNREACHABLE' | 'FORBIDDEN'
  readonly message: string
  readonly hint: string
  readonly serverMessage?: string
}

/** Nothing was granted. */
export function notConnected(): CodedError {
  return new CodedError('NOT_PROVISIONED', 'You have not allowed background work', {
    hint: 'Connect your Nextcloud account for background work; again, if you did so before.',
  })
}

/** What was granted has ended, for good. */
export function ended(why: 'expired' | 'refused'): CodedError {
  return new CodedError(
    'NOT_PROVISIONED',
    why === 'expired'
      ? 'Your permission for background work has expired'
      : 'The identity provider no longer accepts your permission for background work',
    { hint: CONNECT_AGAIN },
  )
}

/** Nextcloud refuses what the provider gives. */
export function notAccepted(what: 'tokens' | 'app password'): CodedError {
  return new CodedError(
    'NOT_PROVISIONED',
    `Nextcloud does not accept the ${what} for your background work`,
    {
      hint:
        what === 'tokens'
          ? `${CONNECT_AGAIN} If that does not help, an administrator must let Nextcloud accept the identity provider's tokens (user_oidc).`
          : CONNECT_AGAIN,
    },
  )
}

/** Another process keeps the renewal to itself for too long. */
export function busy(cause?: unknown): CodedError {
  return new CodedError('UNREACHABLE', 'The token for background work is being renewed elsewhere', {
    hint: 'Try again in a minute.',
    ...(cause === undefined ? {} : { cause }),
  })
}

export function cancelled(): CodedError {
  return new CodedError('CANCELLED', 'The job was cancelled')
}

/** What is to be remembered of a failure that leaves the grant as it is. */
export function failureOf(error: ProviderError): Failure {
  if (error.code === 'UNAVAILABLE') {
    return {
      code: 'UNREACHABLE',
      message: 'The identity provider is not available right now',
      hint: 'It is tried again by itself. Your permission is kept.',
    }
  }
  const { oauthError, description } = error.details
  const isClient = oauthError === 'invalid_client' || oauthError === 'expired_client'
  return {
    code: 'FORBIDDEN',
    message: error.message,
    hint: isClient
      ? `An administrator must make this server's client known to the identity provider again. ${KEPT}`
      : `An administrator must let this server's client at the identity provider refresh tokens for Nextcloud. ${KEPT}`,
    ...(description === undefined ? {} : { serverMessage: description }),
  }
}

/** The error for a failure, whether it is fresh or remembered. */
export function codedErrorOf(failure: Failure, cause?: unknown): CodedError {
  const { code, message, hint, serverMessage } = failure
  const details: ErrorDetails = { hint }
  if (serverMessage !== undefined) details.serverMessage = serverMessage
  if (cause !== undefined) details.cause = cause
  return new CodedError(code, message, details)
}
