/** The stores' statements on an SQLite file, which answers each at once. */
import { get, type SqlDatabase, type Statement, type Work } from '../sql/statements.ts'
import type { Database, Sql } from './database.ts'

/** @param now the clock: all processes with the file are on one machine and have the same */
export function sqlDatabase(file: Database, now: () => number): SqlDatabase {
  return {
    name: file.path,
    forUpdate: '', // A transaction that writes has the whole file.
    *clock() {
      return Number((yield* get('SELECT ? AS time', now()))?.time)
    },
    read: work => file.read(sql => drive(sql, work())),
    write: work => file.write(sql => drive(sql, work())),
    close: async () => file.close(),
  }
}

/** Runs one statement after another. */
export function drive<T>(sql: Sql, work: Work<T>): T {
  let step = work.next({ rows: [], changes: 0 })
  while (step.done !== true) step = work.next(answerTo(sql, step.value))
  return step.value
}

function answerTo(sql: Sql, { text, values, wants }: Statement) {
  if (wants === 'rows') return { rows: sql.all(text, ...values), changes: 0 }
  if (wants === 'changes') return { rows: [], changes: sql.run(text, ...values) }
  sql.script(text)
  return { rows: [], changes: 0 }
}
