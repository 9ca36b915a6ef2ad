/**
 * The one error that crosses rooms: what failed, for whom to read, in a stable code.
 *
 * Everything a caller is told about a failure is in these fields. An internal URL, a stack or a
 * credential is never among them, so an error can be shown to a person or a model as it is.
 */

/** Stable codes of a failed operation. They are part of the tools' contract: never rename one. */
export type ErrorCode =
  | 'BAD_INPUT' // the arguments are wrong; nothing was sent or changed
  | 'UNAUTHORIZED' // Nextcloud refused the credential
  | 'FORBIDDEN' // the user may not do this
  | 'NOT_FOUND'
  | 'CONFLICT' // exists already, or changed since it was read
  | 'LOCKED' // somebody else is writing it
  | 'TOO_LARGE'
  | 'ENCRYPTED' // a document that needs a password
  | 'DAMAGED' // a document that is broken, or not what its name says
  | 'TIMED_OUT' // a document that takes too long to read
  | 'RATE_LIMITED'
  | 'QUOTA_EXCEEDED'
  | 'UNSUPPORTED' // this Nextcloud lacks the app or the feature
  | 'NOT_PROVISIONED' // no credential for Nextcloud yet
  | 'UNREACHABLE' // no answer, or an answer that cannot be trusted
  | 'UPSTREAM_ERROR' // Nextcloud failed
  | 'CANCELLED'
  | 'INTERNAL' // a fault of this server

/** What an error may say beside its code. */
export interface ErrorDetails {
  /** HTTP status of the answer, where there was one. */
  status?: number
  /** The thing concerned, as a person names it: a path, "note 12", an app. */
  subject?: string
  /** What to do next. */
  hint?: string
  /** A page of this server on which the user can put it right. */
  url?: string
  /** Nextcloud's own words, shortened. */
  serverMessage?: string
  /** How long Nextcloud asks to be left alone, in milliseconds. */
  retryAfterMs?: number
  /** The current ETag, so that a conflict can be solved without guessing. */
  etag?: string
  /** True when the request may have taken effect although no usable answer came back. */
  outcomeUnknown?: boolean
  cause?: unknown
}

/** A failure with a stable {@link ErrorCode}; the only error type that leaves `nextcloud/`. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: ErrorCode
  readonly details: Readonly<ErrorDetails>

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }
}

/** A {@link CodedError} for arguments that cannot be used; nothing has been sent. */
export function badInput(message: string, hint?: string): CodedError {
  return new CodedError('BAD_INPUT', message, hint === undefined ? {} : { hint })
}

/** The same failure, said of another thing or with more to say; keeps code, status and cause. */
export function withDetails(error: CodedError, message: string, more: ErrorDetails): CodedError {
  return new CodedError(error.code, message, { ...error.details, ...more, cause: error })
}

/**
 * The outcome of a change.
 * @param hint for when nobody knows whether it took effect: how to find out
 */
export async function checkable<T>(change: Promise<T>, hint: string): Promise<T> {
  try {
    return await change
  } catch (error) {
    if (!isCodedError(error) || error.details.outcomeUnknown !== true) throw error
    throw withDetails(error, error.message, { hint })
  }
}

/** Tells a {@link CodedError} from every other error. */
export function isCodedError(error: unknown): error is CodedError {
  return error instanceof CodedError
}

/** Tells a {@link CodedError} of the given code from everything else. */
export function hasCode(error: unknown, code: ErrorCode): error is CodedError {
  return error instanceof CodedError && error.code === code
}

/** Whether every further request of the session would fail as this one did. */
export function isGeneral(error: unknown): boolean {
  const general: readonly ErrorCode[] = ['CANCELLED', 'UNAUTHORIZED', 'RATE_LIMITED']
  return !isCodedError(error) || general.includes(error.code)
}

/** What was asked for; undefined where it is `NOT_FOUND`. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined
    throw error
  }
}
