/** What the ledger itself refuses. */

/** A listing that somebody else has begun anew meanwhile. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code = 'OVERTAKEN'
}
