/** The embedder that the configuration chooses. There is one, and no other to fall back on. */
import { type EmbeddingConfig, OPENAI_URL } from '../../config/search.ts'
import type { Backend } from './backend.ts'
import { createBatchingEmbedder } from './batching.ts'
import { BUILTIN_MODEL, createBuiltinBackend } from './builtin.ts'
import type { Embedder, EmbeddingHooks } from './embedder.ts'
import { createServerHttp } from './http.ts'
import { createInfinityBackend } from './infinity.ts'
import { createLocalBackend } from './local.ts'
import { createOllamaBackend, ollamaModel } from './ollama.ts'
import { createOpenAIBackend } from './openai.ts'
import { prefixesFor, variantOf } from './prefixes.ts'
import type { Patience } from './retry.ts'

const OPENAI_TIMEOUT_MS = 60_000

/**
 * Makes the embedder; connects, or loads a model, when it is first asked for vectors.
 * @param hooks told of batches, failures and truncated texts
 * @param patience how long it waits between tries
 */
export function createEmbedder(
  config: EmbeddingConfig,
  hooks: EmbeddingHooks = {},
  patience?: Patience,
): Embedder {
  const inProcess = config.tier === 'local' || config.tier === 'builtin'
  const dimension = inProcess ? undefined : config.dimension
  const model = modelOf(config)
  return createBatchingEmbedder({
    model: `${config.tier}:${model}${variantOf(model, { ...config, dimension })}`,
    backend: backendOf(config),
    prefixes: prefixesFor(model, config),
    dimension,
    hooks,
    ...(patience === undefined ? {} : { patience }),
  })
}

/** The model's name, the same for every way of writing it. */
function modelOf(config: EmbeddingConfig): string {
  switch (config.tier) {
    case 'ollama':
      return ollamaModel(config.model)
    case 'infinity':
      return config.model ?? 'default'
    case 'builtin':
      return BUILTIN_MODEL
    default:
      return config.model
  }
}

function backendOf(config: EmbeddingConfig): Backend {
  switch (config.tier) {
    case 'openai':
      return openaiBackend(config)
    case 'infinity':
      return createInfinityBackend(config, config.dimension)
    case 'ollama':
      return createOllamaBackend(config, config.dimension)
    case 'local':
      return createLocalBackend(config)
    case 'builtin':
      return createBuiltinBackend(config)
  }
}

function openaiBackend(config: EmbeddingConfig & { tier: 'openai' }): Backend {
  const { url, apiKey, model, dimension } = config
  const http = createServerHttp({
    server: {
      name: url === OPENAI_URL ? 'OpenAI' : 'The OpenAI-compatible server',
      urlSetting: 'OPENAI_BASE_URL',
      keySetting: 'OPENAI_API_KEY',
      modelSetting: 'OPENAI_EMBEDDING_MODEL',
      missingModel: 'Set OPENAI_EMBEDDING_MODEL to one that it has.',
    },
    url,
    apiKey,
    timeoutMs: OPENAI_TIMEOUT_MS,
  })
  return createOpenAIBackend({
    tier: 'openai',
    http,
    model,
    dimension,
    limits: { texts: 64, characters: 200_000, parallel: 4 },
    check: () => Promise.resolve(),
  })
}
