/** The report as one page that needs nothing else: no script, no font, no network. */
import { OURS } from '../rows.ts'
import { chartFigure } from './chart.ts'
import { escaped } from './escape.ts'
import { verdictOf } from './memory-verdict.ts'
import { integer, milliseconds, seconds } from './numbers.ts'
import type { Behaviour, RunReport } from './run.ts'
import { STYLE } from './style.ts'
import type { OperationReport } from './tally.ts'
import type { Sample } from './timeline.ts'
import { isFine } from './verdict.ts'

/** Under what conditions was measured. */
export interface Conditions extends Behaviour {
  /** ISO 8601. */
  readonly date: string
  readonly machine: {
    readonly cpu: string | undefined
    readonly cores: number
    readonly system: string
    readonly node: string
  }
  readonly users: number
  readonly renewAfterSeconds: number
}

/** The page. @param reports by the name of the server */
export function reportPage(
  conditions: Conditions,
  reports: ReadonlyMap<string, RunReport>,
): string {
  const isAlone = reports.size === 1
  const fine = isFine(reports)
  const sections = [...reports].map(([label, report]) =>
    section(label, report, conditions, isAlone),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Load benchmark</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Load benchmark</h1>
<p class="verdict ${fine ? 'good' : 'bad'}">${fine ? '✓ All went well' : '✗ Not all went well'}</p>
<p>${escaped(describedLoad(conditions))}</p>
<p class="quiet">${escaped(describedMachine(conditions))}</p>
</header>
${sections.join('\n')}
</main>
</body>
</html>
`
}

function section(
  label: string,
  report: RunReport,
  conditions: Conditions,
  isAlone: boolean,
): string {
  return `<section>
${isAlone && label === OURS ? '' : `<h2>${escaped(label)}</h2>`}
${tiles(report)}
<div class="charts">
${charts(report, conditions).join('\n')}
</div>
<h3>Tools</h3>
${toolTable(report)}
${failureTable(report)}
${facts(report)}
</section>`
}

function tiles({ total, seconds: lasted, leaks, renewals, signIns, server }: RunReport): string {
  const { p50, p95, p99 } = total.latency ?? {}
  const shown: [name: string, value: string, unit: string, isBad?: boolean][] = [
    ['calls', integer(total.calls), `${integer(total.calls / lasted)} a second`],
    ['p50', milliseconds(p50), 'ms'],
    ['p95', milliseconds(p95), 'ms'],
    ['p99', milliseconds(p99), 'ms'],
    ['failed', integer(total.failed), share(total.failed, total.calls), total.failed > 0],
    ['shown to others', integer(leaks), 'answers', leaks > 0],
    [
      'signed in',
      integer(signIns.calls - signIns.failed),
      `p50 ${milliseconds(signIns.latency?.p50)} ms`,
    ],
    [
      'tokens refreshed',
      integer(renewals['in time'] + renewals.refused),
      `${renewals.refused} after a refusal`,
    ],
  ]
  if (server) shown.push(['memory', integer(server.end), `MB, ${integer(server.peak)} at most`])
  const items = shown.map(
    ([name, value, unit, isBad = false]) =>
      `<div class="tile${isBad ? ' bad' : ''}"><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`,
  )
  return `<dl class="tiles">${items.join('')}</dl>`
}

function charts({ samples }: RunReport, { rampSeconds }: Conditions): string[] {
  const times = samples.map(sample => sample.seconds)
  const values = (read: (sample: Sample) => number | undefined) => samples.map(read)
  const one = (title: string, unit: string, read: (sample: Sample) => number | undefined) =>
    chartFigure({
      title,
      unit,
      times,
      rampSeconds,
      series: [{ name: title, values: values(read) }],
    })
  const latency = chartFigure({
    title: 'Latency',
    unit: 'ms',
    times,
    rampSeconds,
    scale: 'logarithmic',
    series: (['p50', 'p95', 'p99'] as const).map(name => ({
      name,
      values: values(sample => sample.latency?.[name]),
    })),
  })
  const isWatched = samples.some(({ megabytes }) => megabytes !== undefined)
  return [
    latency,
    one('Calls', 'a second', ({ calls, lasted }) => calls / lasted),
    one('Users', 'signed in', ({ users }) => users),
    ...(isWatched
      ? [
          one('Memory of the server', 'MB', ({ megabytes }) => megabytes),
          one('Processor of the server', '% of a core', ({ cpu }) => cpu),
        ]
      : []),
    one('Failed calls', 'a second', ({ failed, lasted }) => failed / lasted),
    one('Tokens refreshed', 'a second', ({ renewals, lasted }) => renewals / lasted),
  ]
}

function toolTable({ operations, total }: RunReport): string {
  const row = ({ operation, calls, failed, latency }: OperationReport) => {
    const { p50, p95, p99, max } = latency ?? {}
    const cells = [
      integer(calls),
      failed === 0 ? '0' : `<strong class="bad">${integer(failed)}</strong>`,
      ...[p50, p95, p99, max].map(milliseconds),
    ]
    return `<tr><th scope="row">${escaped(operation)}</th>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`
  }
  const heads = ['Tool', 'calls', 'failed', 'p50', 'p95', 'p99', 'max ms']
  return scrolling(`<table>
<thead><tr>${heads.map(head => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${operations.map(row).join('\n')}
</tbody>
<tfoot>${row(total)}</tfoot>
</table>`)
}

function failureTable({ failures }: RunReport): string {
  if (failures.length === 0) return ''
  const rows = failures.map(
    ({ operation, kind, count, example }) =>
      `<tr><th scope="row">${escaped(operation)}</th><td>${escaped(kind)}</td><td>${integer(count)}</td><td class="text">${escaped(example)}</td></tr>`,
  )
  return `<h3>Failures</h3>
${scrolling(`<table>
<thead><tr><th scope="col">Tool</th><th scope="col">kind</th><th scope="col">count</th><th scope="col" class="text">the first</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`)}`
}

function facts({ server, signIns, lateness, seconds: lasted }: RunReport): string {
  const lines = [`The run took ${seconds(lasted)}.`]
  if (signIns.latency) {
    const { p50, p99, max } = signIns.latency
    lines.push(
      `Sign-ins (registration, consent, Nextcloud's login, tokens) took ${milliseconds(p50)} ms at the median, ${milliseconds(p99)} at the 99th percentile, ${milliseconds(max)} at most.`,
    )
  }
  if (server) {
    lines.push(
      `The server had ${integer(server.start)} MB at the start, ${integer(server.peak)} at most and ${integer(server.end)} at the end, and took ${integer(server.cpu)} % of a core.`,
    )
    if (server.memory) lines.push(`Memory: ${verdictOf(server.memory)}.`)
  }
  if (lateness) {
    lines.push(
      `The generator sent calls late by ${milliseconds(lateness.p50)} ms at the median and ${milliseconds(lateness.p99)} at the 99th percentile.`,
    )
  }
  return `<ul class="quiet">${lines.map(line => `<li>${escaped(line)}</li>`).join('')}</ul>`
}

function scrolling(table: string): string {
  return `<div class="scrolling" tabindex="0">${table}</div>`
}

function describedLoad(conditions: Conditions): string {
  const { users, rampSeconds, durationSeconds, thinkSeconds, rate, writes } = conditions
  const pace =
    rate === undefined
      ? `each thinks for ${thinkSeconds} s on average between calls`
      : `${rate} calls a second together, answered or not; latencies count from when a call was due`
  return `${users} users arrive within ${seconds(rampSeconds)} and work for ${seconds(durationSeconds)}: ${pace}; ${Math.round(writes * 100)} % of the calls write. While they arrive the pictures are shaded.`
}

function describedMachine({ date, machine, era, seed }: Conditions): string {
  const { cpu = 'unknown processor', cores, system, node } = machine
  const when = date.slice(0, 16).replace('T', ' ')
  return `${when} UTC · ${cores} cores, ${cpu}, ${system}, Node ${node}, shared by server, Nextcloud and generator · ${era} protocol, seed ${seed}`
}

function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part / whole) * 100).toFixed(part === 0 ? 0 : 2)} %`
}
