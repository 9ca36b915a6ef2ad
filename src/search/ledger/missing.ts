/**
 * What a listing says by its silence. Indexes have been erased by one listing that failed in a way
 * that looked like success: nothing is removed that was not missing twice and for a while, and a
 * listing from which most is missing is not believed until others say the same.
 */
import { get, run, type Work } from '../../sql/statements.ts'
import type { ListingEnd } from '../source.ts'
import { type Dialect, lockRows } from './dialect.ts'
import type { GraceRules, ListingOutcome, Reason, SourceKey } from './ledger.ts'
import { OF_SOURCE, takeOutKnown, valuesOf } from './marks.ts'
import { count, number } from './rows.ts'

/** Of a few documents, most may well go at once. */
const FEW = 10
/** Listings that must say the same before they are believed. */
const CONFIRMATIONS = { halved: 2, empty: 3 }

/** Notes what is missing, and has removed what has been for long enough. */
export function* concludeListing(
  dialect: Dialect,
  key: SourceKey,
  serial: number,
  kind: ListingEnd['kind'],
  { now, graceMs, confirmMs }: GraceRules & { readonly now: number },
): Work<ListingOutcome> {
  const source = valuesOf(key)
  if (kind === 'all') {
    const doubt = yield* doubtOf(key, serial, now, confirmMs)
    if (doubt !== undefined) return { missing: 0, removing: 0, doubt }
  }
  const looked = kind === 'all' ? 'serial <> ?' : 'missing_since IS NOT NULL AND serial <> ?'
  const documents = `SELECT id FROM ledger_document WHERE ${OF_SOURCE} AND ${looked}`
  const buried = kind === 'all' ? 'ready_at IS NULL' : 'false'
  yield* lockRows(
    dialect,
    'ledger_job',
    `${OF_SOURCE} AND serial <> ? AND (${buried} OR ${dialect.within('id', documents)})`,
    ...source,
    serial,
    ...source,
    serial,
  )
  if (kind === 'all') {
    // Nobody will ask for a document that is not there.
    yield* run(
      `DELETE FROM ledger_job WHERE ${OF_SOURCE} AND ready_at IS NULL AND serial <> ?`,
      ...source,
      serial,
    )
  }
  const before = yield* missingOf(key)
  yield* run(
    `UPDATE ledger_document SET missing_since = coalesce(missing_since, ?),
       missing_looks = missing_looks + 1 WHERE ${OF_SOURCE} AND ${looked}`,
    now,
    ...source,
    serial,
  )
  const missing = (yield* missingOf(key)) - before
  const overdue = 'missing_since <= ? AND missing_looks >= 2'
  const removing = yield* takeOutKnown(key, now, overdue, now - graceMs)
  return { missing, removing, doubt: undefined }
}

/** Why a listing of everything is not believed; counts how often it was said. */
function* doubtOf(
  key: SourceKey,
  serial: number,
  now: number,
  confirmMs: number,
): Work<Reason | undefined> {
  const source = valuesOf(key)
  const row = yield* get(
    `SELECT count(*) FILTER (WHERE missing_since IS NULL) AS there,
       count(*) FILTER (WHERE serial = ?) AS named FROM ledger_document WHERE ${OF_SOURCE}`,
    serial,
    ...source,
  )
  const [there, named] = [count(row?.there), count(row?.named)]
  const isEmpty = named === 0 && there > 0
  const isHalved = there >= FEW && named * 2 < there
  const before = yield* get(
    `SELECT doubts, doubted_at FROM ledger_source WHERE ${OF_SOURCE}`,
    ...source,
  )
  if (!isEmpty && !isHalved) {
    yield* setDoubts(key, 0, null)
    return undefined
  }
  const isLater = now >= (number(before?.doubted_at) ?? Number.NEGATIVE_INFINITY) + confirmMs
  const doubts = count(before?.doubts) + (isLater ? 1 : 0)
  if (isLater) yield* setDoubts(key, doubts, now)
  if (doubts >= (isEmpty ? CONFIRMATIONS.empty : CONFIRMATIONS.halved)) {
    yield* setDoubts(key, 0, null)
    return undefined
  }
  return {
    code: 'DOUBTFUL',
    message: `Of ${there} documents the last listing named ${named}. They stay until later listings say the same.`,
  }
}

function* setDoubts(key: SourceKey, doubts: number, at: number | null): Work<void> {
  yield* run(
    `UPDATE ledger_source SET doubts = ?, doubted_at = ? WHERE ${OF_SOURCE}`,
    doubts,
    at,
    ...valuesOf(key),
  )
}

function* missingOf(key: SourceKey): Work<number> {
  const row = yield* get(
    `SELECT count(*) AS missing FROM ledger_document
     WHERE ${OF_SOURCE} AND missing_since IS NOT NULL`,
    ...valuesOf(key),
  )
  return count(row?.missing)
}
