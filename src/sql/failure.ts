/** What can go wrong with a database, apart from the room whose database it is. */

/** Stable codes; each room has errors of its own with these among their codes. */
export type DatabaseFailureCode =
  | 'BAD_INPUT' // a value that it cannot keep; nothing was changed
  | 'CANNOT_OPEN' // the database server refuses, or its certificate is not trusted
  | 'CLOSED' // used after close()
  | 'CORRUPT'
  | 'DISK_FULL'
  | 'LOCKED' // somebody else held it for too long
  | 'NEWER_SCHEMA' // written by a newer version of this server
  | 'OUTCOME_UNKNOWN' // the connection broke while a change was stored: it may be there or not
  | 'READ_ONLY' // a standby
  | 'STORAGE_FAILED' // anything else that the database reports
  | 'UNREACHABLE' // the database server does not answer

/** A failure in words: the problem, and what to do about it where that is known. */
export interface DatabaseFailure {
  readonly code: DatabaseFailureCode
  readonly problem: string
  readonly fix?: string
}

/** Makes the error of a room out of a failure. */
export type Tell = (failure: DatabaseFailure, cause?: unknown) => Error
