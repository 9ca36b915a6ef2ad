/**
 * Statements on PostgreSQL. What is begun is finished exactly once: a transaction that
 * broke before its end is begun anew, and one that broke at its very end is asked after.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { z } from 'zod'
import { type DatabaseAddress, describeDatabase } from '../config/database-url.ts'
import type { Tell } from '../sql/failure.ts'
import {
  type Answer,
  get,
  type Row,
  type SqlDatabase,
  type Statement,
  type Work,
} from '../sql/statements.ts'
import { failureOf, isBroken, isStandby, isUndone } from './failure.ts'
import { createPool, type PoolLimits } from './pool.ts'

/** How to open. */
export interface DatabaseOptions extends PoolLimits {
  /** Longest wait for rows that others have locked. Default 5 s. */
  readonly lockWaitMs?: number | undefined
  /** The clock, in place of the database's; for tests. */
  readonly now?: (() => number) | undefined
}

const LOCK_WAIT_MS = 5_000
const STATEMENT_MS = 20_000
/** A machine that vanishes in a transaction shall not hold its rows for the hours of TCP. */
const IDLE_MS = 15_000
/** Pauses before a transaction is begun anew, or asked after again. */
const PAUSES_MS = [0, 100, 400, 1_000]
const DATABASE_TIME = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
const BEGUN = z.object({ rows: z.tuple([z.object({ id: z.string() })]) })

/**
 * Opens a database; no connection is made yet.
 * @param tell makes the errors that are thrown
 */
export function postgresDatabase(
  address: DatabaseAddress,
  tell: Tell,
  options: DatabaseOptions = {},
): SqlDatabase {
  const { lockWaitMs = LOCK_WAIT_MS, now } = options
  const name = describeDatabase(address)
  const pool = createPool(address, tell, options)
  const begin = `BEGIN; SET LOCAL lock_timeout = ${lockWaitMs};
    SET LOCAL statement_timeout = ${Math.max(STATEMENT_MS, lockWaitMs)};
    SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS};
    SELECT pg_current_xact_id()::text AS id`
  let isOpen = true
  const told = (error: unknown) => {
    const failure = failureOf(error, name)
    return failure === undefined ? error : tell(failure, error)
  }

  /** Repeats what certainly left nothing behind, as long as that may help. */
  const repeated = async <T>(attempt: () => Promise<Outcome<T>>): Promise<T> => {
    for (let at = 0; ; at++) {
      const outcome = isOpen ? await attempt() : undefined
      if (!isOpen || outcome === undefined)
        throw tell({ code: 'CLOSED', problem: `The database ${name} has been closed` })
      if ('result' in outcome) return outcome.result
      const { error } = outcome
      const pause = PAUSES_MS[at]
      if (pause === undefined || !(isBroken(error) || isUndone(error))) throw told(error)
      await sleep(pause * (0.5 + Math.random()))
    }
  }

  return {
    name,
    forUpdate: ' FOR UPDATE',
    *clock() {
      const time = now === undefined ? `SELECT ${DATABASE_TIME} AS time` : `SELECT ${now()} AS time`
      return Number((yield* get(time))?.time)
    },
    read: work => repeated(() => withClient(pool, client => drive(client, work()))),
    write: work => repeated(() => transact({ pool, name, begin, tell }, work)),
    async close() {
      if (!isOpen) return
      isOpen = false
      await pool.end()
    },
  }
}

/** What came of an attempt. After an error nothing is left of it. */
type Outcome<T> = { readonly result: T } | { readonly error: unknown }

/** One attempt at a transaction. @throws what is made of `OUTCOME_UNKNOWN` */
async function transact<T>(
  { pool, name, begin, tell }: { pool: Pool; name: string; begin: string; tell: Tell },
  work: () => Work<T>,
): Promise<Outcome<T>> {
  const reached: { id?: string; end?: { result: T } } = {}
  const outcome = await withClient(pool, async client => {
    try {
      reached.id = await beginWith(client, begin)
      const result = await drive(client, work())
      reached.end = { result }
      await client.query('COMMIT')
      return result
    } catch (error) {
      if (!isBroken(error)) await client.query('ROLLBACK')
      throw error
    }
  })
  if ('result' in outcome || reached.end === undefined || !isBroken(outcome.error)) return outcome
  // Only the answer to COMMIT is missing.
  const fate = await fateOf(pool, reached.id)
  if (fate === 'committed') return reached.end
  if (fate === 'aborted') return outcome
  const failure = {
    code: 'OUTCOME_UNKNOWN',
    problem: `The database ${name} went away while a change was stored`,
    fix: 'Look whether it is there before trying again.',
  } as const
  throw tell(failure, outcome.error)
}

/** Lends a connection, which is thrown away when it is no longer good for anything. */
async function withClient<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<Outcome<T>> {
  let client: PoolClient
  try {
    client = await pool.connect()
  } catch (error) {
    return { error }
  }
  try {
    const result = await work(client)
    client.release()
    return { result }
  } catch (error) {
    client.release(isBroken(error) || isStandby(error))
    return { error }
  }
}

/** Begins a transaction; gives its id. */
async function beginWith(client: PoolClient, begin: string): Promise<string> {
  // Several statements in one message have a result each, which the types do not know.
  const results: unknown = await client.query(begin)
  const last: unknown = Array.isArray(results) ? results.at(-1) : undefined
  return BEGUN.parse(last).rows[0].id
}

/**
 * What became of a transaction whose connection broke, by another connection.
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
async function fateOf(
  pool: Pool,
  id: string | undefined,
): Promise<'committed' | 'aborted' | undefined> {
  for (const pause of PAUSES_MS) {
    await sleep(pause)
    const outcome = await withClient(pool, client =>
      client.query('SELECT pg_xact_status($1::text::xid8) AS status', [id]),
    )
    if ('error' in outcome) continue
    const status: unknown = outcome.result.rows[0]?.status
    if (status === 'committed' || status === 'aborted') return status
  }
  return undefined
}

/** Runs one statement after another. */
async function drive<T>(client: PoolClient, work: Work<T>): Promise<T> {
  let step = work.next({ rows: [], changes: 0 })
  while (step.done !== true) step = work.next(await answerTo(client, step.value))
  return step.value
}

async function answerTo(client: PoolClient, { text, values, wants }: Statement): Promise<Answer> {
  // Without values it is a simple query, which may be several statements.
  if (wants === 'nothing') {
    await client.query(text)
    return { rows: [], changes: 0 }
  }
  const { rows, rowCount } = await client.query<Row>(numbered(text), [...values])
  return { rows, changes: rowCount ?? 0 }
}

const numberedTexts = new Map<string, string>()

/** With the values numbered, as PostgreSQL wants them. */
function numbered(text: string): string {
  const known = numberedTexts.get(text)
  if (known !== undefined) return known
  let count = 0
  const made = text.replace(/\?/g, () => `$${++count}`)
  numberedTexts.set(text, made)
  return made
}
