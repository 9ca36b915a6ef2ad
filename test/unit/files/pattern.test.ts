import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namePattern } from '../../../src/apps/files/pattern.ts'

describe('what a pattern means', () => {
  test.each([
    ['report', 'Annual Report 2024.pdf', true],
    ['report', 'Annual.pdf', false],
    ['*.md', 'Notes.MD', true],
    ['*.md', 'Notes.md.txt', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a😀c', true],
    ['%.txt', 'x.txt', true],
    ['a_b', 'axb', false],
    ['a_b', 'a_b.txt', true],
    ['ÜBER', 'Einführung über alles', true],
    ['u\u0308ber', 'Über.txt', true],
    ['*', '', true],
    ['**a**', 'bab', true],
    ['[a-z].*', 'x.y', false],
    ['(1)', 'copy (1).txt', true],
    ['\\', 'back\\slash', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(namePattern(pattern).matches(name)).toBe(expected)
  })

  test('it is a glob: the same as the regular expression it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'ä', '😀'), maxLength: 8 })
    const patterns = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', 'ä', '%'),
      maxLength: 6,
    })
    fc.assert(
      fc.property(patterns, letters, (pattern, name) => {
        const source = /[*?%]/.test(pattern) ? pattern : `*${pattern}*`
        const regex = new RegExp(
          `^${source.replaceAll('.', '\\.').replace(/[*%]/g, '.*').replaceAll('?', '.')}$`,
          'su',
        )
        expect(namePattern(pattern).matches(name)).toBe(regex.test(name))
      }),
    )
  })

  test('a hostile pattern takes no time', () => {
    const started = performance.now()
    namePattern(`${'*a'.repeat(100)}b`).matches('a'.repeat(250))
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('what the database is asked', () => {
  test('wildcards of SQL lose their meaning, ours get it', () => {
    expect(namePattern('100_\\*?').likes).toEqual(['100\\_\\\\%_'])
    expect(namePattern('plain').likes).toEqual(['%plain%'])
  })

  test('letters beyond ASCII are asked for in the usual spellings', () => {
    expect(namePattern('über*').likes).toEqual(['über%', 'Über%'])
    expect(namePattern('отчёт').likes).toEqual(['%отчёт%', '%ОТЧЁТ%', '%Отчёт%'])
  })

  test('whatever matches in a usual spelling is like one of the literals, on SQLite too', () => {
    const words = fc.string({
      unit: fc.constantFrom('a', 'B', 'ü', 'Ö', 'ж', '_', '%', '\\', '.', ' ', '?'),
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(words, word => {
        const { likes } = namePattern(word)
        const literal = word.replace(/[*%?]/g, 'x')
        for (const name of [literal, literal.toLowerCase(), literal.toUpperCase()]) {
          expect(likes.some(like => sqliteLike(like, name))).toBe(true)
        }
      }),
    )
  })
})

/** SQLite's LIKE with backslash as escape: case counts beyond ASCII. */
function sqliteLike(like: string, name: string): boolean {
  const source = like.replace(/\\([\s\S])|([%_])|([\s\S])/gu, (_, escaped, wildcard, plain) =>
    wildcard === undefined
      ? (escaped ?? plain).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      : wildcard === '%'
        ? '[\\s\\S]*'
        : '[\\s\\S]',
  )
  const lower = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase())
  return new RegExp(`^${lower(source).replaceAll('[\\s\\s]', '[\\s\\S]')}$`, 'u').test(lower(name))
}
