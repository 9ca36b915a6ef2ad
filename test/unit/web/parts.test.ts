/** Text from elsewhere cannot mislead. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { host, name, plainName, tidy, webAddress, website } from '../../../src/web/views/parts.ts'
import { when } from '../../../src/web/views/times.ts'

test.each([
  ['Claude', 'Claude'],
  ['  Claude \n\t Desktop ', 'Claude Desktop'],
  ['\u202egro.kcolrevo\u202c', 'gro.kcolrevo'],
  ['\u2066a\u2069\u200b\u200e\ufeff\u061c', 'a'],
  ['مساعد الملفات', 'مساعد الملفات'],
  ['a\u0301', 'a\u0301'],
  [`a${'\u0301'.repeat(50)}`, `a${'\u0301'.repeat(3)}`],
  ['👩‍👩‍👧 app', '👩‍👩‍👧 app'],
  ['\ud800x', '\ufffdx'],
  ['a\0b', 'a b'],
  ['\u200b\u3164\u2800 ', ''],
  ['\u200d', ''],
  ['', ''],
  ['W'.repeat(10_000), `${'W'.repeat(60)}…`],
  ['W'.repeat(60), 'W'.repeat(60)],
  [`${'ab '.repeat(20)}c`, `${'ab '.repeat(20).trim()}…`],
])('%j becomes %j', (text, expected) => {
  expect(tidy(text)).toBe(expected)
})

test('whatever comes in is one short line without direction marks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), text => {
      const line = tidy(text)
      expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u)
      expect([...line].length).toBeLessThanOrEqual(241)
      expect(line.isWellFormed()).toBe(true)
    }),
  )
})

test('a name is isolated, or has another in its place', () => {
  expect(String(name('<b>', '-'))).toBe('<bdi>&lt;b&gt;</bdi>')
  expect(String(name('\u202e', 'nameless'))).toBe('<bdi>nameless</bdi>')
  expect(plainName('\u202ea', '-')).toBe('\u2068a\u2069')
})

test('the end of a host is always there', () => {
  const long = `${'a'.repeat(59)}.`.repeat(4)
  expect(String(host(`${long}evil.example:8443`))).toBe(
    `<bdi dir="ltr">${long}evil.example:8443</bdi>`,
  )
  expect(String(host(`${long}${long}evil.example`))).toMatch(/>…a+\.[a.]+evil\.example</)
})

test.each([
  ['https://claude.ai/x?y', 'https://claude.ai/x?y'],
  ['http://localhost:1', 'http://localhost:1/'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//claude.ai', undefined],
  ['', undefined],
  [undefined, undefined],
])('an address of the web: %j', (text, expected) => {
  expect(webAddress(text)?.href).toBe(expected)
  expect(website(text) !== undefined).toBe(expected !== undefined)
})

test('times are for people and for machines', () => {
  const time = Date.UTC(2026, 2, 4, 14, 5)
  expect(String(when('en', time))).toBe(
    '<time datetime="2026-03-04T14:05:00.000Z">4 Mar 2026, 14:05 UTC</time>',
  )
  expect(String(when('de', time))).toContain('4. März 2026, 14:05 UTC')
  for (const odd of [Number.NaN, Infinity, 1e20, -1e20]) expect(String(when('de', odd))).toBe('?')
})
