/** What is particular to the index in Qdrant; what every index owes is in index-contract.ts. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { IndexedDocument } from '../../../src/search/document.ts'
import type { SearchIndex } from '../../../src/search/index/search-index.ts'
import { createQdrantIndex } from '../../../src/search/qdrant/qdrant-index.ts'
import { sparsePassage, sparseQuery } from '../../../src/search/qdrant/sparse.ts'
import { type QdrantDouble, startQdrant } from '../../support/qdrant/server.ts'
import { indexContract } from './index-contract.ts'
import { axis, chunksOf, DIMENSION, documentOf } from './samples.ts'

indexContract(
  'Qdrant',
  async () => {
    const server = await startQdrant()
    return {
      index: createQdrantIndex({ url: server.url, apiKey: undefined, collection: 'contract' }),
      destroy: () => server.close(),
    }
  },
  { partsOfWords: false },
)

const REAL = process.env.QDRANT_TEST_URL
describe.runIf(REAL)('a real Qdrant', () => {
  indexContract(
    'at QDRANT_TEST_URL',
    async () => {
      const index = createQdrantIndex({
        url: REAL ?? '',
        apiKey: process.env.QDRANT_TEST_API_KEY,
        collection: `test-${randomUUID()}`,
      })
      return { index, destroy: async () => {} }
    },
    { partsOfWords: false },
  )
})

const SPEC = { model: 'stub', dimension: DIMENSION, chunker: '1' }
let double: QdrantDouble | undefined

afterEach(async () => {
  await double?.close()
  double = undefined
})

async function index(
  options: { apiKey?: string; keyOfServer?: string } = {},
): Promise<SearchIndex> {
  double = await startQdrant(
    options.keyOfServer === undefined ? {} : { apiKey: options.keyOfServer },
  )
  return createQdrantIndex({ url: double.url, apiKey: options.apiKey, collection: 'nc' })
}

const note = (id: string, more: Partial<IndexedDocument> = {}) => documentOf(id, more)
const passages = (...texts: string[]) => chunksOf(texts)

const query = (generation: number, more: object = {}) => ({
  generation,
  vector: axis(0),
  text: 'apple',
  limit: 10,
  filter: {},
  ...more,
})

test('every filter stands on a payload index: strict mode refuses nothing', async () => {
  const qdrant = await index()
  const { id } = await qdrant.open(SPEC)
  await qdrant.put(
    id,
    'alice',
    note('1', { path: '/Work/a.md', modifiedAt: 1_000 }),
    passages('apple pie', 'plum'),
  )
  const filter = {
    types: ['note' as const],
    modifiedAfter: 500,
    modifiedBefore: 1_500,
    pathPrefixes: ['/Work/'],
  }
  const { dense, sparse } = await qdrant.query('alice', query(id, { filter }))
  expect(dense.map(({ chunk }) => chunk.index)).toEqual([0, 1])
  expect(sparse.map(({ chunk }) => chunk.text)).toEqual(['apple pie'])
  expect(await qdrant.query('bob', query(id))).toEqual({ dense: [], sparse: [] })
  const workshop = query(id, { filter: { pathPrefixes: ['/Wor'] } })
  expect(await qdrant.query('alice', workshop)).toEqual({ dense: [], sparse: [] })
})

test('every write is waited for, and a passage stored twice is stored once', async () => {
  const qdrant = await index()
  const { id } = await qdrant.open(SPEC)
  await qdrant.put(id, 'alice', note('1'), passages('one', 'two', 'three'))
  await qdrant.put(id, 'alice', note('1'), passages('four'))
  expect(await qdrant.stats('alice')).toMatchObject({ documents: 1, chunks: 1 })
  const writes = double?.requests.filter(each => /points(\/delete)?(\?|$)/.test(each)) ?? []
  expect(writes.filter(each => !each.endsWith('?wait=true'))).toEqual([])
  expect(writes.length).toBeGreaterThan(3)
})

test('a query is one request', async () => {
  const qdrant = await index()
  const { id } = await qdrant.open(SPEC)
  await qdrant.put(id, 'alice', note('1'), passages('apple'))
  const before = double?.requests.length ?? 0
  await qdrant.query('alice', query(id))
  expect(double?.requests.slice(before)).toEqual([
    expect.stringMatching(/^POST .*\/points\/query\/batch/),
  ])
})

test('a new edition is built beside the old one, which goes when it is done', async () => {
  const qdrant = await index()
  const old = await qdrant.open(SPEC)
  expect(old.active).toBe(true)
  await qdrant.put(old.id, 'alice', note('1'), passages('apple'))
  const next = await qdrant.open({ ...SPEC, chunker: '2' })
  expect(next.active).toBe(false)
  expect((await qdrant.generations()).map(({ active }) => active)).toEqual([true, false])
  await qdrant.put(next.id, 'alice', note('1'), passages('apple'))
  expect(await qdrant.remove('alice', [note('1')])).toBe(1)
  expect((await qdrant.query('alice', query(old.id))).dense).toEqual([])
  expect((await qdrant.query('alice', query(next.id))).dense).toEqual([])
  await qdrant.activate(next.id)
  expect(await qdrant.generations()).toEqual([{ ...next, active: true }])
  expect(double?.collections.size).toBe(2) // It and the list of them.
  await expect(qdrant.query('alice', query(old.id))).rejects.toMatchObject({
    code: 'NO_GENERATION',
  })
})

test('two processes that begin at once make one edition', async () => {
  const one = await index()
  const other = createQdrantIndex({ url: double?.url ?? '', apiKey: undefined, collection: 'nc' })
  const [a, b] = await Promise.all([one.open(SPEC), other.open(SPEC)])
  expect(a.id).toBe(b.id)
  expect(await one.generations()).toHaveLength(1)
})

test('what passes by itself is tried again; what does not is told with what to do', async () => {
  const qdrant = await index()
  const { id } = await qdrant.open(SPEC)
  double?.failNext(503, 429)
  await qdrant.put(id, 'alice', note('1'), passages('apple'))
  expect((await qdrant.stats()).chunks).toBe(1)
  await expect(
    qdrant.put(id, 'alice', note('2'), [
      ...passages('apple'),
      ...passages('x').map(each => ({ ...each, vector: axis(0).fill(Number.NaN, 1, 2) })),
    ]),
  ).rejects.toMatchObject({ code: 'BAD_INPUT' })
  expect((await qdrant.stats()).chunks).toBe(1)
  await double?.close()
  expect(await qdrant.health()).toMatch(/cannot be reached.*QDRANT_URL/)
})

test.each([
  [undefined, 401],
  ['wrong', 403],
])('a key that is %s is refused once and by name', async (apiKey, status) => {
  const qdrant = await index({ keyOfServer: 'right', ...(apiKey === undefined ? {} : { apiKey }) })
  await expect(qdrant.open(SPEC)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining(`${status}`),
    fix: expect.stringContaining('QDRANT_API_KEY'),
  })
  expect(double?.requests).toHaveLength(1)
  expect(await qdrant.health()).toMatch(/QDRANT_API_KEY/)
})

test('words: folded, pairs where nothing parts them, none of what is no word', () => {
  expect(sparseQuery('Über, UBER!')).toEqual(sparseQuery('uber'))
  expect(sparseQuery('"…" *')).toBeUndefined()
  const tokyo = sparsePassage('', '東京都庁に行く')
  expect(sparseQuery('都庁')?.indices.every(each => tokyo.indices.includes(each))).toBe(true)
  expect(new Set(tokyo.indices).size).toBe(tokyo.indices.length)
})
