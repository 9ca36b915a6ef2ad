/** Bounds what anybody can make this server do who has not shown yet who they are. */

/** Counts in a window of time. */
export interface RateLimit {
  /**
   * Takes one of what is left.
   * @returns 0, or the seconds after which to try again
   */
  take(): number
}

/**
 * At most `max` within `windowMs` milliseconds, for all callers of this process together: behind a
 * proxy they have one address, and without one an attacker has many.
 */
export function createRateLimit(max: number, windowMs: number, now = Date.now): RateLimit {
  const taken: number[] = []
  return {
    take() {
      const time = now()
      while (taken.length > 0 && (taken[0] ?? 0) <= time - windowMs) taken.shift()
      if (taken.length < max) {
        taken.push(time)
        return 0
      }
      return Math.max(1, Math.ceil(((taken[0] ?? time) + windowMs - time) / 1_000))
    },
  }
}
