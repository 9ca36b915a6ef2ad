/** What the index proposes: passages of all generations that are there, in one order. */
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
 * Asks the index. A document that several generations propose counts in the newest only.
 * @param generations those that are searched
 * @param depth passages wanted of each kind
 */
export async function candidates(
  index: SearchIndex,
  generations: readonly Generation[],
  query: CandidateQuery,
  depth: number,
): Promise<Candidates> {
  const answers = await Promise.all(
    generations
      .toSorted((one, other) => other.id - one.id)
      .map(async generation => ({
        id: generation.id,
        hits: await index.query(query.user, {
          generation: generation.id,
          vector: vectorFor(generation, query.vector),
          text: query.text,
          limit: depth,
          filter: query.filter,
        }),
      })),
  )
  const homes = homesOf(answers)
  const atHome = (kind: keyof IndexHits): IndexHit[] =>
    answers
      .flatMap(({ id, hits }) =>
        hits[kind].filter(({ document }) => homes.get(documentKey(document)) === id),
      )
      .toSorted((one, other) => other.score - one.score)
  const rankings = { dense: atHome('dense'), sparse: atHome('sparse') }
  return {
    hits: fuse(rankings, query.method, query.fusion).map(found => ({
      ...found,
      generation: homes.get(documentKey(found.hit.document)) ?? 0,
    })),
    more: answers.some(({ hits }) => hits.dense.length >= depth || hits.sparse.length >= depth),
  }
}

/** Undefined where the generation was made with another model. */
function vectorFor(
  { model, dimension }: Generation,
  query: QueryVector | undefined,
): Float32Array | undefined {
  return query?.model === model && query.vector.length === dimension ? query.vector : undefined
}

/** The newest generation that proposes each document. */
function homesOf(
  newestFirst: readonly { readonly id: number; readonly hits: IndexHits }[],
): ReadonlyMap<string, number> {
  const homes = new Map<string, number>()
  for (const { id, hits } of newestFirst) {
    for (const { document } of [...hits.dense, ...hits.sparse]) {
      const key = documentKey(document)
      if (!homes.has(key)) homes.set(key, id)
    }
  }
  return homes
}

/**
 * Whether a newer generation holds a document too, and so knows better than this one what it says,
 * though it proposes nothing of it.
 */
export async function isSuperseded(
  index: Pick<SearchIndex, 'passages'>,
  generations: readonly Generation[],
  user: string,
  { hit: { document }, generation }: Pick<Candidate, 'hit' | 'generation'>,
): Promise<boolean> {
  for (const { id } of generations) {
    if (id > generation && (await index.passages(id, user, document, 0, 0)).length > 0) return true
  }
  return false
}
