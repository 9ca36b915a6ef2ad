/** Brings the tables up to date, step by step. */
import { VaultError } from '../errors.ts'
import { get, run, script, type Work } from './statements.ts'

/** How the tables of one kind of database came to be. */
export interface Schema {
  /** One step after another; a step that was released is never changed. */
  readonly steps: readonly string[]
  /** Makes `vault_migration`, which notes the steps that were taken. */
  readonly notes: string
  hasTable(name: string): Work<boolean>
}

/** Number of the last step that was taken; 0 for a database without tables of the vault. */
export function* versionOf({ hasTable }: Pick<Schema, 'hasTable'>): Work<number> {
  if (!(yield* hasTable('vault_migration'))) return 0
  const row = yield* get('SELECT max(version) AS version FROM vault_migration')
  return Number(row?.version ?? 0)
}

/**
 * Takes the steps that are left. Two processes may start at once: the caller lets one of them do
 * it, and the other finds it done.
 * @param name of the database, for the error
 * @returns the number of steps taken
 * @throws VaultError `NEWER_SCHEMA`
 */
export function* migrate(schema: Schema, name: string, now: number): Work<number> {
  const { steps } = schema
  const version = yield* versionOf(schema)
  if (version > steps.length) {
    throw new VaultError(
      'NEWER_SCHEMA',
      `The database ${name} was written by a newer version of this server (schema ${version}; this one knows ${steps.length})`,
      { fix: 'Use that version, or a backup from before the update. Nothing was changed.' },
    )
  }
  if (version === 0 && !(yield* schema.hasTable('vault_migration'))) yield* script(schema.notes)
  for (const [at, step] of steps.entries()) {
    if (at < version) continue
    yield* script(step)
    yield* run('INSERT INTO vault_migration (version, applied_at) VALUES (?, ?)', at + 1, now)
  }
  return steps.length - version
}
