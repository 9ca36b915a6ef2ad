/** Searches one partition, by meaning and by words. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import type { SearchFilter } from '../index/search-index.ts'
import { bitCodeOf, bytesOf } from './codes.ts'
import { type Condition, conditionOf } from './filter.ts'
import { matcher } from './match.ts'
import { POSITION_BITS, tablesOf } from './partition.ts'

/** Up to it all vectors are compared; above, one bit for each dimension, and the nearest exactly. */
const EXACT_UP_TO = 4_000
/** How many are compared exactly then: at least so many, and this share of all. */
const CANDIDATES = { atLeast: 500, share: 0.01 } as const
/** Hits by which it is judged whether bits were enough to tell near from far. */
const JUDGED = 10
/** Searches for which bits are not tried again once they were not enough. */
const EXACT_AFTERWARDS = 50
/** How much a word counts in the title, compared with one in the text. */
const TITLE_WEIGHT = 5

/** Statements that are kept prepared; filters make many different ones. */
const PREPARED_STATEMENTS = 12

/** A passage by its number, with its score. */
export interface Scored {
  readonly id: number
  readonly score: number
}

/** Both searches; the best first, equals in the order in which the documents came. */
export interface PartitionSearch {
  dense(vector: Float32Array, limit: number, filter: SearchFilter): Scored[]
  sparse(text: string, limit: number, filter: SearchFilter): Scored[]
}

interface Dense {
  readonly vector: Float32Array
  readonly limit: number
  readonly condition: Condition | undefined
}

const DISTANCE = 'vec_distance_l2(v.vector, ?)'

/** A search of one partition. */
export function partitionSearch(db: DatabaseSync, partition: number): PartitionSearch {
  const tables = tablesOf(partition)
  const matches = matcher(db, partition)
  const statements = new LRUCache<string, StatementSync>({ max: PREPARED_STATEMENTS })
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const fresh = db.prepare(sql)
    statements.set(sql, fresh)
    return fresh
  }
  const countAll = db.prepare('SELECT chunks FROM index_partition WHERE id = ?')
  const chunksOf = (condition: Condition | undefined): number => {
    if (condition === undefined) return Number(countAll.get(partition)?.chunks)
    const row = prepare(
      `SELECT coalesce(sum(chunks), 0) AS n FROM index_document d
         WHERE d.partition = ? AND ${condition.text}`,
    ).get(partition, ...condition.values)
    return Number(row?.n)
  }
  /** A table of passages, or those of its rows whose documents meet the condition. */
  const rowsOf = (table: string, condition: Condition | undefined) =>
    condition === undefined
      ? { from: `${table} v`, values: [] }
      : {
          // The documents first: each has its passages side by side.
          from: `index_document d CROSS JOIN ${table} v
            ON v.id >= d.id << ${POSITION_BITS} AND v.id < (d.id + 1) << ${POSITION_BITS}
            AND d.partition = ? AND ${condition.text}`,
          values: [partition, ...condition.values],
        }
  const compareAll = (query: Dense): Scored[] => {
    const { from, values } = rowsOf(tables.vector, query.condition)
    const rows = prepare(
      `SELECT v.id, ${DISTANCE} AS distance FROM ${from} ORDER BY distance, v.id LIMIT ?`,
    ).all(bytesOf(query.vector), ...values, query.limit)
    return rows.map(similarity)
  }
  /** Undefined where bits do not tell near from far, as with vectors that are all alike or random. */
  const compareCandidates = (query: Dense, candidates: number): Scored[] | undefined => {
    const { vector, limit } = query
    const { from, values } = rowsOf(tables.code, query.condition)
    const rows = prepare(
      `SELECT v.id, ${DISTANCE} AS distance, c.bits
         FROM (
           SELECT v.id, vec_distance_hamming(vec_bit(v.code), vec_bit(?)) AS bits
           FROM ${from} ORDER BY bits, v.id LIMIT ?
         ) c CROSS JOIN ${tables.vector} v ON v.id = c.id
         ORDER BY distance, v.id`,
    ).all(bytesOf(vector), bitCodeOf(vector), ...values, candidates)
    // By so much the bits of vectors at the same angle differ. What is nearest must be well within
    // what was taken along: otherwise as much may be beyond it.
    const deviation = Math.sqrt(vector.length) / 2
    const furthest = rows.reduce((most, { bits }) => Math.max(most, Number(bits)), 0)
    const isClear = rows.slice(0, JUDGED).every(({ bits }) => Number(bits) + deviation <= furthest)
    return isClear ? rows.slice(0, limit).map(similarity) : undefined
  }

  let exactFor = 0
  return {
    dense(vector, limit, filter) {
      const condition = conditionOf(filter)
      const query = { vector, limit, condition }
      const total = chunksOf(condition)
      if (total <= EXACT_UP_TO || exactFor-- > 0) return compareAll(query)
      const { atLeast, share } = CANDIDATES
      const candidates = Math.max(atLeast, limit, Math.ceil(total * share))
      const found = compareCandidates(query, candidates)
      exactFor = found === undefined ? EXACT_AFTERWARDS : 0
      return found ?? compareAll(query)
    },

    sparse(text, limit, filter) {
      const match = matches.matchOf(text, chunksOf(undefined))
      if (match === undefined) return []
      const condition = conditionOf(filter)
      const only = condition
        ? `AND rowid >> ${POSITION_BITS} IN (
            SELECT d.id FROM index_document d WHERE d.partition = ? AND ${condition.text})`
        : ''
      const values = condition ? [partition, ...condition.values] : []
      const sql = `SELECT rowid AS id, bm25(${tables.words}, ${TITLE_WEIGHT}, 1) AS rank
        FROM ${tables.words} WHERE ${tables.words} MATCH ? ${only} ORDER BY rank, rowid LIMIT ?`
      return prepare(sql)
        .all(match, ...values, limit)
        .map(({ id, rank }) => ({ id: Number(id), score: -Number(rank) }))
    },
  }
}

/** Of vectors of unit length the cosine follows from the distance. */
function similarity({ id, distance }: Record<string, unknown>): Scored {
  return { id: Number(id), score: 1 - Number(distance) ** 2 / 2 }
}
