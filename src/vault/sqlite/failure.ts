/** From what SQLite reports to what is told. */
import { VaultError, type VaultErrorCode } from '../errors.ts'

/** Primary result codes; @see https://www.sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const FULL = 13
/** How a full disk shows where the index of the journal cannot grow (SQLITE_IOERR_SHMSIZE). */
const NO_ROOM_FOR_INDEX = 4874
const FAILURES: Readonly<Record<number, { code: VaultErrorCode; problem: string; fix: string }>> = {
  [BUSY]: {
    code: 'LOCKED',
    problem: 'is locked by another process',
    fix: 'Find out what holds it open (a backup, a database browser, another server) and close that.',
  },
  [LOCKED]: {
    code: 'LOCKED',
    problem: 'is locked',
    fix: 'Try again; if it stays so, restart the server.',
  },
  8: {
    code: 'READ_ONLY',
    problem: 'cannot be written',
    fix: 'Let the user that this server runs as write the file and its directory, where SQLite keeps its journal.',
  },
  10: {
    code: 'STORAGE_FAILED',
    problem: 'cannot be read or written: input/output error',
    fix: 'Check the disk and its quota; SQLite needs a local disk, not a network share.',
  },
  11: {
    code: 'CORRUPT',
    problem: 'is damaged',
    fix: 'Stop the server, keep a copy of the file with its -wal, and restore a backup or try `sqlite3 FILE .recover`.',
  },
  [FULL]: {
    code: 'DISK_FULL',
    problem: 'cannot grow: the disk is full',
    fix: 'Make room; what was stored before is intact.',
  },
  14: {
    code: 'CANNOT_OPEN',
    problem: 'cannot be opened',
    fix: 'Check that TOKEN_STORAGE_DB names a file in a directory that the server may write.',
  },
  26: {
    code: 'NOT_A_DATABASE',
    problem: 'is not an SQLite database',
    fix: 'Check TOKEN_STORAGE_DB; it names another kind of file, which was left as it is.',
  },
}

/** Whether it may work in a moment. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY
}

/** The {@link VaultError} for what went wrong; one that is a VaultError already stays itself. */
export function failureOf(error: unknown, path: string): unknown {
  const code = primaryCode(error)
  if (code === undefined) return error
  const failure = FAILURES[code]
  if (failure !== undefined) {
    return new VaultError(failure.code, `The database ${path} ${failure.problem}`, {
      fix: failure.fix,
      cause: error,
    })
  }
  return new VaultError(
    'STORAGE_FAILED',
    `The database ${path} failed: ${(error as Error).message} (${(error as Sqlite).errcode})`,
    { cause: error },
  )
}

interface Sqlite {
  code?: unknown
  errcode?: unknown
}

/** Result code without its extension in the upper bits; undefined for errors of another origin. */
function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as Sqlite
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return undefined
  return errcode === NO_ROOM_FOR_INDEX ? FULL : errcode & 0xff
}
