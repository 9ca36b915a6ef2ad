/** What the load benchmark counts, and how it judges the server's memory. */
import { describe, expect, test } from 'vitest'
import { createLatencies } from '../../../bench/load/latencies.ts'
import { judgeMemory, verdictOf } from '../../../bench/load/memory-verdict.ts'
import { createTally, SIGN_IN } from '../../../bench/load/tally.ts'
import { usageOf } from '../../../bench/load/watch.ts'

describe('latencies', () => {
  test('percentiles are those of the values, to a thousandth', () => {
    const latencies = createLatencies()
    for (let value = 1; value <= 1_000; value++) latencies.record(value / 10)
    const { count, p50 = 0, p95 = 0, p99 = 0, max } = latencies.summary() ?? {}
    expect(count).toBe(1_000)
    for (const [value, expected] of [
      [p50, 50],
      [p95, 95],
      [p99, 99],
      [max ?? 0, 100],
    ] as const) {
      expect(Math.abs(value / expected - 1)).toBeLessThan(0.002)
    }
  })

  test('nothing is nothing, before and after', () => {
    const latencies = createLatencies()
    expect(latencies.summary()).toBeUndefined()
    latencies.record(5)
    latencies.reset()
    expect(latencies.summary()).toBeUndefined()
  })

  test('what is too short or too long counts all the same', () => {
    const latencies = createLatencies()
    latencies.record(0)
    latencies.record(-1)
    latencies.record(1e9)
    expect(latencies.summary()).toMatchObject({ count: 3, p50: 0.001 })
    expect(latencies.summary()?.max).toBeGreaterThan(590_000)
  })
})

describe('a tally', () => {
  test('counts by tool, in all, and by kind of failure', () => {
    const tally = createTally()
    tally.succeeded('a', 10)
    tally.succeeded('a', 30)
    tally.succeeded('b', 20)
    tally.failed('a', 'CONFLICT', 'first')
    tally.failed('a', 'CONFLICT', 'second')
    tally.failed('b', 'leak', 'x was shown to y')
    tally.signedIn(100)
    tally.failed(SIGN_IN, 'did not work', 'why')
    tally.renewed('refused')
    const report = tally.report()
    expect(report.total).toMatchObject({ calls: 6, failed: 3, latency: { count: 3 } })
    expect(report.operations).toMatchObject([
      { operation: 'a', calls: 4, failed: 2 },
      { operation: 'b', calls: 2, failed: 1, latency: { count: 1 } },
    ])
    expect(report.failures).toEqual([
      { operation: 'a', kind: 'CONFLICT', count: 2, example: 'first' },
      { operation: 'b', kind: 'leak', count: 1, example: 'x was shown to y' },
      { operation: SIGN_IN, kind: 'did not work', count: 1, example: 'why' },
    ])
    expect(report.leaks).toBe(1)
    expect(report.signIns).toMatchObject({ calls: 2, failed: 1 })
    expect(report.renewals).toEqual({ 'in time': 0, refused: 1 })
  })

  test('a window has what came since the last one, and the whole keeps everything', () => {
    const tally = createTally()
    tally.succeeded('a', 10)
    tally.renewed('in time')
    expect(tally.window()).toMatchObject({
      calls: 1,
      failed: 0,
      renewals: 1,
      latency: { count: 1 },
    })
    tally.failed('a', 'HTTP 503', '')
    expect(tally.window()).toEqual({ calls: 1, failed: 1, renewals: 0, latency: undefined })
    expect(tally.report().total).toMatchObject({ calls: 2, failed: 1 })
  })
})

describe('memory', () => {
  const HOUR = 3_600
  const samples = (megabytes: (seconds: number) => number, duration = HOUR) =>
    Array.from({ length: duration }, (_, seconds) => ({ seconds, megabytes: megabytes(seconds) }))
  /** As the collector makes it, with the same ups and downs each time. */
  const saw = (seconds: number) => (seconds % 37) / 4

  test('that grows while it warms up and then stays is flat', () => {
    const warming = (seconds: number) => 100 + Math.min(seconds / 6, 100) + saw(seconds)
    const verdict = judgeMemory(samples(warming), HOUR)
    expect(verdict?.flat).toBe(true)
    expect(Math.abs(verdict?.slopePerHour ?? 99)).toBeLessThan(1)
  })

  test('that goes on growing is not', () => {
    const leaking = (seconds: number) => 150 + seconds / 120 + saw(seconds)
    const verdict = judgeMemory(samples(leaking), HOUR)
    expect(verdict?.flat).toBe(false)
    expect(verdict?.slopePerHour).toBeCloseTo(30, 0)
    expect(verdict && verdictOf(verdict)).toMatch(/^grows: .*\+30\.0 MB an hour/)
  })

  test('three percent are the limit', () => {
    const step = (percent: number) => (seconds: number) =>
      seconds < (HOUR * 2) / 3 ? 100 : 100 + percent
    expect(judgeMemory(samples(step(2.9)), HOUR)?.flat).toBe(true)
    expect(judgeMemory(samples(step(3.1)), HOUR)?.flat).toBe(false)
    expect(judgeMemory(samples(step(-20)), HOUR)?.flat).toBe(true)
  })

  test('is not judged after a minute, or without samples', () => {
    const verdict = judgeMemory(
      samples(seconds => seconds, 60),
      60,
    )
    expect(verdict?.flat).toBeUndefined()
    expect(verdict && verdictOf(verdict)).toContain('too short')
    expect(judgeMemory([], HOUR)).toBeUndefined()
  })

  test.runIf(process.platform === 'linux')('and processor time are those of the process', () => {
    const before = usageOf(process.pid)
    const until = performance.now() + 100
    while (performance.now() < until);
    const after = usageOf(process.pid)
    const spent = (after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0)
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThan(5)
    const { rss } = process.memoryUsage()
    expect(after?.megabytes).toBeGreaterThan((rss / 2 ** 20) * 0.7)
    expect(after?.megabytes).toBeLessThan((rss / 2 ** 20) * 1.3)
    expect(usageOf(undefined)).toBeUndefined()
  })
})
