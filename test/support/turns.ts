/** How long this thread is held up: what it computes from one turn of its event loop to the next. */

/** Whether time can be told by what this thread computed, so that other load does not count. */
export const countsOwnTime = typeof process.threadCpuUsage === 'function'

function computed(): number {
  if (!countsOwnTime) return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** Milliseconds of the turns while a piece of work goes on, in no order. */
export async function turnsOf(work: () => Promise<unknown>): Promise<number[]> {
  const turns: number[] = []
  let last = computed()
  let isRunning = true
  const beat = () => {
    const now = computed()
    turns.push(now - last)
    last = now
    if (isRunning) setImmediate(beat)
  }
  setImmediate(beat)
  await work()
  isRunning = false
  return turns
}
