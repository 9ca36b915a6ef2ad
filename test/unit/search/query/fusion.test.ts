/** Two rankings made one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IndexHit } from '../../../../src/search/index/search-index.ts'
import { FUSIONS, fuse, passageKey } from '../../../../src/search/query/fusion.ts'

const hit = (id: string, score: number, index = 0): IndexHit => ({
  document: {
    type: 'note',
    id,
    ref: undefined,
    title: id,
    category: '',
    path: undefined,
    url: undefined,
    modifiedAt: undefined,
    pageCount: undefined,
  },
  chunk: { index, text: id, start: 0, end: id.length, page: undefined, pageEnd: undefined },
  chunkCount: 1,
  score,
})

const settings = { k: 60, denseWeight: 1, sparseWeight: 1 }
const ids = (fused: readonly { hit: IndexHit }[]) => fused.map(({ hit }) => hit.document.id)

/** A ranking of some of twenty documents, with scores that fall. */
const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { maxLength: 20 }).chain(numbers =>
  fc
    .array(fc.float({ min: 0, max: 1, noNaN: true }), {
      minLength: numbers.length,
      maxLength: numbers.length,
    })
    .map(scores =>
      scores.toSorted((a, b) => b - a).map((score, at) => hit(`d${numbers[at]}`, score)),
    ),
)

describe('reciprocal ranks', () => {
  test('the sums of the paper', () => {
    const dense = [hit('a', 0.9), hit('b', 0.8), hit('c', 0.1)]
    const sparse = [hit('b', 7), hit('d', 3)]
    const fused = fuse({ dense, sparse }, 'rrf', settings)
    expect(ids(fused)).toEqual(['b', 'a', 'd', 'c'])
    expect(fused[0]).toMatchObject({ score: 1 / 62 + 1 / 61, cosine: 0.8, weight: 7 })
    expect(fused[1]).toMatchObject({ score: 1 / 61, cosine: 0.9, weight: undefined })
    expect(fused[2]).toMatchObject({ score: 1 / 62, cosine: undefined, weight: 3 })
  })

  test('agreement beats one outlier', () => {
    const dense = [hit('outlier', 0.99), hit('agreed', 0.5)]
    const sparse = [hit('x', 9), hit('agreed', 5)]
    expect(ids(fuse({ dense, sparse }, 'rrf', settings))[0]).toBe('agreed')
  })

  test('weights count', () => {
    const both = { dense: [hit('dense', 1)], sparse: [hit('sparse', 1)] }
    expect(ids(fuse(both, 'rrf', { ...settings, sparseWeight: 2 }))).toEqual(['sparse', 'dense'])
    expect(ids(fuse(both, 'rrf', { ...settings, denseWeight: 2 }))).toEqual(['dense', 'sparse'])
  })

  test('what the index scores alike is alike', () => {
    const [one, other] = fuse({ dense: [hit('a', 0.5), hit('b', 0.5)], sparse: [] }, 'rrf')
    expect(one?.score).toBe(other?.score)
  })

  test('a better rank never does harm', () => {
    fc.assert(
      fc.property(ranking, ranking, fc.nat(19), (dense, sparse, at) => {
        fc.pre(at > 0 && at < dense.length)
        const distinct = dense.map((entry, rank) => ({ ...entry, score: 1 - rank / 100 }))
        const [moved, passed] = [distinct[at], distinct[at - 1]]
        if (moved === undefined || passed === undefined) return
        const better = distinct.with(at - 1, { ...moved, score: passed.score })
        const swapped = better.with(at, { ...passed, score: moved.score })
        const scoreIn = (list: readonly IndexHit[]) =>
          fuse({ dense: list, sparse }, 'rrf').find(
            ({ hit }) => hit.document.id === moved.document.id,
          )?.score ?? 0
        expect(scoreIn(swapped)).toBeGreaterThan(scoreIn(distinct))
      }),
    )
  })
})

describe('distributions', () => {
  test('scores of any scale are comparable, and sums may exceed one', () => {
    const dense = [hit('a', 0.9), ...Array.from({ length: 30 }, (_, at) => hit(`d${at}`, 0.1))]
    const sparse = [hit('a', 900), ...Array.from({ length: 30 }, (_, at) => hit(`s${at}`, 100))]
    const [best] = fuse({ dense, sparse }, 'dbsf', settings)
    expect(best?.hit.document.id).toBe('a')
    expect(best?.score).toBeGreaterThan(1)
  })

  test('a standard deviation is a sixth', () => {
    const fused = fuse({ dense: [hit('a', 3), hit('b', 1)], sparse: [] }, 'dbsf', settings)
    expect(fused.map(({ score }) => score)).toEqual([1 / 2 + 1 / 6, 1 / 2 - 1 / 6])
  })

  test('scores that are all the same are the middle', () => {
    const fused = fuse({ dense: [hit('a', 0.3), hit('b', 0.3)], sparse: [] }, 'dbsf', settings)
    expect(fused.map(({ score }) => score)).toEqual([0.5, 0.5])
  })
})

test('one ranking alone keeps its scores', () => {
  const fused = fuse({ dense: [], sparse: [hit('a', 12.5), hit('b', 3)] }, 'none')
  expect(fused.map(({ score }) => score)).toEqual([12.5, 3])
})

describe.each(FUSIONS)('%s', method => {
  test('holds each passage once, best first, and loses none', () => {
    fc.assert(
      fc.property(ranking, ranking, (dense, sparse) => {
        const fused = fuse({ dense, sparse }, method)
        const keys = fused.map(({ hit }) => passageKey(hit))
        expect(new Set(keys).size).toBe(keys.length)
        expect(new Set(keys)).toEqual(new Set([...dense, ...sparse].map(passageKey)))
        for (const [at, { score }] of fused.entries()) {
          expect(score).toBeLessThanOrEqual(fused[at - 1]?.score ?? Number.POSITIVE_INFINITY)
        }
      }),
    )
  })

  test('the order of what the index scored alike makes no difference', () => {
    fc.assert(
      fc.property(ranking, ranking, fc.infiniteStream(fc.nat()), (dense, sparse, numbers) => {
        const shuffled = (hits: readonly IndexHit[]) =>
          hits
            .map(hit => ({ hit, at: numbers.next().value }))
            .toSorted((one, other) => other.hit.score - one.hit.score || one.at - other.at)
            .map(({ hit }) => hit)
        const fused = fuse({ dense, sparse }, method)
        const again = fuse({ dense: shuffled(dense), sparse: shuffled(sparse) }, method)
        expect(ids(again)).toEqual(ids(fused))
      }),
    )
  })
})
