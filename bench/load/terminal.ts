/** A run on the terminal: a line while it goes on, and tables at its end. */
import { MISSING } from './answer.ts'
import type { LatencySummary } from './latencies.ts'
import { verdictOf } from './memory-verdict.ts'
import { integer, milliseconds, seconds } from './numbers.ts'
import type { RunReport } from './run.ts'
import type { OperationReport } from './tally.ts'
import type { Progress } from './timeline.ts'

/** Where lines are written to. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const LINE_EVERY_SECONDS = 5
const CLEAR_LINE = '\r\u001b[2K'

/** Shows how a run goes on: one line drawn anew on a terminal, else a line now and then. */
export function progressLine(output: Output): { show(progress: Progress): void; end(): void } {
  let shown = Number.NEGATIVE_INFINITY
  return {
    show(progress) {
      const text = progressText(progress)
      if (output.isTTY) {
        output.write(CLEAR_LINE + text.slice(0, (output.columns ?? 80) - 1))
      } else if (progress.seconds - shown >= LINE_EVERY_SECONDS - 0.5) {
        shown = progress.seconds
        output.write(`${text}\n`)
      }
    },
    end() {
      if (output.isTTY) output.write(CLEAR_LINE)
    },
  }
}

/** How far a run is, on a line. */
export function progressText(progress: Progress): string {
  const { last, users, failed, renewals, megabytes } = progress
  const rate = last === undefined ? 0 : last.calls / last.lasted
  const latency = last?.latency
  return [
    `${Math.round(progress.seconds)}/${Math.round(progress.ofSeconds)} s`,
    `${users} users`,
    `${integer(rate)} calls/s`,
    latency === undefined ? 'no answers' : `p50/p95/p99 ${percentiles(latency)} ms`,
    `${failed} failed`,
    `${renewals} refreshed`,
    ...(megabytes === undefined ? [] : [`${integer(megabytes)} MB`]),
  ].join(' · ')
}

/** The end of a run: a table of the tools, then everything else that was counted. */
export function summaryText(label: string, report: RunReport): string {
  const { total, operations, failures, signIns, renewals, server, lateness } = report
  const rows = [
    ['', 'calls', 'failed', 'p50', 'p95', 'p99', 'max ms'],
    ...[...operations, total].map(rowOf),
  ]
  const lines = [
    `${label}: ${report.users} users, ${seconds(report.seconds)}`,
    '',
    aligned(rows),
    '',
    `${integer(total.calls / report.seconds)} calls/s`,
    `signed in: ${signIns.calls - signIns.failed} of ${signIns.calls}${latencyText(signIns)}`,
    `tokens refreshed: ${renewals['in time']} in time, ${renewals.refused} after a refusal`,
  ]
  if (server !== undefined) {
    const { start, peak, end, cpu, memory } = server
    const memories = `${integer(start)} MB at the start, ${integer(peak)} at most, ${integer(end)} at the end`
    lines.push(`server: ${memories}; ${integer(cpu)} % of a core`)
    if (memory !== undefined) lines.push(`memory: ${verdictOf(memory)}`)
  }
  if (lateness !== undefined) {
    lines.push(`calls were sent late by ${percentiles(lateness)} ms (p50/p95/p99)`)
  }
  for (const { operation, kind, count, example } of failures) {
    lines.push(`failed: ${operation}, ${kind}, ${count} times, first: ${example}`)
  }
  if (failures.some(({ kind }) => kind === MISSING)) {
    lines.push(`"${MISSING}" is an answer that looks right, without what the user has`)
  }
  return lines.join('\n')
}

function rowOf({ operation, calls, failed, latency }: OperationReport): string[] {
  const { p50, p95, p99, max } = latency ?? {}
  return [operation, integer(calls), integer(failed), ...[p50, p95, p99, max].map(milliseconds)]
}

function latencyText({ latency }: OperationReport): string {
  return latency === undefined ? '' : `, in ${percentiles(latency)} ms (p50/p95/p99)`
}

function percentiles({ p50, p95, p99 }: LatencySummary): string {
  return [p50, p95, p99].map(milliseconds).join('/')
}

/** The first column to the left, all others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
