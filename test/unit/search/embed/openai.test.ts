import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type EmbeddingServer,
  type OpenAIState,
  startOpenAI,
  vectorOf,
} from '../../../support/embedding-servers.ts'
import { embedderOf, expectVectorsOf, failureOf } from './support.ts'

const KEY = 'sk-proj-0123456789abcdefghijklmnopqrstuvwxyz'
const passage = { kind: 'passage' } as const

let server: EmbeddingServer
let state: OpenAIState

beforeEach(async () => {
  state = { key: KEY, model: 'text-embedding-3-small', dimension: 8, contextLength: 1_000 }
  server = await startOpenAI(state)
})
afterEach(() => server.close())

const openai = (apiKey = KEY) =>
  ({
    tier: 'openai',
    url: `${server.url}/v1`,
    apiKey,
    model: 'text-embedding-3-small',
  }) as const

test('vectors of length 1 in the order of the texts, as base64, without a prefix', async () => {
  const { embedder } = embedderOf(openai())
  const texts = Array.from({ length: 150 }, (_, at) => `text ${at}`)
  const vectors = await embedder.embed(texts, passage)
  expectVectorsOf(texts, vectors)
  expect(server.inputs().flat().toSorted()).toEqual(texts.toSorted())
  expect(server.asked.every(({ body }) => body.encoding_format === 'base64')).toBe(true)
  expect(server.asked.every(({ body }) => !('dimensions' in body))).toBe(true)
  expect(embedder.model).toBe('openai:text-embedding-3-small')
  expect(await embedder.health()).toBeUndefined()
  await embedder.close()
})

test('vectors out of order find their texts by index', async () => {
  const texts = ['one', 'two', 'three']
  server.plan(() => ({
    status: 200,
    body: {
      data: [2, 0, 1].map(index => ({ index, embedding: vectorOf(texts[index] ?? '', 8) })),
    },
  }))
  const { embedder } = embedderOf(openai())
  expectVectorsOf(texts, await embedder.embed(texts, passage))
  await embedder.close()
})

test('a server that knows no base64 is asked for numbers from then on', async () => {
  server.plan(({ body }) =>
    body.encoding_format === 'base64'
      ? { status: 400, body: { error: { message: "unknown value 'base64' of encoding_format" } } }
      : undefined,
  )
  const { embedder, told } = embedderOf(openai())
  await embedder.embed(['a'], passage)
  const [vector] = await embedder.embed(['b'], passage)
  expectVectorsOf(['b'], [vector])
  expect(server.asked.map(({ body }) => body.encoding_format)).toEqual(['base64', 'float', 'float'])
  expect(told.errors).toEqual([])
  await embedder.close()
})

test('dimensions are asked for', async () => {
  const { embedder } = embedderOf(openai(), { dimension: 4 })
  expect((await embedder.embed(['a'], passage))[0]).toHaveLength(4)
  expect(server.asked[0]?.body.dimensions).toBe(4)
  expect(embedder.model).toBe('openai:text-embedding-3-small@4')
  await embedder.close()
})

describe('refusals', () => {
  test('a wrong key: once, without the key in what is told', async () => {
    const wrong = 'sk-wrong-9876543210zyxwvutsrqponmlkjihgfedcba'
    const { embedder, told } = embedderOf(openai(wrong))
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'REFUSED', status: 401, retryable: false })
    expect(failure.hint).toBe('Check OPENAI_API_KEY.')
    expect(JSON.stringify([failure.message, failure.hint, failure.stack])).not.toContain('sk-')
    expect(server.asked).toHaveLength(1)
    expect(told.errors).toEqual([{ tier: 'openai', code: 'REFUSED', retried: false }])
    await embedder.close()
  })

  test('other words of the server are repeated without keys and addresses', async () => {
    server.plan(() => ({
      status: 400,
      body: { error: { message: `No ${KEY} at http://10.0.0.7:8080/v1 today` } },
    }))
    const { embedder } = embedderOf(openai())
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure.message).toMatch(/refused the request \(HTTP 400\): No … at … today$/)
    await embedder.close()
  })

  test('an unknown model', async () => {
    state.model = 'another'
    const { embedder } = embedderOf(openai())
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'MODEL_MISSING', retryable: false })
    expect(await embedder.health()).toContain('OPENAI_EMBEDDING_MODEL')
    await embedder.close()
  })

  test('a wrong path', async () => {
    const { embedder } = embedderOf({ ...openai(), url: server.url })
    expect(await embedder.health()).toMatch(/HTTP 404.*Check OPENAI_BASE_URL.*\/v1/)
    await embedder.close()
  })

  test('a used-up quota is not asked again', async () => {
    server.plan(() => ({
      status: 429,
      body: {
        error: { message: 'You exceeded your current quota', type: 'insufficient_quota' },
      },
    }))
    const { embedder } = embedderOf(openai())
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'REFUSED', retryable: false })
    expect(server.asked).toHaveLength(1)
    await embedder.close()
  })

  test('a redirect is not followed', async () => {
    server.plan(() => ({ status: 308, headers: { location: 'https://other/' }, body: '' }))
    const { embedder } = embedderOf(openai())
    expect(await embedder.health()).toMatch(/Set OPENAI_BASE_URL to the address it redirects to/)
    expect(server.asked).toHaveLength(1)
    await embedder.close()
  })
})

test('batches run beside each other; the failure of one ends the others, and is told once', async () => {
  const { embedder, told } = embedderOf(openai())
  server.plan(() =>
    server.asked.length < 4 ? 'silence' : { status: 400, body: { error: { message: 'no' } } },
  )
  const texts = Array.from({ length: 64 * 5 }, (_, at) => `text ${at}`)
  const failure = await failureOf(embedder.embed(texts, passage))
  expect(failure.code).toBe('REFUSED')
  expect(told.errors).toEqual([{ tier: 'openai', code: 'REFUSED', retried: false }])
  expect(server.asked).toHaveLength(4)
  await embedder.close()
})

describe('too many requests', () => {
  const busy = (seconds: string) => ({
    status: 429,
    headers: { 'retry-after': seconds },
    body: { error: { message: 'Rate limit reached', type: 'requests' } },
  })

  test('the wait that is asked for is kept', async () => {
    const { embedder } = embedderOf(openai())
    server.plan(() => (server.asked.length === 1 ? busy('1') : undefined))
    await embedder.embed(['a'], passage)
    const [first, second] = server.asked
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990)
    await embedder.close()
  })

  test('a long one is left to the caller', async () => {
    const { embedder } = embedderOf(openai())
    server.plan(() => busy('3600'))
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({
      code: 'UNREACHABLE',
      status: 429,
      retryable: true,
      retryAfterMs: 3_600_000,
    })
    expect(server.asked).toHaveLength(1)
    await embedder.close()
  })
})

test('a text beyond the context is embedded by its beginning, the rest of its batch whole', async () => {
  const { embedder, told } = embedderOf(openai())
  const texts = ['first', 'word '.repeat(260), 'third', 'fourth']
  const vectors = await embedder.embed(texts, passage)
  const [truncated] = told.truncated
  expect(told.truncated).toHaveLength(1)
  const kept = (texts[1] ?? '').slice(0, truncated?.kept)
  expect(kept.length).toBeGreaterThan(700)
  expectVectorsOf(['first', kept, 'third', 'fourth'], vectors)
  await embedder.close()
})

describe('answers that are none', () => {
  const item = (embedding: unknown, index = 0) => ({ index, embedding })
  test.each([
    ['a page', '<html>It works!</html>'],
    ['another shape', { embeddings: [[1, 2]] }],
    ['too few', { data: [item([1, 2])] }],
    ['one twice', { data: [item([1, 2]), item([1, 2])] }],
    ['a zero vector', { data: [item([1, 2]), item([0, 0], 1)] }],
    ['an empty vector', { data: [item([1, 2]), item([], 1)] }],
    ['no numbers', { data: [item([1, 2]), item([1, null], 1)] }],
    ['not finite', { data: [item([1, 2]), item(base64([1, Number.POSITIVE_INFINITY]), 1)] }],
  ])('%s', async (_, body) => {
    server.plan(() => ({ status: 200, body }))
    const { embedder } = embedderOf(openai())
    const failure = await failureOf(embedder.embed(['a', 'b'], passage))
    expect(failure).toMatchObject({ code: 'BAD_ANSWER', retryable: false })
    await embedder.close()
  })

  test('vectors of two lengths', async () => {
    server.plan(() => ({ status: 200, body: { data: [item([1, 2]), item([1, 2, 3], 1)] } }))
    const { embedder } = embedderOf(openai())
    const failure = await failureOf(embedder.embed(['a', 'b'], passage))
    expect(failure.code).toBe('WRONG_DIMENSION')
    await embedder.close()
  })
})

function base64(values: number[]): string {
  return Buffer.from(Float32Array.from(values).buffer).toString('base64')
}
