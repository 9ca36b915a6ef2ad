import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatRecipients, parseRecipients } from '../../../src/apps/mail/recipients.ts'

const parse = (text: string) => parseRecipients('to', text)

describe('recipients', () => {
  test.each([
    ['a@b.org', [['a@b.org', 'a@b.org']]],
    [' Ann Lee <a@b.org> ', [['Ann Lee', 'a@b.org']]],
    ['<a@b.org>', [['a@b.org', 'a@b.org']]],
    ['"Last, First" <a@b.org>', [['Last, First', 'a@b.org']]],
    ['"a@b.org" <c@d.org>', [['a@b.org', 'c@d.org']]],
    ['"She said \\"hi\\"; <x>" <a@b.org>', [['She said "hi"; <x>', 'a@b.org']]],
    [
      'a@b.org,,c@d.org ; E <e@f.org>',
      [
        ['a@b.org', 'a@b.org'],
        ['c@d.org', 'c@d.org'],
        ['E', 'e@f.org'],
      ],
    ],
    [
      "o'neil+tag@mail.example.co.uk",
      [["o'neil+tag@mail.example.co.uk", "o'neil+tag@mail.example.co.uk"]],
    ],
    ['山田 <y@例え.テスト>', [['山田', 'y@xn--r8jz45g.xn--zckzah']]],
    ['', []],
    [' , ', []],
  ])('%s', (text, expected) => {
    expect(parse(text).map(({ label, email }) => [label, email])).toEqual(expected)
  })

  test.each([
    'a',
    'a@',
    '@b.org',
    'a@b',
    'a@b..org',
    'a.@b.org',
    '.a@b.org',
    'a b@c.org',
    'a@b.org c@d.org',
    'Ann <a@b.org> x',
    'Ann <a@b.org',
    'Ann a@b.org>',
    'Ann <>',
    '"Ann <a@b.org>',
    'Ann <a@b.org\r\nBcc: c@d.org>',
    'An\nn <a@b.org>',
    'ünn@b.org',
    `${'a'.repeat(65)}@b.org`,
    `a@${'b'.repeat(64)}.org`,
    'a@b_c.org',
    'group: a@b.org',
  ])('%j is refused', text => {
    expect(() => parse(text)).toThrow(/is not a mail address/)
  })

  test.each([
    ['a name', `"${'n'.repeat(256)}" <a@b.org>`],
    [
      'an address',
      `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example.org`,
    ],
  ])('%s that Nextcloud has no room for is refused, in few words', (_, text) => {
    const error = (() => {
      try {
        return parse(text)
      } catch (caught) {
        return caught
      }
    })()
    expect(error).toMatchObject({ code: 'BAD_INPUT' })
    expect(String(error).length).toBeLessThan(200)
    expect(parse(`"${'n'.repeat(255)}" <a@b.org>`)).toHaveLength(1)
  })

  test.each(['<', '"\\', '"a', 'a ', ' ', '<a>', '"" ', 'a.'])(
    'much of %j is soon refused',
    piece => {
      for (const end of ['', '"', '>', '<x', '@b.org', '<a@b.org>x']) {
        const start = performance.now()
        try {
          parse(piece.repeat(100_000) + end)
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_INPUT' })
        }
        expect(performance.now() - start).toBeLessThan(1_000)
      }
    },
  )

  test('what is written with quotes comes back, whatever is in the name', () => {
    const name = fc.string({ minLength: 1 }).filter(text => /^[^\p{Cc}]*$/u.test(text))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), names => {
        const text = names
          .map(label => `"${label.replaceAll(/["\\]/g, '\\$&')}" <x@example.org>`)
          .join(', ')
        expect(parse(text).map(({ label }) => label)).toEqual(
          names.map(label => label.trim() || 'x@example.org'),
        )
      }),
    )
  })

  test('what is formatted is read as it was', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1 }).map(text => text.trim())
    const recipient = fc
      .record({ label, email: fc.constantFrom('x@example.org', 'a.b+c@d.example') })
      .filter(each => each.label !== '' && /^[^\p{Cc}]*$/u.test(each.label))
    fc.assert(
      fc.property(fc.array(recipient, { maxLength: 5 }), recipients => {
        expect(parse(formatRecipients(recipients))).toEqual(recipients)
      }),
    )
  })

  test('nothing that is accepted has a line break or a space in its address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        let found: { label: string; email: string }[] = []
        try {
          found = parse(`${text}@example.org`)
        } catch {
          return
        }
        for (const { label, email } of found) {
          expect(email).toMatch(/^[\x21-\x7E]+$/)
          expect(label).not.toMatch(/[\r\n]/)
        }
      }),
    )
  })
})
