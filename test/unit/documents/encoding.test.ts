import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeText, type Format, formatOf } from '../../../src/documents/encoding.ts'

const WHOLE = { atStart: true, atEnd: true }

describe('what a file is', () => {
  test.each<[string, Buffer, string, Format]>([
    ['text by type', Buffer.from('Grüße'), 'text/plain;charset=UTF-8', 'text'],
    ['text in another charset', Buffer.from('Gr\xfc\xdfe', 'latin1'), 'text/plain', 'text'],
    ['text without a type', Buffer.from('all: build\n'), 'application/octet-stream', 'text'],
    ['JSON', Buffer.from('{}'), 'application/json', 'text'],
    ['an SVG', Buffer.from('<svg/>'), 'image/svg+xml', 'text'],
    ['nothing', Buffer.alloc(0), 'application/octet-stream', 'text'],
    ['coloured output', Buffer.from('\x1b[31mred\x1b[0m'), 'application/octet-stream', 'text'],
    ['bytes', Buffer.from([1, 2, 3]), 'application/octet-stream', 'binary'],
    ['bytes called text', Buffer.from([0, 9, 0, 200, 7, 0]), 'text/plain', 'binary'],
    [
      'latin1 without a type',
      Buffer.from('Gr\xfcn', 'latin1'),
      'application/octet-stream',
      'binary',
    ],
    ['a PDF that begins readable', Buffer.from('%PDF-1.7'), 'application/pdf', 'binary'],
    ['an image', Buffer.from('GIF89a'), 'image/gif', 'binary'],
    ['marked UTF-16', Buffer.from('\ufeffä', 'utf16le'), 'text/plain', 'utf-16le'],
    ['bare UTF-16', Buffer.from('Hello there'.repeat(9), 'utf16le'), 'text/csv', 'utf-16le'],
  ])('%s', (_, bytes, type, expected) => {
    expect(formatOf(bytes, type)).toBe(expected)
  })

  test('a character that the beginning cuts in two does not matter', () => {
    const cut = Buffer.from('aaaa😀').subarray(0, 6)
    expect(formatOf(cut, 'application/octet-stream')).toBe('text')
  })
})

describe('decoding', () => {
  test('by what the bytes are, whatever the header says', () => {
    const type = 'text/plain;charset=UTF-8'
    const decode = (bytes: Buffer) => decodeText(bytes, 'text', type, WHOLE)
    expect(decode(Buffer.from('\ufeffGrüße'))).toMatchObject({ text: 'Grüße', encoding: 'utf-8' })
    expect(decode(Buffer.from('Gr\xfc\xdfe \x80', 'latin1'))).toMatchObject({
      text: 'Grüße €',
      encoding: 'windows-1252',
    })
  })

  test('by the declared charset where it is not UTF-8', () => {
    const bytes = Buffer.from([0xcf, 0xf0, 0xe8])
    expect(decodeText(bytes, 'text', 'text/plain; charset="windows-1251"', WHOLE).text).toBe('При')
    expect(decodeText(bytes, 'text', 'text/plain; charset=nonsense', WHOLE).text).toBe('Ïðè')
  })

  test.each<[string, BufferEncoding, 'text' | 'utf-16le']>([
    ['UTF-8', 'utf8', 'text'],
    ['UTF-16', 'utf16le', 'utf-16le'],
  ])('%s in parts of any size is the whole', (_, encoding, format) => {
    const texts = fc.string({ unit: 'grapheme-composite', maxLength: 60 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 16, max: 40 }), (tail, step) => {
        // A mark at the start belongs to the encoding; everywhere else it is a character.
        const source = `x\ufeff${tail}`
        const bytes = Buffer.from(source, encoding)
        let whole = ''
        for (let at = 0; at < bytes.length; ) {
          const end = Math.min(at + step, bytes.length)
          const part = decodeText(bytes.subarray(at, end), format, '', {
            atStart: at === 0,
            atEnd: end === bytes.length,
          })
          expect(part.skipped).toBe(0)
          whole += part.text
          at = end - part.left
        }
        expect(whole).toBe(source)
      }),
    )
  })

  test('a part that begins inside a character begins after it', () => {
    const bytes = Buffer.from('😀ä!').subarray(2)
    expect(decodeText(bytes, 'text', '', { atStart: false, atEnd: true })).toMatchObject({
      text: 'ä!',
      skipped: 2,
    })
  })
})
