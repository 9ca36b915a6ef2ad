/** What the index proposes: passages of all generations that are there, in one order. */
import type { DocumentKey } from '../document.ts'
import type {
  Generation,
  IndexHit,
  IndexHits,
  SearchFilter,
  SearchIndex,
} from '../index/search-index.ts'
import {
  documentKey,
  type FusedHit,
  type FusionMethod,
  type FusionSettings,
  fuse,
  passageKey,
} from './fusion.ts'

/** A vector, and the model whose vectors it can be compared with. */
export interface QueryVector {
  readonly model: string
  readonly vector: Float32Array
}

/** What is looked for. */
export interface CandidateQuery {
  readonly user: string
  /** Undefined: not by meaning. */
  readonly vector: QueryVector | undefined
  /** Undefined: not by words. */
  readonly text: string | undefined
  readonly filter: SearchFilter
  /** `none` where there is one ranking only. */
  readonly method: FusionMethod | 'none'
  readonly fusion: FusionSettings
}

/** A passage and where it is stored. */
export interface Candidate extends FusedHit {
  readonly generation: number
}

/** What the index proposes. */
export interface Candidates {
  /** The best first. */
  readonly hits: readonly Candidate[]
  /** Whether there may be more than `depth` has let through. */
  readonly more: boolean
}

/**
 * Asks the index.
 * @param generations those that are searched
 * @param depth passages wanted of each kind
 */
export async function candidates(
  index: SearchIndex,
  generations: readonly Generation[],
  query: CandidateQuery,
  depth: number,
): Promise<Candidates> {
  const newestFirst = generations.toSorted((one, other) => other.id - one.id)
  const answers = await Promise.all(
    newestFirst.map(async generation => ({
      generation,
      hits: await index.query(query.user, {
        generation: generation.id,
        vector: vectorFor(generation, query.vector),
        text: query.text,
        limit: depth,
        filter: query.filter,
      }),
    })),
  )
  const more = answers.some(({ hits }) => hits.dense.length >= depth || hits.sparse.length >= depth)
  const homes = new Map<string, number>()
  const merged = await withoutSuperseded(index, query.user, answers, homes)
  const hits = fuse(merged, query.method, query.fusion).map(found => ({
    ...found,
    generation: homes.get(passageKey(found.hit)) ?? 0,
  }))
  return { hits, more }
}

/** Undefined where the generation was made with another model. */
function vectorFor(
  { model, dimension }: Generation,
  query: QueryVector | undefined,
): Float32Array | undefined {
  return query?.model === model && query.vector.length === dimension ? query.vector : undefined
}

interface Answer {
  readonly generation: Generation
  readonly hits: IndexHits
}

/**
 * Merges what generations propose. A document that a newer one holds counts there only: what an
 * older one has of it may be out of date.
 * @param homes is told which generation each passage is from
 */
async function withoutSuperseded(
  index: SearchIndex,
  user: string,
  newestFirst: readonly Answer[],
  homes: Map<string, number>,
): Promise<IndexHits> {
  const dense: IndexHit[] = []
  const sparse: IndexHit[] = []
  const newer: Generation[] = []
  for (const { generation, hits } of newestFirst) {
    const documents = new Map(
      [...hits.dense, ...hits.sparse].map(({ document }) => [documentKey(document), document]),
    )
    const superseded = new Set(
      await Promise.all(
        [...documents].map(async ([key, document]) =>
          (await isInOneOf(index, newer, user, document)) ? key : undefined,
        ),
      ),
    )
    const counts = (hit: IndexHit) => !superseded.has(documentKey(hit.document))
    for (const [from, to] of [
      [hits.dense, dense],
      [hits.sparse, sparse],
    ] as const) {
      for (const hit of from.filter(counts)) {
        homes.set(passageKey(hit), generation.id)
        to.push(hit)
      }
    }
    newer.push(generation)
  }
  const best = (one: IndexHit, other: IndexHit) => other.score - one.score
  return { dense: dense.toSorted(best), sparse: sparse.toSorted(best) }
}

async function isInOneOf(
  index: SearchIndex,
  generations: readonly Generation[],
  user: string,
  document: DocumentKey,
): Promise<boolean> {
  for (const { id } of generations) {
    if ((await index.passages(id, user, document, 0, 0)).length > 0) return true
  }
  return false
}
