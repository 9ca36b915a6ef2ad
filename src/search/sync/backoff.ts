/** Waits that grow with each failure, spread so that not all come back in the same moment. */

const DOCUMENT = { firstMs: 60_000, longestMs: 6 * 3_600_000 }
const USER = { firstMs: 30_000, longestMs: 30 * 60_000 }
const SERVICE = { firstMs: 5_000, longestMs: 5 * 60_000 }
const WAITS = { document: DOCUMENT, user: USER, service: SERVICE }

/**
 * Milliseconds until something is tried again.
 * @param failures so far, this one included
 */
export function backoff(
  what: keyof typeof WAITS,
  failures: number,
  random: () => number,
  asked = 0,
): number {
  const { firstMs, longestMs } = WAITS[what]
  const wait = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs)
  return Math.max(asked, Math.round(wait * (0.75 + random() * 0.5)))
}
