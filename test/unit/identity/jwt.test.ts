import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { looksLikeJwt, verifyJwt } from '../../../src/identity/jwt.ts'
import type { Provider } from '../../../src/oidc/provider.ts'

const ISSUER = 'https://id.example.org'
const AUDIENCE = 'https://mcp.example.org/mcp'

/** Checks a token with a key that fits, whatever its kind. */
const verify = (token: string, key: unknown) =>
  verifyJwt(token, { issuers: [ISSUER], keys: () => key } as unknown as Provider, [AUDIENCE])
const unsigned = (alg: string, claims: object = {}) =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'alice', scope: 'openid', ...claims })
    .setProtectedHeader({ alg, typ: 'at+jwt' })
    .setExpirationTime('5m')

test.each(['HS256', 'HS384', 'HS512'])(
  '%s is refused even where the provider announces a key for it',
  async alg => {
    const secret = new Uint8Array(64).fill(7)
    await expect(verify(await unsigned(alg).sign(secret), secret)).rejects.toThrow(
      /algorithm is not accepted/,
    )
  },
)

test.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('%s is accepted', async alg => {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const claims = await verify(await unsigned(alg).sign(privateKey), publicKey)
  expect(claims.sub).toBe('alice')
})

describe('the clocks may be some seconds apart', () => {
  test.each([
    ['just expired', { exp: -2 }, true],
    ['expired for long', { exp: -20 }, false],
    ['soon valid', { nbf: 2 }, true],
    ['not valid for long', { nbf: 20 }, false],
  ])('%s', async (_, offsets, accepted) => {
    const now = Math.floor(Date.now() / 1_000)
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const times = Object.fromEntries(
      Object.entries({ exp: 60, ...offsets }).map(([name, offset]) => [name, now + offset]),
    )
    const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'alice', ...times })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .sign(privateKey)
    const result = verify(token, publicKey)
    if (accepted) await expect(result).resolves.toBeDefined()
    else await expect(result).rejects.toThrow(/expired|not valid yet/)
  })
})

test('what looks like a JWT', () => {
  expect(looksLikeJwt('eyJhbGciOiJub25lIn0.e30.')).toBe(true)
  expect(looksLikeJwt('eyJhbGciOiJub25lIn0.e30.c2ln')).toBe(true)
  for (const opaque of ['abc', 'a.b', 'a.b.c', 'eyJ.a.b.c.d', 'eyJ..', '']) {
    expect(looksLikeJwt(opaque)).toBe(false)
  }
})
