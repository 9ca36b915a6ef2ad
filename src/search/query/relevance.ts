/**
 * How well a passage answers, as a number from 0 to 1.
 *
 * Fused scores are made of ranks: the best of a search for something that is nowhere scores as high
 * as the best of any other. So relevance comes from what was measured on the passage itself.
 */
import type { FusedHit } from './fusion.ts'
import { shareOf } from './words.ts'

/**
 * `cosine`: similarity in meaning; its scale depends on the model. `words`: the share of the query's
 * words that the passage has. `rerank`: as the reranker says. None of them is a probability.
 */
export type RelevanceSource = 'cosine' | 'words' | 'rerank'

export interface Relevance {
  readonly relevance: number
  readonly source: RelevanceSource
}

/** The stronger of the two: a passage may have the very words, or say it in others. */
export function relevanceOf(found: FusedHit, words: ReadonlySet<string>): Relevance {
  const { document, chunk } = found.hit
  const share = found.weight === undefined ? 0 : shareOf(words, `${document.title}\n${chunk.text}`)
  const cosine = clamped(found.cosine ?? 0)
  const byMeaning = found.cosine !== undefined && cosine >= share
  return byMeaning ? { relevance: cosine, source: 'cosine' } : { relevance: share, source: 'words' }
}

/** A reranker's score; those that give logits are cut off. */
export function rerankedRelevance(score: number): Relevance {
  return { relevance: clamped(score), source: 'rerank' }
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value))
}
