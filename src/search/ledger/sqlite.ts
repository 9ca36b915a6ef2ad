/** The ledger on SQLite: a service of the thread that has the search database. */
import type { DatabaseSync } from 'node:sqlite'
import { jobLedger } from './jobs.ts'
import type { Ledger, Synchronous } from './ledger.ts'
import { generationLedger, ledgerReport } from './report.ts'
import { statementsOf } from './rows.ts'
import { sourceLedger } from './sources.ts'
import { userLedger } from './users.ts'

/** @param db has the tables of `schema.ts` */
export function ledgerService(db: DatabaseSync): Synchronous<Ledger> {
  const sql = statementsOf(db)
  return {
    ...userLedger(sql),
    ...sourceLedger(sql),
    ...jobLedger(sql),
    ...ledgerReport(sql),
    ...generationLedger(sql),
  }
}
