/** Ordering anew, and what becomes of a search when that fails. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inOrderOf, type Reranker, restingReranker } from '../../../../src/search/query/rerank.ts'
import { rerankEndpoint } from '../../../../src/search/query/rerank-endpoint.ts'
import { FAULTS, type FaultProxy, startProxy } from '../../../support/proxy.ts'
import { idsOf, session, type World, world } from './support.ts'

describe('in a search', () => {
  const given = async (reranker: Reranker | undefined, report?: (error: unknown) => void) => {
    const resting = reranker && restingReranker(reranker, report ? { report } : {})
    const w = await world({ reranker: resting })
    await w.give(
      'alice',
      { id: 'first', texts: ['red red red'] },
      { id: 'second', texts: ['red and blue'] },
      { id: 'secret', texts: ['red and secret'] },
    )
    w.rights.alice?.set('note:secret', { state: 'gone' })
    return w
  }
  /** Likes blue. */
  const blue = (seen: string[] = []): Reranker => ({
    model: 'blue-1',
    async score(_query, texts) {
      seen.push(...texts)
      return texts.map(text => (text.includes('blue') ? 0.9 : 0.2))
    },
  })
  const search = (w: World, request: object = {}) => w.search('alice', { rerank: true, ...request })

  test('it decides, and only of what the caller may read', async () => {
    const seen: string[] = []
    const w = await given(blue(seen))
    const result = await search(w)
    expect(idsOf(result)).toEqual(['second', 'first'])
    expect(result.rerankModel).toBe('blue-1')
    expect(result.rows[0]).toMatchObject({
      rerankScore: 0.9,
      relevance: 0.9,
      relevanceSource: 'rerank',
    })
    expect(seen.toSorted()).toEqual(['red and blue', 'red red red'])
  })

  test('it chooses from more than is shown, and relevance is what it says', async () => {
    const w = await given(blue())
    expect(idsOf(await search(w, { limit: 1 }))).toEqual(['second'])
    expect(idsOf(await search(w, { minRelevance: 0.5 }))).toEqual(['second'])
  })

  test('it may like what the search did not', async () => {
    const w = await given(blue())
    await w.give('alice', { id: 'far', texts: ['blue'] })
    const request = { minRelevance: 0.5, mode: 'semantic' } as const
    expect(idsOf(await w.search('alice', request))).not.toContain('far')
    expect(idsOf(await search(w, request))).toContain('far')
  })

  test('nobody asks it who was not asked to', async () => {
    const seen: string[] = []
    await (await given(blue(seen))).search('alice', {})
    expect(seen).toEqual([])
  })

  test('without one the result says so', async () => {
    const result = await search(await given(undefined))
    expect(idsOf(result)).toEqual(['first', 'second'])
    expect(result.rerankModel).toBeUndefined()
    expect(result.notes).toEqual(['There is no reranker.'])
  })

  test('one that fails leaves the order, and rests', async () => {
    const told: unknown[] = []
    let calls = 0
    const score = () => {
      calls++
      return Promise.reject(new Error('10.0.0.9 is down'))
    }
    const w = await given({ model: 'm', score }, error => told.push(error))
    for (let at = 0; at < 3; at++) {
      const result = await search(w)
      expect(idsOf(result)).toEqual(['first', 'second'])
      expect(result.notes).toEqual([
        'The reranker gave no answer: the order is that of the search.',
      ])
      expect(result.rows[0]).toMatchObject({ rerankScore: undefined, relevanceSource: 'cosine' })
    }
    expect([calls, told.length]).toEqual([1, 1])
  })
})

test('it is tried again after its rest, and not blamed for callers who give up', async () => {
  let now = 0
  let fails = true
  const reranker: Reranker = {
    model: 'm',
    score: async (_query, texts) => {
      if (fails) throw new Error('down')
      return texts.map(() => 1)
    },
  }
  const resting = restingReranker(reranker, { now: () => now })
  expect(await resting.score('q', ['a'], AbortSignal.abort())).toBeUndefined()
  fails = false
  expect(await resting.score('q', ['a'])).toEqual([1])
  fails = true
  expect(await resting.score('q', ['a'])).toBeUndefined()
  fails = false
  expect(await resting.score('q', ['a'])).toBeUndefined()
  now += 30_000
  expect(await resting.score('q', ['a'])).toEqual([1])
})

test('what was not scored follows in its order, and nothing is lost', () => {
  const scores = fc.array(fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined }))
  fc.assert(
    fc.property(scores, scores => {
      const items = scores.map((_, at) => at)
      const ordered = inOrderOf(items, scores)
      expect(ordered.map(({ item }) => item).toSorted((a, b) => a - b)).toEqual(items)
      for (const [at, { item, score }] of ordered.entries()) {
        expect(score).toBe(scores[item])
        const before = ordered[at - 1]
        if (before === undefined) continue
        if (before.score === score) expect(before.item).toBeLessThan(item)
        else expect(before.score ?? -9).toBeGreaterThan(score ?? -9)
      }
    }),
  )
})

describe('over HTTP', () => {
  const received: { url: string; headers: NodeJS.Dict<string | string[]>; body: unknown }[] = []
  let answer: unknown
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString())
      received.push({ url: request.url ?? '', headers: request.headers, body })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
    })
  })
  let proxy: FaultProxy
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    proxy = await startProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  })
  afterEach(() => {
    proxy.plan(undefined)
    received.length = 0
  })
  afterAll(async () => {
    await proxy.close()
    server.closeAllConnections()
    server.close()
  })
  const reranker = (path = '', apiKey?: string) =>
    rerankEndpoint({ url: proxy.url + path, model: 'm', apiKey, timeoutMs: 300 })
  const good = {
    results: [
      { index: 1, relevance_score: 0.9, document: { text: 'b' } },
      { index: 0, relevance_score: -1.5 },
    ],
  }

  test.each(['', '/rerank'])('as Cohere has it, at an address with "%s"', async path => {
    answer = good
    const endpoint = reranker(path, 'secret')
    expect(await endpoint.score('q', ['a', 'b', 'c'])).toEqual([-1.5, 0.9, undefined])
    expect(received).toMatchObject([
      {
        url: '/v1/rerank',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
        body: { model: 'm', query: 'q', documents: ['a', 'b', 'c'], top_n: 3 },
      },
    ])
    await endpoint.close()
  })

  test('no key, no authorization', async () => {
    answer = good
    const endpoint = reranker()
    await endpoint.score('q', ['a', 'b'])
    expect(received[0]?.headers).not.toHaveProperty('authorization')
    await endpoint.close()
  })

  test.each([
    [{ results: [] }],
    [{ results: [{ index: 7, relevance_score: 1 }] }],
    [{ results: [{ index: 0, relevance_score: 'high' }] }],
    [{ results: [{ index: 0, relevance_score: null }] }],
    [{ error: 'no such model' }],
    [[]],
    ['x'.repeat(5_000_000)],
  ])('%.60j is no answer', async body => {
    answer = body
    const endpoint = reranker()
    await expect(endpoint.score('q', ['a', 'b'])).rejects.toThrow()
    await endpoint.close()
  })

  test.each(FAULTS)('%s leaves the search as it is', async fault => {
    answer = good
    proxy.plan(() => fault)
    const endpoint = reranker()
    const w = await world({ reranker: restingReranker(endpoint) })
    await w.give('alice', { id: 'a', texts: ['red red'] }, { id: 'b', texts: ['red and'] })
    const result = await w.search('alice', { rerank: true })
    expect(idsOf(result)).toEqual(['a', 'b'])
    expect(result.rerankModel).toBeUndefined()
    expect(result.notes).toHaveLength(1)
    await endpoint.close()
  })

  test('a redirect is not followed', async () => {
    const elsewhere = createServer((_request, response) => {
      response.writeHead(307, { location: `${proxy.url}/rerank` })
      response.end()
    })
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve))
    answer = good
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
    const endpoint = rerankEndpoint({ url, model: 'm', timeoutMs: 300 })
    await expect(endpoint.score('q', ['a', 'b'])).rejects.toThrow('307')
    expect(received).toEqual([])
    await endpoint.close()
    elsewhere.closeAllConnections()
    elsewhere.close()
  })

  test('ends with the call', async () => {
    const controller = new AbortController()
    proxy.plan(() => {
      controller.abort()
      return 'delay'
    })
    const endpoint = rerankEndpoint({ url: proxy.url, model: 'm', timeoutMs: 60_000 })
    const w = await world({ reranker: restingReranker(endpoint) })
    await w.give('alice', { id: 'a', texts: ['red'] }, { id: 'b', texts: ['red'] })
    const search = w.search(
      'alice',
      { rerank: true },
      { session: session('alice', controller.signal) },
    )
    await expect(search).rejects.toMatchObject({ code: 'CANCELLED' })
    await endpoint.close()
  })
})
