/** What can go wrong with the index, each in a stable code and with what to do about it. */
import type { StorageCode } from '../../sqlite/failure.ts'

/** Stable codes of an {@link IndexError}; never rename one. */
export type IndexErrorCode =
  | StorageCode
  | 'UNREACHABLE' // no answer from the vector database, or it has too much to do; it may work later
  | 'REFUSED' // the vector database does not accept the key, or the request
  | 'NEWER_SCHEMA' // written by a newer version of this server
  | 'NO_VECTORS' // the vector extension does not run on this system
  | 'BAD_INPUT' // the arguments are wrong; nothing was changed
  | 'NO_GENERATION' // there is no such generation (any more)
  | 'WORKER_DIED' // the thread ended before it answered; a write may have taken effect
  | 'CLOSED' // used after close()

/** The only error type that leaves an index. It never holds what is stored. */
export class IndexError extends Error {
  override readonly name = 'IndexError'
  readonly code: IndexErrorCode
  /** What is wrong, as a sentence without its full stop. */
  readonly problem: string
  /** What to do about it, as a sentence; also the end of the message. */
  readonly fix: string | undefined

  constructor(
    code: IndexErrorCode,
    problem: string,
    { fix, cause }: { fix?: string | undefined; cause?: unknown } = {},
  ) {
    super(fix === undefined ? problem : `${problem}. ${fix}`, cause === undefined ? {} : { cause })
    this.code = code
    this.problem = problem
    this.fix = fix
  }
}

/** Tells an {@link IndexError} of the given code from everything else. */
export function isIndexError(error: unknown, code?: IndexErrorCode): error is IndexError {
  return error instanceof IndexError && (code === undefined || error.code === code)
}
