/** What has to be done now and then: forgetting what is over. */
import type { Logger } from '../telemetry/log.ts'
import { isVaultError } from '../vault/errors.ts'
import { withLease } from '../vault/lease.ts'
import type { Vault } from '../vault/vault.ts'

const FIRST_AFTER_MS = 60_000
const EVERY_MS = 3_600_000

/**
 * Every hour prunes the storage and drops lines of the audit log that are old enough; of several
 * processes one does it.
 * @param auditRetentionMs how long lines are kept; undefined: for ever
 * @returns what ends that
 */
export function startMaintenance(
  vault: Vault | undefined,
  log: Logger,
  auditRetentionMs: number | undefined,
): () => void {
  if (vault === undefined) return () => {}
  const forget = async () => {
    const pruned = await vault.prune()
    const dropped =
      auditRetentionMs === undefined ? 0 : await vault.audit.retain(Date.now() - auditRetentionMs)
    if (pruned + dropped > 0) log.debug({ pruned, dropped }, 'forgot what had expired')
  }
  const maintain = async () => {
    try {
      await withLease(vault.leases, 'prune', forget, { waitMs: 0 })
    } catch (error) {
      if (isVaultError(error, 'LEASE_TIMEOUT')) return // Another process is at it.
      log.warn({ error: (error as Error).message }, 'the storage could not be pruned')
    }
  }
  let timer = setTimeout(function again() {
    void maintain()
    timer = setTimeout(again, EVERY_MS).unref()
  }, FIRST_AFTER_MS).unref()
  return () => clearTimeout(timer)
}
