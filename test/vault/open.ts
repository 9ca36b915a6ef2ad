/** Opens a vault wherever it is: child processes are told the place in words. */
import { parseDatabaseUrl } from '../../src/config/database-url.ts'
import { openPostgresVault } from '../../src/vault/postgres/open.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'
import type { Vault } from '../../src/vault/vault.ts'

/** @param place path of a file, or address of a database */
export async function openVaultIn(place: string, keys: string): Promise<Vault> {
  if (!place.startsWith('postgres:')) return openVault({ path: place, keys })
  const address = parseDatabaseUrl(place)
  if ('problem' in address) throw new Error(address.problem)
  return openPostgresVault({ address, keys })
}
