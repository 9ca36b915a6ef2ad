/** How searches order what they find. */
import { isLocalName, isLoopback } from './listen.ts'
import type { ConfigProblem } from './problems.ts'
import type { Settings } from './schema.ts'

/** What ordering is configured with. */
export interface QueryConfig {
  fusion: { k: number; denseWeight: number; sparseWeight: number }
  /** Undefined: there is no reranker. */
  rerank: RerankConfig | undefined
}

/** Where the reranker is. */
export interface RerankConfig {
  url: string
  model: string
  apiKey: string | undefined
  timeoutMs: number
}

/** Reads the settings; adds what is wrong with them to `problems`. */
export function queryConfig(settings: Settings, problems: ConfigProblem[]): QueryConfig {
  const denseWeight = settings.SEARCH_SEMANTIC_WEIGHT
  const sparseWeight = settings.SEARCH_KEYWORD_WEIGHT
  if (denseWeight === 0 && sparseWeight === 0) {
    problems.push({
      name: 'SEARCH_SEMANTIC_WEIGHT',
      message: 'is 0, as SEARCH_KEYWORD_WEIGHT is; set one of them to more',
    })
  }
  return {
    fusion: { k: settings.VECTOR_SEARCH_RRF_K, denseWeight, sparseWeight },
    rerank: rerankConfig(settings, problems),
  }
}

function rerankConfig(settings: Settings, problems: ConfigProblem[]): RerankConfig | undefined {
  const { SEARCH_RERANK_URL: url, SEARCH_RERANK_MODEL: model } = settings
  if (url !== undefined && model !== undefined) {
    return {
      url,
      model,
      apiKey: settings.SEARCH_RERANK_API_KEY,
      timeoutMs: settings.SEARCH_RERANK_TIMEOUT_SECONDS * 1_000,
    }
  }
  if (url !== undefined) {
    problems.push({
      name: 'SEARCH_RERANK_MODEL',
      message: 'is missing beside SEARCH_RERANK_URL; set it to the model that is served there',
    })
  }
  return undefined
}

/** Risks, and settings without effect. */
export function queryWarnings(settings: Settings, { rerank }: QueryConfig): string[] {
  const warnings: string[] = []
  const url = rerank && URL.parse(rerank.url)
  if (url?.protocol === 'http:' && !isLoopback(url.hostname) && !isLocalName(url.hostname)) {
    warnings.push('SEARCH_RERANK_URL uses http: passages cross the network readable')
  }
  if (rerank === undefined && settings.SEARCH_RERANK_MODEL !== undefined) {
    warnings.push('SEARCH_RERANK_MODEL has no effect without SEARCH_RERANK_URL')
  }
  return warnings
}
