/** Ordering passages anew by a model that reads them together with the query. */

/** Scores for texts, in their order; undefined: not scored. */
export type RerankScores = readonly (number | undefined)[]

/** A reranking model. */
export interface Reranker {
  readonly model: string
  /** @throws Error of any kind; its message may name an address and is for the log only */
  score(query: string, texts: readonly string[], signal?: AbortSignal): Promise<RerankScores>
}

/** How long a reranker that failed is left alone, so that not every search waits for it in vain. */
const REST_MS = 30_000

/** What {@link restingReranker} may be told beside the reranker. */
export interface RestOptions {
  /** Told of each failure. */
  readonly report?: (error: unknown) => void
  readonly now?: () => number
}

/** A reranker that never fails, and rests after it did: then it gives undefined. */
export interface SafeReranker {
  readonly model: string
  score(
    query: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<RerankScores | undefined>
}

/** Keeps failures away from searches. */
export function restingReranker(
  reranker: Reranker,
  { report, now = Date.now }: RestOptions = {},
): SafeReranker {
  let restsUntil = 0
  return {
    model: reranker.model,
    async score(query, texts, signal) {
      if (now() < restsUntil) return undefined
      try {
        return await reranker.score(query, texts, signal)
      } catch (error) {
        // A caller who gives up says nothing about the reranker.
        if (!signal?.aborted) {
          restsUntil = now() + REST_MS
          report?.(error)
        }
        return undefined
      }
    },
  }
}

/** The best first; what was not scored follows in the order it had. */
export function inOrderOf<T>(
  items: readonly T[],
  scores: RerankScores,
): { item: T; score: number | undefined }[] {
  const scored = items.map((item, at) => ({ item, score: scores[at] }))
  return scored.toSorted(
    (one, other) =>
      (other.score ?? Number.NEGATIVE_INFINITY) - (one.score ?? Number.NEGATIVE_INFINITY) || 0,
  )
}
