/**
 * Ollama's own interface. Sources: https://docs.ollama.com/api/embed, `EmbedHandler` and
 * `handleScheduleError` in ollama/server/routes.go.
 */
import { z } from 'zod'
import type { EmbeddingSource } from '../../config/search.ts'
import type { Backend } from './backend.ts'
import { EmbeddingError } from './embedder.ts'
import { createServerHttp } from './http.ts'

/** Beyond some dozens its vectors get worse (ollama#6262). */
const MOST_TEXTS = 16

const Answer = z.object({ embeddings: z.array(z.array(z.number())) })
const Tags = z.object({ models: z.array(z.object({ name: z.string() })) })

/** The name without the tag that Ollama adds by itself. */
export function ollamaModel(name: string): string {
  return name.replace(/:latest$/, '')
}

/** A backend that asks an Ollama. */
export function createOllamaBackend(
  config: EmbeddingSource & { tier: 'ollama' },
  dimension: number | undefined,
): Backend {
  const { url, model, verifySsl, timeoutMs, batchCharacters } = config
  const pullIt = `Pull it: ollama pull ${model}.`
  const http = createServerHttp({
    server: {
      name: 'Ollama',
      urlSetting: 'OLLAMA_URL',
      keySetting: undefined,
      modelSetting: 'OLLAMA_MODEL',
      missingModel: pullIt,
    },
    url,
    apiKey: undefined,
    verifySsl,
    timeoutMs,
  })
  return {
    tier: 'ollama',
    // It embeds one text after the other, whatever comes at a time.
    limits: { texts: MOST_TEXTS, characters: batchCharacters, parallel: 1 },
    dimension,
    async vectors(texts, { signal }) {
      // Asked not to, it refuses what is too long instead of cutting it without a word.
      const body = { model, input: texts, truncate: false, dimensions: dimension }
      const { embeddings } = await http.post('/api/embed', body, Answer, signal)
      return embeddings
    },
    async check(signal) {
      const { models } = await http.get('/api/tags', Tags, signal)
      const names = models.map(({ name }) => ollamaModel(name).toLowerCase())
      if (names.includes(ollamaModel(model).toLowerCase())) return
      throw new EmbeddingError('MODEL_MISSING', `Ollama does not have the model ${model}`, {
        hint: pullIt,
      })
    },
    close: () => http.close(),
  }
}
