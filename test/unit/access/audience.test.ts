import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { isForAudience } from '../../../src/access/audience.ts'

const token = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32))

test.each([
  [{ aud: 'nextcloud' }, true],
  [{ aud: ['other', 'https://cloud.example.org/'] }, true],
  [{ aud: 'other' }, false],
  [{}, false],
])('%j is for Nextcloud: %s', async (claims, expected) => {
  const accepted = ['nextcloud', 'https://cloud.example.org']
  expect(isForAudience(await token(claims), accepted)).toBe(expected)
})

test('an opaque token tells nothing', () => {
  expect(isForAudience('opaque', ['nextcloud'])).toBe(true)
})
