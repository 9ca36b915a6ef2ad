/** People ask the same again, and page through what they found: vectors of queries are kept. */
import { LRUCache } from 'lru-cache'
import type { Embedder } from './embedder.ts'

/** Bytes of vectors and of the texts they are found by. */
const MOST_BYTES = 8 * 1024 * 1024

/** What the cache did, for metrics. */
export interface CacheHooks {
  onLookup?(lookup: { hit: boolean }): void
}

/**
 * The same embedder, which remembers the vectors of queries, by model and text. Passages are
 * embedded once and then stand in the index, so that to keep them here would only drive out queries.
 * @param maxBytes what is kept at most
 */
export function withQueryCache(
  embedder: Embedder,
  { maxBytes = MOST_BYTES, onLookup }: CacheHooks & { maxBytes?: number } = {},
): Embedder {
  const vectors = new LRUCache<string, Float32Array>({
    maxSize: maxBytes,
    sizeCalculation: (vector, key) => vector.byteLength + key.length * 2,
  })
  const keyOf = (text: string) => `${embedder.model}\n${text}`
  return {
    ...embedder,
    async embed(texts, options) {
      if (options.kind !== 'query') return embedder.embed(texts, options)
      options.signal?.throwIfAborted()
      const known = texts.map(text => vectors.get(keyOf(text)))
      for (const vector of known) onLookup?.({ hit: vector !== undefined })
      const missing = texts.filter((_, at) => known[at] === undefined)
      const found = missing.length === 0 ? [] : await embedder.embed(missing, options)
      for (const [at, vector] of found.entries()) vectors.set(keyOf(missing[at] ?? ''), vector)
      const fresh = found.values()
      // Copies: what a caller does to a vector stays with that caller.
      return known.flatMap(vector => (vector ?? fresh.next().value)?.slice() ?? [])
    },
    async close() {
      vectors.clear()
      await embedder.close()
    },
  }
}
