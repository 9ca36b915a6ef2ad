/** Databases and vaults for tests on the cluster that all files share. */
import { describe, inject, onTestFinished } from 'vitest'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openPostgresVault, type PostgresVaultOptions } from '../../../src/vault/postgres/open.ts'
import type { Vault } from '../../../src/vault/vault.ts'
import { createDatabase } from '../../support/postgres.ts'
import { addressOf } from './addresses.ts'

/** A key that all tests may share. */
export const KEY = generateKey()

const cluster = inject('cluster')

/** Tests that are skipped where there is no PostgreSQL. */
export const onPostgres = describe.skipIf(cluster === undefined)

/** Makes an empty database; gives its address. */
export function freshDatabase(): Promise<string> {
  if (cluster === undefined) throw new Error('there is no PostgreSQL')
  return createDatabase(cluster.port)
}

/** A vault that is closed after the test. */
export async function openOn(
  url: string,
  options: Partial<PostgresVaultOptions> = {},
): Promise<Vault> {
  const vault = await openPostgresVault({ address: addressOf(url), keys: KEY, ...options })
  onTestFinished(() => vault.close())
  return vault
}
