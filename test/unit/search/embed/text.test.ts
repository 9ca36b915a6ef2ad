import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchesOf, inParallel } from '../../../../src/search/embed/batches.ts'
import { prefixesFor } from '../../../../src/search/embed/prefixes.ts'
import { isBlank, truncated } from '../../../../src/search/embed/text.ts'
import { windowsWith } from '../../../../src/search/embed/windows.ts'

describe('truncated', () => {
  test('a beginning, not longer than asked, without half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 80 }),
        (text, length) => {
          const cut = truncated(text, length)
          expect(text.startsWith(cut)).toBe(true)
          expect(cut.length).toBeLessThanOrEqual(length)
          expect(cut.isWellFormed()).toBe(text.isWellFormed())
          if (text.length <= length) expect(cut).toBe(text)
        },
      ),
    )
  })

  test.each([
    ['a combining mark stays with its letter', 'caffe\u0301', 5, 'caff'],
    ['a family stays together', 'ab👨‍👩‍👧cd', 6, 'ab'],
    ['a flag too', 'x🇩🇪', 3, 'x'],
    ['where one character is more than all, a code point stays whole', '👨‍👩‍👧', 4, '👨‍'],
    ['and no space is left where there is none for it', '👨‍👩‍👧', 1, ''],
  ])('%s', (_, text, length, cut) => {
    expect(truncated(text, length)).toBe(cut)
  })
})

test.each([
  ['', true],
  [' \t\r\n', true],
  ['\u200b\ufeff\u00a0', true],
  ['\u0000', true],
  ['.', false],
  ['語', false],
])('isBlank(%j)', (text, blank) => {
  expect(isBlank(text)).toBe(blank)
})

test('batches hold everything in order, within the limits', () => {
  const limits = { texts: 5, characters: 40 }
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 60 })), texts => {
      const batches = batchesOf(texts, limits)
      expect(batches.flat()).toEqual(texts)
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0)
        expect(batch.length).toBeLessThanOrEqual(limits.texts)
        if (batch.length > 1) expect(batch.join('').length).toBeLessThanOrEqual(limits.characters)
      }
      // No two neighbours could have been one.
      for (const [at, batch] of batches.entries()) {
        const both = [...batch, ...(batches[at + 1]?.slice(0, 1) ?? [])]
        if (both.length === batch.length) continue
        expect(both.length > limits.texts || both.join('').length > limits.characters).toBe(true)
      }
    }),
  )
})

describe('inParallel', () => {
  test('answers in order, with no more at a time than allowed', async () => {
    let running = 0
    let most = 0
    const answers = await inParallel([3, 1, 2, 0], 2, undefined, async ticks => {
      most = Math.max(most, ++running)
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
      running--
      return ticks * 10
    })
    expect(answers).toEqual([30, 10, 20, 0])
    expect(most).toBe(2)
  })

  test('the first failure stops the rest', async () => {
    const begun: number[] = []
    const work = inParallel([0, 1, 2, 3], 2, undefined, async (item, signal) => {
      begun.push(item)
      if (item === 0) throw new Error('first')
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
    })
    await expect(work).rejects.toThrow('first')
    expect(begun).toEqual([0, 1])
  })
})

test.each([
  ['nomic-embed-text', 'search_query: ', 'search_document: '],
  ['nomic-ai/nomic-embed-text-v1.5', 'search_query: ', 'search_document: '],
  ['intfloat/e5-base-v2', 'query: ', 'passage: '],
  ['intfloat/multilingual-e5-large-instruct', '', ''],
  ['all-minilm', '', ''],
  ['BAAI/bge-m3', '', ''],
])('prefixes of %s', (model, query, passage) => {
  const none = { queryPrefix: undefined, passagePrefix: undefined }
  expect(prefixesFor(model, none)).toEqual({ query, passage })
  expect(prefixesFor(model, { queryPrefix: 'ask ', passagePrefix: '' })).toEqual({
    query: 'ask ',
    passage: '',
  })
})

describe('windows', () => {
  // A token for each three characters.
  const windowsOf = windowsWith(word => Math.ceil(word.length / 3))

  test('every word is in one of them, in order, and none is more than the model reads', () => {
    const word = fc.stringMatching(/^x[a-zé語🙂]{0,200}$/u)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 300 }), words => {
        const windows = windowsOf(words.join(' '))
        expect(windows.map(({ text }) => text.replaceAll(' ', '')).join('')).toBe(words.join(''))
        for (const { text, tokens } of windows) {
          expect(tokens).toBeGreaterThan(0)
          expect(tokens).toBeLessThanOrEqual(128)
          expect(text.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('are without punctuation around words and without articles', () => {
    const texts = (text: string) => windowsOf(text).map(window => window.text)
    expect(texts('The dog, "a friend", isn\'t (here); C# costs 3.50!')).toEqual([
      "dog friend isn't here C# costs 3.50",
    ])
    expect(texts('The')).toEqual(['The'])
    expect(texts('?!')).toEqual(['?!'])
  })

  test('are of about the same length', () => {
    const windows = windowsOf(Array.from({ length: 100 }, () => 'abcdef').join('\n'))
    expect(windows.map(({ tokens }) => tokens)).toEqual([50, 50, 50, 50])
  })
})
