/** Brings the tables up to date, step by step. */
import type { Tell } from './failure.ts'
import { get, run, script, type Work } from './statements.ts'

/** How the tables of one room in one kind of database came to be. */
export interface Schema {
  /** The table that notes the steps which were taken. */
  readonly table: string
  /** One step after another; a step that was released is never changed. */
  readonly steps: readonly string[]
  /** Makes the table of notes. */
  readonly notes: string
  readonly tell: Tell
  hasTable(name: string): Work<boolean>
}

/** Number of the last step that was taken; 0 for a database without these tables. */
export function* versionOf({ table, hasTable }: Pick<Schema, 'table' | 'hasTable'>): Work<number> {
  if (!(yield* hasTable(table))) return 0
  const row = yield* get(`SELECT max(version) AS version FROM ${table}`)
  return Number(row?.version ?? 0)
}

/**
 * Takes the steps that are left. Two processes may start at once: the caller lets one of them do
 * it, and the other finds it done.
 * @param name of the database, for the error
 * @returns the number of steps taken
 * @throws what the schema makes of `NEWER_SCHEMA`
 */
export function* migrate(schema: Schema, name: string, now: number): Work<number> {
  const { table, steps } = schema
  const version = yield* versionOf(schema)
  if (version > steps.length) {
    throw schema.tell({
      code: 'NEWER_SCHEMA',
      problem: `The database ${name} was written by a newer version of this server (schema ${version}; this one knows ${steps.length})`,
      fix: 'Use that version, or a backup from before the update. Nothing was changed.',
    })
  }
  if (version === 0 && !(yield* schema.hasTable(table))) yield* script(schema.notes)
  for (const [at, step] of steps.entries()) {
    if (at < version) continue
    yield* script(step)
    yield* run(`INSERT INTO ${table} (version, applied_at) VALUES (?, ?)`, at + 1, now)
  }
  return steps.length - version
}
