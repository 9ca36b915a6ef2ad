/** What has to be done now and then: forgetting what is over. */
import type { Logger } from '../telemetry/log.ts'
import { isVaultError } from '../vault/errors.ts'
import { withLease } from '../vault/lease.ts'
import type { Vault } from '../vault/vault.ts'

const FIRST_AFTER_MS = 60_000
const EVERY_MS = 3_600_000

/**
 * Prunes the storage every hour; of several processes one does it.
 * @returns what ends that
 */
export function startMaintenance(vault: Vault | undefined, log: Logger): () => void {
  if (vault === undefined) return () => {}
  const prune = async () => {
    try {
      const pruned = await withLease(vault.leases, 'prune', () => vault.prune(), { waitMs: 0 })
      if (pruned > 0) log.debug({ pruned }, 'forgot what had expired')
    } catch (error) {
      if (isVaultError(error, 'LEASE_TIMEOUT')) return // Another process is at it.
      log.warn({ error: (error as Error).message }, 'the storage could not be pruned')
    }
  }
  let timer = setTimeout(function again() {
    void prune()
    timer = setTimeout(again, EVERY_MS).unref()
  }, FIRST_AFTER_MS).unref()
  return () => clearTimeout(timer)
}
