/** What an index cannot do, in a code and in words for the person who runs it. */

/** Stable codes of a failure. */
export type IndexErrorCode =
  | 'UNREACHABLE' // no answer, or it has too much to do; the same may work later
  | 'REFUSED' // the key, or the request, was not accepted
  | 'BAD_VECTOR' // not of the generation's dimension, or not of finite numbers
  | 'NO_GENERATION' // the generation is not there (any more)
  | 'DAMAGED' // what is stored cannot be read

/** What an {@link IndexError} may say beside its code. */
export interface IndexErrorDetails {
  /** What to do. */
  readonly hint?: string
  /** Whether the same call may succeed later without anybody's doing. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The only error that an index throws, save that of an aborted signal. */
export class IndexError extends Error {
  override readonly name = 'IndexError'
  readonly code: IndexErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean

  constructor(code: IndexErrorCode, message: string, details: IndexErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.retryable = details.retryable ?? false
  }
}
