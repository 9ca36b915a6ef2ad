/** Whether the keys at hand are those that the database was written with. */

import { all, run, type Work } from '../../sql/statements.ts'
import { VaultError } from '../errors.ts'
import type { Keyring } from '../keyring.ts'

const CANARY = 'canary'

/**
 * Makes sure that every key the database was written with is at hand, and notes the first one.
 * @param name of the database, for the error
 * @throws VaultError `KEY_MISMATCH`
 */
export function* checkKeys(keyring: Keyring, name: string): Work<void> {
  const canaries = yield* all('SELECT key_id, token FROM vault_canary')
  const lost = canaries.filter(({ token }) => keyring.decrypt(String(token))?.text !== CANARY)
  if (lost.length > 0) {
    const isAll = lost.length === canaries.length
    throw new VaultError(
      'KEY_MISMATCH',
      isAll
        ? `TOKEN_ENCRYPTION_KEY does not fit the database ${name}`
        : `The database ${name} was written with ${canaries.length} keys, of which TOKEN_ENCRYPTION_KEY lacks ${lost.length}`,
      {
        fix: 'Give the key it was written with; to change keys, put the new one first and the old one after it, separated by a comma. If the key is lost, move the database away: people then connect again. Nothing was changed.',
      },
    )
  }
  const id = keyring.ids[0]
  if (!canaries.some(({ key_id }) => key_id === id)) {
    yield* run('INSERT INTO vault_canary VALUES (?, ?)', id, keyring.encrypt(CANARY))
  }
}

/** Forgets all keys but the first, with which everything is encrypted now. */
export function* keepFirstKey(keyring: Keyring): Work<void> {
  yield* run('DELETE FROM vault_canary WHERE key_id <> ?', keyring.ids[0])
}
