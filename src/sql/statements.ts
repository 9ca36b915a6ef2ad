/**
 * Statements apart from the database that runs them.
 *
 * What the stores do is written as generators that hand out one statement after another and get the
 * answers: SQLite answers at once, PostgreSQL after a while, and the stores are the same for both.
 * The SQL is what both understand, with `?` for values.
 */

/** What a column may hold. */
export type Value = string | number | null

/** A row by column name. */
export type Row = Record<string, Value>

/** One statement with its values. */
export interface Statement {
  readonly text: string
  readonly values: readonly Value[]
  /** Rows, the number of rows changed, or nothing: then `text` may be several statements. */
  readonly wants: 'rows' | 'changes' | 'nothing'
}

/** What a database answers. */
export interface Answer {
  readonly rows: readonly Row[]
  readonly changes: number
}

/** Statements, one after the other, and what comes of them. */
export type Work<T> = Generator<Statement, T, Answer>

/** The first row, if there is one. */
export function* get(text: string, ...values: Value[]): Work<Row | undefined> {
  const { rows } = yield { text, values, wants: 'rows' }
  return rows[0]
}

/** All rows. */
export function* all(text: string, ...values: Value[]): Work<readonly Row[]> {
  const { rows } = yield { text, values, wants: 'rows' }
  return rows
}

/** @returns the number of rows changed */
export function* run(text: string, ...values: Value[]): Work<number> {
  const { changes } = yield { text, values, wants: 'changes' }
  return changes
}

/** Several statements without values. */
export function* script(text: string): Work<void> {
  yield { text, values: [], wants: 'nothing' }
}

/** A database as the stores see it. */
export interface SqlDatabase {
  /** What the database is called in an error; nothing secret. */
  readonly name: string
  /** Ends a SELECT of rows that the transaction goes on to change, so that nobody else does. */
  readonly forUpdate: '' | ' FOR UPDATE'
  /** The time that all processes go by, where one decides for the others. */
  clock(): Work<number>
  /** Runs statements that only read. @throws the errors of its room */
  read<T>(work: () => Work<T>): Promise<T>
  /**
   * Runs work in a transaction that is on disk when this resolves, or undone when it rejects.
   * @param work may run twice: when the database is busy, or went away before anything was stored
   * @throws the errors of its room
   */
  write<T>(work: () => Work<T>): Promise<T>
  close(): Promise<void>
}
