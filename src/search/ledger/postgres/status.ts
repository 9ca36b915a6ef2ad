/** The tables of the ledger in PostgreSQL, looked at and brought up to date by themselves. */
import type { DatabaseAddress } from '../../../config/database-url.ts'
import { postgresDatabase } from '../../../postgres/database.ts'
import { upToDate } from '../../../postgres/migrate.ts'
import { versionOf } from '../../../sql/migrations.ts'
import { get, type SqlDatabase, type Work } from '../../../sql/statements.ts'
import { tell } from './failure.ts'
import { LEDGER_SCHEMA, LEDGER_TABLE_NAMES } from './schema.ts'

/** How it stands. */
export interface LedgerTables {
  /** Number of the last step that the tables were made with; 0: there are none. */
  readonly version: number
  /** That of the last step which this server knows. */
  readonly known: number
  /** Rows by table; empty where the tables are not those that this server knows. */
  readonly rows: readonly (readonly [table: string, count: number])[]
}

/** Looks at the tables without changing them. @throws IndexError */
export function ledgerTables(address: DatabaseAddress): Promise<LedgerTables> {
  return withDatabase(address, database =>
    database.read(function* (): Work<LedgerTables> {
      const version = yield* versionOf(LEDGER_SCHEMA)
      const known = LEDGER_SCHEMA.steps.length
      const rows: [string, number][] = []
      for (const table of version === known ? LEDGER_TABLE_NAMES : []) {
        rows.push([table, Number((yield* get(`SELECT count(*) AS count FROM ${table}`))?.count)])
      }
      return { version, known, rows }
    }),
  )
}

/** Brings the tables up to date; gives their version, and how many steps led there. @throws IndexError */
export function migrateLedger(
  address: DatabaseAddress,
): Promise<{ version: number; steps: number }> {
  return withDatabase(address, database =>
    database.write(function* () {
      const steps = yield* upToDate(LEDGER_SCHEMA, database.name)
      return { version: LEDGER_SCHEMA.steps.length, steps }
    }),
  )
}

async function withDatabase<T>(
  address: DatabaseAddress,
  work: (database: SqlDatabase) => Promise<T>,
): Promise<T> {
  const database = postgresDatabase(address, tell, { size: 1 })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
