/** What can go wrong with the index, each in a stable code and with what to do about it. */
import type { DatabaseFailureCode } from '../../sql/failure.ts'
import type { StorageCode } from '../../sqlite/failure.ts'

/** Stable codes of an {@link IndexError}; never rename one. */
export type IndexErrorCode =
  | StorageCode
  | DatabaseFailureCode // UNREACHABLE also of a vector database, or where that has too much to do
  | 'REFUSED' // the vector database does not accept the key, or the request
  | 'NO_VECTORS' // the vector extension does not run on this system
  | 'NO_GENERATION' // there is no such generation (any more)
  | 'WORKER_DIED' // the thread ended before it answered; a write may have taken effect
  | 'OTHER_INDEX' // the ledger is about another index

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
