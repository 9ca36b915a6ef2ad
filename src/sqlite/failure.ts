/** From what SQLite and the file system report to what is told. */

/** What can go wrong with a database file, whatever it holds. */
export type StorageCode =
  | 'CANNOT_OPEN' // the path cannot be opened or created
  | 'READ_ONLY' // the file or its directory cannot be written
  | 'LOCKED' // another process held the database for too long
  | 'DISK_FULL'
  | 'NOT_A_DATABASE'
  | 'CORRUPT' // the file is damaged
  | 'STORAGE_FAILED' // anything else that the database reports

/** A failure in words: the problem, and what to do about it where that is known. */
export interface StorageFailure {
  readonly code: StorageCode
  readonly problem: string
  readonly fix?: string
}

/** The database concerned, as people know it. */
export interface DatabaseName {
  readonly path: string
  /** The environment variable that names the file. */
  readonly setting: string
  /** What the file is usually called. */
  readonly usual: string
  /** What to do about a damaged one. */
  readonly repair: string
}

/** Primary result codes; @see https://www.sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const FULL = 13
/** How a full disk shows where the index of the journal cannot grow (SQLITE_IOERR_SHMSIZE). */
const NO_ROOM_FOR_INDEX = 4874

type Told = (name: DatabaseName) => { code: StorageCode; problem: string; fix: string }
const FAILURES: Readonly<Record<number, Told>> = {
  [BUSY]: () => ({
    code: 'LOCKED',
    problem: 'is locked by another process',
    fix: 'Find out what holds it open (a backup, a database browser, another server) and close that.',
  }),
  [LOCKED]: () => ({
    code: 'LOCKED',
    problem: 'is locked',
    fix: 'Try again; if it stays so, restart the server.',
  }),
  8: () => ({
    code: 'READ_ONLY',
    problem: 'cannot be written',
    fix: 'Let the user that this server runs as write the file and its directory, where SQLite keeps its journal.',
  }),
  10: () => ({
    code: 'STORAGE_FAILED',
    problem: 'cannot be read or written: input/output error',
    fix: 'Check the disk and its quota; SQLite needs a local disk, not a network share.',
  }),
  11: ({ repair }) => ({ code: 'CORRUPT', problem: 'is damaged', fix: repair }),
  [FULL]: () => ({
    code: 'DISK_FULL',
    problem: 'cannot grow: the disk is full',
    fix: 'Make room; what was stored before is intact.',
  }),
  14: ({ setting }) => ({
    code: 'CANNOT_OPEN',
    problem: 'cannot be opened',
    fix: `Check that ${setting} names a file in a directory that the server may write.`,
  }),
  26: ({ setting }) => ({
    code: 'NOT_A_DATABASE',
    problem: 'is not an SQLite database',
    fix: `Check ${setting}; it names another kind of file, which was left as it is.`,
  }),
}

/** Whether it may work in a moment. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY
}

/** What SQLite reported, in words; undefined for errors of another origin. */
export function sqliteFailure(error: unknown, name: DatabaseName): StorageFailure | undefined {
  const code = primaryCode(error)
  if (code === undefined) return undefined
  const told = FAILURES[code]?.(name)
  if (told !== undefined) return { ...told, problem: `The database ${name.path} ${told.problem}` }
  const { message, errcode } = error as Sqlite
  return {
    code: 'STORAGE_FAILED',
    problem: `The database ${name.path} failed: ${message} (${errcode})`,
  }
}

/** What the file system reported when the file was made ready, in words. */
export function fileFailure(
  error: unknown,
  { path, setting, usual }: DatabaseName,
): StorageFailure {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'EISDIR') {
    return {
      code: 'CANNOT_OPEN',
      problem: `${path} is a directory`,
      fix: `Let ${setting} name a file, as in ${path}/${usual}.`,
    }
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return {
      code: 'DISK_FULL',
      problem: `The database ${path} cannot be created: the disk is full`,
      fix: 'Make room.',
    }
  }
  const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(code)
  return {
    code: isForbidden ? 'READ_ONLY' : 'CANNOT_OPEN',
    problem: `The database ${path} cannot be ${isForbidden ? 'written' : 'opened'} (${code})`,
    fix: isForbidden
      ? 'Let the user that this server runs as write the file and its directory; in a container, mount a volume there.'
      : `Check that ${setting} names a file in a directory that exists or can be created.`,
  }
}

interface Sqlite {
  code?: unknown
  errcode?: unknown
  message?: string
}

/** Result code without its extension in the upper bits; undefined for errors of another origin. */
function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as Sqlite
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return undefined
  return errcode === NO_ROOM_FOR_INDEX ? FULL : errcode & 0xff
}
