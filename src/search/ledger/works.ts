/** The ledger in statements, for whatever database runs them. */
import type { Work } from '../../sql/statements.ts'
import type { Dialect } from './dialect.ts'
import { jobLedger } from './jobs.ts'
import type { Ledger, Works } from './ledger.ts'
import { generationLedger, ledgerReport } from './report.ts'
import { sourceLedger } from './sources.ts'
import { userLedger } from './users.ts'

/** One function of the ledger: a transaction of its own. */
export type LedgerWork = (...args: never[]) => Work<unknown>

/** Those that only read. */
const READING: ReadonlySet<string> = new Set<keyof Ledger>([
  'absentSince',
  'backlog',
  'content',
  'counts',
  'deadLetters',
  'documents',
  'dueUsers',
  'edition',
  'isThrough',
  'sources',
  'userStates',
])

/** The whole ledger. */
export function ledgerWorks(dialect: Dialect): Works<Ledger> {
  return {
    ...userLedger(dialect),
    ...sourceLedger(dialect),
    ...jobLedger(dialect),
    ...ledgerReport(),
    ...generationLedger(dialect),
  }
}

/**
 * Makes functions of the ledger out of its statements.
 * @param run does the work of one, in a transaction unless it only reads
 * @returns an object with the same names, and functions that give what `run` gives
 */
export function running(
  works: Works<Ledger>,
  run: (work: () => Work<unknown>, readsOnly: boolean) => unknown,
) {
  const functions = Object.entries<LedgerWork>(works).map(([name, work]) => [
    name,
    (...args: never[]) => run(() => work(...args), READING.has(name)),
  ])
  return Object.fromEntries(functions)
}
