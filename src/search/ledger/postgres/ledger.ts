/**
 * The ledger in PostgreSQL, for several processes on several machines.
 *
 * Leases and pauses are compared with what other processes noted, so all of them go by the clock of
 * the database: {@link PostgresLedger.now} is what callers are to take for the time.
 */
import type { DatabaseAddress } from '../../../config/database-url.ts'
import { upToDate } from '../../../postgres/migrate.ts'
import type { PoolLimits } from '../../../postgres/pool.ts'
import type { SqlDatabase } from '../../../sql/statements.ts'
import { POSTGRES } from '../dialect.ts'
import type { Ledger } from '../ledger.ts'
import { ledgerWorks, running } from '../works.ts'
import { beHere, takeOver } from './belonging.ts'
import { tell } from './failure.ts'
import { LEDGER_SCHEMA } from './schema.ts'

/** Where it is, and what it is about. */
export interface PostgresLedgerOptions {
  /** DATABASE_URL, read. */
  readonly address: DatabaseAddress
  /** Most connections. */
  readonly size: number
  /** Tells the index of this process from others. */
  readonly identity: () => Promise<string>
  /** Longest wait for rows that others have locked. Default 5 s. */
  readonly lockWaitMs?: number
  /** Handed what tells at any time how the connections are used. */
  readonly onOpen?: PoolLimits['onOpen']
  /** How often to see what time it is there, and whose ledger it is. Default a minute. */
  readonly lookEveryMs?: number
}

/** An open ledger. */
export interface PostgresLedger {
  readonly ledger: Ledger
  /** Milliseconds since 1970 by the clock of the database, from the first answer of the ledger on. */
  now(): number
  close(): Promise<void>
}

const LOOK_EVERY_MS = 60_000

/**
 * Opens the ledger; nothing is asked before the first call, which makes the tables where they are
 * not there. All calls reject with IndexError where the database fails.
 */
export function postgresLedger({
  identity,
  lookEveryMs = LOOK_EVERY_MS,
  ...options
}: PostgresLedgerOptions): PostgresLedger {
  const works = ledgerWorks(POSTGRES)
  let opening: Promise<SqlDatabase> | undefined
  let looking: Promise<SqlDatabase> | undefined
  let lookedAt = 0
  let ahead = 0

  const opened = () => {
    opening ??= openDatabase(options)
    opening.catch(() => {
      opening = undefined
    })
    return opening
  }
  async function look(): Promise<SqlDatabase> {
    const [database, index] = [await opened(), await identity()]
    await database.write(() => beHere(database, index))
    const before = Date.now()
    const time = await database.read(() => database.clock())
    ahead = Math.round(time - (before + Date.now()) / 2)
    return database
  }
  const ready = () => {
    if (looking === undefined || performance.now() - lookedAt >= lookEveryMs) {
      lookedAt = performance.now()
      looking = look()
      looking.catch(() => {
        looking = undefined
      })
    }
    return looking
  }
  const ledger: Ledger = running(works, async (work, readsOnly) => {
    const database = await ready()
    return readsOnly ? database.read(work) : database.write(work)
  })

  return {
    ledger: {
      ...ledger,
      // Whoever builds the index anew means this one.
      async raiseEdition() {
        const [database, index] = [await opened(), await identity()]
        return database.write(function* () {
          yield* takeOver(database, index)
          return yield* works.raiseEdition()
        })
      },
    },
    now: () => Date.now() + ahead,
    async close() {
      const database = await opening?.catch(() => undefined)
      await database?.close()
    },
  }
}

/** A database with the tables. The driver is loaded only where there is one. */
async function openDatabase({
  address,
  ...limits
}: Omit<PostgresLedgerOptions, 'identity' | 'lookEveryMs'>): Promise<SqlDatabase> {
  const { postgresDatabase } = await import('../../../postgres/database.ts')
  const database = postgresDatabase(address, tell, limits)
  try {
    await database.write(() => upToDate(LEDGER_SCHEMA, database.name))
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}
