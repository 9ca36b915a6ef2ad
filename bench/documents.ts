/** Reading documents: how fast, and what files that are made to hurt cost this process. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { OURS, type Row } from './rows.ts'

const PROGRAM = join(import.meta.dirname, 'read-documents.ts')

const Cost = z.object({ outcome: z.string(), ms: z.number(), mebibytes: z.number() })
const Costs = z.object({
  best: Cost,
  some: Cost,
  p99: z.number(),
  bombed: Cost,
  lied: Cost,
  drawn: Cost,
  inflated: Cost,
})

/** Measures it in a process of its own. */
export async function measureDocuments(): Promise<Row[]> {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const printed = execFileSync(process.execPath, [...flags, PROGRAM], { encoding: 'utf8' })
  const { best, some, p99, ...hostile } = Costs.parse(JSON.parse(printed))
  const row = (name: string, unit: Row['unit'], value: number, most: number, remark = ''): Row => ({
    name,
    unit,
    target: { atMost: most },
    values: { [OURS]: value },
    remark,
  })
  const memory = (name: string, { outcome, ms, mebibytes }: z.output<typeof Cost>, most: number) =>
    row(`documents: ${name}, growth`, 'MB', mebibytes, most, `${outcome} in ${ms.toFixed(0)} ms`)
  return [
    row('documents: a PDF of 300 pages', 'ms', best.ms, 3_000, `best of 3; ${best.outcome}`),
    row('documents: pages 10-12 of it', 'ms', some.ms, 500),
    row('documents: delay of the event loop meanwhile, p99', 'ms', p99, 20),
    memory('an archive that unpacks to 1 GiB', hostile.bombed, 50),
    memory('one of 512 MiB that says 1,000 bytes', hostile.lied, 50),
    memory('a PDF with a million paths', hostile.drawn, 300),
    memory('a PDF whose page unpacks to 400 MiB', hostile.inflated, 1_024),
  ]
}
