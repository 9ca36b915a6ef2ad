/** Many texts as few requests that are each within the limits. */
import type { BatchLimits } from './backend.ts'

/** The texts in their order, in groups within the limits; a text beyond them is a group alone. */
export function batchesOf(
  texts: readonly string[],
  limits: Pick<BatchLimits, 'texts' | 'characters'>,
): string[][] {
  const batches: string[][] = []
  let batch: string[] = []
  let characters = 0
  for (const text of texts) {
    const isFull = batch.length >= limits.texts || characters + text.length > limits.characters
    if (batch.length > 0 && isFull) {
      batches.push(batch)
      batch = []
      characters = 0
    }
    batch.push(text)
    characters += text.length
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}

/**
 * Does the work for each item, some at a time, and answers in the order of the items. The first
 * failure is the outcome, after the others that had begun were told to stop.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  most: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController()
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const results: R[] = []
  const waiting = items.entries()
  const lane = async () => {
    for (const [at, item] of waiting) {
      stop.throwIfAborted()
      results[at] = await work(item, stop)
    }
  }
  const lanes = Array.from({ length: Math.min(most, items.length) }, async () => {
    try {
      await lane()
    } catch (error) {
      if (!failed.signal.aborted) failed.abort(error)
      throw error
    }
  })
  await Promise.allSettled(lanes)
  stop.throwIfAborted()
  return results
}
