/** Searches one partition, by meaning and by words. */
import type { DatabaseSync } from 'node:sqlite'
import type { SearchFilter } from '../index/search-index.ts'
import { bitCodeOf, bytesOf } from './codes.ts'
import { type Condition, conditionOf } from './filter.ts'
import { matcher } from './match.ts'
import { POSITION_BITS, tablesOf } from './partition.ts'

/** Above it, vectors are compared by one bit for each dimension first, and the nearest exactly. */
const EXACT_UP_TO = 20_000
/** How many are compared exactly: at least so many, and this share of all. */
const RESCORED = { atLeast: 1_000, share: 0.02 } as const
/** How much a word counts in the title, compared with one in the text. */
const TITLE_WEIGHT = 5

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

/** A search of one partition. */
export function partitionSearch(db: DatabaseSync, partition: number): PartitionSearch {
  const tables = tablesOf(partition)
  const matches = matcher(db, partition)
  const countAll = db.prepare('SELECT chunks FROM index_partition WHERE id = ?')
  const chunksOf = (condition: Condition | undefined): number => {
    if (condition === undefined) return Number(countAll.get(partition)?.chunks)
    const row = db
      .prepare(
        `SELECT coalesce(sum(chunks), 0) AS n FROM index_document d
         WHERE d.partition = ? AND ${condition.text}`,
      )
      .get(partition, ...condition.values)
    return Number(row?.n)
  }
  /** A table of passages, or those of its rows whose documents meet the condition. */
  const rowsOf = (table: string, condition: Condition | undefined) =>
    condition === undefined
      ? { from: table, values: [] }
      : {
          // The documents first: each has its passages side by side.
          from: `index_document d CROSS JOIN ${table} v
            ON v.id >= d.id << ${POSITION_BITS} AND v.id < (d.id + 1) << ${POSITION_BITS}
            AND d.partition = ? AND ${condition.text}`,
          values: [partition, ...condition.values],
        }
  const nearest = (from: string, column: string) => `
    SELECT v.id, ${column} AS distance FROM ${from} ORDER BY distance, v.id LIMIT ?`

  return {
    dense(vector, limit, filter) {
      const condition = conditionOf(filter)
      const query = bytesOf(vector)
      const total = chunksOf(condition)
      const exact = 'vec_distance_l2(v.vector, ?)'
      if (total <= EXACT_UP_TO) {
        const { from, values } = rowsOf(tables.vector, condition)
        const sql = nearest(condition ? from : `${from} v`, exact)
        return db
          .prepare(sql)
          .all(query, ...values, limit)
          .map(similarity)
      }
      const { from, values } = rowsOf(tables.code, condition)
      const coded = nearest(
        condition ? from : `${from} v`,
        'vec_distance_hamming(vec_bit(v.code), vec_bit(?))',
      )
      const sql = nearest(`(${coded}) c CROSS JOIN ${tables.vector} v ON v.id = c.id`, exact)
      const { atLeast, share } = RESCORED
      const candidates = Math.max(atLeast, limit, Math.ceil(total * share))
      return db
        .prepare(sql)
        .all(query, bitCodeOf(vector), ...values, candidates, limit)
        .map(similarity)
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
      return db
        .prepare(sql)
        .all(match, ...values, limit)
        .map(({ id, rank }) => ({ id: Number(id), score: -Number(rank) }))
    },
  }
}

/** Of vectors of unit length the cosine follows from the distance. */
function similarity({ id, distance }: Record<string, unknown>): Scored {
  return { id: Number(id), score: 1 - Number(distance) ** 2 / 2 }
}
