import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { htmlToMarkdown } from '../../../src/documents/html.ts'

describe('HTML as Markdown', () => {
  test.each([
    ['<h1>Plan</h1><h3>Part <i>two</i></h3><p>Text', '# Plan\n\n### Part *two*\n\nText'],
    ['<p>Hello&nbsp;<b>you</b>, and <em>you</em>.<br>Bye', 'Hello **you**, and *you*.\nBye'],
    ['<a href="https://example.org/?a=1&amp;b=2">here</a>', '[here](https://example.org/?a=1&b=2)'],
    ['<a href="https://example.org/a b(1)">x</a>', '[x](https://example.org/a%20b%281%29)'],
    ['<a href="#top">up</a> <a>no</a> <a href="cid:1">part</a>', 'up no part'],
    ['<ul><li>one<ul><li>two</ul><li>three</ul>', '- one\n  - two\n- three'],
    ['<ol start=3><li>c<li>d</ol>', ' 3. c\n 4. d'.trim()],
    ['<blockquote>old<blockquote>older</blockquote></blockquote>', '> old\n>\n> > older'],
    ['<pre>a\n  b</pre>', '```\na\n  b\n```'],
    ['<table><tr><td>lay<td>out</table>', 'lay\nout'],
    ['before<hr>after', 'before\n\n---\n\nafter'],
    ['soft\u00ADhyphens&#847;', 'softhyphens'],
    ['', ''],
    ['just text &amp; more', 'just text & more'],
  ])('%s', (html, markdown) => {
    expect(htmlToMarkdown(html)).toBe(markdown)
  })

  test('tables with headings stay tables, one line a row', () => {
    const html = '<table><thead><tr><th>A<th>B</thead><tbody><tr><td>1<br>2<td>x|y</tbody></table>'
    expect(htmlToMarkdown(html)).toBe('| A | B |\n| --- | --- |\n| 1 2 | x\\|y |')
  })
})

describe('what nobody sees is not there', () => {
  test.each([
    '<head><title>t</title></head><body>seen</body>',
    'seen<script>evil()</script><style>p{}</style><noscript>old</noscript><svg><text>t</text></svg>',
    '<div style="color:red;display:none">secret</div>seen',
    '<div style="display: none">secret</div><p hidden>secret</p>seen',
    '<span style="visibility:hidden">secret</span>seen<!-- secret -->',
    '<p STYLE="COLOR:RED;DISPLAY:NONE;">secret</p>seen',
    '<p style="display:none !important">secret</p>seen',
    '<p style="opacity:0">secret</p><p style="opacity: 0; color: red">secret</p>seen',
    '<div style="max-height:0px;overflow:hidden;">secret</div>seen',
    'seen<template><p>secret</p></template><object>secret</object>',
  ])('%s', html => {
    expect(htmlToMarkdown(html)).toBe('seen')
  })

  test('images are their words, and never an address', () => {
    const html =
      '<img src="https://tracker.example/1.gif"><img src="https://e.org/a.png" alt="A chart"> <a href="https://tracker.example/2"><img src="x"></a>'
    expect(htmlToMarkdown(html)).toBe('A chart')
  })

  test.each(['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x'])(
    'the address %s is not shown',
    address => {
      expect(htmlToMarkdown(`<a href="${address}">text</a>`)).toBe('text')
    },
  )
})

describe('whatever is fed', () => {
  test.each([
    ['nesting', '<div>'.repeat(100_000)],
    ['nesting of what is small', '<b>'.repeat(330_000)],
    ['nested quotations', '<blockquote>a'.repeat(50_000)],
    ['nested tables', '<table><tr><td>'.repeat(30_000)],
    ['attributes', `<p ${'a="1" '.repeat(150_000)}>x`],
    ['open tags', '<p'.repeat(300_000)],
    ['spaces', `<p>${' '.repeat(900_000)}x`],
    ['line breaks', '<br>'.repeat(250_000)],
    ['ten times too much', 'word '.repeat(2_000_000)],
  ])('%s: it ends, soon', (_, html) => {
    const began = performance.now()
    expect(htmlToMarkdown(html).length).toBeLessThanOrEqual(1_000_001)
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  test('it never fails', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      '<b>',
      '<a href="',
      '"',
      '&#x;',
      '&amp',
      '<td>',
      '<table>',
      '<th>',
      '<li>',
      '<pre>',
      '-->',
      '<!--',
      'x',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), parts => {
        expect(typeof htmlToMarkdown(parts.join(''))).toBe('string')
      }),
    )
  })
})
