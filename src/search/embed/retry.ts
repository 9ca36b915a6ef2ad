/** What is tried again, and when. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isTimeout } from '../../nextcloud/retry.ts'
import { EmbeddingError } from './embedder.ts'

/** Waits before another try; a server that is restarting or loading a model needs some seconds. */
const WAITS_MS = [300, 1_500]
/** A longer wait than this is the caller's to decide. */
const LONGEST_WAIT_MS = 10_000

/** What the waiting depends on; replaced in tests. */
export interface Patience {
  /** Milliseconds before each further try. */
  readonly waitsMs: readonly number[]
  /** Between 0 and 1. */
  random(): number
}

export const PATIENCE: Patience = { waitsMs: WAITS_MS, random: Math.random }

/**
 * Tries until there is an answer or a failure that another try would not mend.
 * @param failed told of each failure, and whether another try follows
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  failed: (error: EmbeddingError, retried: boolean) => void,
  signal: AbortSignal | undefined,
  { waitsMs, random }: Patience,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (signal?.aborted || !(error instanceof EmbeddingError)) throw error
      const wait = waitAfter(error, waitsMs[tries])
      failed(error, wait !== undefined)
      if (wait === undefined) throw error
      await sleep(wait * (0.75 + random() * 0.5), undefined, signal ? { signal } : {}).catch(() =>
        signal?.throwIfAborted(),
      )
    }
  }
}

function waitAfter(error: EmbeddingError, usual: number | undefined): number | undefined {
  // A timeout has used the caller's patience, and the server may still be at the same work.
  if (usual === undefined || !error.retryable || isTimeout(error.cause)) return undefined
  const { retryAfterMs } = error
  if (retryAfterMs === undefined) return usual
  if (retryAfterMs > LONGEST_WAIT_MS) return undefined
  // Jitter may shorten it by a quarter, and to come too early counts against us.
  return Math.max(usual, retryAfterMs / 0.75)
}
