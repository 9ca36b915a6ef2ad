/** Statements on SQLite, which answers each at once. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Answer, Row, Statement, Value, Work } from '../sql/statements.ts'

/** Statements of one connection. They are prepared once and kept. */
export interface Sql {
  get(text: string, ...values: Value[]): Row | undefined
  all(text: string, ...values: Value[]): Row[]
  /** @returns the number of rows changed */
  run(text: string, ...values: Value[]): number
  /** Several statements without parameters. */
  script(text: string): void
}

/** The statements of a connection. */
export function statementsOf(connection: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const fresh = connection.prepare(text)
    prepared.set(text, fresh)
    return fresh
  }
  return {
    get: (text, ...values) => statement(text).get(...values) as Row | undefined,
    all: (text, ...values) => statement(text).all(...values) as Row[],
    run: (text, ...values) => Number(statement(text).run(...values).changes),
    script: text => connection.exec(text),
  }
}

/** Runs one statement after another. */
export function drive<T>(sql: Sql, work: Work<T>): T {
  let step = work.next({ rows: [], changes: 0 })
  while (step.done !== true) step = work.next(answerTo(sql, step.value))
  return step.value
}

function answerTo(sql: Sql, { text, values, wants }: Statement): Answer {
  if (wants === 'rows') return { rows: sql.all(text, ...values), changes: 0 }
  if (wants === 'changes') return { rows: [], changes: sql.run(text, ...values) }
  sql.script(text)
  return { rows: [], changes: 0 }
}
