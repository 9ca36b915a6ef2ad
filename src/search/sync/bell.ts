/** Wakes whoever waits. */

/** Something to wait for that also ends by itself. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, after the time, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** A bell that nobody waits for yet. */
export function createBell(): Bell {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const wake of waiting) wake()
    },
    async wait(ms, signal) {
      if (signal.aborted) return
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
