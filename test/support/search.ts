/** What search is built on, for tests: a ledger in this thread, vectors without a model. */
import { DatabaseSync } from 'node:sqlite'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { Ledger } from '../../src/search/ledger/ledger.ts'
import { LEDGER_TABLES, LEDGER_USERS_RENAMED } from '../../src/search/ledger/schema.ts'
import { ledgerService } from '../../src/search/ledger/sqlite.ts'

/** Opens a ledger, with its tables where the file is new; as promises, like that of a thread. */
export function openTestLedger(path: string): { ledger: Ledger; close(): void } {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
  db.exec('BEGIN IMMEDIATE')
  const isNew =
    db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_job'").get() === undefined
  if (isNew) db.exec(LEDGER_TABLES + LEDGER_USERS_RENAMED)
  db.exec('COMMIT')
  const service = ledgerService(db)
  const promised = Object.entries<(...args: never[]) => unknown>(service).map(([name, run]) => [
    name,
    async (...args: never[]) => structuredClone(run(...structuredClone(args))),
  ])
  const ledger: Ledger = Object.fromEntries(promised)
  return { ledger, close: () => db.close() }
}

/** An embedder whose vectors depend on the text alone, with nothing to load. */
export function stubEmbedder(dimension = 16): Embedder {
  return {
    model: `stub:${dimension}`,
    dimension: async () => dimension,
    embed: async texts => texts.map(text => vectorOf(text, dimension)),
    health: async () => undefined,
    close: async () => {},
  }
}

function vectorOf(text: string, dimension: number): Float32Array {
  const values = new Float32Array(dimension).fill(1e-3)
  for (let at = 0; at < text.length; at++) {
    const slot = text.charCodeAt(at) % dimension
    values[slot] = (values[slot] ?? 0) + 1
  }
  const length = Math.hypot(...values)
  return values.map(value => value / length)
}
