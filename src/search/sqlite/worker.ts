/**
 * A thread with the search database: does one call after another, as SQLite's calls block.
 *
 * It is told which module has the services, so that index and ledger live in their own rooms.
 */
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { inWords, openToRead, openToWrite } from './database.ts'
import { CLOSE, packError, type Reply, type Request, type ThreadStart } from './messages.ts'
import type { ServiceModule, ServiceTable } from './services.ts'

/** What every thread has: an answer that says that the database is open. */
const THREAD: ServiceTable = { thread: () => ({ ready: () => undefined }) }

const { path, services, role } = workerData as ThreadStart
const port = parentPort
if (port === null) throw new Error('This module is started as a thread')
const reply = (message: Reply) => port.postMessage(message)

try {
  await start()
} catch (error) {
  reply({ ok: false, error: packError(error) })
  port.close()
}

async function start(): Promise<void> {
  const { WRITING, READING } = (await import(services)) as ServiceModule
  const db = role === 'writing' ? openToWrite(path) : openToRead(path)
  const functions = functionsOf(role === 'writing' ? WRITING : READING, db)
  port?.on('message', (request: Request | typeof CLOSE) => {
    if (request === CLOSE) {
      db.close()
      port.close()
    } else {
      reply(answer(functions, request))
    }
  })
  reply({ ok: true, value: undefined })
}

type Functions = ReadonlyMap<string, (...args: never[]) => unknown>

function functionsOf(table: ServiceTable, db: DatabaseSync): Functions {
  const named = Object.entries({ ...THREAD, ...table }).flatMap(([service, create]) =>
    Object.entries(create(db)).map(([name, run]) => [`${service}.${name}`, run] as const),
  )
  return new Map(named)
}

function answer(functions: Functions, request: Request): Reply {
  const { service, name, args } = request
  try {
    const run = functions.get(`${service}.${name}`)
    if (run === undefined) throw new Error(`There is no ${service}.${name} on the ${role} thread`)
    return { ok: true, value: inWords(path, () => run(...(args as never[]))) }
  } catch (error) {
    return { ok: false, error: packError(error) }
  }
}
