/** The index on a thread that reads. */
import type { DatabaseSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import type { Chunk, DocumentKey } from '../document.ts'
import { checkLimit, checkVector } from '../index/checks.ts'
import type {
  Generation,
  IndexHit,
  IndexHits,
  IndexQuery,
  IndexStats,
} from '../index/search-index.ts'
import { findPartition, generationOf, listGenerations } from './generations.ts'
import { type PartitionSearch, partitionSearch, type Scored } from './partition-search.ts'
import { type PassageReader, passageReader } from './passage-reader.ts'
import { statsOf } from './stats.ts'

/** Partitions whose statements are kept prepared. */
const PREPARED_PARTITIONS = 32

interface Partition {
  readonly search: PartitionSearch
  readonly passages: PassageReader
}

/** The service; each function sees the index as it was at one moment. */
export function indexReader(db: DatabaseSync) {
  const prepared = new LRUCache<number, Partition>({ max: PREPARED_PARTITIONS })
  const partitionOf = (generation: number, user: string): Partition | undefined => {
    const id = findPartition(db, generation, user)
    if (id === undefined) return undefined
    const known = prepared.get(id)
    if (known !== undefined) return known
    const fresh = { search: partitionSearch(db, id), passages: passageReader(db, id) }
    prepared.set(id, fresh)
    return fresh
  }

  return {
    /** When the file was made, by its first migration: a copy of it is the same index. */
    identity: (): string =>
      `sqlite ${db.prepare('SELECT min(applied_at) AS made FROM search_migration').get()?.made}`,

    generations: (): Generation[] => listGenerations(db),

    query: (user: string, query: IndexQuery): IndexHits =>
      atOneMoment(db, () => {
        const { vector, text, limit, filter } = query
        checkLimit(limit)
        const { dimension } = generationOf(db, query.generation)
        if (vector !== undefined) checkVector(vector, dimension)
        const partition = partitionOf(query.generation, user)
        if (partition === undefined) return { dense: [], sparse: [] }
        const { search, passages } = partition
        const hits = (scored: readonly Scored[]): IndexHit[] =>
          scored.map(({ id, score }) => ({ ...passages.passage(id), score }))
        return {
          dense: vector === undefined ? [] : hits(search.dense(vector, limit, filter)),
          sparse: text === undefined ? [] : hits(search.sparse(text, limit, filter)),
        }
      }),

    passages: (
      generation: number,
      user: string,
      document: DocumentKey,
      from: number,
      to: number,
    ): Chunk[] =>
      atOneMoment(db, () => {
        generationOf(db, generation)
        return partitionOf(generation, user)?.passages.between(document, from, to) ?? []
      }),

    stats: (user?: string): IndexStats => atOneMoment(db, () => statsOf(db, user)),
  }
}

function atOneMoment<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN')
  try {
    return work()
  } finally {
    db.exec('COMMIT')
  }
}
