/** Work that only one process may do at a time. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { VaultError } from './errors.ts'
import type { Leases } from './vault.ts'

/** How long to hold and to wait. */
export interface LeaseOptions {
  /** After this time without renewal others may take over, as after a crash. Default 30 s. */
  readonly ttlMs?: number
  /** Longest wait for another holder. Default 20 s. */
  readonly waitMs?: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
}

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 200

/**
 * Runs work while holding a lease, which is renewed as long as it runs.
 * @param work gets a signal that aborts when the lease was lost
 * @throws VaultError `LEASE_TIMEOUT` when another holder kept it for `waitMs`; whatever work throws
 */
export async function withLease<T>(
  leases: Leases,
  name: string,
  work: (signal: AbortSignal) => Promise<T>,
  options: LeaseOptions = {},
): Promise<T> {
  const { ttlMs = 30_000 } = options
  const owner = randomUUID()
  await acquire(leases, name, owner, ttlMs, options)
  const lost = new AbortController()
  const renewal = setInterval(() => {
    leases.acquire(name, owner, ttlMs).then(
      held => held || lost.abort(),
      () => {}, // The database may be back before the lease ends; if not, the next holder decides.
    )
  }, ttlMs / 3)
  try {
    return await work(lost.signal)
  } finally {
    clearInterval(renewal)
    // The work is done either way: a lease that cannot be given back ends by itself.
    await leases.release(name, owner).catch(() => false)
  }
}

async function acquire(
  leases: Leases,
  name: string,
  owner: string,
  ttlMs: number,
  { waitMs = 20_000, signal }: LeaseOptions,
): Promise<void> {
  const deadline = performance.now() + waitMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted()
    if (await leases.acquire(name, owner, ttlMs)) return
    if (performance.now() >= deadline) {
      throw new VaultError('LEASE_TIMEOUT', `Somebody else holds the lease "${name}"`, {
        fix: 'Try again later.',
      })
    }
    // Spread, so that many who wait do not all ask in the same moment.
    await sleep(pause * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal })
  }
}
