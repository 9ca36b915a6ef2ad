/** Failures of the ledger's database as search tells them. */
import type { DatabaseFailure } from '../../../sql/failure.ts'
import { IndexError } from '../../index/errors.ts'

/** The {@link IndexError} for a failure of the database. */
export function tell({ code, problem, fix }: DatabaseFailure, cause?: unknown): IndexError {
  return new IndexError(code, problem, { fix, cause })
}
