/** The first occurrences of a process: what a rule of long ago costs where nothing is warm yet. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { median, OURS, type Row } from './rows.ts'

const RUNS = 7
const PROGRAM = join(import.meta.dirname, 'first-expansion.ts')

/** Measures it in processes of their own. */
export async function measureExpansion(): Promise<Row[]> {
  const times = Array.from({ length: RUNS }, () => firstExpansion())
  return [
    {
      name: 'first expansion in a process: a week of a daily series since 1990',
      unit: 'ms',
      target: { atMost: 5 },
      values: { [OURS]: median(times.map(({ first }) => first)) },
      remark: `median of ${RUNS}; after ${median(times.map(({ warming }) => warming)).toFixed(0)} ms while Nextcloud was at work`,
    },
  ]
}

/** Of one process, in milliseconds. */
export function firstExpansion(): { readonly warming: number; readonly first: number } {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const [warming = Number.NaN, first = Number.NaN] = execFileSync(
    process.execPath,
    [...flags, PROGRAM],
    { encoding: 'utf8' },
  )
    .trim()
    .split(' ')
    .map(Number)
  return { warming, first }
}
