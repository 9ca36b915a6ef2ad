/**
 * Whose ledger it is. What it knows holds for one index: that a document is in there, and that
 * another is not. Two machines with a file of their own each would trust in what the other one has.
 */
import { get, run, type SqlDatabase, type Work } from '../../../sql/statements.ts'
import { IndexError } from '../../index/errors.ts'
import { LEDGER_TABLE_NAMES } from './schema.ts'

/** Whoever has not been here for as long has ended. */
const GONE_MS = 5 * 60_000

/**
 * Notes that a process with this index is here. Where the ledger is of an index that nobody has been
 * here with for a while, it begins anew with this one.
 * @throws IndexError `OTHER_INDEX`
 */
export function* beHere(database: Pick<SqlDatabase, 'clock'>, identity: string): Work<void> {
  const time = yield* database.clock()
  const other = yield* otherThan(identity, time)
  if (other !== undefined && time - other.seenAt < GONE_MS) {
    throw new IndexError(
      'OTHER_INDEX',
      'The ledger in the database named by DATABASE_URL is of another search index than this process has',
      {
        fix: 'Processes on several machines need one index: set QDRANT_URL. Processes on one machine need the same SEARCH_INDEX_DB. If this is to be the index from now on, stop the others; five minutes later it is, or at once with `nextcloud-mcp-server index rebuild`.',
      },
    )
  }
  yield* beginAnew(identity, time, other !== undefined)
}

/** Makes it the ledger of this index, whoever is here. */
export function* takeOver(database: Pick<SqlDatabase, 'clock'>, identity: string): Work<void> {
  const time = yield* database.clock()
  yield* beginAnew(identity, time, (yield* otherThan(identity, time)) !== undefined)
}

function* otherThan(identity: string, time: number): Work<{ seenAt: number } | undefined> {
  yield* run(
    'INSERT INTO ledger_index (identity, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    identity,
    time,
  )
  const row = yield* get('SELECT identity, seen_at FROM ledger_index FOR UPDATE')
  return row === undefined || row.identity === identity
    ? undefined
    : { seenAt: Number(row.seen_at) }
}

function* beginAnew(identity: string, time: number, isOther: boolean): Work<void> {
  for (const table of isOther ? LEDGER_TABLE_NAMES : []) yield* run(`DELETE FROM ${table}`)
  yield* run('UPDATE ledger_index SET identity = ?, seen_at = ?', identity, time)
}
