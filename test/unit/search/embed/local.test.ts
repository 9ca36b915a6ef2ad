import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { EmbeddingSource } from '../../../../src/config/search.ts'
import { createBatchingEmbedder } from '../../../../src/search/embed/batching.ts'
import { createLocalBackend } from '../../../../src/search/embed/local.ts'
import { embedderOf, failureOf } from './support.ts'

const cacheFolder = mkdtempSync(join(tmpdir(), 'models-'))
afterAll(() => rmSync(cacheFolder, { recursive: true }))

const DOUBLE = new URL('./transformers.ts', import.meta.url).href
const passage = { kind: 'passage' } as const

type LocalSource = EmbeddingSource & { tier: 'local' }

const local = (model: string, more: Partial<LocalSource> = {}): LocalSource => ({
  tier: 'local',
  model,
  pooling: undefined,
  workers: 1,
  cacheFolder,
  ...more,
})

function embedderWith(source: LocalSource) {
  const kept: number[] = []
  const embedder = createBatchingEmbedder({
    model: `local:${source.model}`,
    backend: createLocalBackend(source, DOUBLE),
    prefixes: { query: '', passage: '' },
    dimension: undefined,
    hooks: { onTruncated: text => kept.push(text.kept) },
    patience: { waitsMs: [], random: () => 0 },
  })
  return { embedder, kept }
}

const toldJson = () => JSON.parse(readFileSync(join(cacheFolder, 'told.json'), 'utf8'))

test('an id of the hub: may be fetched, is kept in the folder for it', async () => {
  const { embedder } = embedderWith(local('Xenova/all-MiniLM-L6-v2'))
  const [vector] = await embedder.embed(['abcd'], passage)
  const length = Math.hypot(4, 1, 23)
  expect([...(vector ?? [])].map(value => Math.round(value * length))).toEqual([4, 1, 23])
  expect(await embedder.dimension()).toBe(3)
  expect(toldJson()).toMatchObject({ allowRemoteModels: true, cacheDir: cacheFolder })
  await embedder.close()
})

test('a folder: nothing is fetched', async () => {
  const { embedder } = embedderWith(local(cacheFolder))
  await embedder.embed(['abcd'], passage)
  expect(toldJson()).toMatchObject({ allowRemoteModels: false, localModelPath: tmpdir() })
  await embedder.close()
})

test.each([
  ['BAAI/bge-small-en-v1.5', undefined, -1],
  ['BAAI/bge-small-en-v1.5', 'mean', 1],
  ['Xenova/all-MiniLM-L6-v2', 'cls', -1],
] as const)('pooling of %s, configured %s', async (model, pooling, sign) => {
  const { embedder } = embedderWith(local(model, { pooling }))
  const [vector] = await embedder.embed(['abcd'], passage)
  expect(Math.sign(vector?.[1] ?? 0)).toBe(sign)
  await embedder.close()
})

test('a text with more tokens than the model reads is cut, and reported', async () => {
  const { embedder, kept } = embedderWith(local('Xenova/all-MiniLM-L6-v2'))
  const text = Array.from({ length: 30 }, () => 'word').join(' ')
  expect(await embedder.embed(['a', text], passage)).toHaveLength(2)
  expect(kept).toHaveLength(1)
  expect(kept[0]).toBeLessThanOrEqual(18 * 5)
  await embedder.close()
})

test('a model that is not there', async () => {
  const { embedder } = embedderWith(local('nobody/nothing'))
  const failure = await failureOf(embedder.embed(['a'], passage))
  expect(failure).toMatchObject({ code: 'MODEL_MISSING', retryable: false })
  expect(failure.message).toContain('Could not locate file: onnx/model.onnx')
  expect(failure.hint).toContain('LOCAL_EMBEDDING_MODEL')
  await embedder.close()
})

test('a hub that cannot be reached', async () => {
  const { embedder } = embedderWith(local('nobody/offline'))
  const failure = await failureOf(embedder.embed(['a'], passage))
  expect(failure).toMatchObject({ code: 'UNREACHABLE', retryable: true })
  expect(failure.hint).toContain('folder')
  await embedder.close()
})

test('without the package: how to get it', async () => {
  const { embedder, told } = embedderOf(local('./no/such/folder'))
  expect(await embedder.health()).toMatch(/npm install @huggingface\/transformers/)
  expect(told.errors).toEqual([{ tier: 'local', code: 'MODEL_MISSING', retried: false }])
  await embedder.close()
})
