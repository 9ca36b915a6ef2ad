/** Places for vaults, and ways of looking behind them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { isVaultError, type VaultError } from '../../../src/vault/errors.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openVault, type VaultOptions } from '../../../src/vault/sqlite/open.ts'
import type { Vault } from '../../../src/vault/vault.ts'

/** A key that all tests may share. */
export const KEY = generateKey()

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A vault that is closed after the test. */
export async function openTestVault(options: Partial<VaultOptions> = {}): Promise<Vault> {
  const vault = await openVault({
    path: options.path ?? join(temporaryFolder(), 'vault.db'),
    keys: KEY,
    ...options,
  })
  onTestFinished(() => vault.close())
  return vault
}

/** Works on the file behind a vault's back. */
export function behind<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** The error that something rejects with. */
export async function failure(promise: Promise<unknown>): Promise<VaultError> {
  try {
    await promise
  } catch (error) {
    if (isVaultError(error)) return error
    throw error
  }
  throw new Error('did not fail')
}
