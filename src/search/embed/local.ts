/** A model of people's own, as a backend. */
import type { EmbeddingSource } from '../../config/search.ts'
import { threadEntry } from '../../workers/start.ts'
import type { Backend } from './backend.ts'
import type { LocalModelOptions } from './local-model.ts'
import { createWorkerPool } from './worker-pool.ts'

const LIBRARY = '@huggingface/transformers'
const BATCH = { texts: 8, characters: 8_000 }

/** Models that were trained to put the meaning into their first vector, as their cards say. */
const CLS_MODELS = /\b(bge|mxbai-embed|snowflake-arctic-embed)\b/i

/** A backend with threads of its own. */
export function createLocalBackend(
  config: EmbeddingSource & { tier: 'local' },
  library = LIBRARY,
): Backend {
  const { model, workers, cacheFolder } = config
  const pooling = config.pooling ?? (CLS_MODELS.test(model) ? 'cls' : 'mean')
  const data: LocalModelOptions = { model, pooling, cacheFolder, library }
  const pool = createWorkerPool({
    entry: threadEntry('local-model', import.meta.url),
    data,
    size: workers,
  })
  return {
    tier: 'local',
    limits: { ...BATCH, parallel: workers },
    dimension: undefined,
    vectors: (texts, options) => pool.run(texts, options),
    check: () => Promise.resolve(),
    close: () => pool.close(),
  }
}
