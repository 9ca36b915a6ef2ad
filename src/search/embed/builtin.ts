/** The built-in model, as a backend. */

import { threadEntry } from '../../workers/start.ts'
import { type Backend, OverLimitError } from './backend.ts'
import { createWorkerPool } from './worker-pool.ts'

/** The name of the model in the index. */
export const BUILTIN_MODEL = 'universal-sentence-encoder-lite'
const DIMENSION = 512
/** Half a second of work is what a query waits for at most. */
const BATCH = { texts: 6, characters: 5_400 }
/** Two seconds of work; a text of this length has no one meaning any more. */
const LONGEST_TEXT = 16_000

/** A backend with threads of its own. */
export function createBuiltinBackend({ workers }: { workers: number }): Backend {
  const pool = createWorkerPool({
    entry: threadEntry('builtin-model', import.meta.url),
    size: workers,
  })
  return {
    tier: 'builtin',
    limits: { ...BATCH, parallel: workers },
    dimension: DIMENSION,
    async vectors(texts, options) {
      if (texts.some(({ length }) => length > LONGEST_TEXT)) {
        throw new OverLimitError(
          'characters',
          `The built-in model reads ${LONGEST_TEXT} characters of a text`,
        )
      }
      return pool.run(texts, options)
    },
    check: () => Promise.resolve(),
    close: () => pool.close(),
  }
}
