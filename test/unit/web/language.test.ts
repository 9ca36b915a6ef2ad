/** The reader's language. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { languageOf } from '../../../src/web/language.ts'

test.each([
  [null, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['en-US,en;q=0.9,de;q=0.8', 'en'],
  ['en;q=0.5,de;q=0.6', 'de'],
  ['fr,de;q=0.3,en;q=0.2', 'de'],
  ['fr', 'en'],
  ['DE-ch', 'de'],
  ['de ; q=0.4 , en ; q=0.3', 'de'],
  ['de,en', 'de'],
  ['en,de', 'en'],
  ['*', 'en'],
  ['de;q=0.5,*', 'en'],
  ['*;q=0.5,de', 'de'],
  ['de;q=0', 'en'],
  ['en;q=0', 'de'],
  ['en;q=0,*', 'de'],
  ['en;q=0.001', 'en'],
  ['de;q=2,en;q=0.1', 'en'],
  ['de;q=nonsense,en;q=0.1', 'en'],
  ['deutsch', 'en'],
  [',,;q=1,de', 'de'],
])('%j: %s', (header, expected) => {
  expect(languageOf(header)).toBe(expected)
})

test('anything at all gives a language, soon', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'deqn*-;,= 01.') }), header => {
      expect(['en', 'de']).toContain(languageOf(header))
    }),
  )
  const began = performance.now()
  languageOf('de-'.repeat(30_000))
  languageOf('de;q=0.1,'.repeat(10_000))
  expect(performance.now() - began).toBeLessThan(500)
})
