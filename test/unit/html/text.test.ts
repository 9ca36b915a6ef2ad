import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEntities } from '../../../src/html/entities.ts'
import { excerptOf, htmlToText } from '../../../src/html/text.ts'

describe('HTML as text', () => {
  test.each([
    ['plain', 'plain'],
    ['<p>a</p>\n\n<p>b</p>', 'a\n\nb'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<div>a<div>b</div></div>c', 'a\nb\nc'],
    ['a <b>b</b> <i>c</i>d', 'a b cd'],
    ['x<b> y</b>z', 'x yz'],
    ['<ul><li>one</li><li>two <i>x</i></li></ul>end', '- one\n- two x\n\nend'],
    ['<h1>T</h1>text', 'T\n\ntext'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>', 'a\nb\nc'],
    ['<pre>  x\n   y</pre>z', 'x\n   y\n\nz'],
    ['a <img src=x alt="a dog"> b', 'a a dog b'],
    ['foo<!-- <p>c</p> --> bar', 'foo bar'],
    ['<!DOCTYPE html><?xml?>x', 'x'],
    ['<head><title>t</title></head>x', 'x'],
    ['<script>if (a < b) "</p>"</script>x<STYLE>p{}</STYLE>', 'x'],
    ['<svg><text>no</text></svg>x<object>no</object>', 'x'],
    ['1 < 2, <3 and a<b', '1 < 2, <3 and a'],
    ['<a title="a>b" href=x>q</a>', 'q'],
    ['&lt;b&gt; &amp;amp;', '<b> &amp;'],
    ['a\u00a0&nbsp; b', 'a b'],
    ['<', '<'],
    ['unclosed <p', 'unclosed'],
    ['<script>never closed', ''],
    ['', ''],
  ])('%j', (html, expected) => expect(htmlToText(html)).toBe(expected))

  test('links are told where asked for, and only those that lead somewhere', () => {
    const html =
      '<a href="https://x.org/?a=1&amp;b">x</a> <a href=\'javascript:alert(1)\'>y</a> <a>z</a> <a HREF=mailto:m@x.org>m</a>'
    expect(htmlToText(html)).toBe('x y z m')
    expect(htmlToText(html, { links: true })).toBe(
      'x [https://x.org/?a=1&b] y z m [mailto:m@x.org]',
    )
  })

  test('text that is escaped comes back', () => {
    const words = fc
      .string({ maxLength: 30 })
      .map(text => text.replace(/\s+/g, ' ').trim())
      .filter(text => !text.includes('\u00a0'))
    fc.assert(
      fc.property(words, text => {
        const escaped = text.replace(/[&<>]/g, c => `&#${c.codePointAt(0)};`)
        expect(htmlToText(`<p>${escaped}</p>`)).toBe(text)
      }),
    )
  })

  test('anything is read, and leaves neither tags nor scripts', () => {
    const pieces = fc.constantFrom(
      '<p>',
      '</p>',
      '<script>',
      '</script>',
      '<a href="',
      "'",
      '"',
      '>',
      '<',
      '<!--',
      '-->',
      '&amp;',
      '&#',
      ' ',
      'word',
      '<pre>',
      '<svg/>',
      '</',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), parts => {
        const text = htmlToText(parts.join(''), { links: true })
        expect(text).not.toMatch(/<\/?(p|script|pre|svg)>/)
        expect(text).toBe(text.trim())
        expect(text).not.toMatch(/\n{3}/)
      }),
    )
  })

  test.each([
    ['<', 500_000],
    ['<a href="', 200_000],
    ['<img alt', 200_000],
    ['<!--', 200_000],
    ['<script>', 200_000],
    ['<p ', 200_000],
    ['&', 500_000],
    [' \n', 500_000],
    ['<br>', 200_000],
  ])('a megabyte of %j takes no time to speak of', (piece, times) => {
    const started = performance.now()
    htmlToText(piece.repeat(times), { links: true })
    htmlToText(`<pre>${piece.repeat(times)}`)
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

test.each([
  ['&euro;&#8364;&#x20AC;&#128;', '€€€€'],
  ['&eacute;&Eacute;&szlig;&nbsp;', 'éÉß\u00a0'],
  ['&copy 2026', '© 2026'],
  ['&bogus; &constructor; & &;', '&bogus; &constructor; & &;'],
  ['&#0;&#xD800;&#x110000;', '\ufffd\ufffd\ufffd'],
  ['&amp;lt;', '&lt;'],
])('references in %j', (text, expected) => expect(decodeEntities(text)).toBe(expected))

test('an excerpt is one line that ends with a word', () => {
  expect(excerptOf('short  text\n\nhere', 50)).toBe('short text here')
  expect(excerptOf('one two three four', 10)).toBe('one two…')
  expect(excerptOf('x'.repeat(20), 10)).toBe(`${'x'.repeat(10)}…`)
  expect(excerptOf(`${'x'.repeat(9)}😀`, 10).isWellFormed()).toBe(true)
})
