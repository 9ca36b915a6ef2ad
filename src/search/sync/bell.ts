/** Wakes whoever waits. */

/** Something to wait for that also ends by itself. */
export interface Bell {
  ring(): void
  /** Rings so far. */
  rings(): number
  /**
   * Resolves at the next ring, after the time, or when the signal aborts.
   * @param heard rings that are known of: one that came since then counts as the next
   */
  wait(ms: number, signal: AbortSignal, heard: number): Promise<void>
}

/** A bell that nobody waits for yet. */
export function createBell(): Bell {
  const waiting = new Set<() => void>()
  let rings = 0
  return {
    rings: () => rings,
    ring() {
      rings++
      for (const wake of waiting) wake()
    },
    async wait(ms, signal, heard) {
      if (signal.aborted || rings !== heard) return
      await new Promise<void>(resolve => {
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        signal.addEventListener('abort', wake)
        waiting.add(wake)
      })
    },
  }
}
