/** Opens the storage that is configured, its faults told as those of the configuration. */
import { type Config, ConfigError } from '../config/config.ts'
import type { Logger } from '../telemetry/log.ts'
import { isVaultError } from '../vault/errors.ts'
import { keysBeside } from '../vault/key-file.ts'
import type { Vault } from '../vault/vault.ts'

/**
 * The storage, to be closed by whoever opened it; undefined where none is configured.
 * @throws ConfigError when it cannot be opened: a missing or wrong key is never taken for "nothing
 *   stored"
 */
export async function openStorage(config: Config, log: Logger): Promise<Vault | undefined> {
  if (config.storage === undefined) return undefined
  // Only where it is used: most servers have one user and nothing to remember.
  const { openVault } = await import('../vault/sqlite/open.ts')
  const { path } = config.storage
  try {
    const keys = config.storage.keys ?? (await keysBeside(path))
    return await openVault({
      path,
      keys,
      onUnreadable: row => log.warn({ ...row }, 'a stored row cannot be decrypted'),
    })
  } catch (error) {
    if (!isVaultError(error)) throw error
    const name = error.code.startsWith('KEY_') ? 'TOKEN_ENCRYPTION_KEY' : 'TOKEN_STORAGE_DB'
    throw new ConfigError([{ name, message: error.message }])
  }
}
