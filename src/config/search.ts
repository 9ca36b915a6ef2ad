/** Semantic search: whether there is any, and where its vectors come from. */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { either } from './either.ts'
import { isLocalName, isLoopback } from './listen.ts'
import type { ConfigProblem } from './problems.ts'
import { type QueryConfig, queryConfig, queryWarnings } from './query.ts'
import type { SettingName, Settings } from './schema.ts'
import { type SyncConfig, syncConfig } from './sync.ts'
import { wordIndexProblems } from './word-index.ts'

/** What semantic search is configured with. */
export interface SearchConfig {
  embedding: EmbeddingConfig
  query: QueryConfig
  sync: SyncConfig
}

/** The one source of vectors, and what is said of its model. */
export type EmbeddingConfig = EmbeddingSource & {
  /** Length to ask vectors in; undefined: what the model has. */
  dimension: number | undefined
  /** Undefined: what the model is known to want. */
  queryPrefix: string | undefined
  passagePrefix: string | undefined
}

/** Where vectors come from, in the order in which they are looked for. */
export type EmbeddingSource =
  | { tier: 'openai'; url: string; apiKey: string; model: string }
  | {
      tier: 'infinity'
      url: string
      apiKey: string | undefined
      /** Undefined: whatever it serves. */
      model: string | undefined
    }
  | {
      tier: 'ollama'
      url: string
      model: string
      verifySsl: boolean
      timeoutMs: number
      batchCharacters: number
    }
  | {
      tier: 'local'
      /** A folder, or an id on the Hugging Face hub. */
      model: string
      pooling: 'mean' | 'cls' | undefined
      workers: number
      /** Folder in which models from the hub are kept. */
      cacheFolder: string
    }
  | { tier: 'builtin'; workers: number }

/** Where OpenAI itself is. */
export const OPENAI_URL = 'https://api.openai.com/v1'
const DEFAULT_OLLAMA_MODEL = 'nomic-embed-text'

/** The settings of semantic search; undefined where it is off. */
export function searchConfig(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblem[],
): SearchConfig | undefined {
  const on = either(settings, 'ENABLE_SEMANTIC_SEARCH', 'VECTOR_SYNC_ENABLED', problems) ?? false
  if (!on) return undefined
  problems.push(...wordIndexProblems(settings.QDRANT_URL, process.versions.node))
  return {
    embedding: {
      ...embeddingSource(settings, environment, problems),
      dimension: settings.EMBEDDING_DIMENSIONS,
      queryPrefix: settings.EMBEDDING_QUERY_PREFIX,
      passagePrefix: settings.EMBEDDING_PASSAGE_PREFIX,
    },
    query: queryConfig(settings, problems),
    sync: syncConfig(settings, environment, problems),
  }
}

function embeddingSource(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblem[],
): EmbeddingSource {
  const ollamaUrl = either(settings, 'OLLAMA_URL', 'OLLAMA_BASE_URL', problems)
  const ollamaModel = either(settings, 'OLLAMA_MODEL', 'OLLAMA_EMBEDDING_MODEL', problems)
  if (settings.OPENAI_API_KEY !== undefined) {
    return {
      tier: 'openai',
      url: settings.OPENAI_BASE_URL ?? OPENAI_URL,
      apiKey: settings.OPENAI_API_KEY,
      model: settings.OPENAI_EMBEDDING_MODEL,
    }
  }
  if (settings.INFINITY_URL !== undefined) {
    return {
      tier: 'infinity',
      url: settings.INFINITY_URL,
      apiKey: settings.INFINITY_API_KEY,
      model: settings.INFINITY_MODEL,
    }
  }
  if (ollamaUrl !== undefined) {
    return {
      tier: 'ollama',
      url: ollamaUrl,
      model: ollamaModel ?? DEFAULT_OLLAMA_MODEL,
      verifySsl: settings.OLLAMA_VERIFY_SSL,
      timeoutMs: settings.OLLAMA_EMBED_TIMEOUT * 1_000,
      batchCharacters: settings.OLLAMA_EMBED_MAX_BATCH_CHARS,
    }
  }
  if (settings.LOCAL_EMBEDDING_MODEL !== undefined) {
    return {
      tier: 'local',
      model: settings.LOCAL_EMBEDDING_MODEL,
      pooling: settings.LOCAL_EMBEDDING_POOLING,
      workers: settings.EMBEDDING_WORKERS,
      cacheFolder: modelFolder(environment),
    }
  }
  return { tier: 'builtin', workers: settings.EMBEDDING_WORKERS }
}

/** Risks of the source of vectors, and settings that it leaves nothing to do for. */
export function searchWarnings(settings: Settings, search: SearchConfig | undefined): string[] {
  if (search === undefined) return []
  const { embedding } = search
  const { tier } = embedding
  const warnings = queryWarnings(settings, search.query)
  const url = 'url' in embedding ? URL.parse(embedding.url) : null
  if (url?.protocol === 'http:' && !isLoopback(url.hostname) && !isLocalName(url.hostname)) {
    warnings.push(
      `${tier === 'openai' ? 'OPENAI_BASE_URL' : CHOSEN_BY[tier]} uses http: what is searched in crosses the network readable`,
    )
  }
  if (tier === 'ollama' && !embedding.verifySsl) {
    warnings.push('OLLAMA_VERIFY_SSL=false: anybody on the way can read what is searched in')
  }
  if (tier === 'infinity' && embedding.model === undefined) {
    warnings.push(
      'INFINITY_MODEL is not set: should the server be given another model, old and new vectors are mixed',
    )
  }
  const inProcess = tier === 'local' || tier === 'builtin'
  if (inProcess && settings.EMBEDDING_DIMENSIONS !== undefined) {
    warnings.push('EMBEDDING_DIMENSIONS has no effect: this model has one length of vectors')
  }
  if (tier === 'builtin' && ![undefined, 512].includes(settings.SIMPLE_EMBEDDING_DIMENSION)) {
    warnings.push('SIMPLE_EMBEDDING_DIMENSION has no effect: the built-in model has 512 dimensions')
  }
  for (const [name, owner] of BELONGING) {
    if (settings[name] !== undefined && tier !== owner) {
      warnings.push(`${name} has no effect: vectors come from ${CHOSEN_BY[tier]}`)
    }
  }
  return warnings
}

type Tier = EmbeddingSource['tier']

/** The setting that has chosen the source. */
const CHOSEN_BY: Readonly<Record<Tier, string>> = {
  openai: 'OPENAI_API_KEY',
  infinity: 'INFINITY_URL',
  ollama: 'OLLAMA_URL',
  local: 'LOCAL_EMBEDDING_MODEL',
  builtin: 'the built-in model',
}

/** Settings that belong to one source. */
const BELONGING: readonly (readonly [SettingName, Tier])[] = [
  ['OPENAI_BASE_URL', 'openai'],
  ['INFINITY_URL', 'infinity'],
  ['OLLAMA_URL', 'ollama'],
  ['OLLAMA_BASE_URL', 'ollama'],
  ['LOCAL_EMBEDDING_MODEL', 'local'],
]

/** Where programs keep what they can fetch again (XDG Base Directory Specification). */
function modelFolder({
  XDG_CACHE_HOME: folder,
}: Readonly<Record<string, string | undefined>>): string {
  const base = folder !== undefined && isAbsolute(folder) ? folder : join(homedir(), '.cache')
  return join(base, 'nextcloud-mcp-server', 'models')
}
