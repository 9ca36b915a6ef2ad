/**
 * The index in Qdrant, for more than one machine can hold: a collection for each generation, a
 * dense and a sparse vector for each passage, the user as tenant.
 * @see https://qdrant.tech/documentation/guides/multitenancy/
 */
import { DOCUMENT_TYPES, type DocumentType } from '../document.ts'
import { checkChunks, checkLimit, checkSpec, checkVector } from '../index/checks.ts'
import { IndexError, isIndexError } from '../index/errors.ts'
import type { IndexHit, IndexStats, SearchFilter, SearchIndex } from '../index/search-index.ts'
import { connectQdrant, isMissing, noGeneration, type QdrantOptions } from './connection.ts'
import { createGenerations, DENSE, SPARSE } from './generations.ts'
import {
  documentsFilter,
  filterOf,
  hitOf,
  onePerDocument,
  type PointFilter,
  passagesIn,
  pointsOf,
} from './points.ts'
import { sparseQuery } from './sparse.ts'

/** Points in a request; some 4 MB with vectors of 1,536 numbers. */
const BATCH = 128
/** Documents named in one filter. */
const FILTERED = 500

/** The index on one Qdrant server. Nothing is asked until something is to be done. */
export function createQdrantIndex(options: QdrantOptions): SearchIndex {
  let closed = false
  const connection = connectQdrant(options)
  const run: typeof connection.run = operation => {
    if (closed) return Promise.reject(new IndexError('CLOSED', 'The index is closed'))
    return connection.run(operation)
  }
  const generations = createGenerations({ run }, options.collection)
  const { collectionOf } = generations

  const dimensions = new Map<number, number>()
  /** Asked once: what a generation is never changes. */
  const dimensionOf = async (id: number): Promise<number> => {
    const known = dimensions.get(id)
    if (known !== undefined) return known
    for (const each of await generations.list()) dimensions.set(each.id, each.dimension)
    const found = dimensions.get(id)
    if (found !== undefined) return found
    throw noGeneration()
  }

  /** For every generation; one that is dropped meanwhile has nothing any more. */
  const everywhere = async <T>(operation: (collection: string) => Promise<T>): Promise<T[]> => {
    const all = await generations.list()
    const results = await Promise.all(
      all.map(({ id }) =>
        operation(collectionOf(id)).then(
          result => [result],
          (error: unknown) => {
            if (isMissing(error)) return []
            throw error
          },
        ),
      ),
    )
    return results.flat()
  }
  const count = async (collection: string, filter: PointFilter) =>
    (await run(client => client.count(collection, { filter, exact: true }))).count
  const drop = (collection: string, filter: PointFilter) =>
    run(client => client.delete(collection, { wait: true, filter }))

  return {
    // By name alone: processes may reach the server by several addresses.
    identity: async () => `qdrant ${options.collection}`,
    generations: () => generations.list(),

    async open(spec) {
      checkSpec(spec)
      return generations.open(spec)
    },

    async activate(id) {
      await generations.activate(id)
      dimensions.clear()
    },

    async put(generation, user, document, chunks) {
      checkChunks(chunks, await dimensionOf(generation))
      const collection = collectionOf(generation)
      const points = pointsOf(user, document, chunks)
      // From the last to the first: whoever finds the first finds them all.
      for (let end = points.length; end > 0; end -= BATCH) {
        const batch = points.slice(Math.max(0, end - BATCH), end)
        await run(client => client.upsert(collection, { wait: true, points: batch }))
      }
      const { must } = documentsFilter(user, [document])
      const stored = chunks.length === 0 ? { lt: 0 } : { gte: 0, lt: chunks.length }
      await drop(collection, { must, must_not: [{ key: 'chunk', range: stored }] })
    },

    async remove(user, documents) {
      let removed = 0
      for (let from = 0; from < documents.length; from += FILTERED) {
        const filter = documentsFilter(user, documents.slice(from, from + FILTERED))
        const counts = await everywhere(async collection => {
          const there = await count(collection, onePerDocument(filter))
          if (there > 0) await drop(collection, filter)
          return there
        })
        removed += Math.max(0, ...counts)
      }
      return removed
    },

    async forget(user) {
      await everywhere(collection => drop(collection, filterOf(user)))
    },

    async query(user, { generation, vector, text, limit, filter }) {
      checkLimit(limit)
      const dimension = await dimensionOf(generation)
      if (vector !== undefined) checkVector(vector, dimension)
      const words = text === undefined ? undefined : sparseQuery(text)
      const wanted = { filter: filterOf(user, filter), limit, with_payload: true }
      const searches = [
        ...(vector === undefined ? [] : [{ query: [...vector], using: DENSE, ...wanted }]),
        ...(words === undefined ? [] : [{ query: words, using: SPARSE, ...wanted }]),
      ]
      if (searches.length === 0 || excludesAll(filter)) return { dense: [], sparse: [] }
      const answers = await run(client => client.queryBatch(collectionOf(generation), { searches }))
      const rankings = answers.map(({ points }) => points.map(hitOf).filter(isHit))
      const dense = vector === undefined ? [] : (rankings.shift() ?? [])
      return { dense, sparse: rankings[0] ?? [] }
    },

    async passages(generation, user, document, from, to) {
      const first = Math.max(0, from)
      if (to < first) return []
      const filter = passagesIn(documentsFilter(user, [document]), first, to)
      const collection = collectionOf(generation)
      const limit = Math.min(to - first + 1, await count(collection, filter))
      if (limit === 0) return []
      const { points } = await run(client => client.scroll(collection, { filter, limit }))
      return points
        .map(hitOf)
        .filter(isHit)
        .map(({ chunk }) => chunk)
        .toSorted((a, b) => a.index - b.index)
    },

    async stats(user) {
      const active = (await generations.list()).find(each => each.active)
      if (active === undefined) return NOTHING
      const collection = collectionOf(active.id)
      const must = user === undefined ? [] : filterOf(user).must
      const [chunks, ...counts] = await Promise.all([
        count(collection, passagesIn({ must })),
        ...DOCUMENT_TYPES.map(type =>
          count(
            collection,
            onePerDocument({ must: [...must, { key: 'type', match: { value: type } }] }),
          ),
        ),
      ])
      return statsOf(active.dimension, chunks, counts)
    },

    async health() {
      try {
        await generations.list()
        return undefined
      } catch (error) {
        if (isIndexError(error)) return error.message
        throw error
      }
    },

    async close() {
      closed = true
    },
  }
}

const NOTHING: IndexStats = { documents: 0, chunks: 0, documentsByType: {}, vectorBytes: 0 }

function statsOf(dimension: number, chunks: number, counts: readonly number[]): IndexStats {
  const documentsByType: Partial<Record<DocumentType, number>> = {}
  for (const [at, type] of DOCUMENT_TYPES.entries()) {
    if (counts[at]) documentsByType[type] = counts[at]
  }
  const documents = counts.reduce((sum, each) => sum + each, 0)
  return { documents, chunks, documentsByType, vectorBytes: chunks * dimension * 4 }
}

/** An empty list of what may match, which Qdrant takes in more than one way. */
function excludesAll({ types, pathPrefixes }: SearchFilter): boolean {
  return types?.length === 0 || pathPrefixes?.length === 0
}

function isHit(hit: IndexHit | undefined): hit is IndexHit {
  return hit !== undefined
}
