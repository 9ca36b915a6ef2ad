/** The thread's side of the search database: one call after another, as SQLite's calls block. */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { inWords, openToRead, openToWrite } from './database.ts'
import { CLOSE, packError, type Reply, type Request, type ThreadStart } from './messages.ts'
import type { ServiceModule, ServiceTable } from './services.ts'

/** What every thread has: an answer that says that the database is open. */
const THREAD: ServiceTable = { thread: () => ({ ready: () => undefined }) }

/** Opens the database that this thread was started for, and does what it is asked. */
export function serveDatabase({ WRITING, READING }: ServiceModule): void {
  const port = parentPort
  if (port === null) throw new Error('This is done in a worker thread')
  const reply = (message: Reply) => port.postMessage(message)
  const { path, role } = workerData as ThreadStart
  const table = role === 'writing' ? WRITING : READING
  try {
    const db = role === 'writing' ? openToWrite(path) : openToRead(path)
    const functions = functionsOf(table, db)
    port.on('message', (request: Request | typeof CLOSE) => {
      if (request === CLOSE) {
        db.close()
        port.close()
      } else {
        reply(answer(functions, request))
      }
    })
    reply({ ok: true, value: undefined })
  } catch (error) {
    reply({ ok: false, error: packError(error) })
    port.close()
  }
}

type Functions = ReadonlyMap<string, (...args: never[]) => unknown>

function functionsOf(table: ServiceTable, db: DatabaseSync): Functions {
  const named = Object.entries({ ...THREAD, ...table }).flatMap(([service, create]) =>
    Object.entries(create(db)).map(([name, run]) => [`${service}.${name}`, run] as const),
  )
  return new Map(named)
}

function answer(functions: Functions, request: Request): Reply {
  const { path, role } = workerData as ThreadStart
  const { service, name, args } = request
  try {
    const run = functions.get(`${service}.${name}`)
    if (run === undefined) throw new Error(`There is no ${service}.${name} on the ${role} thread`)
    return { ok: true, value: inWords(path, () => run(...(args as never[]))) }
  } catch (error) {
    return { ok: false, error: packError(error) }
  }
}
