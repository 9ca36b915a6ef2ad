/**
 * Infinity and Text Embeddings Inference (TEI): both speak like OpenAI at `/embeddings`.
 * Sources: infinity_emb/infinity_server.py (2048 texts of 122,880 characters; a 400 for an unknown
 * model; texts beyond the model's length are cut without a word), text-embeddings-inference
 * router/src/http/server.rs (32 texts unless `--max-client-batch-size` says otherwise; 413 for more,
 * and for a text beyond the model's length; `GET /info` names the model, requests cannot).
 */
import { z } from 'zod'
import type { EmbeddingSource } from '../../config/search.ts'
import type { Backend } from './backend.ts'
import { EmbeddingError } from './embedder.ts'
import { createServerHttp, type ServerHttp } from './http.ts'
import { createOpenAIBackend } from './openai.ts'

const TIMEOUT_MS = 60_000

const Info = z.object({ model_id: z.string() })

/** A backend that asks an Infinity or a TEI. */
export function createInfinityBackend(
  config: EmbeddingSource & { tier: 'infinity' },
  dimension: number | undefined,
): Backend {
  const { url, apiKey, model } = config
  const http = createServerHttp({
    server: {
      name: 'Infinity or TEI',
      urlSetting: 'INFINITY_URL',
      keySetting: 'INFINITY_API_KEY',
      modelSetting: 'INFINITY_MODEL',
      missingModel: 'Set INFINITY_MODEL to one that it was started with.',
    },
    url,
    apiKey,
    timeoutMs: TIMEOUT_MS,
  })
  return createOpenAIBackend({
    tier: 'infinity',
    http,
    model,
    dimension,
    limits: { texts: 32, characters: 64_000, parallel: 2 },
    check: signal => checkModel(http, model, signal),
  })
}

/** TEI takes any name for its one model, so that a wrong one would go unnoticed. */
async function checkModel(
  http: ServerHttp,
  model: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (model === undefined) return
  const served = await http.get('/info', Info, signal).then(
    ({ model_id }) => model_id,
    (error: unknown) => {
      // An Infinity has no such page, and refuses a wrong name itself.
      if (error instanceof EmbeddingError && error.code !== 'UNREACHABLE') return undefined
      throw error
    },
  )
  if (served === undefined || served === model) return
  throw new EmbeddingError('MODEL_MISSING', `The server has another model: ${served}`, {
    hint: 'Set INFINITY_MODEL to that.',
  })
}
