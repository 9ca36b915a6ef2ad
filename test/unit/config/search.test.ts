import { describe, expect, test } from 'vitest'
import { ConfigError, type Environment, loadConfig } from '../../../src/config/config.ts'

const SINGLE = {
  NEXTCLOUD_HOST: 'https://cloud.example.org',
  NEXTCLOUD_USERNAME: 'alice',
  NEXTCLOUD_PASSWORD: 'secret',
}
const ON = { ...SINGLE, ENABLE_SEMANTIC_SEARCH: 'true' }
const embedding = (environment: Environment) =>
  loadConfig({ ...ON, ...environment }).search?.embedding
const problems = (environment: Environment): string[] => {
  try {
    loadConfig({ ...ON, ...environment })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ name, message }) => `${name} ${message}`)
  }
}

test('search by meaning is off unless it is switched on, by either name', () => {
  expect(loadConfig({ ...SINGLE, OPENAI_API_KEY: 'k' }).search).toBeUndefined()
  expect(loadConfig({ ...SINGLE, ENABLE_SEMANTIC_SEARCH: 'false' }).search).toBeUndefined()
  expect(loadConfig(ON).search).toBeDefined()
  expect(loadConfig({ ...SINGLE, VECTOR_SYNC_ENABLED: 'true' }).search).toBeDefined()
  expect(problems({ VECTOR_SYNC_ENABLED: 'false' })).toEqual([
    expect.stringMatching(/^ENABLE_SEMANTIC_SEARCH differs from VECTOR_SYNC_ENABLED/),
  ])
})

describe('where vectors come from', () => {
  const OPENAI = { OPENAI_API_KEY: 'k' }
  const INFINITY = { INFINITY_URL: 'http://infinity:7997/' }
  const OLLAMA = { OLLAMA_BASE_URL: 'http://127.0.0.1:11434' }
  const LOCAL = { LOCAL_EMBEDDING_MODEL: '/models/minilm' }

  test('the first that is configured, in this order', () => {
    expect(embedding({ ...LOCAL, ...OLLAMA, ...INFINITY, ...OPENAI })?.tier).toBe('openai')
    expect(embedding({ ...LOCAL, ...OLLAMA, ...INFINITY })?.tier).toBe('infinity')
    expect(embedding({ ...LOCAL, ...OLLAMA })?.tier).toBe('ollama')
    expect(embedding(LOCAL)?.tier).toBe('local')
    expect(embedding({})?.tier).toBe('builtin')
  })

  test('the others are said to have no effect', () => {
    expect(loadConfig({ ...ON, ...OPENAI, ...OLLAMA }).warnings).toEqual([
      'OLLAMA_BASE_URL has no effect: vectors come from OPENAI_API_KEY',
    ])
    expect(loadConfig({ ...ON, OPENAI_BASE_URL: 'https://llm.example.org/v1' }).warnings).toEqual([
      'OPENAI_BASE_URL has no effect: vectors come from the built-in model',
    ])
  })

  test('defaults', () => {
    expect(embedding(OPENAI)).toEqual({
      tier: 'openai',
      url: 'https://api.openai.com/v1',
      apiKey: 'k',
      model: 'text-embedding-3-small',
      dimension: undefined,
      queryPrefix: undefined,
      passagePrefix: undefined,
    })
    expect(embedding(INFINITY)).toMatchObject({ url: 'http://infinity:7997', model: undefined })
    expect(embedding(OLLAMA)).toMatchObject({
      model: 'nomic-embed-text',
      verifySsl: true,
      timeoutMs: 120_000,
      batchCharacters: 16_000,
    })
    expect(embedding({ ...LOCAL, XDG_CACHE_HOME: '/var/cache' })).toMatchObject({
      model: '/models/minilm',
      workers: 1,
      cacheFolder: '/var/cache/nextcloud-mcp-server/models',
    })
    expect(embedding({ EMBEDDING_WORKERS: '3' })).toMatchObject({ tier: 'builtin', workers: 3 })
  })

  test('both names of what Ollama is told', () => {
    const named = { OLLAMA_URL: 'http://127.0.0.1:1', OLLAMA_EMBEDDING_MODEL: 'all-minilm' }
    expect(embedding(named)).toMatchObject({ url: 'http://127.0.0.1:1', model: 'all-minilm' })
    expect(embedding({ ...OLLAMA, OLLAMA_MODEL: 'bge-m3' })).toMatchObject({ model: 'bge-m3' })
    expect(problems({ ...named, OLLAMA_MODEL: 'bge-m3' })).toEqual([
      expect.stringMatching(/^OLLAMA_MODEL differs from OLLAMA_EMBEDDING_MODEL/),
    ])
  })

  test('prefixes keep the space between them and the text', () => {
    expect(
      embedding({ EMBEDDING_QUERY_PREFIX: 'query:', EMBEDDING_PASSAGE_PREFIX: 'none' }),
    ).toMatchObject({ queryPrefix: 'query: ', passagePrefix: '' })
  })

  test('faults', () => {
    expect(
      problems({
        OPENAI_BASE_URL: 'api.openai.com',
        EMBEDDING_WORKERS: '0',
        EMBEDDING_DIMENSIONS: 'many',
        LOCAL_EMBEDDING_POOLING: 'max',
      }),
    ).toEqual([
      expect.stringMatching(/^OPENAI_BASE_URL must be an http or https address/),
      'LOCAL_EMBEDDING_POOLING must be mean or cls',
      'EMBEDDING_WORKERS must be at least 1',
      'EMBEDDING_DIMENSIONS must be a whole number',
    ])
  })

  test.each([
    [{ ...OPENAI, OPENAI_BASE_URL: 'http://llm.example.org/v1' }, /^OPENAI_BASE_URL uses http/],
    [{ OLLAMA_URL: 'http://192.168.1.7:11434' }, /^OLLAMA_URL uses http/],
    [{ ...OLLAMA, OLLAMA_VERIFY_SSL: 'false' }, /^OLLAMA_VERIFY_SSL=false/],
    [INFINITY, /^INFINITY_MODEL is not set/],
    [{ EMBEDDING_DIMENSIONS: '256' }, /^EMBEDDING_DIMENSIONS has no effect/],
    [{ SIMPLE_EMBEDDING_DIMENSION: '384' }, /^SIMPLE_EMBEDDING_DIMENSION has no effect/],
  ])('warnings: %j', (environment, warning) => {
    expect(loadConfig({ ...ON, ...environment }).warnings).toEqual([expect.stringMatching(warning)])
  })

  test.each([
    [{ ...OPENAI, OPENAI_BASE_URL: 'https://llm.example.org/v1' }],
    [{ OLLAMA_URL: 'http://ollama:11434' }],
    [{ ...INFINITY, INFINITY_MODEL: 'BAAI/bge-m3' }],
    [{ SIMPLE_EMBEDDING_DIMENSION: '512' }],
  ])('no warnings: %j', environment => {
    expect(loadConfig({ ...ON, ...environment }).warnings).toEqual([])
  })
})
