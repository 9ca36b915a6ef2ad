/** The keys of TOKEN_ENCRYPTION_KEY: the first encrypts, all of them decrypt. */
import { createHash } from 'node:crypto'
import { VaultError } from './errors.ts'
import { decrypt, encrypt, type FernetKey, parseKey } from './fernet.ts'

/** What a token held, and which key opened it. */
export interface Opened {
  readonly text: string
  /** Position of the key; 0 is the one that encrypts. */
  readonly keyAt: number
}

/** Keys in order of preference. */
export interface Keyring {
  /** Names of the keys: hashes, which tell nothing about them. At least one. */
  readonly ids: readonly [string, ...string[]]
  /** Encrypts with the first key. */
  encrypt(text: string): string
  /** Decrypts with whichever key fits; undefined when none does or the token is damaged. */
  decrypt(token: string): Opened | undefined
}

const FIX =
  'Set it to a key as `nextcloud-mcp-server keygen` prints it; for a database that exists, to the key it was written with.'

/**
 * Reads the keys as the environment gives them, comma separated.
 * @throws VaultError `KEY_MISSING` or `KEY_MALFORMED`
 */
export function parseKeyring(text: string | undefined): Keyring {
  const printed = (text ?? '').split(',').map(part => part.trim())
  if (printed.every(part => part === '')) {
    throw new VaultError('KEY_MISSING', 'TOKEN_ENCRYPTION_KEY is not set', { fix: FIX })
  }
  const keys = printed.map((part, at) => {
    const key = parseKey(part)
    if (key !== undefined) return key
    const which =
      printed.length === 1 ? 'is' : `holds ${printed.length} keys, of which no. ${at + 1} is`
    throw new VaultError('KEY_MALFORMED', `TOKEN_ENCRYPTION_KEY ${which} ${faultOf(part)}`, {
      fix: FIX,
    })
  })
  return createKeyring(keys as [FernetKey, ...FernetKey[]])
}

/** A keyring of keys already read, the encrypting one first. */
function createKeyring(keys: readonly [FernetKey, ...FernetKey[]]): Keyring {
  return {
    ids: keys.map(idOf) as [string, ...string[]],
    encrypt: text => encrypt(keys[0], text),
    decrypt(token) {
      for (const [keyAt, key] of keys.entries()) {
        const text = decrypt(key, token)
        if (text !== undefined) return { text, keyAt }
      }
      return undefined
    },
  }
}

/** What is wrong with a key, without a character of it. */
function faultOf(text: string): string {
  if (text === '') return 'empty'
  if (/^(["']).*\1$/.test(text)) return 'in quotation marks, which do not belong to it'
  if (/^[0-9a-f]{64}$/i.test(text)) return 'hexadecimal, not url-safe base64'
  return `not the url-safe base64 of 32 bytes (44 characters; this has ${text.length})`
}

function idOf({ signing, encryption }: FernetKey): string {
  const hash = createHash('sha256').update(signing.export()).update(encryption.export())
  return hash.digest('hex').slice(0, 16)
}
