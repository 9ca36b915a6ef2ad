/** The settings of how searches order what they find. */
import { describe, expect, test } from 'vitest'
import { ConfigError, type Environment, loadConfig } from '../../../src/config/config.ts'

const base = {
  NEXTCLOUD_HOST: 'https://cloud.example',
  NEXTCLOUD_USERNAME: 'alice',
  NEXTCLOUD_PASSWORD: 'secret',
  ENABLE_SEMANTIC_SEARCH: 'true',
}
const load = (environment: Environment = {}) => loadConfig({ ...base, ...environment })
const problemsOf = (environment: Environment) => {
  try {
    load(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name)
    throw error
  }
  return []
}
const reranker = { SEARCH_RERANK_URL: 'http://127.0.0.1:7997/rerank', SEARCH_RERANK_MODEL: 'm' }

test('without any', () => {
  expect(load().search?.query).toEqual({
    fusion: { k: 60, denseWeight: 1, sparseWeight: 1 },
    rerank: undefined,
  })
  expect(load().warnings).toEqual([])
  expect(load({ ENABLE_SEMANTIC_SEARCH: 'false' }).search).toBeUndefined()
})

test('with all of them', () => {
  const config = load({
    ...reranker,
    SEARCH_RERANK_API_KEY: 'k',
    SEARCH_RERANK_TIMEOUT_SECONDS: '0.5',
    SEARCH_SEMANTIC_WEIGHT: '2',
    SEARCH_KEYWORD_WEIGHT: '0.5',
    VECTOR_SEARCH_RRF_K: '20',
  })
  expect(config.search?.query).toEqual({
    fusion: { k: 20, denseWeight: 2, sparseWeight: 0.5 },
    rerank: { url: 'http://127.0.0.1:7997/rerank', model: 'm', apiKey: 'k', timeoutMs: 500 },
  })
  expect(config.warnings).toEqual([])
})

describe('what is wrong', () => {
  test.each([
    [{ SEARCH_RERANK_URL: 'http://127.0.0.1:7997' }, 'SEARCH_RERANK_MODEL'],
    [{ SEARCH_SEMANTIC_WEIGHT: '0', SEARCH_KEYWORD_WEIGHT: '0' }, 'SEARCH_SEMANTIC_WEIGHT'],
    [{ SEARCH_SEMANTIC_WEIGHT: '-1' }, 'SEARCH_SEMANTIC_WEIGHT'],
    [{ SEARCH_KEYWORD_WEIGHT: '101' }, 'SEARCH_KEYWORD_WEIGHT'],
    [{ VECTOR_SEARCH_RRF_K: '0' }, 'VECTOR_SEARCH_RRF_K'],
    [{ ...reranker, SEARCH_RERANK_URL: 'ftp://x' }, 'SEARCH_RERANK_URL'],
    [{ SEARCH_RERANK_TIMEOUT_SECONDS: 'soon' }, 'SEARCH_RERANK_TIMEOUT_SECONDS'],
  ])('%j', (environment, name) => expect(problemsOf(environment)).toEqual([name]))
})

test.each([
  [{ ...reranker, SEARCH_RERANK_URL: 'http://rerank.example.org' }, 'uses http'],
  [{ SEARCH_RERANK_MODEL: 'm' }, 'no effect'],
  [{ SEARCH_RERANK_MODLE: 'm' }, 'did you mean SEARCH_RERANK_MODEL?'],
])('%j is worth a word', (environment, words) => {
  expect(load(environment).warnings).toEqual([expect.stringContaining(words)])
})
test('a reranker in the next container is not', () => {
  expect(load({ ...reranker, SEARCH_RERANK_URL: 'http://infinity:7997' }).warnings).toEqual([])
})
