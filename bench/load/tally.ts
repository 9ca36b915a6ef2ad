/** What happens in a run, counted as it happens, in memory that does not grow with it. */
import { LEAK } from './answer.ts'
import { createLatencies, type Latencies, type LatencySummary } from './latencies.ts'
import type { RenewalReason } from './tokens.ts'

/** Calls of one tool. Latencies are those of calls that succeeded. */
export interface OperationReport {
  readonly operation: string
  readonly calls: number
  readonly failed: number
  readonly latency: LatencySummary | undefined
}

/** Failures of one kind of one operation. */
export interface FailureReport {
  readonly operation: string
  readonly kind: string
  readonly count: number
  /** The first of them, in the server's words. */
  readonly example: string
}

/** A stretch of time. */
export interface WindowReport {
  readonly calls: number
  readonly failed: number
  readonly renewals: number
  readonly latency: LatencySummary | undefined
}

/** All that was counted. */
export interface TallyReport {
  readonly total: OperationReport
  readonly operations: readonly OperationReport[]
  readonly failures: readonly FailureReport[]
  /** Answers with another user's data. */
  readonly leaks: number
  readonly signIns: OperationReport
  readonly renewals: Readonly<Record<RenewalReason, number>>
}

/** Counts. */
export interface Tally {
  succeeded(operation: string, milliseconds: number): void
  failed(operation: string, kind: string, detail: string): void
  signedIn(milliseconds: number): void
  renewed(reason: RenewalReason): void
  /** What happened since the last time it was asked. */
  window(): WindowReport
  report(): TallyReport
}

interface Counted {
  calls: number
  failed: number
  readonly latencies: Latencies
}

/** The name under which failed sign-ins are listed. */
export const SIGN_IN = 'sign in'

/** Nothing yet. */
export function createTally(): Tally {
  const operations = new Map<string, Counted>()
  const failures = new Map<string, { -readonly [K in keyof FailureReport]: FailureReport[K] }>()
  const renewals: Record<RenewalReason, number> = { 'in time': 0, refused: 0 }
  const signIns = nothing()
  const total = nothing()
  const window = nothing()
  let windowRenewals = 0

  const countedFor = (operation: string): readonly Counted[] => {
    if (operation === SIGN_IN) return [signIns]
    const found = operations.get(operation) ?? nothing()
    operations.set(operation, found)
    return [found, total, window]
  }

  return {
    succeeded(operation, milliseconds) {
      for (const counted of countedFor(operation)) succeed(counted, milliseconds)
    },
    failed(operation, kind, detail) {
      for (const counted of countedFor(operation)) {
        counted.calls++
        counted.failed++
      }
      const key = `${operation} ${kind}`
      const found = failures.get(key) ?? { operation, kind, count: 0, example: detail }
      found.count++
      failures.set(key, found)
    },
    signedIn: milliseconds => succeed(signIns, milliseconds),
    renewed(reason) {
      renewals[reason]++
      windowRenewals++
    },
    window() {
      const { calls, failed, latencies } = window
      const report = { calls, failed, renewals: windowRenewals, latency: latencies.summary() }
      Object.assign(window, { calls: 0, failed: 0 })
      latencies.reset()
      windowRenewals = 0
      return report
    },
    report() {
      const listed = [...failures.values()].toSorted((a, b) => b.count - a.count)
      const leaks = listed.filter(({ kind }) => kind === LEAK)
      return {
        total: reportOf('all', total),
        operations: [...operations]
          .map(([operation, counted]) => reportOf(operation, counted))
          .toSorted((a, b) => b.calls - a.calls),
        failures: listed.map(failure => ({ ...failure })),
        leaks: leaks.reduce((sum, { count }) => sum + count, 0),
        signIns: reportOf(SIGN_IN, signIns),
        renewals: { ...renewals },
      }
    },
  }
}

function nothing(): Counted {
  return { calls: 0, failed: 0, latencies: createLatencies() }
}

function succeed(counted: Counted, milliseconds: number): void {
  counted.calls++
  counted.latencies.record(milliseconds)
}

function reportOf(operation: string, { calls, failed, latencies }: Counted): OperationReport {
  return { operation, calls, failed, latency: latencies.summary() }
}
