import { expect, test } from 'vitest'
import { withQueryCache } from '../../../../src/search/embed/cache.ts'
import { type Embedder, EmbeddingError } from '../../../../src/search/embed/embedder.ts'

/** An embedder that remembers what it was asked. */
function counting() {
  const asked: string[][] = []
  const state = { broken: false, closed: false }
  const embedder: Embedder = {
    model: 'test:model',
    dimension: async () => 2,
    embed: async texts => {
      asked.push([...texts])
      if (state.broken) throw new EmbeddingError('UNREACHABLE', 'broken', { retryable: true })
      return texts.map(text => Float32Array.of(text.length, asked.length))
    },
    health: async () => undefined,
    close: async () => {
      state.closed = true
    },
  }
  return { embedder, asked, state }
}

const query = { kind: 'query' } as const

test('a query is embedded once, among others too, and in its place', async () => {
  const { embedder, asked } = counting()
  const hits: boolean[] = []
  const cached = withQueryCache(embedder, { onLookup: ({ hit }) => hits.push(hit) })
  await cached.embed(['bb'], query)
  const vectors = await cached.embed(['a', 'bb', 'ccc'], query)
  expect(vectors.map(([length]) => length)).toEqual([1, 2, 3])
  expect(asked).toEqual([['bb'], ['a', 'ccc']])
  expect(hits).toEqual([false, false, true, false])
  expect(cached.model).toBe('test:model')
})

test('passages are not kept', async () => {
  const { embedder, asked } = counting()
  const cached = withQueryCache(embedder)
  await cached.embed(['a'], { kind: 'passage' })
  await cached.embed(['a'], { kind: 'passage' })
  await cached.embed(['a'], query)
  expect(asked).toHaveLength(3)
})

test('what a caller does to a vector stays with that caller', async () => {
  const { embedder } = counting()
  const cached = withQueryCache(embedder)
  for (let time = 0; time < 3; time++) {
    const [vector] = await cached.embed(['abc'], query)
    expect(vector?.[0]).toBe(3)
    vector?.fill(0)
  }
})

test('a failure is not kept', async () => {
  const { embedder, asked, state } = counting()
  const cached = withQueryCache(embedder)
  state.broken = true
  await expect(cached.embed(['a'], query)).rejects.toThrow('broken')
  state.broken = false
  expect(await cached.embed(['a'], query)).toHaveLength(1)
  expect(asked).toHaveLength(2)
})

test('is bounded: what was asked longest ago goes first', async () => {
  const { embedder, asked } = counting()
  // A vector of 8 bytes and a key of 24: room for three.
  const cached = withQueryCache(embedder, { maxBytes: 3 * 32 })
  for (const text of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await cached.embed([text], query)
  expect(asked.flat()).toEqual(['a', 'b', 'c', 'd', 'b'])
})

test('closing closes the embedder', async () => {
  const { embedder, state } = counting()
  await withQueryCache(embedder).close()
  expect(state.closed).toBe(true)
})
