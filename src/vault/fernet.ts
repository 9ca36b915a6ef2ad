/**
 * Fernet: AES-128-CBC with an HMAC-SHA256 over all of it, as Python's `cryptography` writes it.
 * @see https://github.com/fernet/spec/blob/master/Spec.md
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** A key, held so that neither a log nor an inspector prints it. */
export interface FernetKey {
  readonly signing: KeyObject
  readonly encryption: KeyObject
}

/** Conditions on a token beside its signature. */
export interface FernetAge {
  /** Oldest token to accept, in seconds. */
  readonly maxAgeSeconds: number
  /** Seconds since 1970; the clock's where absent. */
  readonly nowSeconds?: number
}

const VERSION = 0x80
const VERSION_BYTES = 1
const TIMESTAMP_BYTES = 8
const BLOCK_BYTES = 16
const HMAC_BYTES = 32
const KEY_BYTES = 32
const HEADER_BYTES = VERSION_BYTES + TIMESTAMP_BYTES + BLOCK_BYTES
/** How far ahead of ours the clock of the writer may be, as in the other implementations. */
const MAX_CLOCK_SKEW_SECONDS = 60

/** A new key in its printed form: url-safe base64 of 32 random bytes, 44 characters. */
export function generateKey(): string {
  return printed(randomBytes(KEY_BYTES))
}

/**
 * Reads a key in its printed form; both base64 alphabets, with or without padding.
 * @returns undefined when the text is not the base64 of 32 bytes
 */
export function parseKey(text: string): FernetKey | undefined {
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return {
    signing: createSecretKey(bytes.subarray(0, KEY_BYTES / 2)),
    encryption: createSecretKey(bytes.subarray(KEY_BYTES / 2)),
  }
}

/**
 * Encrypts a text.
 * @param fixed time and initialisation vector, for the specification's own vectors only
 * @returns the token, url-safe base64
 */
export function encrypt(
  key: FernetKey,
  text: string,
  fixed?: { readonly seconds: number; readonly iv: Uint8Array },
): string {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = VERSION
  header.writeBigUInt64BE(BigInt(fixed?.seconds ?? now()), VERSION_BYTES)
  const iv = fixed?.iv ?? randomBytes(BLOCK_BYTES)
  header.set(iv, VERSION_BYTES + TIMESTAMP_BYTES)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv)
  const signed = Buffer.concat([header, cipher.update(text, 'utf8'), cipher.final()])
  return printed(Buffer.concat([signed, hmac(key, signed)]))
}

/**
 * Decrypts a token.
 * @returns undefined when it is damaged, of another key, or not within `age`
 */
export function decrypt(key: FernetKey, token: string, age?: FernetAge): string | undefined {
  if (!/^[\w-]+={0,2}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const blocks = bytes.length - HEADER_BYTES - HMAC_BYTES
  if (bytes[0] !== VERSION || blocks < BLOCK_BYTES || blocks % BLOCK_BYTES !== 0) return undefined
  const signed = bytes.subarray(0, -HMAC_BYTES)
  if (!timingSafeEqual(hmac(key, signed), bytes.subarray(-HMAC_BYTES))) return undefined
  if (age !== undefined && !isWithin(age, bytes.readBigUInt64BE(VERSION_BYTES))) return undefined
  const iv = bytes.subarray(VERSION_BYTES + TIMESTAMP_BYTES, HEADER_BYTES)
  const decipher = createDecipheriv('aes-128-cbc', key.encryption, iv)
  try {
    const text = Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()])
    return text.toString('utf8')
  } catch {
    return undefined // The padding is wrong although the signature is right.
  }
}

function isWithin({ maxAgeSeconds, nowSeconds = now() }: FernetAge, timestamp: bigint): boolean {
  const seconds = Number(timestamp)
  return seconds + maxAgeSeconds >= nowSeconds && seconds <= nowSeconds + MAX_CLOCK_SKEW_SECONDS
}

function hmac(key: FernetKey, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key.signing).update(bytes).digest()
}

function now(): number {
  return Math.floor(Date.now() / 1_000)
}

/** Url-safe base64 with padding, which Node leaves out and Python insists on. */
function printed(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
