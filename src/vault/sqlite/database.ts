/** One SQLite file: opened safely, read and written in transactions, its failures told in words. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { VaultError } from '../errors.ts'
import type { Row, Value } from '../sql/statements.ts'
import { failureOf, isBusy } from './failure.ts'

/** Statements inside one transaction. They are prepared once and kept. */
export interface Sql {
  get(text: string, ...values: Value[]): Row | undefined
  all(text: string, ...values: Value[]): Row[]
  /** @returns the number of rows changed */
  run(text: string, ...values: Value[]): number
  /** Several statements without parameters. */
  script(text: string): void
}

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
  else if (path !== IN_MEMORY) prepareFile(path)
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

/**
 * IMMEDIATE takes the right to write at once: a transaction that first reads and then finds another
 * writer ahead of it cannot be continued, however long it waits.
 */
function transaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (error) {
    try {
      connection.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back by itself, as it does on a full disk.
    }
    throw error
  }
}

function statementsOf(connection: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const fresh = connection.prepare(text)
    prepared.set(text, fresh)
    return fresh
  }
  return {
    get: (text, ...values) => statement(text).get(...values) as Row | undefined,
    all: (text, ...values) => statement(text).all(...values) as Row[],
    run: (text, ...values) => Number(statement(text).run(...values).changes),
    script: text => connection.exec(text),
  }
}

/**
 * Creates the file before SQLite does, which would leave its mode to the umask. SQLite gives the
 * journal files the mode of the database.
 */
function prepareFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw fileFailure(error, path)
  }
  for (const file of [path, `${path}-wal`, `${path}-shm`]) tighten(file)
}

function tighten(file: string): void {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  } catch {
    // No journal, or somebody else's file that we may nevertheless use: theirs to decide.
  }
}

function requireFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return
  throw new VaultError('NOT_FOUND', `There is no database at ${path}`, {
    fix: 'Check TOKEN_STORAGE_DB; the server creates the file when it first starts.',
  })
}

function fileFailure(error: unknown, path: string): VaultError {
  const { code = '' } = error as NodeJS.ErrnoException
  const cause = { cause: error }
  if (code === 'EISDIR') {
    return new VaultError('CANNOT_OPEN', `${path} is a directory`, {
      fix: `Let TOKEN_STORAGE_DB name a file, as in ${path}/vault.db.`,
      ...cause,
    })
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new VaultError('DISK_FULL', `The database ${path} cannot be created: the disk is full`, {
      fix: 'Make room.',
      ...cause,
    })
  }
  const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(code)
  return new VaultError(
    isForbidden ? 'READ_ONLY' : 'CANNOT_OPEN',
    `The database ${path} cannot be ${isForbidden ? 'written' : 'opened'} (${code})`,
    {
      fix: isForbidden
        ? 'Let the user that this server runs as write the file and its directory; in a container, mount a volume there.'
        : 'Check that TOKEN_STORAGE_DB names a file in a directory that exists or can be created.',
      ...cause,
    },
  )
}
