/** Several requests at a time, but never all of them. */

/**
 * Does `work` for every item, `atATime` of them at once.
 * @returns the results in the order of the items
 * @throws what the first failure threw; no further item is begun
 */
export async function inParallel<T, R>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  let hasFailed = false
  const worker = async () => {
    for (const [at, item] of waiting) {
      if (hasFailed) return
      try {
        results[at] = await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker))
  return results
}
