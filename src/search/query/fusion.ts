/**
 * Two rankings made one. Fused scores order the passages of one search and mean nothing beyond it.
 */
import type { IndexHit } from '../index/search-index.ts'

/** Reciprocal rank fusion, or distribution-based score fusion. */
export const FUSIONS = ['rrf', 'dbsf'] as const
export type FusionMethod = (typeof FUSIONS)[number]

/** How much each ranking counts. */
export interface FusionSettings {
  /** How slowly the weight of a rank falls; 60 in the paper. */
  readonly k: number
  readonly denseWeight: number
  readonly sparseWeight: number
}

/** What the paper and everybody after it uses. */
export const DEFAULT_FUSION: FusionSettings = { k: 60, denseWeight: 1, sparseWeight: 1 }

/** A passage as both rankings have it. */
export interface FusedHit {
  readonly hit: IndexHit
  readonly score: number
  /** Cosine similarity; undefined where it was not found by meaning. */
  readonly cosine: number | undefined
  /** BM25 weight; undefined where it was not found by words. */
  readonly weight: number | undefined
}

/** Names a passage among those of one user. */
export function passageKey({ document, chunk }: IndexHit): string {
  return `${documentKey(document)}#${chunk.index}`
}

/** Names a document among those of one user. */
export function documentKey({ type, id }: { type: string; id: string }): string {
  return `${type}:${id}`
}

/**
 * Fuses rankings, each the best first, into one.
 *
 * `rrf` adds weight / (k + rank), with ranks from one (Cormack, Clarke and Büttcher 2009). `dbsf`
 * adds scores that are spread from three standard deviations below the mean to three above, so a
 * sum of two may exceed 1. With one ranking alone the scores are its own. Equal scores are ordered
 * by what the passages are called, so that the same search gives the same order.
 */
export function fuse(
  { dense, sparse }: { dense: readonly IndexHit[]; sparse: readonly IndexHit[] },
  method: FusionMethod | 'none',
  settings: FusionSettings = DEFAULT_FUSION,
): FusedHit[] {
  const fused = new Map<string, { -readonly [K in keyof FusedHit]: FusedHit[K] }>()
  const add = (hits: readonly IndexHit[], kind: 'cosine' | 'weight', scores: readonly number[]) => {
    for (const [at, hit] of hits.entries()) {
      const key = passageKey(hit)
      const entry = fused.get(key) ?? { hit, score: 0, cosine: undefined, weight: undefined }
      entry.score += scores[at] ?? 0
      entry[kind] = hit.score
      fused.set(key, entry)
    }
  }
  add(dense, 'cosine', contributions(dense, method, settings.k, settings.denseWeight))
  add(sparse, 'weight', contributions(sparse, method, settings.k, settings.sparseWeight))
  return [...fused.values()].toSorted(bestFirst)
}

/** Orders by score, and by name where that says nothing. */
export function bestFirst(one: FusedHit, other: FusedHit): number {
  return other.score - one.score || byName(one.hit, other.hit)
}

function byName(one: IndexHit, other: IndexHit): number {
  const [a, b] = [documentKey(one.document), documentKey(other.document)]
  return a === b ? one.chunk.index - other.chunk.index : a < b ? -1 : 1
}

/** What each hit of a ranking adds. */
function contributions(
  hits: readonly IndexHit[],
  method: FusionMethod | 'none',
  k: number,
  weight: number,
): number[] {
  switch (method) {
    case 'none':
      return hits.map(({ score }) => score)
    case 'rrf':
      return ranksOf(hits).map(rank => weight / (k + rank))
    case 'dbsf':
      return spread(hits.map(({ score }) => score)).map(score => weight * score)
  }
}

/** Ranks from one; hits that the index scored alike share one. */
function ranksOf(hits: readonly IndexHit[]): number[] {
  let rank = 0
  return hits.map(({ score }, at) => {
    if (at === 0 || hits[at - 1]?.score !== score) rank = at + 1
    return rank
  })
}

function spread(scores: readonly number[]): number[] {
  if (scores.length === 0) return []
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length
  const width = 6 * Math.sqrt(variance)
  // Scores that say nothing apart are all as good as the mean.
  return scores.map(score => (width < Number.EPSILON ? 0.5 : (score - mean) / width + 0.5))
}
