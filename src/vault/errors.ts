/** What can go wrong with the vault, each in a stable code and with what to do about it. */

import type { DatabaseFailure } from '../sql/failure.ts'

/** Stable codes of a {@link VaultError}; never rename one. */
export type VaultErrorCode =
  | 'KEY_MISSING' // TOKEN_ENCRYPTION_KEY is not set
  | 'KEY_MALFORMED' // it is no Fernet key
  | 'KEY_MISMATCH' // the database was written with another key
  | 'UNREADABLE_ROW' // one row cannot be decrypted; it is kept, and the others are readable
  | 'NOT_FOUND' // there is no database at the path, where one has to be
  | 'CANNOT_OPEN' // the path cannot be opened or created, or the database server refuses
  | 'UNREACHABLE' // the database server does not answer
  | 'READ_ONLY' // the file or its directory cannot be written, or the database server is a standby
  | 'LOCKED' // another process held the database for too long
  | 'DISK_FULL'
  | 'NOT_A_DATABASE'
  | 'CORRUPT' // the file is damaged
  | 'NEWER_SCHEMA' // written by a newer version of this server
  | 'LEASE_TIMEOUT' // somebody else kept a lease for longer than one was ready to wait
  | 'BAD_INPUT' // the arguments are wrong; nothing was changed
  | 'CLOSED' // used after close()
  | 'OUTCOME_UNKNOWN' // the connection broke while a change was stored: it may be there or not
  | 'STORAGE_FAILED' // anything else that the database reports

/** What a {@link VaultError} may say beside its code. */
export interface VaultErrorDetails {
  /** What to do about it, as a sentence. */
  fix?: string
  /** The row concerned, of `UNREADABLE_ROW`. */
  row?: RowName
  cause?: unknown
}

/** A row, named without anything secret. */
export interface RowName {
  readonly table: string
  /** User, issuer or hash that the row is found by. */
  readonly key: string
}

/** The only error type that leaves the vault. Neither message nor fields ever hold a secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode
  /** What to do about it; also the end of the message. */
  readonly fix: string | undefined
  readonly row: RowName | undefined

  constructor(code: VaultErrorCode, problem: string, details: VaultErrorDetails = {}) {
    super(
      details.fix === undefined ? problem : `${problem}. ${details.fix}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.fix = details.fix
    this.row = details.row
  }
}

/** The {@link VaultError} for a failure of the database. */
export function tell({ code, problem, fix }: DatabaseFailure, cause?: unknown): VaultError {
  return new VaultError(code, problem, {
    ...(fix === undefined ? {} : { fix }),
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What passes by itself, so that trying again in a while may help. */
const PASSING: readonly VaultErrorCode[] = [
  'UNREACHABLE',
  'LOCKED',
  'LEASE_TIMEOUT',
  'OUTCOME_UNKNOWN',
]

/** Whether the storage is out of order for a while only. */
export function isPassing(error: unknown): error is VaultError {
  return error instanceof VaultError && PASSING.includes(error.code)
}

/** Tells a {@link VaultError} of the given code from everything else. */
export function isVaultError(error: unknown, code?: VaultErrorCode): error is VaultError {
  return error instanceof VaultError && (code === undefined || error.code === code)
}
