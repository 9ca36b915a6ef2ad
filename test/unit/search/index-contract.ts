/** What every index has to do, whatever it stores things in. */
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { IndexedDocument } from '../../../src/search/document.ts'
import type {
  Generation,
  IndexHit,
  IndexQuery,
  SearchFilter,
  SearchIndex,
} from '../../../src/search/index/search-index.ts'
import { wordsOf } from '../../../src/search/index/words.ts'
import { createModel, nameOf } from './index-model.ts'
import { axis, chunksOf, DIMENSION, documentOf, signs } from './samples.ts'

/** An index to test, empty; `destroy` is called after it was closed. */
export interface IndexUnderTest {
  readonly index: SearchIndex
  destroy(): Promise<void>
}

const SPEC = { model: 'sample', dimension: DIMENSION, chunker: 'v1' }

/** Runs the contract. */
export function indexContract(
  name: string,
  create: () => Promise<IndexUnderTest>,
  {
    partsOfWords = true,
  }: { /** Whether words are found by parts of them. */ partsOfWords?: boolean } = {},
): void {
  describe(name, () => {
    let tested: IndexUnderTest
    let index: SearchIndex
    let generation: Generation
    let cleaned = 0
    beforeAll(async () => {
      tested = await create()
      index = tested.index
    })
    afterAll(async () => {
      await index.close()
      await tested.destroy()
    })
    beforeEach(async () => {
      generation = await index.open(SPEC)
    })
    afterEach(async () => {
      // Nothing is left: another generation takes the place of all others.
      for (const user of ['alice', 'bob']) await index.forget(user)
      const clean = await index.open({ ...SPEC, model: `sample-${cleaned++}` })
      await index.activate(clean.id)
      await index.activate((await index.open(SPEC)).id)
    })

    const query = (user: string, asked: Partial<IndexQuery>) =>
      index.query(user, {
        generation: generation.id,
        vector: undefined,
        text: undefined,
        limit: 50,
        filter: {},
        ...asked,
      })
    const byWords = async (text: string, filter: SearchFilter = {}, user = 'alice') =>
      (await query(user, { text, filter })).sparse.map(hitName)
    const byMeaning = async (vector: Float32Array, filter: SearchFilter = {}, user = 'alice') =>
      (await query(user, { vector, filter })).dense.map(hitName)
    const put = (id: string, texts: readonly string[], more: Partial<IndexedDocument> = {}) =>
      index.put(generation.id, 'alice', documentOf(id, more), chunksOf(texts))
    /** Puts documents and says which of them a filter leaves. */
    const left = async (documents: readonly IndexedDocument[], filter: SearchFilter) => {
      for (const document of documents) {
        await index.put(generation.id, 'alice', document, chunksOf(['word']))
      }
      const [dense, sparse] = await Promise.all([
        byMeaning(axis(0), filter),
        byWords('word', filter),
      ])
      expect(dense.toSorted()).toEqual(sparse.toSorted())
      return dense.map(hit => hit.split(' ')[1]).toSorted()
    }

    describe('generations', () => {
      test('the first is active, the next is built beside it until it is activated', async () => {
        expect(generation).toMatchObject({ ...SPEC, active: true })
        const next = await index.open({ ...SPEC, chunker: 'v2' })
        expect(next).toMatchObject({ chunker: 'v2', active: false })
        expect(await index.generations()).toEqual([generation, next])
        await put('old', ['word'])
        await index.put(next.id, 'alice', documentOf('new'), chunksOf(['word']))
        expect(await byWords('word')).toEqual(['note old 0'])
        const inNext = await query('alice', { generation: next.id, text: 'word' })
        expect(inNext.sparse.map(hitName)).toEqual(['note new 0'])
        await index.activate(next.id)
        expect(await index.generations()).toEqual([{ ...next, active: true }])
        await expect(byWords('word')).rejects.toMatchObject({ code: 'NO_GENERATION' })
        expect(await index.stats()).toMatchObject({ documents: 1, chunks: 1 })
      })

      test('of one kind are one', async () => {
        expect(await index.open(SPEC)).toEqual(generation)
        const [a, b] = await Promise.all([1, 2].map(() => index.open({ ...SPEC, model: 'other' })))
        expect(a).toEqual(b)
        expect(await index.generations()).toHaveLength(2)
      })

      test('may have other dimensions', async () => {
        const small = await index.open({ ...SPEC, dimension: 3 })
        const vector = Float32Array.of(0, 1, 0)
        await index.put(small.id, 'alice', documentOf('1'), chunksOf(['word'], [vector]))
        const { dense } = await query('alice', { generation: small.id, vector })
        expect(dense.map(({ score }) => score)).toEqual([1])
      })

      test('that are none are refused', async () => {
        const none = { code: 'NO_GENERATION' }
        await expect(index.activate(99)).rejects.toMatchObject(none)
        await expect(index.put(99, 'alice', documentOf('1'), [])).rejects.toMatchObject(none)
        await expect(query('alice', { generation: 99, text: 'a' })).rejects.toMatchObject(none)
        for (const spec of [{ dimension: 0 }, { dimension: 1.5 }, { model: '' }, { chunker: '' }]) {
          const refused = index.open({ ...SPEC, ...spec })
          await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT' })
        }
        expect(await index.generations()).toEqual([generation])
      })

      test('that were replaced can be opened again, and are empty', async () => {
        await put('1', ['word'])
        const next = await index.open({ ...SPEC, chunker: 'v2' })
        await index.activate(next.id)
        const again = await index.open(SPEC)
        expect(again).toMatchObject({ ...SPEC, active: false })
        expect((await query('alice', { generation: again.id, text: 'word' })).sparse).toEqual([])
      })
    })

    describe('what is stored', () => {
      test('comes back whole', async () => {
        const document = documentOf('7', {
          type: 'file',
          ref: '{"etag":"x"}',
          title: 'Plan "ü"',
          category: 'Work',
          path: '/Work/Plan.pdf',
          url: 'https://cloud.example.org/f/7',
          modifiedAt: 1_700_000_000_123,
          pageCount: 3,
        })
        const [first, second] = chunksOf(['one passage', 'another\u0000 one'], [axis(1), axis(2)])
        if (!first || !second) throw new Error('no samples')
        await index.put(generation.id, 'alice', document, [
          { ...first, page: 1, pageEnd: 2 },
          second,
        ])
        const { dense, sparse } = await query('alice', {
          vector: axis(1),
          text: 'another',
          limit: 1,
        })
        const { vector: _, ...stored } = first
        expect(dense).toEqual([
          { document, chunk: { ...stored, page: 1, pageEnd: 2 }, chunkCount: 2, score: 1 },
        ])
        expect(sparse[0]).toMatchObject({
          document,
          chunk: { index: 1, text: 'another\u0000 one' },
        })
        const passages = await index.passages(generation.id, 'alice', document, 1, 1)
        expect(passages.map(({ text }) => text)).toEqual(['another\u0000 one'])
      })

      test('takes the place of what was stored', async () => {
        await put('1', ['before', 'more', 'still more'])
        await put('1', ['after'])
        expect(await byWords('before more still')).toEqual([])
        expect(await byWords('after')).toEqual(['note 1 0'])
        expect(await byMeaning(axis(0))).toEqual(['note 1 0'])
        expect(await index.stats('alice')).toMatchObject({ documents: 1, chunks: 1 })
      })

      test('may have no passages', async () => {
        await put('1', ['before'])
        await put('1', [])
        expect(await byMeaning(axis(0))).toEqual([])
        expect(await index.stats('alice')).toMatchObject({ documents: 1, chunks: 0 })
      })

      test('does not hang on the buffer that vectors are cut out of', async () => {
        const both = Float32Array.of(...axis(3), ...axis(4))
        const vectors = [both.subarray(0, DIMENSION), both.subarray(DIMENSION)]
        await index.put(generation.id, 'alice', documentOf('1'), chunksOf(['a', 'b'], vectors))
        expect((await byMeaning(axis(4)))[0]).toBe('note 1 1')
        expect(both).toHaveLength(2 * DIMENSION)
      })

      test.each([
        ['another dimension', Float32Array.of(1)],
        ['NaN', axis(0).fill(Number.NaN, 3, 4)],
        ['infinity', axis(0).fill(Number.POSITIVE_INFINITY, 3, 4)],
        ['no length', new Float32Array(DIMENSION)],
        ['another length', axis(0).fill(2, 0, 1)],
      ])('is refused as a whole for a vector with %s', async (_, vector) => {
        await put('1', ['before'])
        const chunks = chunksOf(['after', 'bad'], [axis(0), vector])
        const refused = index.put(generation.id, 'alice', documentOf('1'), chunks)
        await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT' })
        expect(await byWords('before after')).toEqual(['note 1 0'])
        expect(await byWords('after')).toEqual([])
        await expect(query('alice', { vector })).rejects.toMatchObject({ code: 'BAD_INPUT' })
      })

      test('is refused for passages out of order', async () => {
        const chunks = chunksOf(['a', 'b']).toReversed()
        const refused = index.put(generation.id, 'alice', documentOf('1'), chunks)
        await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT' })
      })

      test('is removed from all generations, and counted once', async () => {
        const next = await index.open({ ...SPEC, chunker: 'v2' })
        for (const id of ['1', '2']) {
          await put(id, ['word'])
          await index.put(next.id, 'alice', documentOf(id), chunksOf(['word']))
        }
        await put('3', ['word'])
        const keys = [documentOf('1'), documentOf('3'), documentOf('1', { type: 'file' })]
        expect(await index.remove('alice', keys)).toBe(2)
        expect(await byWords('word')).toEqual(['note 2 0'])
        const inNext = await query('alice', { generation: next.id, text: 'word' })
        expect(inNext.sparse.map(hitName)).toEqual(['note 2 0'])
        expect(await index.remove('alice', keys)).toBe(0)
        expect(await index.remove('nobody', keys)).toBe(0)
      })
    })

    describe('users', () => {
      beforeEach(async () => {
        await put('1', ['of alice'])
        await index.put(generation.id, 'bob', documentOf('1'), chunksOf(['of bob']))
      })

      test('find what is theirs and nothing else', async () => {
        expect(await byWords('alice bob')).toEqual(['note 1 0'])
        expect(await byWords('alice', {}, 'bob')).toEqual([])
        expect(await byMeaning(axis(0), {}, 'bob')).toHaveLength(1)
        expect(await byMeaning(axis(0), {}, "b' OR 1=1 --")).toEqual([])
        const passages = await index.passages(generation.id, 'bob', documentOf('1'), 0, 9)
        expect(passages.map(({ text }) => text)).toEqual(['of bob'])
      })

      test('lose what is theirs and nothing else', async () => {
        expect(await index.remove('bob', [documentOf('1')])).toBe(1)
        expect(await byWords('alice')).toEqual(['note 1 0'])
      })

      test('are forgotten in all generations', async () => {
        const next = await index.open({ ...SPEC, chunker: 'v2' })
        await index.put(next.id, 'alice', documentOf('1'), chunksOf(['of alice']))
        await index.forget('alice')
        await index.forget('nobody')
        expect(await byWords('alice')).toEqual([])
        expect((await query('alice', { generation: next.id, vector: axis(0) })).dense).toEqual([])
        expect(await index.stats('alice')).toMatchObject({ documents: 0, chunks: 0 })
        expect(await byWords('bob', {}, 'bob')).toEqual(['note 1 0'])
        await put('2', ['again of alice'])
        expect(await byWords('alice')).toEqual(['note 2 0'])
      })
    })

    describe('filters', () => {
      test('by type; an empty list leaves nothing', async () => {
        const documents = (['note', 'file', 'deck_card'] as const).map(type =>
          documentOf(type, { type }),
        )
        expect(await left(documents, { types: ['file', 'deck_card'] })).toEqual([
          'deck_card',
          'file',
        ])
        expect(await left(documents, { types: ['mail_message'] })).toEqual([])
        expect(await left(documents, { types: [] })).toEqual([])
      })

      test('by time, both ends included; what has none is left out', async () => {
        const documents = [10, 20, 30, undefined].map(modifiedAt =>
          documentOf(`${modifiedAt}`, { modifiedAt }),
        )
        expect(await left(documents, { modifiedAfter: 20 })).toEqual(['20', '30'])
        expect(await left(documents, { modifiedBefore: 20 })).toEqual(['10', '20'])
        expect(await left(documents, { modifiedAfter: 11, modifiedBefore: 29 })).toEqual(['20'])
        expect(await left(documents, {})).toHaveLength(4)
      })

      test.each([
        ['/Work', ['a', 'b', 'itself']],
        ['Work/', ['a', 'b', 'itself']],
        ['/Work/Sub', ['b']],
        ['/Work/a.md', ['a']],
        ['/work', ['case']],
        ['/W', []],
        ['/', 'all'],
        ['', 'all'],
        ['/100%', ['percent']],
        ['/_ork', ['underscore']],
        ['/*', ['star']],
        ['/[Work]', ['brackets']],
        [`/it's "q"`, ['quotes']],
        ['/Caf\u00e9', ['composed', 'decomposed']],
        ['/Cafe\u0301', ['composed', 'decomposed']],
        ['/\u{1f4c1}', ['emoji']],
      ])('by folder: %s', async (folder, expected) => {
        const paths = {
          a: '/Work/a.md',
          b: '/Work/Sub/b.md',
          itself: '/Work',
          longer: '/Workshop/c.md',
          sibling: '/Work.md',
          case: '/work/c.md',
          percent: '/100%/c.md',
          notPercent: '/100/c.md',
          underscore: '/_ork/c.md',
          star: '/*/c.md',
          brackets: '/[Work]/c.md',
          quotes: `/it's "q"/c.md`,
          composed: '/Caf\u00e9/c.md',
          decomposed: '/Cafe\u0301/d.md',
          emoji: '/\u{1f4c1}/c.md',
        }
        const documents = Object.entries(paths).map(([id, path]) => documentOf(id, { path }))
        const found = await left([...documents, documentOf('none')], { pathPrefixes: [folder] })
        expect(found).toEqual(expected === 'all' ? Object.keys(paths).toSorted() : expected)
      })

      test('by any of several folders; an empty list leaves nothing', async () => {
        const documents = ['/A/x', '/B/x', '/C/x'].map(path => documentOf(path, { path }))
        expect(await left(documents, { pathPrefixes: ['/A', '/C'] })).toEqual(['/A/x', '/C/x'])
        expect(await left(documents, { pathPrefixes: [] })).toEqual([])
      })

      test('that few meet do not lose what is far down', async () => {
        for (let at = 0; at < 300; at++) {
          const more = { path: at === 299 ? '/Few/x.md' : '/Many/x.md', modifiedAt: at }
          const vector = at === 299 ? signs(0xffff) : signs(1)
          const chunks = chunksOf([`word${' other'.repeat(at / 10)}`], [vector])
          await index.put(generation.id, 'alice', documentOf(`${at}`, more), chunks)
        }
        const asked = { vector: signs(1), text: 'word', limit: 5 }
        const { dense, sparse } = await query('alice', {
          ...asked,
          filter: { pathPrefixes: ['/Few'] },
        })
        expect([...dense, ...sparse].map(hitName)).toEqual(['note 299 0', 'note 299 0'])
      })
    })

    describe('words', () => {
      test.each([
        ['case', 'STRASSE', 'Die Straße'],
        ['accents left out', 'cafe creme', 'Café crème'],
        ['accents put in', 'Zürich', 'zurich'],
        ['another normal form', 'Cafe\u0301', 'Caf\u00e9'],
        ['the width of characters', 'ＡＢＣ１２３', 'abc123'],
        ['Greek', 'ΟΔΟΣ', 'οδός'],
        ['Cyrillic', 'ёлка', 'ЁЛКА'],
        ['Chinese, within a sentence', '北京', '我们明天去北京开会'],
        ['one character', '北', '我们明天去北京开会'],
        ['the last character', '会', '我们明天去北京开会'],
        ['Japanese', '本語', 'これは日本語の文章です'],
        ['Korean, with an ending', '서울', '서울에서 만나요'],
        ['Thai', 'ภาษา', 'ฉันเรียนภาษาไทย'],
        ['Hindi', 'हिन्दी', 'यह हिन्दी है'],
        ['rare characters', '𠮷野', '𠮷野家'],
        ['scripts without a space between', 'iPhone', '新型iPhone発売'],
        ['one word of several', 'unknown words but budget', 'the budget'],
        ['a number', '2026', 'Plan 2026'],
      ])('%s', async (_, asked, stored) => {
        await put('1', ['nothing of the kind', stored])
        expect(await byWords(asked)).toEqual(['note 1 1'])
      })

      test.runIf(partsOfWords).each([
        ['versicherung', 'Versicherungspolice'],
        ['police', 'Versicherungspolicen'],
      ])('that are part of others: %s', async (asked, stored) => {
        await put('1', ['nothing of the kind', stored])
        expect(await byWords(asked)).toEqual(['note 1 1'])
      })

      test('of titles count, and count for more', async () => {
        await put('text', ['the budget of this year'], { title: 'Something else' })
        await put('title', ['what else there is to say'], { title: 'Budget' })
        for (let at = 0; at < 8; at++) await put(`${at}`, ['nothing of that kind here'])
        expect(await byWords('budget')).toEqual(['note title 0', 'note text 0'])
      })

      test('of a title do not name each of its passages', async () => {
        await put('long', ['one', 'two', 'three'], { title: 'Budget' })
        expect(await byWords('budget')).toEqual(['note long 0'])
      })

      test.each([
        '"',
        '""',
        'a"b',
        `'`,
        '*',
        'budget*',
        '^budget',
        'NEAR(budget year)',
        'budget NOT budget',
        'budget AND (',
        'OR',
        'title:budget',
        '{title text}: budget',
        '-budget',
        'budget + year',
        '\u0000budget',
        'budget\ud800',
        '%_[]',
        '; DROP TABLE index_document; --',
        '\u202ebudget',
        '🎉',
        '   ',
        '',
        '…—!?',
      ])('are no language: %j', async text => {
        await put('1', ['the budget of the year'])
        const expected = text.includes('budget') ? ['note 1 0'] : []
        expect(await byWords(text)).toEqual(expected)
      })

      test('may be a great many', async () => {
        await put('1', ['the budget of the year'])
        const many = Array.from({ length: 10_000 }, (_, at) => `word${at}`).join(' ')
        expect(await byWords(`budget ${many}`)).toEqual(['note 1 0'])
        expect(await byWords('x'.repeat(100_000))).toEqual([])
        expect(await byWords('字'.repeat(10_000))).toEqual([])
      })

      test('of any text find it', async () => {
        const text = fc.string({ unit: 'binary', maxLength: 40 })
        let next = 0
        await fc.assert(
          fc.asyncProperty(text, async stored => {
            const id = `${next++}`
            await put(id, [stored])
            const found = await query('alice', { text: stored, limit: 1_000 })
            const isFound = found.sparse.some(({ document }) => document.id === id)
            expect(isFound).toBe(wordsOf(stored).length > 0)
          }),
          { numRuns: 100 },
        )
      })
    })

    test('passages are given in order, as far as there are any', async () => {
      await put('1', ['a', 'b', 'c', 'd'])
      await put('2', ['e'])
      const of = async (from: number, to: number, id = '1') => {
        const chunks = await index.passages(generation.id, 'alice', documentOf(id), from, to)
        return chunks.map(({ text }) => text).join('')
      }
      expect(await of(1, 2)).toBe('bc')
      expect(await of(-5, 0)).toBe('a')
      expect(await of(2, 1e9)).toBe('cd')
      expect(await of(4, 9)).toBe('')
      expect(await of(2, 1)).toBe('')
      expect(await of(0, 9, 'none')).toBe('')
    })

    test('the statistics count what is searched', async () => {
      await put('1', ['a', 'b'])
      await put('2', ['c'], { type: 'file' })
      await index.put(generation.id, 'bob', documentOf('1'), chunksOf(['d']))
      const next = await index.open({ ...SPEC, chunker: 'v2' })
      await index.put(next.id, 'alice', documentOf('1'), chunksOf(['a']))
      expect(await index.stats('alice')).toEqual({
        documents: 2,
        chunks: 3,
        documentsByType: { note: 1, file: 1 },
        vectorBytes: 3 * DIMENSION * 4,
      })
      expect(await index.stats()).toMatchObject({ documents: 3, chunks: 4 })
      expect(await index.stats('nobody')).toMatchObject({ documents: 0, documentsByType: {} })
    })

    test.each([0, -1, 1.5, Number.NaN, 100_000])('a limit of %s is refused', async limit => {
      const refused = query('alice', { text: 'a', limit })
      await expect(refused).rejects.toMatchObject({ code: 'BAD_INPUT' })
    })

    test('the first generation is active, and all is well until it is closed', async () => {
      const other = await create()
      try {
        expect(await other.index.open(SPEC)).toMatchObject({ ...SPEC, active: true })
        expect(await other.index.health()).toBeUndefined()
        await other.index.close()
        await expect(other.index.stats()).rejects.toMatchObject({ code: 'CLOSED' })
        expect(await other.index.health()).toMatch(/closed/)
      } finally {
        await other.destroy()
      }
    })

    test('whatever was put and removed, the nearest are found and nothing else', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 25 }), async steps => {
          await index.forget('alice')
          await index.forget('bob')
          const model = createModel()
          for (const step of steps) await apply(step, index, generation.id, model)
          for (const user of ['alice', 'bob']) {
            for (const filter of FILTERS) {
              const expected = model.dense(user, signs(0b1011), filter)
              const asked = { vector: signs(0b1011), filter, limit: 5 }
              const { dense } = await query(user, asked)
              expect(dense.map(({ score }) => score.toFixed(5))).toEqual(
                expected.slice(0, 5).map(({ score }) => score.toFixed(5)),
              )
              const scores = new Map(expected.map(({ name, score }) => [name, score]))
              for (const hit of dense) expect(scores.get(hitName(hit))).toBeCloseTo(hit.score, 5)
              expect((await query(user, asked)).dense).toEqual(dense)
              const { sparse } = await query(user, { text: 'red green', filter, limit: 1_000 })
              const named = model.sparse(user, ['red', 'green'], filter).map(({ name }) => name)
              expect(sparse.map(hitName).toSorted()).toEqual(named.toSorted())
            }
          }
        }),
        { numRuns: 30 },
      )
    })
  })
}

/** What a hit is called in the model. */
export function hitName({ document, chunk }: IndexHit): string {
  return nameOf(document, chunk.index)
}

const FOLDERS = ['/A', '/A/B', '/AB', undefined] as const
/** Filters that the models are tried with. */
export const FILTERS: readonly SearchFilter[] = [
  {},
  { types: ['file'] },
  { modifiedAfter: 3, modifiedBefore: 7 },
  { pathPrefixes: ['/A'] },
  { types: ['note'], pathPrefixes: ['/AB', '/A/B'], modifiedBefore: 6 },
]

const PASSAGE = fc.record({
  words: fc.array(fc.constantFrom('red', 'green', 'blue', 'grey'), { minLength: 1, maxLength: 6 }),
  bits: fc.integer({ min: 0, max: 0xffff }),
})
const KEY = fc.record({
  user: fc.constantFrom('alice', 'alice', 'bob'),
  id: fc.constantFrom('1', '2', '3', '4'),
  type: fc.constantFrom('note' as const, 'file' as const),
})
/** Something done to an index. */
export const STEP = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key: KEY,
      title: fc.constantFrom('', 'Red', 'Blue and green'),
      modifiedAt: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      path: fc.constantFrom(...FOLDERS),
      passages: fc.array(PASSAGE, { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), key: KEY }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), key: KEY }) },
)

type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never

/** Does the same to an index and to the model. */
export async function apply(
  step: Step,
  index: SearchIndex,
  generation: number,
  model: ReturnType<typeof createModel>,
): Promise<void> {
  const { user, type, id } = step.key
  if (step.kind === 'remove') {
    expect(await index.remove(user, [{ type, id }])).toBe(model.remove(user, [{ type, id }]))
  } else if (step.kind === 'forget') {
    await index.forget(user)
    model.forget(user)
  } else {
    const { title, modifiedAt, path, passages } = step
    const document = documentOf(id, { type, title, modifiedAt, path: path && `${path}/x.md` })
    const chunks = chunksOf(
      passages.map(({ words }) => words.join(' ')),
      passages.map(({ bits }) => signs(bits)),
    )
    await index.put(generation, user, document, chunks)
    model.put(user, document, chunks)
  }
}
