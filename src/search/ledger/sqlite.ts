/** The ledger on SQLite: a service of the thread that has the search database. */
import type { DatabaseSync } from 'node:sqlite'
import { drive, statementsOf } from '../../sqlite/drive.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { SQLITE } from './dialect.ts'
import type { Ledger, Synchronous } from './ledger.ts'
import { ledgerWorks, running } from './works.ts'

/** @param db has the tables of `schema.ts` */
export function ledgerService(db: DatabaseSync): Synchronous<Ledger> {
  const sql = statementsOf(db)
  return running(ledgerWorks(SQLITE), (work, readsOnly) =>
    readsOnly ? drive(sql, work()) : transaction(db, () => drive(sql, work())),
  )
}
