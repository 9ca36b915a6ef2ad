/**
 * Where the ledger's statements differ between the databases that run them, and the order in which
 * they lock rows.
 *
 * PostgreSQL has many writers, and two that wait for each other's rows are both delayed until one is
 * undone and begun anew. So rows are locked in one order: sources, jobs by number, documents, users
 * by name. What cannot keep to it, such as a search that evicts documents, is rare and begun anew.
 */
import { run, type Value, type Work } from '../../sql/statements.ts'

/** What each database has a word of its own for. */
export interface Dialect {
  /** For FROM: a JSON list of texts as rows with one column `value`. */
  readonly texts: string
  /** The same of a list of objects, whose `value ->> 'key'` is a text. */
  readonly objects: string
  /**
   * Whether a column has one of the values that a SELECT gives. PostgreSQL is to look each of them
   * up in an index; of tables that have grown since it last counted it thinks that scanning is cheap.
   */
  within(column: string, select: string): string
  /** Ends a SELECT of rows that the transaction goes on to change. */
  readonly forUpdate: '' | ' FOR UPDATE'
  /** The same, without those that somebody else is about to change. */
  readonly unlocked: '' | ' FOR UPDATE SKIP LOCKED'
}

/** Whether a column is among the texts of a list. */
export function amongTexts({ within, texts }: Dialect, column: string): string {
  return within(column, `SELECT value FROM ${texts}`)
}

/** Whether a column is among the whole numbers of a list. */
export function amongNumbers({ within, texts }: Dialect, column: string): string {
  return within(column, `SELECT CAST(value AS bigint) FROM ${texts}`)
}

/** A transaction that writes has the whole file. */
export const SQLITE: Dialect = {
  texts: 'json_each(?)',
  objects: 'json_each(?)',
  within: (column, select) => `${column} IN (${select})`,
  forUpdate: '',
  unlocked: '',
}

/** Any number of writers, each with rows of its own. */
export const POSTGRES: Dialect = {
  texts: 'json_array_elements_text(CAST(? AS json))',
  objects: 'json_array_elements(CAST(? AS json))',
  within: (column, select) => `${column} = ANY (ARRAY(${select}))`,
  forUpdate: ' FOR UPDATE',
  unlocked: ' FOR UPDATE SKIP LOCKED',
}

const ORDER = {
  ledger_source: 'generation, user_id, type',
  ledger_job: 'job',
  ledger_user: 'user_id',
} as const

/** Locks rows that a statement is going to change, in the order in which everybody does. */
export function* lockRows(
  { forUpdate }: Dialect,
  table: keyof typeof ORDER,
  which: string,
  ...values: Value[]
): Work<void> {
  if (forUpdate === '') return
  yield* run(
    `SELECT 1 FROM ${table} WHERE ${which} ORDER BY ${ORDER[table]}${forUpdate}`,
    ...values,
  )
}
