/** One SQLite file: opened safely, read and written in transactions, its failures told in words. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Sql, statementsOf } from '../../sqlite/drive.ts'
import { isBusy } from '../../sqlite/failure.ts'
import { prepareFile } from '../../sqlite/file.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { VaultError } from '../errors.ts'
import { failureOf, fileFailureOf } from './failure.ts'

/** An open database. */
export interface Database {
  readonly path: string
  /** Runs statements that only read. */
  read<T>(work: (sql: Sql) => T): Promise<T>
  /**
   * Runs work in a transaction that is on disk when this resolves, or undone when it rejects.
   * @param work must do nothing but use `sql`: it may run twice when the database is busy
   */
  write<T>(work: (sql: Sql) => T): Promise<T>
  close(): void
}

/** How to open. */
export interface DatabaseOptions {
  /** Longest wait for other processes. Default 5 s. */
  readonly lockWaitMs?: number
  /** Open without the right to write; the file must exist. */
  readonly readOnly?: boolean
}

/** A database that lives in memory only. */
export const IN_MEMORY = ':memory:'

const LOCK_WAIT_MS = 5_000
/** SQLite's own wait blocks the process, so it is short; the longer one is between attempts. */
const BUSY_TIMEOUT_MS = 50
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

/**
 * Opens or creates a database, for this user's eyes only (file 0600, new directories 0700).
 * @throws VaultError `CANNOT_OPEN`, `READ_ONLY`, `LOCKED`, `NOT_A_DATABASE`, `CORRUPT`, `DISK_FULL`
 */
export async function openDatabase(path: string, options: DatabaseOptions = {}): Promise<Database> {
  const { lockWaitMs = LOCK_WAIT_MS, readOnly = false } = options
  if (readOnly) requireFile(path)
  else if (path !== IN_MEMORY) createFile(path)
  let connection: DatabaseSync
  try {
    connection = new DatabaseSync(path, { readOnly })
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  } catch (error) {
    throw failureOf(error, path)
  }
  const sql = statementsOf(connection)
  let isOpen = true

  const attempt = async <T>(work: () => T): Promise<T> => {
    const deadline = performance.now() + lockWaitMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      if (!isOpen) throw new VaultError('CLOSED', `The database ${path} has been closed`)
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw failureOf(error, path)
      }
      await sleep(pause * (0.5 + Math.random()))
    }
  }
  const close = () => {
    if (isOpen) connection.close()
    isOpen = false
  }

  try {
    await attempt(() => {
      // Kept in the file and changed but once; where WAL cannot be had, the older journal serves.
      if (!readOnly) connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      connection.exec('SELECT 1 FROM sqlite_schema')
    })
  } catch (error) {
    close()
    throw error
  }
  return {
    path,
    read: work => attempt(() => work(sql)),
    write: work => attempt(() => transaction(connection, () => work(sql))),
    close,
  }
}

function createFile(path: string): void {
  try {
    prepareFile(path)
  } catch (error) {
    throw fileFailureOf(error, path)
  }
}

function requireFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return
  throw new VaultError('NOT_FOUND', `There is no database at ${path}`, {
    fix: 'Check TOKEN_STORAGE_DB; the server creates the file when it first starts.',
  })
}
