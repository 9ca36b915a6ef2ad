/** Times of any number of calls, in the same memory whatever their number. */
import { createHistogram } from 'node:perf_hooks'

/** What is told of them; milliseconds, to a thousandth of their size. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Times, in milliseconds. */
export interface Latencies {
  record(milliseconds: number): void
  /** Undefined while there are none. */
  summary(): LatencySummary | undefined
  /** Forgets them. */
  reset(): void
}

const MICROSECONDS = 1_000
/** What takes longer counts as this long; calls are given up well before. */
const LONGEST = 600_000 * MICROSECONDS

/** None yet. */
export function createLatencies(): Latencies {
  const histogram = createHistogram({ lowest: 1, highest: LONGEST, figures: 3 })
  const at = (percentile: number) => histogram.percentile(percentile) / MICROSECONDS
  return {
    record(milliseconds) {
      const value = Math.round(milliseconds * MICROSECONDS)
      histogram.record(Math.min(Math.max(value, 1), LONGEST))
    },
    summary() {
      if (histogram.count === 0) return undefined
      const max = histogram.max / MICROSECONDS
      return { count: histogram.count, p50: at(50), p95: at(95), p99: at(99), max }
    },
    reset: () => histogram.reset(),
  }
}
