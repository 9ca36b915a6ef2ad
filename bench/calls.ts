/** How many calls a server answers, and how long each takes. */
import { type Endpoint, loadRequests, verifyResult } from './endpoint.ts'
import { median, OURS, type Row, type Target } from './rows.ts'
import { type LoadResult, runLoad } from './saturation.ts'
import type { Subject } from './subject.ts'

const ROUNDS = 3
const CALLS = 6_000
const LISTS = 1_500

interface Series {
  readonly name: string
  readonly concurrency: number
  readonly count: number
  readonly method: 'tools/call' | 'tools/list'
  readonly perSecond?: Target
  readonly p99?: Target
}

const SERIES: readonly Series[] = [
  { name: 'tools/call, 1 at a time', concurrency: 1, count: CALLS / 3, method: 'tools/call' },
  {
    name: 'tools/call, 16 at a time',
    concurrency: 16,
    count: CALLS,
    method: 'tools/call',
    perSecond: { atLeast: 2_000 },
    p99: { atMost: 30 },
  },
  { name: 'tools/call, 64 at a time', concurrency: 64, count: CALLS, method: 'tools/call' },
  {
    name: 'tools/list, 16 at a time',
    concurrency: 16,
    count: LISTS,
    method: 'tools/list',
    perSecond: { atLeast: 500 },
  },
]

/**
 * Measures every series on every server, the servers in turn, so that a machine that slows down
 * slows them all; several rounds, of which the median counts.
 */
export async function measureCalls(
  endpoints: readonly Endpoint[],
  subject: Subject,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const endpoint of endpoints) await warmUp(endpoint, subject)
  for (const series of SERIES) {
    const results = new Map<string, LoadResult[]>(endpoints.map(({ label }) => [label, []]))
    for (let round = 0; round < ROUNDS; round++) {
      for (const endpoint of endpoints) {
        results.get(endpoint.label)?.push(await callUnderLoad(endpoint, subject, series))
      }
    }
    rows.push(...rowsOf(series, results))
  }
  return rows
}

/**
 * What a call costs beyond the request to Nextcloud that it stands for: the median of its time,
 * less the median of that request made directly, one at a time.
 */
export async function measureOverhead(
  endpoints: readonly Endpoint[],
  subject: Subject,
): Promise<Row[]> {
  const alone = { concurrency: 1, count: 1_000, method: 'tools/call' } as const
  const added = new Map<string, number[]>(endpoints.map(({ label }) => [label, []]))
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await runLoad({
      url: subject.nextcloud,
      requests: [subject.bareRequest],
      count: alone.count,
    })
    for (const endpoint of endpoints) {
      const { p50 } = await callUnderLoad(endpoint, subject, alone)
      added.get(endpoint.label)?.push(p50 - bare.p50)
    }
  }
  const values = Object.fromEntries([...added].map(([label, times]) => [label, median(times)]))
  return [{ name: 'added to the bare request, p50', unit: 'ms', target: { atMost: 2 }, values }]
}

/** Runs one load on one server. @throws Error with the first wrong answer, if there is one */
export async function callUnderLoad(
  endpoint: Endpoint,
  { call }: Subject,
  { concurrency, count, method }: Pick<Series, 'concurrency' | 'count' | 'method'>,
): Promise<LoadResult> {
  const params = method === 'tools/call' ? call : undefined
  const requests = loadRequests(endpoint, concurrency, method, params)
  const result = await runLoad({ url: endpoint.url, requests, count, verify: verifyResult })
  if (endpoint.label === OURS && result.failures > 0) {
    throw new Error(`${result.failures} of ${result.answers} failed: ${result.firstFailure}`)
  }
  return result
}

/** Long enough for the compiler of any runtime to have settled. */
async function warmUp(endpoint: Endpoint, subject: Subject): Promise<void> {
  await callUnderLoad(endpoint, subject, { concurrency: 16, count: CALLS, method: 'tools/call' })
  await callUnderLoad(endpoint, subject, { concurrency: 16, count: 300, method: 'tools/list' })
}

function rowsOf(series: Series, results: ReadonlyMap<string, readonly LoadResult[]>): Row[] {
  const values = (read: (result: LoadResult) => number) =>
    Object.fromEntries([...results].map(([label, rounds]) => [label, median(rounds.map(read))]))
  const failed = [...results].flatMap(([label, rounds]) => {
    const failures = rounds.reduce((sum, round) => sum + round.failures, 0)
    return failures > 0 ? [`${label}: ${failures} failed, ${rounds[0]?.firstFailure}`] : []
  })
  return [
    {
      name: series.name,
      unit: 'per second',
      ...(series.perSecond ? { target: series.perSecond } : {}),
      values: values(result => result.perSecond),
      ...(failed.length > 0 ? { remark: failed.join('; ') } : {}),
    },
    { name: '  p50', unit: 'ms', values: values(result => result.p50) },
    {
      name: '  p99',
      unit: 'ms',
      ...(series.p99 ? { target: series.p99 } : {}),
      values: values(result => result.p99),
    },
  ]
}
