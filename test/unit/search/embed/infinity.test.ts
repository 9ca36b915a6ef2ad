import { describe, expect, test } from 'vitest'
import {
  type EmbeddingServer,
  startInfinity,
  startTei,
} from '../../../support/embedding-servers.ts'
import { embedderOf, expectVectorsOf, failureOf } from './support.ts'

const MODEL = 'BAAI/bge-small-en-v1.5'
const passage = { kind: 'passage' } as const

const source = (server: EmbeddingServer, model: string | undefined = MODEL) =>
  ({ tier: 'infinity', url: server.url, apiKey: undefined, model }) as const

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `text ${at}`)

describe('Text Embeddings Inference', () => {
  const start = (more = {}) =>
    startTei({ model: MODEL, dimension: 8, maxClientBatchSize: 32, maxInputLength: 512, ...more })

  test('fits its usual limit', async () => {
    const server = await start()
    const { embedder } = embedderOf(source(server))
    const texts = numbered(70)
    const vectors = await embedder.embed(texts, passage)
    expectVectorsOf(texts, vectors)
    expect(server.inputs().map(({ length }) => length)).toEqual([32, 32, 6])
    expect(embedder.model).toBe(`infinity:${MODEL}`)
    expect(await embedder.health()).toBeUndefined()
    await Promise.all([embedder.close(), server.close()])
  })

  test('a lower limit is learned from its refusals, and then kept', async () => {
    const server = await start({ maxClientBatchSize: 8 })
    const { embedder, told } = embedderOf(source(server))
    const texts = numbered(40)
    const vectors = await embedder.embed(texts, passage)
    expectVectorsOf(texts, vectors)
    const before = server.asked.length
    await embedder.embed(texts, passage)
    expect(
      server
        .inputs()
        .slice(before)
        .map(({ length }) => length),
    ).toEqual([8, 8, 8, 8, 8])
    expect(told.errors).toEqual([])
    await Promise.all([embedder.close(), server.close()])
  })

  test('a text with too many tokens is cut; batches do not get smaller for it', async () => {
    const server = await start()
    const { embedder, told } = embedderOf(source(server))
    await embedder.embed(['a'.repeat(600), ...numbered(31)], passage)
    expect(told.truncated).toMatchObject([{ tier: 'infinity', characters: 600 }])
    const before = server.asked.length
    await embedder.embed(numbered(32), passage)
    expect(server.asked.length - before).toBe(1)
    await Promise.all([embedder.close(), server.close()])
  })

  test('another model than the one that is named', async () => {
    const server = await start({ model: 'thenlper/gte-base' })
    const { embedder } = embedderOf(source(server))
    expect(await embedder.health()).toBe(
      'The server has another model: thenlper/gte-base. Set INFINITY_MODEL to that.',
    )
    await Promise.all([embedder.close(), server.close()])
  })

  test.each([
    [422, 'Tokenization error', 'REFUSED', 1],
    [424, 'Inference failed', 'UNREACHABLE', 3],
    [429, 'Model is overloaded', 'UNREACHABLE', 3],
  ])('%i %s', async (status, message, code, tries) => {
    const server = await start()
    server.plan(() => ({ status, body: { message, code: status, type: 'x' } }))
    const { embedder } = embedderOf(source(server))
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(message)
    expect(server.asked).toHaveLength(tries)
    await Promise.all([embedder.close(), server.close()])
  })
})

describe('Infinity', () => {
  const start = () => startInfinity({ models: [MODEL], dimension: 8 })

  test('speaks like OpenAI; without a name it answers with what it has', async () => {
    const server = await start()
    const { embedder } = embedderOf({ ...source(server), model: undefined })
    const [vector] = await embedder.embed(['a'], passage)
    expectVectorsOf(['a'], [vector])
    expect(embedder.model).toBe('infinity:default')
    expect(await embedder.health()).toBeUndefined()
    await Promise.all([embedder.close(), server.close()])
  })

  test('e5 models are told what a text is for', async () => {
    const server = await start()
    const { embedder } = embedderOf(source(server, 'intfloat/multilingual-e5-small'))
    await failureOf(embedder.embed(['a'], passage))
    await failureOf(embedder.embed(['b'], { kind: 'query' }))
    expect(server.inputs()).toEqual([['passage: a'], ['query: b']])
    await Promise.all([embedder.close(), server.close()])
  })

  test('an unknown model', async () => {
    const server = await start()
    const { embedder } = embedderOf(source(server, 'nobody/nothing'))
    expect(await embedder.health()).toMatch(/no such model.*Set INFINITY_MODEL/)
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'MODEL_MISSING', retryable: false })
    await Promise.all([embedder.close(), server.close()])
  })

  test('a text beyond its limit is cut', async () => {
    const server = await start()
    const { embedder, told } = embedderOf(source(server))
    expect(await embedder.embed(['a'.repeat(130_000), 'b'], passage)).toHaveLength(2)
    expect(told.truncated).toMatchObject([{ characters: 130_000, kept: 91_000 }])
    await Promise.all([embedder.close(), server.close()])
  })

  test('its key is sent', async () => {
    const server = await start()
    const { embedder } = embedderOf({ ...source(server), apiKey: 'secret' })
    await embedder.embed(['a'], passage)
    expect(server.asked[0]?.headers.authorization).toBe('Bearer secret')
    await Promise.all([embedder.close(), server.close()])
  })
})
