/** Headers of the pages. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assetHeaders, securityHeaders } from '../../../src/web/headers.ts'

const formAction = (...formActions: string[]) =>
  securityHeaders({ formActions })['content-security-policy']?.split('; ').at(-1)

test('nothing but what is their own', () => {
  expect(securityHeaders()).toEqual({
    'content-security-policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
      "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  })
})

test('pages of an authorization request keep the page that opened them', () => {
  expect(securityHeaders({ keepsOpener: true })['cross-origin-opener-policy']).toBe('unsafe-none')
})

test.each([
  ['https://claude.ai/api/callback?x=1#y', 'https://claude.ai'],
  ['http://127.0.0.1:33418/callback', 'http://127.0.0.1:33418'],
  ['http://localhost:5000', 'http://localhost:5000'],
  ['https://BÜCHER.example/', 'https://xn--bcher-kva.example'],
  ['cursor://anysphere.cursor-mcp/oauth', 'cursor:'],
  ['com.example.app:/callback', 'com.example.app:'],
  ['http://[::1]:8080/callback', 'http:'],
])('a form may lead to %s', (address, source) => {
  expect(formAction(address)).toBe(`form-action 'self' ${source}`)
})

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'https://*/callback',
  'https://*.example/callback',
  'https://a;sandbox/callback',
  "https://'unsafe-inline'/",
  'no address',
  '',
])('%j is not taken up', address => {
  expect(formAction(address)).toBe("form-action 'self'")
})

test('the same place counts once', () => {
  expect(formAction('https://a.example/1', 'https://a.example/2')).toBe(
    "form-action 'self' https://a.example",
  )
})

test('no address adds anything else to the policy', () => {
  const address = fc
    .tuple(
      fc.constantFrom('https://', 'http://[', 'x:', 'cursor://', ''),
      fc.string({ unit: fc.constantFrom(...'ab.*;,\' :/@[]"%-') }),
    )
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(address, text => {
      expect(formAction(text)).toMatch(/^form-action 'self'( [a-z][a-z\d+.-]*:(\/\/[\w.:-]+)?)?$/)
    }),
  )
})

test('assets are kept, under addresses that change', () => {
  expect(assetHeaders('text/css')).toMatchObject({
    'content-type': 'text/css',
    'cache-control': 'public, max-age=31536000, immutable',
  })
})
