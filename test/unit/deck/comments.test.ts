import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkedMessage, LONGEST_COMMENT, splitMessage } from '../../../src/apps/deck/comments.ts'

const length = (text: string) => [...text].length
/** Without blanks: what may be lost at a break. */
const letters = (text: string) => text.toWellFormed().replace(/\s+/g, '')

describe('splitMessage', () => {
  test('leaves alone what fits', () => {
    expect(splitMessage('  hello\n\nthere ')).toEqual(['hello\n\nthere'])
    expect(splitMessage('😀'.repeat(1000))).toEqual(['😀'.repeat(1000)])
  })

  test('breaks between words, as late as possible', () => {
    const [first, second] = splitMessage(`${'x'.repeat(990)} short wordlong`)
    expect(first).toBe(`${'x'.repeat(990)} short`)
    expect(second).toBe('wordlong')
  })

  test('breaks words that are too long by themselves', () => {
    expect(splitMessage('é'.repeat(2500)).map(length)).toEqual([1000, 1000, 500])
  })

  test('never breaks a mention of a name with blanks', () => {
    const mention = '@"somebody with a long name"'
    const parts = splitMessage(`${'x'.repeat(985)} ${mention} end`)
    expect(parts).toEqual(['x'.repeat(985), `${mention} end`])
  })

  test('every part fits, none is empty, and nothing but blanks is lost', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'grapheme', maxLength: 1500 }),
      fc.constantFrom(' ', '\n\n', '\t', '@"a b"', '@', '\0', '\u00A0'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), words => {
        const message = words.join(' ')
        const trimmed = message.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '')
        fc.pre(trimmed !== '')
        const parts = splitMessage(message)
        for (const part of parts) {
          expect(length(part)).toBeLessThanOrEqual(LONGEST_COMMENT)
          expect(checkedMessage(part)).toBe(part)
        }
        const blanks = /[\0\v]/g
        expect(letters(parts.join('')).replace(blanks, '')).toBe(
          letters(trimmed).replace(blanks, ''),
        )
      }),
    )
  })
})

test('checkedMessage counts as Nextcloud does: PHP does not trim a no-break space', () => {
  expect(checkedMessage(`\0\v ${'x'.repeat(1000)}\r\n`)).toHaveLength(1000)
  expect(() => checkedMessage(`${'x'.repeat(1000)}\u00A0`)).toThrow(/1001/)
  expect(() => checkedMessage(' \n')).toThrow(/^message/)
})
