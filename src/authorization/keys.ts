/** The authorization server's own keys: made once, kept in the vault, the same for every process. */
import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { withLease } from '../vault/lease.ts'
import type { Vault } from '../vault/vault.ts'

/** Keys that nobody else may have. */
export interface AuthorizationKeys {
  /** Private keys that sign tokens, the current one first. */
  readonly signing: readonly JWK[]
  /** Secrets that sign cookies. */
  readonly cookies: readonly string[]
}

const KIND = 'authorization-keys'
const ID = 'keys'

/** Reads the keys, or makes them where there are none. @throws VaultError */
export async function loadKeys(
  vault: Pick<Vault, 'records' | 'leases'>,
): Promise<AuthorizationKeys> {
  return (
    (await stored(vault)) ??
    withLease(vault.leases, KIND, async () => {
      // Another process may have made them while this one waited.
      const theirs = await stored(vault)
      if (theirs !== undefined) return theirs
      const keys = await makeKeys()
      await vault.records.put(KIND, ID, { ...keys })
      return keys
    })
  )
}

async function stored({ records }: Pick<Vault, 'records'>) {
  const record = await records.get(KIND, ID)
  return record?.payload as AuthorizationKeys | undefined
}

async function makeKeys(): Promise<AuthorizationKeys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomBytes(8).toString('base64url')
  return {
    signing: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }],
    cookies: [randomBytes(32).toString('base64url')],
  }
}
