/** Brings tables in PostgreSQL up to date, one process at a time. */
import { migrate, type Schema } from '../sql/migrations.ts'
import { get, script, type Work } from '../sql/statements.ts'

/** The tables of one room in PostgreSQL. */
export interface PostgresSchema extends Schema {
  /** A number that nobody else will take for a lock of their own. */
  readonly lock: string
}

/** A schema of these steps, which are noted in a table. */
export function postgresSchema(
  parts: Pick<PostgresSchema, 'table' | 'steps' | 'lock' | 'tell'>,
): PostgresSchema {
  return {
    ...parts,
    notes: `CREATE TABLE ${parts.table} (version integer PRIMARY KEY, applied_at bigint NOT NULL)`,
    *hasTable(name) {
      const row = yield* get('SELECT count(to_regclass(?)) AS found', name)
      return row?.found === 1
    },
  }
}

/**
 * Brings the tables up to date; of several processes one does it, and the others wait.
 * @param name of the database, for the error
 * @returns the number of steps taken
 */
export function* upToDate(schema: PostgresSchema, name: string): Work<number> {
  // Whoever else does it may take longer than others are to wait for rows.
  yield* script('SET LOCAL lock_timeout = 25000; SET LOCAL statement_timeout = 0')
  yield* get(`SELECT pg_advisory_xact_lock(${schema.lock})::text`)
  return yield* migrate(schema, name, Date.now())
}
