/**
 * The index in Qdrant, for more than one machine can hold: a collection for each generation, a
 * dense and a sparse vector for each passage, the user as tenant.
 * @see https://qdrant.tech/documentation/guides/multitenancy/
 */
import { DOCUMENT_TYPES, type DocumentType } from '../document.ts'
import { IndexError } from '../index/index-error.ts'
import type { Generation, IndexHit, IndexStats, SearchIndex } from '../index/search-index.ts'
import { connectQdrant, isMissing, type QdrantOptions } from './connection.ts'
import { createGenerations, DENSE, SPARSE } from './generations.ts'
import { documentsFilter, filterOf, hitOf, pointOf } from './points.ts'
import { sparseQuery } from './sparse.ts'

/** Passages in a request; some 4 MB with vectors of 1,536 numbers. */
const BATCH = 128
/** Documents named in one filter. */
const FILTERED = 500

/** The index on one Qdrant server. Nothing is asked until something is to be done. */
export function createQdrantIndex(options: QdrantOptions): SearchIndex {
  const connection = connectQdrant(options)
  const { run } = connection
  const generations = createGenerations(connection, options.collection)
  const { collectionOf } = generations

  const dimensions = new Map<number, number>()
  /** Asked once: what a generation is never changes. */
  const dimensionOf = async (id: number): Promise<number> => {
    const known = dimensions.get(id)
    if (known !== undefined) return known
    for (const each of await generations.list()) dimensions.set(each.id, each.dimension)
    const found = dimensions.get(id)
    if (found !== undefined) return found
    throw new IndexError('NO_GENERATION', 'This edition of the index has been dropped')
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
  const countFirst = async (collection: string, filter: object) => {
    const { must } = filter as ReturnType<typeof filterOf>
    const first = { must: [...must, { key: 'chunk', match: { value: 0 } }] }
    const { count } = await run(client => client.count(collection, { filter: first, exact: true }))
    return count
  }

  return {
    generations: () => generations.list(),
    open: spec => generations.open(spec),
    activate: id => generations.activate(id),

    async put(generation, user, document, chunks) {
      const dimension = await dimensionOf(generation)
      for (const { vector } of chunks) checkVector(vector, dimension)
      const collection = collectionOf(generation)
      // From the last to the first: whoever finds the first finds them all.
      for (let end = chunks.length; end > 0; end -= BATCH) {
        const points = chunks
          .slice(Math.max(0, end - BATCH), end)
          .map(chunk => pointOf(user, document, chunk, chunks.length))
        await run(client => client.upsert(collection, { wait: true, points }))
      }
      const { must } = documentsFilter(user, [document])
      const beyond = { must: [...must, { key: 'chunk', range: { gte: chunks.length } }] }
      await run(client => client.delete(collection, { wait: true, filter: beyond }))
    },

    async remove(user, documents) {
      let removed = 0
      for (let from = 0; from < documents.length; from += FILTERED) {
        const filter = documentsFilter(user, documents.slice(from, from + FILTERED))
        const counts = await everywhere(async collection => {
          const count = await countFirst(collection, filter)
          if (count > 0) await run(client => client.delete(collection, { wait: true, filter }))
          return count
        })
        removed += Math.max(0, ...counts)
      }
      return removed
    },

    async forget(user) {
      const filter = filterOf(user)
      await everywhere(collection =>
        run(client => client.delete(collection, { wait: true, filter })),
      )
    },

    async query(user, { generation, vector, text, limit, filter }) {
      const wanted = { filter: filterOf(user, filter), limit, with_payload: true }
      const words = text === undefined ? undefined : sparseQuery(text)
      if (vector !== undefined) checkVector(vector, await dimensionOf(generation))
      const searches = [
        ...(vector === undefined ? [] : [{ query: [...vector], using: DENSE, ...wanted }]),
        ...(words === undefined ? [] : [{ query: words, using: SPARSE, ...wanted }]),
      ]
      if (searches.length === 0 || limit === 0) return { dense: [], sparse: [] }
      const answers = await run(client => client.queryBatch(collectionOf(generation), { searches }))
      const rankings = answers.map(({ points }) => points.map(hitOf).filter(isHit))
      const dense = vector === undefined ? [] : (rankings.shift() ?? [])
      return { dense, sparse: rankings[0] ?? [] }
    },

    async passages(generation, user, document, from, to) {
      const { must } = documentsFilter(user, [document])
      const filter = { must: [...must, { key: 'chunk', range: { gte: from, lte: to } }] }
      const limit = Math.max(1, to - from + 1)
      const { points } = await run(client =>
        client.scroll(collectionOf(generation), { filter, limit }),
      )
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
        run(client => client.count(collection, { filter: { must }, exact: true })),
        ...DOCUMENT_TYPES.map(type =>
          countFirst(collection, { must: [...must, { key: 'type', match: { value: type } }] }),
        ),
      ])
      return statsOf(active, chunks.count, counts)
    },

    async health() {
      try {
        await generations.list()
        return undefined
      } catch (error) {
        if (!(error instanceof IndexError)) throw error
        return [error.message, error.hint].filter(Boolean).join('. ')
      }
    },

    async close() {},
  }
}

const NOTHING: IndexStats = { documents: 0, chunks: 0, documentsByType: {}, vectorBytes: 0 }

function statsOf({ dimension }: Generation, chunks: number, counts: readonly number[]): IndexStats {
  const documentsByType: Partial<Record<DocumentType, number>> = {}
  for (const [at, type] of DOCUMENT_TYPES.entries()) {
    if (counts[at]) documentsByType[type] = counts[at]
  }
  const documents = counts.reduce((sum, count) => sum + count, 0)
  return { documents, chunks, documentsByType, vectorBytes: chunks * dimension * 4 }
}

function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length === dimension && vector.every(Number.isFinite)) return
  throw new IndexError(
    'BAD_VECTOR',
    `A vector has ${vector.length} numbers, or some that are none; expected are ${dimension}`,
  )
}

function isHit(hit: IndexHit | undefined): hit is IndexHit {
  return hit !== undefined
}
