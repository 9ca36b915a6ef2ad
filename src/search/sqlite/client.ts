/** The search database as the main thread sees it: the functions of its threads, as promises. */
import { startThread, threadEntry } from '../../workers/start.ts'
import { isIndexError } from '../index/errors.ts'
import type { ThreadStart } from './messages.ts'
import type { READING, ServiceModule, ServiceTable, WRITING } from './services.ts'
import { createThreads, type Threads } from './threads.ts'

/** The functions of services, as promises. */
export type Remote<Table extends ServiceTable> = {
  readonly [Service in keyof Table]: {
    readonly [Name in keyof ReturnType<Table[Service]>]: Promised<ReturnType<Table[Service]>[Name]>
  }
}
type Promised<Run> = Run extends (...args: infer Args) => infer Result
  ? (...args: Args) => Promise<Result>
  : never

/** What can be called. */
export interface SearchCalls<Module extends ServiceModule> {
  /** One call at a time, in order. */
  readonly writing: Remote<Module['WRITING']>
  /** Beside what is being written, and beside each other. */
  readonly reading: Remote<Module['READING']>
}

/** The open search database; all calls reject with IndexError where the database fails. */
export interface SearchDatabase<Module extends ServiceModule> extends SearchCalls<Module> {
  /** The same calls, given up when the signal says so; what has begun is finished nevertheless. */
  with(signal: AbortSignal): SearchCalls<Module>
  /** Does what was asked for before, then closes. */
  close(): Promise<void>
}

/** How to open. */
export interface SearchDatabaseOptions {
  /** SEARCH_INDEX_DB: path of the file. */
  readonly path: string
  /** The greatest number of threads that read. Default 1. */
  readonly readers?: number
}

/** The services of this server. */
export interface SearchServices {
  readonly WRITING: typeof WRITING
  readonly READING: typeof READING
}

/** The search database of this server, with its services. Nothing is opened before the first call. */
export function searchDatabase(options: SearchDatabaseOptions): SearchDatabase<SearchServices> {
  return databaseWith<SearchServices>(threadEntry('search', import.meta.url), options)
}

/** The search database with whichever services its threads have. */
export function databaseWith<Module extends ServiceModule>(
  entry: URL,
  { path, readers = 1 }: SearchDatabaseOptions,
): SearchDatabase<Module> {
  const start = (role: ThreadStart['role']) =>
    startThread(entry, {
      workerData: { path, role } satisfies ThreadStart,
      name: `search ${role}`,
    })
  const writers = createThreads(1, async () => start('writing'))
  // A file that is new, or of an older version, is first made by the one that writes.
  const made = () => writers.call({ service: 'thread', name: 'ready', args: [] }, undefined)
  const readersOf = createThreads(readers, async () => {
    await made().catch((error: unknown) => {
      if (!isIndexError(error, 'WORKER_DIED')) throw error
      return made() // Asking twice is asking once.
    })
    return start('reading')
  })
  const calls = (signal?: AbortSignal): SearchCalls<Module> => ({
    writing: remote(writers, signal),
    reading: remote(readersOf, signal),
  })
  return {
    ...calls(),
    with: calls,
    async close() {
      await readersOf.close()
      await writers.close()
    },
  }
}

/** The types say which functions there are; here each name becomes a call. */
function remote<Table extends ServiceTable>(
  threads: Threads,
  signal: AbortSignal | undefined,
): Remote<Table> {
  const service = (name: string) =>
    named(
      called =>
        (...args: unknown[]) =>
          threads.call({ service: name, name: called, args }, signal),
    )
  return named(service) as Remote<Table>
}

/** An object that has, under every name, what is made of the name; it is no promise, however. */
function named<T>(make: (name: string) => T): object {
  const get = (_: object, name: string | symbol) =>
    typeof name === 'string' && name !== 'then' ? make(name) : undefined
  return new Proxy({}, { get })
}
