/** What the load benchmark says: on the terminal, as a page, and about its own options. */
import { describe, expect, test } from 'vitest'
import { chartFigure } from '../../../bench/load/chart.ts'
import { type Conditions, reportPage } from '../../../bench/load/html.ts'
import { milliseconds, seconds } from '../../../bench/load/numbers.ts'
import { readOptions } from '../../../bench/load/options.ts'
import type { RunReport } from '../../../bench/load/run.ts'
import { progressLine, summaryText } from '../../../bench/load/terminal.ts'
import type { Sample } from '../../../bench/load/timeline.ts'
import { isFine } from '../../../bench/load/verdict.ts'
import { OURS } from '../../../bench/rows.ts'

const latency = { count: 90, p50: 4.567, p95: 23.45, p99: 123.4, max: 1_234 }
const sample = (at: number): Sample => ({
  seconds: at,
  lasted: 2,
  users: 5,
  calls: 100,
  failed: 0,
  renewals: 1,
  latency,
  megabytes: 150,
  cpu: 20,
})
const report: RunReport = {
  seconds: 70,
  users: 5,
  total: { operation: 'all', calls: 90, failed: 0, latency },
  operations: [{ operation: 'nc_notes_get_note', calls: 90, failed: 0, latency }],
  failures: [],
  leaks: 0,
  signIns: { operation: 'sign in', calls: 5, failed: 0, latency },
  renewals: { 'in time': 12, refused: 3 },
  samples: [2, 4, 6].map(sample),
  server: { start: 130, peak: 160, end: 150, cpu: 21, memory: undefined },
  lateness: undefined,
}
const hostile = '<script>alert("evil")</script> & \'quotes\''
const failing: RunReport = {
  ...report,
  failures: [{ operation: 'nc_notes_get_note', kind: hostile, count: 2, example: hostile }],
}
const leaking: RunReport = { ...report, leaks: 1 }
const growing: RunReport = {
  ...report,
  server: {
    start: 1,
    peak: 2,
    end: 2,
    cpu: 1,
    memory: { slopePerHour: 9, middle: 1, last: 2, growth: 100, flat: false },
  },
}
const conditions: Conditions = {
  date: '2026-11-21T10:20:30.000Z',
  machine: { cpu: 'a CPU', cores: 2, system: 'linux x64', node: '24' },
  users: 5,
  rampSeconds: 10,
  durationSeconds: 60,
  thinkSeconds: 1,
  writes: 0.2,
  rate: undefined,
  seed: 1,
  era: 'modern',
  renewAfterSeconds: 20,
}

describe('the verdict', () => {
  const verdict = (ours: RunReport, other?: RunReport) =>
    isFine(new Map([[OURS, ours], ...(other ? [['other', other] as const] : [])]))

  test('is good when nothing failed, nothing leaked, and nothing grew', () => {
    expect(verdict(report)).toBe(true)
    expect(verdict(failing)).toBe(false)
    expect(verdict(leaking)).toBe(false)
    expect(verdict(growing)).toBe(false)
  })

  test('minds of another server only what it gave to the wrong user', () => {
    expect(verdict(report, failing)).toBe(true)
    expect(verdict(report, growing)).toBe(true)
    expect(verdict(report, leaking)).toBe(false)
  })
})

describe('the page', () => {
  test('needs nothing from anywhere, and runs nothing', () => {
    const page = reportPage(conditions, new Map([[OURS, report]]))
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|https?:|url\(|@import/)
    expect(page).toContain('All went well')
    expect(page).toContain('5 users arrive within 10 s and work for 1 min')
    expect(page).toContain('nc_notes_get_note</th><td>90</td><td>0</td><td>4.57</td><td>23.4</td>')
    expect(page).toContain('15 <small>3 after a refusal</small>')
    expect(page.match(/<figure/g)).toHaveLength(7)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('shows text as text, wherever it comes from', () => {
    const page = reportPage(conditions, new Map([[hostile, failing]]))
    expect(page).not.toContain('<script')
    expect(page).not.toContain('"evil"')
    expect(page).toContain('<h2>&lt;script&gt;alert(&quot;evil&quot;)&lt;/script&gt; &amp; &#39;')
  })

  test('says what is wrong', () => {
    const page = reportPage(conditions, new Map([[OURS, growing]]))
    expect(page).toContain('Not all went well')
    expect(page).toContain('Memory: grows:')
  })

  test('can do without what is not known of a server', () => {
    const stranger: RunReport = {
      ...report,
      server: undefined,
      samples: report.samples.map(one => ({ ...one, megabytes: undefined, cpu: undefined })),
    }
    const page = reportPage(conditions, new Map([['other', stranger]]))
    expect(page.match(/<figure/g)).toHaveLength(5)
    expect(page).not.toMatch(/NaN|undefined/)
  })
})

describe('a chart', () => {
  const chart = (values: (number | undefined)[], scale?: 'logarithmic') =>
    chartFigure({
      title: 'T',
      unit: 'ms',
      times: values.map((_, at) => at * 10),
      series: [{ name: 'a', values }],
      rampSeconds: 10,
      ...(scale ? { scale } : {}),
    })
  const path = (html: string) => / d="([^"]*)"/.exec(html)?.[1]
  const ticks = (html: string) =>
    [...html.matchAll(/bottom:([\d.]+)%">([\d.,]+)/g)].map(([, at, text]) => [text, Number(at)])

  test('has its values where its ticks say', () => {
    const html = chart([0, 50, 100])
    expect(ticks(html)).toEqual([
      ['0', 0],
      ['50', 50],
      ['100', 100],
    ])
    expect(path(html)).toBe('M0 300L500 150L1000 0')
    expect(html).toContain('<rect class="ramp" width="500"')
  })

  test('leaves a gap where there is no value', () => {
    expect(path(chart([10, undefined, 10, 10]))).toBe('M0 0M666.7 0L1000 0')
  })

  test('shows factors alike on a logarithmic scale', () => {
    const html = chart([1, 10, 100], 'logarithmic')
    expect(path(html)).toBe('M0 300L500 150L1000 0')
    expect(ticks(html).map(([text]) => text)).toEqual(['1', '2', '5', '10', '20', '50', '100'])
    const wide = chart([0.4, 900, undefined, 4], 'logarithmic')
    expect(ticks(wide).map(([text]) => text)).toEqual(['1', '10', '100', '1,000'])
  })

  test.each([[[]], [[undefined]], [[0]], [[0.001, 1e6]]])('can be drawn of %j', values => {
    for (const scale of [undefined, 'logarithmic'] as const) {
      expect(chart(values, scale)).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  test('has text as text in its words too', () => {
    const series = [hostile, hostile].map(name => ({ name, values: [1] }))
    const html = chartFigure({ title: hostile, unit: hostile, times: [1], series, rampSeconds: 0 })
    expect(html).not.toMatch(/<script|"evil"/)
  })

  test('says in words what it shows', () => {
    expect(chart([1, 3, 2])).toContain('aria-label="T (ms): a from 1 to 3, at last 2"')
  })
})

describe('the terminal', () => {
  const progress = (at: number) => ({
    seconds: at,
    ofSeconds: 70,
    users: 5,
    last: sample(at),
    failed: 1,
    renewals: 2,
    megabytes: 150.4,
  })
  const shown = (isTTY: boolean, times: number[], columns = 200) => {
    const written: string[] = []
    const line = progressLine({ isTTY, columns, write: text => written.push(text) })
    for (const at of times) line.show(progress(at))
    return written
  }

  test('gets one line that is drawn anew, no longer than it is wide', () => {
    const text =
      '1/70 s · 5 users · 50 calls/s · p50/p95/p99 4.57/23.4/123 ms · 1 failed · 2 refreshed · 150 MB'
    expect(shown(true, [1, 2])).toEqual([
      `\r\u001b[2K${text}`,
      `\r\u001b[2K${text.replace('1', '2')}`,
    ])
    expect(shown(true, [1], 20)[0]).toHaveLength(19 + '\r\u001b[2K'.length)
  })

  test('a file gets a line now and then', () => {
    expect(shown(false, [1, 2, 3, 4, 5, 6, 7, 11.1]).map(text => text.split(' ')[0])).toEqual([
      '1/70',
      '6/70',
      '11/70',
    ])
  })

  test('at the end there is a table, and all that went wrong', () => {
    const text = summaryText('this', { ...failing, server: growing.server })
    expect(text).toMatch(/^nc_notes_get_note +90 +0 +4\.57 +23\.4 +123 +1,234$/m)
    expect(text).toContain('tokens refreshed: 12 in time, 3 after a refusal')
    expect(text).toContain('signed in: 5 of 5, in 4.57/23.4/123 ms (p50/p95/p99)')
    expect(text).toMatch(/^memory: grows/m)
    expect(text).toContain(`failed: nc_notes_get_note, ${hostile}, 2 times`)
  })
})

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toMatchObject({
      users: 50,
      behaviour: { rampSeconds: 10, durationSeconds: 60, thinkSeconds: 1, writes: 0.2, seed: 1 },
      renewAfterSeconds: 17.5,
      html: 'bench-load.html',
    })
    expect(readOptions(['--help'])).toBeUndefined()
  })

  test.each([
    [['--users', '0'], '--users 0: a whole number of at least 1'],
    [['--users', '1.5'], 'a whole number'],
    [['--users', ''], '--users'],
    [['--writes', '1.1'], 'a number from 0 to 1'],
    [['--duration', 'Infinity'], '--duration'],
    [['--users', '600'], 'give 600 users at least 120 seconds'],
    [['--era', 'old'], '--era'],
    [['--header', 'nothing'], '--header nothing'],
    [['--against', 'http://example.org/mcp'], 'not http on this machine'],
    [['--against', 'https://localhost/mcp'], 'not http on this machine'],
    [['--nextcloud', 'nonsense'], 'not http on this machine'],
    [['--unknown'], '--unknown'],
  ])('%j are refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(message)
  })

  test('take other servers on this machine, each with its name and process', () => {
    const one = ['--against', 'http://127.0.0.1:9000/mcp', '--label', 'one', '--pid', '12']
    const two = ['--against', 'http://localhost:9001/mcp']
    const options = readOptions([...one, ...two, '--header', 'Authorization: Basic {basic}'])
    expect(options?.against).toMatchObject([
      { label: 'one', pid: 12 },
      { label: 'http://localhost:9001/mcp', pid: undefined },
    ])
    expect(options?.headers).toEqual([['Authorization', 'Basic {basic}']])
    expect(readOptions(one)?.headers).toEqual([['Authorization', 'Bearer {token}']])
  })
})

test('numbers are as short as they may be', () => {
  expect([undefined, 0.004, 9.994, 9.996, 99.94, 99.96, 12_345].map(milliseconds)).toEqual([
    '-',
    '0.00',
    '9.99',
    '10.0',
    '99.9',
    '100',
    '12,345',
  ])
  expect([0, 45, 70, 3_600, 3_610].map(seconds)).toEqual([
    '0 s',
    '45 s',
    '1 min 10 s',
    '1 h',
    '1 h 10 s',
  ])
})
