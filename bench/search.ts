/** Searching and filling the index: without embedding, which others do. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { median, OURS, type Row } from './rows.ts'
import type { Spread } from './search-data.ts'
import type { SearchMeasurement } from './search-process.ts'

const PROGRAM = join(import.meta.dirname, 'search-process.ts')
const RUNS = 3

/** Measures each size in a process of its own. */
export async function measureSearch(): Promise<Row[]> {
  const one = bestOf('clustered', 10_000, 1)
  const many = bestOf('clustered', 100_000, 20, 1)
  const large = run('clustered', 50_000, 1)
  const random = run('random', 10_000, 1)
  const row = (name: string, unit: Row['unit'], value: number, rest: Partial<Row> = {}): Row => ({
    name: `search: ${name}`,
    unit,
    values: { [OURS]: value },
    ...rest,
  })
  const query = (name: string, { queryTimes }: SearchMeasurement, atMost?: number): Row[] => [
    row(`query, ${name}, p50`, 'ms', median(queryTimes), atMost ? { target: { atMost } } : {}),
    row(`query, ${name}, p99`, 'ms', percentile(queryTimes, 0.99)),
  ]
  const recall = (name: string, measured: SearchMeasurement): Row =>
    row(`recall@10, ${name}`, '%', measured.recall * 100, { target: { atLeast: 98 } })
  return [
    ...query('10,000 chunks of one user', one, 15),
    ...query('100,000 chunks of 20 users', many, 30),
    ...query('50,000 chunks of one user', large),
    ...query('10,000 chunks of one user, random vectors', random, 15),
    recall('10,000 chunks', one),
    recall('100,000 chunks of 20 users', many),
    recall('50,000 chunks of one user', large),
    recall('10,000 chunks, random vectors', random),
    row('indexing', 'per second', one.chunksPerSecond, {
      target: { atLeast: 500 },
      remark: 'chunks of 850 characters, five to a document and a transaction',
    }),
    row('indexing, up to 100,000 chunks', 'per second', many.chunksPerSecond, {
      target: { atLeast: 500 },
    }),
    row('memory above idle, 100,000 chunks', 'MB', many.megabytesAboveIdle, {
      target: { atMost: 250 },
      remark: `the file has ${many.fileMegabytes.toFixed(0)} MB`,
    }),
  ]
}

/** The run with the shortest times: what disturbs a machine only ever makes them longer. */
function bestOf(spread: Spread, chunks: number, users: number, runs = RUNS): SearchMeasurement {
  const measured = Array.from({ length: runs }, () => run(spread, chunks, users))
  const [best] = measured.toSorted((a, b) => median(a.queryTimes) - median(b.queryTimes))
  if (best === undefined) throw new Error('nothing was measured')
  return best
}

function run(spread: Spread, chunks: number, users: number): SearchMeasurement {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const args = [...flags, PROGRAM, spread, `${chunks}`, `${users}`]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}
