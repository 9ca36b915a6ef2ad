/** Opens the storage that is configured, its faults told as those of the configuration. */
import { type Config, ConfigError, describeDatabase, type StorageConfig } from '../config/config.ts'
import type { PoolLimits } from '../postgres/pool.ts'
import { isVaultError, type RowName } from '../vault/errors.ts'
import { keysBeside } from '../vault/key-file.ts'
import type { Vault } from '../vault/vault.ts'
import { observePool } from './observers.ts'
import type { Telemetry } from './telemetry.ts'

/**
 * The storage, to be closed by whoever opened it; undefined where none is configured.
 * @throws ConfigError when it cannot be opened: a missing or wrong key is never taken for "nothing
 *   stored"
 */
export async function openStorage(
  config: Config,
  { log, meter }: Pick<Telemetry, 'log'> & Partial<Pick<Telemetry, 'meter'>>,
): Promise<Vault | undefined> {
  const { storage } = config
  if (storage === undefined) return undefined
  const onUnreadable = (row: RowName) => log.warn({ ...row }, 'a stored row cannot be decrypted')
  try {
    return await openVaultAt(storage, onUnreadable, meter && observePool(meter, 'storage'))
  } catch (error) {
    if (!isVaultError(error)) throw error
    const where = storage.kind === 'postgres' ? 'DATABASE_URL' : 'TOKEN_STORAGE_DB'
    const name = error.code.startsWith('KEY_') ? 'TOKEN_ENCRYPTION_KEY' : where
    throw new ConfigError([{ name, message: error.message }])
  }
}

/** The vault in a storage. @throws VaultError */
export async function openVaultAt(
  storage: StorageConfig,
  onUnreadable: (row: RowName) => void,
  onOpen?: PoolLimits['onOpen'],
): Promise<Vault> {
  // Only where it is used: most servers have one user and nothing to remember.
  if (storage.kind === 'postgres') {
    const { openPostgresVault } = await import('../vault/postgres/open.ts')
    const { address, keys, poolSize: size } = storage
    return openPostgresVault({ address, keys, size, onUnreadable, onOpen })
  }
  const { openVault } = await import('../vault/sqlite/open.ts')
  const { path } = storage
  return openVault({ path, keys: storage.keys ?? (await keysBeside(path)), onUnreadable })
}

/** Where a storage is, for people. */
export function placeOf(storage: StorageConfig): string {
  return storage.kind === 'postgres' ? describeDatabase(storage.address) : storage.path
}
