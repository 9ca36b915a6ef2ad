import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type EmbeddingServer,
  type OllamaState,
  startOllama,
} from '../../../support/embedding-servers.ts'
import { embedderOf, expectVectorsOf, failureOf } from './support.ts'

let server: EmbeddingServer
let state: OllamaState

beforeEach(async () => {
  state = { models: ['all-minilm'], dimension: 8, contextLength: 2_000 }
  server = await startOllama(state)
})
afterEach(() => server.close())

const ollama = (model = 'all-minilm', batchCharacters = 16_000) =>
  ({
    tier: 'ollama',
    url: server.url,
    model,
    verifySsl: true,
    timeoutMs: 5_000,
    batchCharacters,
  }) as const

const passage = { kind: 'passage' } as const

test('vectors of length 1 in the order of the texts, at most 16 a request', async () => {
  const { embedder, told } = embedderOf(ollama())
  const texts = Array.from({ length: 37 }, (_, at) => `text ${at}`)
  const vectors = await embedder.embed(texts, passage)
  expectVectorsOf(texts, vectors)
  expect(server.inputs().map(({ length }) => length)).toEqual([16, 16, 5])
  expect(told.batches.map(batch => [batch.tier, batch.texts, batch.characters])).toEqual(
    server.inputs().map(batch => ['ollama', batch.length, batch.join('').length]),
  )
  expect(told.errors).toEqual([])
  await embedder.close()
})

test('batches are bounded by characters too; a longer text goes alone', async () => {
  const { embedder } = embedderOf(ollama('all-minilm', 1_000))
  const lengths = [400, 400, 400, 1_500, 10, 10]
  await embedder.embed(
    lengths.map(length => 'a'.repeat(length)),
    passage,
  )
  expect(server.inputs().map(batch => batch.map(({ length }) => length))).toEqual([
    [400, 400],
    [400],
    [1_500],
    [10, 10],
  ])
  await embedder.close()
})

test('nomic-embed-text is told what a text is for; another prefix makes another model', async () => {
  state.models = ['nomic-embed-text']
  const { embedder } = embedderOf(ollama('nomic-embed-text:latest'))
  expect(embedder.model).toBe('ollama:nomic-embed-text')
  await embedder.embed(['a'], passage)
  await embedder.embed(['b'], { kind: 'query' })
  expect(server.inputs()).toEqual([['search_document: a'], ['search_query: b']])
  const plain = embedderOf(ollama('nomic-embed-text'), { passagePrefix: '', queryPrefix: '' })
  await plain.embedder.embed(['a'], passage)
  expect(server.inputs().at(-1)).toEqual(['a'])
  expect(plain.embedder.model).toMatch(/^ollama:nomic-embed-text\+[0-9a-f]{8}$/)
  await Promise.all([embedder.close(), plain.embedder.close()])
})

describe('health', () => {
  test('a model that is not there: pull it', async () => {
    const { embedder } = embedderOf(ollama('mxbai-embed-large'))
    expect(await embedder.health()).toBe(
      'Ollama does not have the model mxbai-embed-large. Pull it: ollama pull mxbai-embed-large.',
    )
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'MODEL_MISSING', retryable: false })
    expect(failure.hint).toContain('ollama pull mxbai-embed-large')
    state.models.push('mxbai-embed-large')
    expect(await embedder.health()).toBeUndefined()
    await embedder.close()
  })

  test('a model that makes no embeddings is found out', async () => {
    server.plan(({ path }) =>
      path === '/api/embed'
        ? { status: 501, body: { error: 'this model does not support embeddings' } }
        : undefined,
    )
    const { embedder } = embedderOf(ollama())
    expect(await embedder.health()).toMatch(/does not support embeddings\. Check OLLAMA_MODEL/)
    await embedder.close()
  })

  test('nobody there: which setting to check, and no address', async () => {
    const { embedder } = embedderOf(ollama())
    await server.close()
    const sentence = await embedder.health()
    expect(sentence).toMatch(/Ollama cannot be reached .*Check OLLAMA_URL/)
    expect(sentence).not.toContain('127.0.0.1')
    await embedder.close()
  })
})

describe('a text that is too long', () => {
  test('is cut between characters and reported; the others are whole', async () => {
    const { embedder, told } = embedderOf(ollama())
    const family = '👨‍👩‍👧'
    const long = family.repeat(300)
    const vectors = await embedder.embed(['first', long, 'last'], passage)
    const accepted = server.inputs().find(([text]) => text?.startsWith(family) && text !== long)
    const kept = accepted?.[0] ?? ''
    expect(kept).toBe(family.repeat(kept.length / family.length))
    expect(kept.length).toBeLessThanOrEqual(2_000)
    expectVectorsOf(['first', kept, 'last'], vectors)
    expect(told.truncated).toEqual([{ tier: 'ollama', characters: long.length, kept: kept.length }])
    expect(told.errors).toEqual([])
    await embedder.close()
  })

  test('a server that refuses every length is not asked for ever', async () => {
    state.contextLength = 0
    const { embedder, told } = embedderOf(ollama())
    const failure = await failureOf(embedder.embed(['a'.repeat(5_000)], passage))
    expect(failure).toMatchObject({ code: 'REFUSED', retryable: false })
    expect(server.asked.length).toBeLessThan(20)
    expect(told.errors).toEqual([{ tier: 'ollama', code: 'REFUSED', retried: false }])
    expect(told.truncated).toEqual([])
    await embedder.close()
  })
})

describe('dimensions', () => {
  test('are asked for, and part of the name', async () => {
    const { embedder } = embedderOf(ollama(), { dimension: 4 })
    expect(embedder.model).toBe('ollama:all-minilm@4')
    expect(await embedder.dimension()).toBe(4)
    expect(server.asked).toEqual([])
    expect((await embedder.embed(['a'], passage))[0]).toHaveLength(4)
    await embedder.close()
  })

  test('a server that ignores them is an error', async () => {
    const { embedder } = embedderOf(ollama(), { dimension: 12 })
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'WRONG_DIMENSION', retryable: false })
    expect(failure.hint).toContain('EMBEDDING_DIMENSIONS')
    await embedder.close()
  })

  test('are found out once, and then hold', async () => {
    const { embedder } = embedderOf(ollama())
    expect(await embedder.dimension()).toBe(8)
    expect(await embedder.dimension()).toBe(8)
    expect(server.inputs()).toHaveLength(1)
    state.dimension = 9
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure.code).toBe('WRONG_DIMENSION')
    expect(failure.message).toContain('9 numbers, not of 8')
    await embedder.close()
  })
})

describe('a server that fails', () => {
  test('is asked again, and told of', async () => {
    const { embedder, told } = embedderOf(ollama())
    let left = 2
    server.plan(() => {
      if (left-- <= 0) return undefined
      return left === 1
        ? 'reset'
        : { status: 503, body: { error: 'server busy, please try again' } }
    })
    expect(await embedder.embed(['a'], passage)).toHaveLength(1)
    expect(server.asked).toHaveLength(3)
    expect(told.errors).toEqual([
      { tier: 'ollama', code: 'UNREACHABLE', retried: true },
      { tier: 'ollama', code: 'UNREACHABLE', retried: true },
    ])
    expect(told.batches).toHaveLength(1)
    await embedder.close()
  })

  test('is reported when it stays away, replaced by nothing, and used again when it is back', async () => {
    const { embedder, told } = embedderOf(ollama())
    await embedder.embed(['a'], passage)
    server.plan(() => 'reset')
    const failure = await failureOf(embedder.embed(['b'], passage))
    expect(failure).toMatchObject({ code: 'UNREACHABLE', retryable: true })
    expect(server.asked).toHaveLength(4)
    expect(told.errors.map(({ retried }) => retried)).toEqual([true, true, false])
    server.plan(undefined)
    const [vector] = await embedder.embed(['b'], passage)
    expectVectorsOf(['b'], [vector])
    expect(embedder.model).toBe('ollama:all-minilm')
    await embedder.close()
  })

  test('silence is not waited for twice', async () => {
    server.plan(() => 'silence')
    const { embedder } = embedderOf({ ...ollama(), timeoutMs: 100 })
    const failure = await failureOf(embedder.embed(['a'], passage))
    expect(failure).toMatchObject({ code: 'UNREACHABLE', retryable: true })
    expect(failure.message).toContain('time limit')
    expect(server.asked).toHaveLength(1)
    await embedder.close()
  })

  test('an aborted call ends with its reason, and is not tried again', async () => {
    const abort = new AbortController()
    server.plan(() => {
      abort.abort(new Error('enough'))
      return 'silence'
    })
    const { embedder, told } = embedderOf(ollama())
    const work = embedder.embed(['a'], { ...passage, signal: abort.signal })
    await expect(work).rejects.toThrow('enough')
    expect(told.errors).toEqual([])
    expect(server.asked).toHaveLength(1)
    await embedder.close()
  })
})

test('texts without words are refused before anything is sent', async () => {
  const { embedder } = embedderOf(ollama())
  const failure = await failureOf(embedder.embed(['a', ' \n\u200b'], passage))
  expect(failure.code).toBe('REFUSED')
  expect(failure.message).toContain('Text 2 of 2')
  expect(await embedder.embed([], passage)).toEqual([])
  expect(server.asked).toEqual([])
  await embedder.close()
})

test('half a character is never sent', async () => {
  const { embedder } = embedderOf(ollama())
  await embedder.embed(['a \ud83d b'], passage)
  expect(server.inputs()).toEqual([['a \ufffd b']])
  await embedder.close()
})
