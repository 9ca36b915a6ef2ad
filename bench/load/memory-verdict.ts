/** Whether memory grows: what an hour at a steady rate is run for. */
import { median } from '../rows.ts'

/** Resident memory at a moment of a run. */
export interface MemorySample {
  readonly seconds: number
  readonly megabytes: number
}

/** What the samples say. */
export interface MemoryVerdict {
  /** Least squares over all that comes after the warm-up; MB an hour. */
  readonly slopePerHour: number
  /** Medians of the middle third of the run and of the last one, in MB. */
  readonly middle: number
  readonly last: number
  /** From the one to the other, in percent. */
  readonly growth: number
  /** Undefined: the run was too short to tell. */
  readonly flat: boolean | undefined
}

/** Until then code is compiled and caches fill: this share of the run, ten minutes of an hour. */
const WARM_UP = 1 / 6
const MOST_GROWTH = 3
/** Shorter runs end while the collector still settles. */
const TELLS_AFTER_SECONDS = 600

/** Judges a run of some length. Undefined without samples in each part of it. */
export function judgeMemory(
  samples: readonly MemorySample[],
  durationSeconds: number,
): MemoryVerdict | undefined {
  const between = (from: number, to: number) =>
    samples.filter(({ seconds }) => seconds >= from && seconds <= to)
  const settled = between(durationSeconds * WARM_UP, Number.POSITIVE_INFINITY)
  const middle = medianOf(between(durationSeconds / 3, (durationSeconds * 2) / 3))
  const last = medianOf(between((durationSeconds * 2) / 3, Number.POSITIVE_INFINITY))
  if (settled.length < 2 || Number.isNaN(middle) || Number.isNaN(last)) return undefined
  const growth = (last / middle - 1) * 100
  return {
    slopePerHour: slope(settled) * 3_600,
    middle,
    last,
    growth,
    flat: durationSeconds < TELLS_AFTER_SECONDS ? undefined : growth <= MOST_GROWTH,
  }
}

function medianOf(samples: readonly MemorySample[]): number {
  return median(samples.map(({ megabytes }) => megabytes))
}

/** MB a second. */
function slope(samples: readonly MemorySample[]): number {
  const mean = (read: (sample: MemorySample) => number) =>
    samples.reduce((sum, sample) => sum + read(sample), 0) / samples.length
  const meanSeconds = mean(({ seconds }) => seconds)
  const meanMegabytes = mean(({ megabytes }) => megabytes)
  const covariance = mean(
    ({ seconds, megabytes }) => (seconds - meanSeconds) * (megabytes - meanMegabytes),
  )
  return covariance / mean(({ seconds }) => (seconds - meanSeconds) ** 2)
}

/** The verdict in words. */
export function verdictOf({ flat, growth, slopePerHour, middle, last }: MemoryVerdict): string {
  if (flat === undefined) return 'too short to tell whether it grows: that takes ten minutes'
  const word = flat ? 'flat' : 'grows'
  const medians = `median ${middle.toFixed(1)} MB in the middle third, ${last.toFixed(1)} MB in the last`
  const change = `${signed(growth, 1)} % (at most ${MOST_GROWTH} %)`
  return `${word}: ${medians}, ${change}; ${signed(slopePerHour, 1)} MB an hour after the warm-up`
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(digits)}`
}
