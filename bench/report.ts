/** The table on the terminal and the file for later comparison. */
import { writeFile } from 'node:fs/promises'
import { arch, cpus, platform, totalmem } from 'node:os'
import { passes, type Row, type Target } from './rows.ts'

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** The rows as a table: one column of values for each server, our own with its target. */
export function table(rows: readonly Row[], labels: readonly string[]): string {
  const header = ['', 'target', '', ...labels, 'unit']
  const lines = rows.map(row => [
    row.name,
    row.target ? targetText(row.target) : '',
    mark(row),
    ...labels.map(label => valueText(row.values[label])),
    row.unit,
  ])
  const widths = header.map((_, column) =>
    Math.max(...[header, ...lines].map(line => line[column]?.length ?? 0)),
  )
  const rule = widths.map(width => '-'.repeat(width))
  const isText = (column: number) => column === 0 || column === header.length - 1
  return [header, rule, ...lines]
    .map(line =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return isText(column) ? cell.padEnd(width) : cell.padStart(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Writes everything measured, with the machine it was measured on. */
export async function writeResults(
  file: string,
  rows: readonly Row[],
  servers: readonly object[],
): Promise<void> {
  const results = {
    date: new Date().toISOString(),
    machine: machine(),
    servers,
    measurements: rows.map(row => ({ ...row, passed: passes(row) })),
  }
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
}

/** The machine that something was measured on. */
export function machine() {
  return {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryMB: Math.round(totalmem() / 2 ** 20),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
  }
}

function mark(row: Row): string {
  const passed = passes(row)
  if (passed === undefined) return ''
  return passed ? '✓' : '✗'
}

function targetText(target: Target): string {
  return 'atMost' in target
    ? `<= ${NUMBER.format(target.atMost)}`
    : `>= ${NUMBER.format(target.atLeast)}`
}

function valueText(value: number | undefined): string {
  if (value === undefined) return '-'
  if (Number.isInteger(value) || Math.abs(value) >= 100) return NUMBER.format(value)
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}
