import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VaultError } from '../../../src/vault/errors.ts'
import { decrypt, encrypt, generateKey, parseKey } from '../../../src/vault/fernet.ts'
import { parseKeyring } from '../../../src/vault/keyring.ts'

const SECRET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const key = keyOf(SECRET)
const at = (time: string) => Date.parse(time) / 1_000

function keyOf(text: string) {
  const parsed = parseKey(text)
  if (parsed === undefined) throw new Error('no key')
  return parsed
}

describe("the specification's vectors", () => {
  const TOKEN =
    'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
  const NOW = '1985-10-26T01:20:01-07:00'

  test('generate', () => {
    const fixed = {
      seconds: at('1985-10-26T01:20:00-07:00'),
      iv: Uint8Array.from(Array(16).keys()),
    }
    expect(encrypt(key, 'hello', fixed)).toBe(TOKEN)
  })

  test('verify', () => {
    expect(decrypt(key, TOKEN, { maxAgeSeconds: 60, nowSeconds: at(NOW) })).toBe('hello')
  })

  test.each([
    [
      'incorrect mac',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
      NOW,
    ],
    ['too short', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==', NOW],
    [
      'invalid base64',
      '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
      NOW,
    ],
    [
      'payload size not multiple of block size',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
      NOW,
    ],
    [
      'payload padding error',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
      NOW,
    ],
    [
      'far-future TS (unacceptable clock skew)',
      'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==',
      NOW,
    ],
    [
      'expired TTL',
      'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
      '1985-10-26T01:21:31-07:00',
    ],
    [
      'incorrect IV (causes padding error)',
      'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
      NOW,
    ],
  ])('invalid: %s', (_, token, now) => {
    expect(decrypt(key, token, { maxAgeSeconds: 60, nowSeconds: at(now) })).toBeUndefined()
  })
})

test("a token of Python's cryptography opens", () => {
  const token =
    'gAAAAABrAW3tnxccFqwTA2y-aGFbSs3bVIeo7lUrqlVNiEeVXVRQLqcyOX9DG1NVNipV3IBszFNJiDmhRvujb-F8luXkH1PhZA=='
  expect(decrypt(key, token)).toBe('Grüße 🗝')
})

test('every text comes back, and with another key none', () => {
  const other = keyOf(generateKey())
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), text => {
      const token = encrypt(key, text)
      expect(decrypt(key, token)).toBe(text)
      expect(decrypt(other, token)).toBeUndefined()
    }),
  )
})

test('a token with one byte changed does not open', () => {
  const bytes = Buffer.from(encrypt(key, 'some secret'), 'base64url')
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, change) => {
      const changed = Buffer.from(bytes)
      changed[position] = (changed[position] ?? 0) ^ change
      expect(decrypt(key, changed.toString('base64url'))).toBeUndefined()
    }),
  )
})

test('whatever is no token is refused, not an exception', () => {
  fc.assert(fc.property(fc.string(), text => decrypt(key, text) === undefined))
})

describe('keys', () => {
  test('are 44 characters, each another, and can be read again', () => {
    const printed = Array.from({ length: 50 }, generateKey)
    expect(new Set(printed).size).toBe(50)
    for (const text of printed) expect(text).toMatch(/^[\w-]{43}=$/)
    expect(printed.every(text => parseKey(text) !== undefined)).toBe(true)
  })

  test('are read in either alphabet, with or without padding', () => {
    const token = encrypt(key, 'x')
    const standard = SECRET.replaceAll('_', '/').replaceAll('-', '+')
    for (const text of [standard, SECRET.replace('=', '')]) {
      expect(decrypt(keyOf(text), token)).toBe('x')
    }
  })

  test('of several, the first encrypts and all decrypt', () => {
    const [fresh, old] = [generateKey(), generateKey()]
    const oldToken = parseKeyring(old).encrypt('old')
    const both = parseKeyring(` ${fresh} , ${old}`)
    expect(both.decrypt(oldToken)).toEqual({ text: 'old', keyAt: 1 })
    expect(both.decrypt(both.encrypt('new'))).toEqual({ text: 'new', keyAt: 0 })
    expect(parseKeyring(fresh).decrypt(both.encrypt('new'))?.text).toBe('new')
    expect(parseKeyring(fresh).decrypt(oldToken)).toBeUndefined()
  })

  test.each([
    [undefined, 'KEY_MISSING', /keygen/],
    [' ', 'KEY_MISSING', /keygen/],
    ['secret', 'KEY_MALFORMED', /has 6/],
    [`"${SECRET}"`, 'KEY_MALFORMED', /quotation/],
    ['ab'.repeat(32), 'KEY_MALFORMED', /hexadecimal/],
    [`${SECRET},`, 'KEY_MALFORMED', /no\. 2 is empty/],
  ])('%j is refused', (text, code, words) => {
    const refused = (() => {
      try {
        parseKeyring(text)
      } catch (error) {
        return error
      }
    })()
    expect(refused).toBeInstanceOf(VaultError)
    expect(refused).toMatchObject({ code, message: expect.stringMatching(words) })
    expect((refused as VaultError).message).not.toContain(SECRET.slice(0, 10))
  })
})
