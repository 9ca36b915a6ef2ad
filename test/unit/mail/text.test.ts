import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stretchOf, textOf } from '../../../src/apps/mail/body.ts'
import { Message } from '../../../src/apps/mail/shapes.ts'
import { sourceText } from '../../../src/apps/mail/source.ts'

const message = (fields: object) => Message.parse({ id: 1, ...fields })

describe('the text of a mail', () => {
  test('is what it was before it was escaped', () => {
    const body =
      'a &lt; b &amp;&amp; &amp;lt; <a href="https://x.example/?a=1&amp;b" rel="noreferrer">https://x.example/?a=1&amp;b</a>\r\n\n'
    expect(textOf(message({ body }))).toBe('a < b && &lt; https://x.example/?a=1&b')
  })

  test('has its signature', () => {
    expect(textOf(message({ body: 'x\n', signature: 'A &amp; B\n' }))).toBe('x\n-- \nA & B')
  })

  test('is not there where the mail cannot be decrypted', () => {
    expect(textOf(message({}))).toBeNull()
  })

  test('in HTML has the words of pictures that wait to be loaded, and nothing hidden', () => {
    const body =
      '<p style="display:none;">machine</p><img src="/blocked.png" alt="Offer &gt; 5" data-original-src="https://cloud/proxy?src=x" style="display: none;" /><img alt="hidden" style="display: none;" />'
    expect(textOf(message({ body, hasHtmlBody: true }))).toBe('Offer > 5')
  })
})

test.each(['<img ', '<img data-original-src=', '<a ', '</a', '<img style="'])(
  'much of %j is read soon',
  piece => {
    const start = performance.now()
    textOf(message({ body: piece.repeat(20_000), hasHtmlBody: false }))
    textOf(message({ body: piece.repeat(20_000), hasHtmlBody: true }))
    expect(performance.now() - start).toBeLessThan(3_000)
  },
)

test('stretches of a text fit together and cut no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 9 }), (text, most) => {
      let whole = ''
      let offset: number | undefined = 0
      while (offset !== undefined) {
        const { text: part, next } = stretchOf(text, offset, most)
        expect(part.length).toBeLessThanOrEqual(most)
        expect(part.isWellFormed()).toBe(true)
        whole += part
        offset = next
      }
      expect(whole).toBe(text)
    }),
  )
})

describe('the source of a mail', () => {
  test('in parts of any size is the source', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 9 }), (text, most) => {
        const bytes = Buffer.from(text)
        let whole = ''
        for (let at = 0; at < bytes.length; ) {
          const part = bytes.subarray(at, at + most)
          const { text: read, used } = sourceText(part, at + most >= bytes.length)
          expect(used).toBeGreaterThan(0)
          whole += read
          at += used
        }
        expect(whole).toBe(text)
      }),
    )
  })

  test('of bytes that are no UTF-8 keeps each of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (array, isEnd) => {
        const bytes = Buffer.from(array)
        const { text, used } = sourceText(bytes, isEnd)
        expect(used === bytes.length || used >= bytes.length - 3).toBe(true)
        const kept = bytes.subarray(0, used)
        expect([kept.toString('utf8'), kept.toString('latin1')]).toContain(text)
      }),
    )
  })
})
