/** What the server says of itself to whoever asks, by role and by what is out of order. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { EmbeddingError } from '../../src/search/embed/embedder.ts'
import { VaultError } from '../../src/vault/errors.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts'
import { memoryVault } from '../support/oauth.ts'
import { stubEmbedder } from '../support/search.ts'

const folder = mkdtempSync(join(tmpdir(), 'health-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
let h: Harness
afterEach(() => h.close())

const start = async ({ environment, ...options }: HarnessOptions = {}) => {
  h = await startHarness({ client: false, ...options, environment: { ...environment } })
}
const searching = (role: string, embedder = stubEmbedder()) =>
  start({
    embedder,
    environment: {
      MCP_ROLE: role,
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, `${files++}.db`),
    },
  })
const ask = (path: string) => fetch(h.server.url.replace(/\/mcp$/, path))
const ready = async () => {
  const response = await ask('/health/ready')
  expect(response.status).toBe(200)
  return z.record(z.string(), z.unknown()).parse(await response.json())
}
const nextcloud = { reachable: true, version: expect.any(String), maintenance: false }

test.each([
  ['all', { reachable: true, indexing: 'ok' }],
  ['worker', { reachable: true, indexing: 'ok' }],
  ['api', { reachable: true }],
])('%s tells of the index, and of indexing where it does that', async (role, search) => {
  await searching(role)
  expect((await ask('/health/live')).status).toBe(200)
  expect(await ready()).toEqual({ status: 'ok', nextcloud, search })
})

test('a worker that cannot index says so, and not why', async () => {
  const refuse = async () => {
    throw new EmbeddingError('UNREACHABLE', 'Ollama at http://models.internal does not answer')
  }
  await searching('worker', { ...stubEmbedder(), dimension: refuse, embed: refuse })
  h.composition.search?.sync.start()
  await expect.poll(ready).toMatchObject({ search: { reachable: true, indexing: 'trouble' } })
  expect(JSON.stringify(await ready())).not.toContain('internal')
})

test('an index that cannot be read is told by a code', async () => {
  h = await startHarness({
    client: false,
    embedder: stubEmbedder(),
    environment: {
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, `${files++}.db`),
      QDRANT_URL: 'http://127.0.0.1:1',
    },
  })
  const { search } = await ready()
  expect(search).toMatchObject({ reachable: false, error: 'UNREACHABLE' })
  expect(JSON.stringify(search)).not.toContain('127.0.0.1')
})

/** A server that remembers people in a storage whose answers are these. */
async function storing(holder: Vault['leases']['holder'] | undefined) {
  const vault = await memoryVault()
  const leases = holder === undefined ? vault.leases : { ...vault.leases, holder }
  await start({
    vault: { ...vault, leases },
    environment: {
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
      NEXTCLOUD_MCP_SERVER_URL: 'http://localhost:8000',
      TOKEN_STORAGE_DB: ':memory:',
    },
  })
}

test.each([
  ['answers', undefined, { reachable: true }],
  [
    'fails',
    () => Promise.reject(new VaultError('STORAGE_FAILED', 'db.internal is out of order')),
    { reachable: false, error: 'STORAGE_FAILED' },
  ],
  ['says nothing', () => new Promise<never>(() => {}), { reachable: false, error: 'UNREACHABLE' }],
])('a storage that %s', async (_, holder, storage) => {
  await storing(holder)
  expect((await ask('/health/live')).status).toBe(200)
  const report = await ready()
  expect(report).toMatchObject({ status: 'ok', nextcloud, storage })
  expect(report.search).toBeUndefined()
  expect(JSON.stringify(report)).not.toContain('db.internal')
})

test('many questions are one to Nextcloud', async () => {
  await start()
  const requests = await h.requestsOf(() => Promise.all(Array.from({ length: 20 }, ready)))
  expect(requests).toEqual(['GET /status.php'])
  expect(await h.requestsOf(() => ask('/health/live'))).toEqual([])
})
