/** Settings of what keeps the index up to date. */
import { describe, expect, test } from 'vitest'
import { ConfigError, type Environment, loadConfig } from '../../../src/config/config.ts'

const BASE = {
  NEXTCLOUD_HOST: 'http://127.0.0.1',
  NEXTCLOUD_USERNAME: 'alice',
  NEXTCLOUD_PASSWORD: 'secret',
  ENABLE_SEMANTIC_SEARCH: 'true',
}
const load = (environment: Environment) => loadConfig({ ...BASE, ...environment }).search?.sync
const problemsOf = (environment: Environment) => {
  try {
    load(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name)
    throw error
  }
  return []
}

test('there are defaults', () => {
  expect(load({ XDG_DATA_HOME: '/data' })).toEqual({
    path: '/data/nextcloud-mcp-server/search.db',
    intervalMs: 300_000,
    usersEveryMs: 60_000,
    graceMs: 21_600_000,
    batchSize: 16,
    workers: 2,
    chunk: { size: 1_000, overlap: 100 },
    webhookSecret: undefined,
  })
})

test('the database is beside the other one', () => {
  const vault = { TOKEN_STORAGE_DB: '/var/lib/mcp/tokens.db', TOKEN_ENCRYPTION_KEY: 'x' }
  expect(load(vault)?.path).toBe('/var/lib/mcp/search.db')
  expect(load({ ...vault, SEARCH_INDEX_DB: '/elsewhere/i.db' })?.path).toBe('/elsewhere/i.db')
})

test.each([
  ['SYNC_INTERVAL_SECONDS', '60', { intervalMs: 60_000 }],
  ['VECTOR_SYNC_SCAN_INTERVAL', '60', { intervalMs: 60_000 }],
  ['VECTOR_SYNC_INTERVAL_SECONDS', '60', { intervalMs: 60_000 }],
  ['SYNC_BATCH_SIZE', '5', { batchSize: 5 }],
  ['VECTOR_SYNC_BATCH_SIZE', '5', { batchSize: 5 }],
  ['SYNC_WORKERS', '3', { workers: 3 }],
  ['VECTOR_SYNC_PROCESSOR_WORKERS', '3', { workers: 3 }],
  ['VECTOR_SYNC_USER_POLL_INTERVAL', '30', { usersEveryMs: 30_000 }],
  ['SYNC_GRACE_SECONDS', '0', { graceMs: 0 }],
])('%s=%s', (name, value, expected) => {
  expect(load({ [name]: value })).toMatchObject(expected)
})

describe('is refused:', () => {
  test.each<[string, Environment]>([
    ['DOCUMENT_CHUNK_OVERLAP', { DOCUMENT_CHUNK_SIZE: '1000', DOCUMENT_CHUNK_OVERLAP: '501' }],
    ['DOCUMENT_CHUNK_OVERLAP', { DOCUMENT_CHUNK_SIZE: '1000', DOCUMENT_CHUNK_OVERLAP: '1000' }],
    ['DOCUMENT_CHUNK_OVERLAP', { DOCUMENT_CHUNK_OVERLAP: '-1' }],
    ['DOCUMENT_CHUNK_SIZE', { DOCUMENT_CHUNK_SIZE: '0' }],
    ['SYNC_INTERVAL_SECONDS', { SYNC_INTERVAL_SECONDS: '60', VECTOR_SYNC_SCAN_INTERVAL: '61' }],
    ['SYNC_INTERVAL_SECONDS', { SYNC_INTERVAL_SECONDS: '0' }],
    ['WEBHOOK_SECRET', { WEBHOOK_SECRET: 'short' }],
  ])('%s in %j', (name, environment) => {
    expect(problemsOf(environment)).toContain(name)
  })

  test('an overlap of half is not', () => {
    expect(problemsOf({ DOCUMENT_CHUNK_SIZE: '1000', DOCUMENT_CHUNK_OVERLAP: '500' })).toEqual([])
  })
})

test('there is none where search is off', () => {
  expect(load({ ENABLE_SEMANTIC_SEARCH: 'false' })).toBeUndefined()
})

describe('roles', () => {
  const warned = (more: Environment) =>
    loadConfig({ ...BASE, ...more }).warnings.filter(line => line.startsWith('MCP_ROLE'))
  const SHARED = {
    DATABASE_URL: 'postgres://mcp@127.0.0.1/mcp',
    TOKEN_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64url'),
  }

  test('that share an index on several machines are well; one file is told of', () => {
    const qdrant = { QDRANT_URL: 'http://127.0.0.1:6333' }
    for (const MCP_ROLE of ['api', 'worker']) {
      expect(warned({ MCP_ROLE, ...SHARED, ...qdrant })).toEqual([])
      expect(warned({ MCP_ROLE, ...SHARED })).toEqual([
        expect.stringMatching(/without QDRANT_URL.*SEARCH_INDEX_DB/),
      ])
      expect(warned({ MCP_ROLE, ...qdrant })).toEqual([
        expect.stringMatching(/without DATABASE_URL/),
      ])
    }
    expect(warned({ ...SHARED })).toEqual([])
  })

  test('a worker without search has nothing to do', () => {
    const off = { ENABLE_SEMANTIC_SEARCH: 'false' }
    expect(warned({ MCP_ROLE: 'worker', ...off })).toEqual([expect.stringMatching(/nothing to do/)])
    expect(warned({ MCP_ROLE: 'api', ...off })).toEqual([])
  })
})
