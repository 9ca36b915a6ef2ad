/** Long work in between other people's requests. */
import { setImmediate as pause } from 'node:timers/promises'

/**
 * Gives a function to be awaited after each small piece of long work: whenever `longestMs` have
 * passed without a pause it lets everything else that waits be served.
 */
export function createBreather(longestMs: number): () => Promise<void> {
  let began = Date.now()
  return async () => {
    if (Date.now() - began <= longestMs) return
    await pause()
    began = Date.now()
  }
}
