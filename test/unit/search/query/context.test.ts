/** What stands around a passage. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Chunk } from '../../../../src/search/document.ts'
import { contextOf } from '../../../../src/search/query/context.ts'
import { marked, shareOf, tellingWords } from '../../../../src/search/query/words.ts'

const document = {
  type: 'note' as const,
  id: '1',
  ref: undefined,
  title: '',
  category: '',
  path: undefined,
  url: undefined,
  modifiedAt: undefined,
  pageCount: undefined,
}

/** Passages of `text` at these places. */
const cut = (text: string, places: readonly (readonly [number, number])[]): Chunk[] =>
  places.map(([start, end], index) => ({
    index,
    text: text.slice(start, end),
    start,
    end,
    page: undefined,
    pageEnd: undefined,
  }))

async function around(chunks: readonly Chunk[], at: number, chars: number, query = 'x') {
  const chunk = chunks[at]
  if (chunk === undefined) throw new Error('no such passage')
  return contextOf(
    { document, chunk, chunkCount: chunks.length, score: 1 },
    {
      index: {
        passages: async (generation, user, _key, from, to) => {
          expect([generation, user]).toEqual([7, 'alice'])
          return chunks.slice(from, to + 1)
        },
      },
      generation: 7,
      user: 'alice',
      chars,
      words: tellingWords(query),
    },
  )
}

describe('around a passage', () => {
  const text = 'one two three four five six seven eight nine ten'
  const whole = cut(text, [
    [0, 13],
    [8, 23],
    [19, 33],
    [28, 48],
  ])

  test('overlaps are there once', async () => {
    const found = await around(whole, 1, 1_000)
    expect(found.before).toBe('one two ')
    expect(found.after).toBe(' six seven eight nine ten')
    expect(found).toMatchObject({ moreBefore: false, moreAfter: false })
  })

  test('as much as was asked for', async () => {
    const found = await around(whole, 2, 5)
    expect(found).toMatchObject({
      before: 'four ',
      after: ' eigh',
      moreBefore: true,
      moreAfter: true,
    })
  })

  test('none', async () => {
    expect(await around(whole, 1, 0)).toMatchObject({
      before: '',
      after: '',
      moreBefore: true,
      moreAfter: true,
    })
    expect(await around(whole, 0, 0)).toMatchObject({ moreBefore: false, moreAfter: true })
  })

  test('a gap shows', async () => {
    const found = await around(
      cut(text, [
        [0, 3],
        [8, 13],
        [19, 23],
      ]),
      1,
      100,
    )
    expect([found.before, found.after]).toEqual(['one\n\n', '\n\nfive'])
  })

  test('all in a row, with the words of the query', async () => {
    const { markedText } = await around(whole, 1, 5, 'THREE, or fóur?')
    expect(markedText).toBe(
      '[…]  two \n\n--- match ---\n\n**three** **four** five\n\n--- end of match ---\n\n six  […]',
    )
  })

  test('whatever the passages, it is the document’s own text', async () => {
    const word = fc.stringMatching(/^[a-z😀]{1,6}$/u)
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 3, maxLength: 60 }).map(words => words.join(' ')),
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        fc.integer({ min: 0, max: 200 }),
        async (text, size, overlap, pick, chars) => {
          const step = size - overlap
          const places = Array.from(
            { length: Math.max(1, Math.ceil((text.length - overlap) / step)) },
            (_, at) => [at * step, Math.min(text.length, at * step + size)] as const,
          )
          const chunks = cut(text, places)
          const at = pick % chunks.length
          const found = await around(chunks, at, chars)
          const { start = 0, end = 0 } = chunks[at] ?? {}
          expect(text.slice(0, start).endsWith(found.before)).toBe(true)
          expect(text.slice(end).startsWith(found.after)).toBe(true)
          expect(found.before.length).toBeLessThanOrEqual(chars)
          expect(found.moreBefore).toBe(found.before.length < start)
          expect(found.moreAfter).toBe(found.after.length < text.length - end)
          // Half a character only where the passage itself begins within one.
          const isWhole = (index: number) => !/[\uDC00-\uDFFF]/.test(text[index] ?? '')
          if (isWhole(start)) expect(found.before.isWellFormed()).toBe(true)
        },
      ),
    )
  })
})

describe('words', () => {
  test.each([
    ['What is the name of the dentist?', ['what', 'the', 'name', 'dentist']],
    ['Übung für Café', ['ubung', 'fur', 'cafe']],
    ['A7 or 42', ['a7', '42']],
    ['to be', ['to', 'be']],
    ['?!', []],
  ])('%s', (query, words) => expect([...tellingWords(query)]).toEqual(words))

  test('a share of them', () => {
    const words = tellingWords('dentist name')
    expect(shareOf(words, 'The DENTIST, the dentist')).toBe(0.5)
    expect(shareOf(words, 'dentists')).toBe(0)
    expect(shareOf(new Set(), 'x')).toBe(0)
  })

  test('whole ones are marked, as they are written', () => {
    expect(marked(tellingWords('cafe $& red'), 'Café red redder $&')).toBe(
      '**Café** **red** redder $&',
    )
  })
})
