import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Embedder } from '../../../../src/search/embed/embedder.ts'
import { embedderOf, similarity, type ToldHooks } from './support.ts'

let embedder: Embedder
let told: ToldHooks

beforeAll(() => {
  const made = embedderOf({ tier: 'builtin', workers: 1 })
  embedder = made.embedder
  told = made.told
})
afterAll(() => embedder.close())

const query = { kind: 'query' } as const
const passage = { kind: 'passage' } as const

test('512 numbers of length 1, known without loading anything', async () => {
  expect(await embedder.dimension()).toBe(512)
  expect(embedder.model).toBe('builtin:universal-sentence-encoder-lite')
  expect(told.batches).toEqual([])
  const vectors = await embedder.embed(['one', 'two'], passage)
  for (const vector of vectors) {
    expect(vector).toHaveLength(512)
    expect(similarity(vector, vector)).toBeCloseTo(1, 5)
  }
  expect(await embedder.health()).toBeUndefined()
})

describe('the same said otherwise is nearer than anything else', () => {
  const PAIRS: readonly (readonly [asked: string, said: string])[] = [
    ['when is the heating checked', 'The boiler gets its yearly service on Tuesday.'],
    ['how do I get my money back', 'Refunds are paid within fourteen days of the return.'],
    ['holiday in Portugal', 'We fly to Lisbon in May and stay for a week.'],
    ['who looks after the dog', 'Martha feeds the puppy while we are away.'],
    ['salary increase', 'Her pay goes up by four percent next year.'],
    ['recipe with fish', 'Grill the salmon with lemon and dill for ten minutes.'],
    ['the car is broken', 'The vehicle does not start, the battery seems to be dead.'],
    ['password for the wireless network', 'The key of the WiFi hangs beside the router.'],
  ]

  test('among short passages', async () => {
    const asked = await embedder.embed(
      PAIRS.map(([text]) => text),
      query,
    )
    const said = await embedder.embed(
      PAIRS.map(([, text]) => text),
      passage,
    )
    const nearest = asked.map(vector => {
      const scores = said.map(other => similarity(vector, other))
      return scores.indexOf(Math.max(...scores))
    })
    const right = nearest.filter((found, at) => found === at).length
    expect(right).toBeGreaterThanOrEqual(PAIRS.length - 1)
  })

  test('the beginning, the middle and the end of a long text all count', async () => {
    const filler = 'The minutes of the meeting were read and approved by all members. '.repeat(5)
    const fish = 'Grill the salmon with lemon and dill for ten minutes. '
    const car = 'The vehicle does not start, the battery seems to be dead. '
    const trip = 'We fly to Lisbon in May and stay for a week. '
    const [all, none, ...questions] = await embedder.embed(
      [
        fish + filler + trip + filler + car,
        filler + filler + filler,
        'a dish with fish',
        'holiday in Portugal',
        'the car is broken',
      ],
      passage,
    )
    for (const question of questions) {
      expect(similarity(all, question)).toBeGreaterThan(similarity(none, question) + 0.05)
    }
  })
})

test('a text alone has the vector that it has among others', async () => {
  const texts = ['short', 'a somewhat longer text about boats', 'x'.repeat(300)]
  const together = await embedder.embed(texts, passage)
  for (const [at, text] of texts.entries()) {
    const [alone] = await embedder.embed([text], passage)
    expect(similarity(alone, together[at])).toBeGreaterThan(0.999)
  }
})

test('other scripts, emoji, broken characters and line ends are texts too', async () => {
  const texts = ['日本語のテキスト', '🙂🙂', '\ud800', 'one\r\n\r\ntwo\tthree', '\u0085x', 'ﬁne']
  const vectors = await embedder.embed(texts, passage)
  expect(vectors).toHaveLength(texts.length)
})

test('a very long text is embedded by its beginning, which is reported', async () => {
  await embedder.embed(['word '.repeat(4_000)], passage)
  expect(told.truncated).toMatchObject([{ tier: 'builtin', characters: 20_000 }])
  expect(told.truncated[0]?.kept).toBeLessThanOrEqual(16_000)
}, 60_000)

test('the event loop does not wait for it', async () => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await embedder.embed(
    Array.from({ length: 12 }, (_, at) => `${at} The boiler was serviced on Tuesday. `.repeat(20)),
    passage,
  )
  delay.disable()
  // Without a thread it is a hundred and more; the rest is slack for busy machines.
  expect(delay.percentile(90) / 1e6).toBeLessThan(20)
}, 60_000)
