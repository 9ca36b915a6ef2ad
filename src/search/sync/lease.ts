/** Keeps what was taken for as long as the work on it goes on. */

/** Runs work, and renews its lease three times in each of its lengths. */
export async function keeping<T>(
  leaseMs: number,
  renew: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  // One that fails may succeed the next time; if not, somebody else takes over.
  const timer = setInterval(() => void renew().catch(() => {}), leaseMs / 3)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
