/** The settings of how searches order what they find. */
import { z } from 'zod'
import { address, count, type Setting, seconds, setting, withDefault } from './values.ts'

/** How much a ranking counts. */
const weight = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number, as in 1.5')
  .transform(Number)
  .pipe(z.number().max(100, 'must be at most 100'))

export const QUERY_SETTINGS = {
  SEARCH_SEMANTIC_WEIGHT: withDefault(
    'How much it counts in a search that a passage means what is asked, beside SEARCH_KEYWORD_WEIGHT.',
    weight,
    '1',
  ),
  SEARCH_KEYWORD_WEIGHT: withDefault(
    'How much it counts that a passage has the words.',
    weight,
    '1',
  ),
  VECTOR_SEARCH_RRF_K: withDefault(
    'k of reciprocal rank fusion: the greater, the less the first ranks stand out.',
    count(1, 10_000),
    '60',
  ),
  SEARCH_RERANK_URL: setting(
    'Address of a reranker that speaks like Cohere (Infinity, Jina, vLLM, LiteLLM), as in http://127.0.0.1:7997/rerank. Queries and passages are sent there when a search asks for it.',
    address,
  ),
  SEARCH_RERANK_MODEL: setting('Its model, as in BAAI/bge-reranker-v2-m3.', z.string().min(1)),
  SEARCH_RERANK_API_KEY: setting('Its key, if it wants one.', z.string().min(1)),
  SEARCH_RERANK_TIMEOUT_SECONDS: withDefault(
    'Longest wait for the reranker; then the order is that of the search.',
    seconds,
    '5',
  ),
} as const satisfies Record<string, Setting>
