/** The search database of one thread: opened safely, brought up to date, its failures in words. */
import { DatabaseSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'
import { fileFailure, type StorageFailure, sqliteFailure } from '../../sqlite/failure.ts'
import { prepareFile } from '../../sqlite/file.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { IndexError } from '../index/errors.ts'
import { migrate } from './schema.ts'

/** SQLite's own wait for other processes; it blocks the thread, which has nothing else to do. */
const LOCK_WAIT_MS = 10_000
/** Vectors are long: a page has to hold several. Decided when the file is made. */
const PAGE_BYTES = 16_384
const CACHE_KIB = { writing: 16_384, reading: 32_768 } as const
/** What is left of the journal after a great deal has been written. */
const JOURNAL_LIMIT = 64 * 2 ** 20

/**
 * Opens the database to write, creating and updating what is needed (file 0600). Several processes
 * may do so at once.
 * @throws IndexError
 */
export function openToWrite(path: string, now = Date.now): DatabaseSync {
  return inWords(path, () => {
    try {
      prepareFile(path)
    } catch (error) {
      throw told(fileFailure(error, nameOf(path)), error)
    }
    return opened(path, false, db => {
      // The page size counts for a new file alone. A crash of the machine may undo the last commits,
      // of the documents and of the ledger alike; one of this process undoes none.
      db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${JOURNAL_LIMIT};
        PRAGMA cache_size = -${CACHE_KIB.writing}; PRAGMA secure_delete = ON;
        PRAGMA foreign_keys = ON`)
      transaction(db, () => migrate(db, path, now()))
    })
  })
}

/**
 * Opens the database to read; the file exists, as some thread has opened it to write.
 * @throws IndexError
 */
export function openToRead(path: string): DatabaseSync {
  return inWords(path, () =>
    opened(path, true, db => db.exec(`PRAGMA cache_size = -${CACHE_KIB.reading}`)),
  )
}

/**
 * Runs work in a transaction that has been written when this returns.
 * @throws what the work throws; then nothing was changed
 */
export function write<T>(db: DatabaseSync, work: () => T): T {
  return transaction(db, work)
}

/** Runs work that uses the database; what SQLite reports becomes an {@link IndexError}. */
export function inWords<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const failure = sqliteFailure(error, nameOf(path))
    throw failure === undefined ? error : told(failure, error)
  }
}

function opened(path: string, readOnly: boolean, setUp: (db: DatabaseSync) => void): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, allowExtension: true })
  try {
    db.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA temp_store = MEMORY`)
    loadVectors(db)
    setUp(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function loadVectors(db: DatabaseSync): void {
  try {
    db.loadExtension(getLoadablePath())
  } catch (cause) {
    throw new IndexError('NO_VECTORS', 'The vector extension of SQLite cannot be loaded', {
      fix: 'sqlite-vec runs on Linux with glibc, macOS and Windows, and comes as an optional package of npm: install without --omit=optional, or use Qdrant.',
      cause,
    })
  }
  db.enableLoadExtension(false)
}

function told({ code, problem, fix }: StorageFailure, cause: unknown): IndexError {
  return new IndexError(code, problem, { fix, cause })
}

function nameOf(path: string) {
  const repair = 'Stop the server and delete the file with its -wal and -shm; it is built anew.'
  return { path, setting: 'SEARCH_INDEX_DB', usual: 'search.db', repair }
}
