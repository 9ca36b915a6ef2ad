/** Headers of the pages. */
import { expect, test } from 'vitest'
import { assetHeaders, securityHeaders } from '../../../src/web/headers.ts'

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

test('assets are kept, under addresses that change', () => {
  expect(assetHeaders('text/css')).toMatchObject({
    'content-type': 'text/css',
    'cache-control': 'public, max-age=31536000, immutable',
  })
})
