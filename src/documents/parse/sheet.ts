/** A sheet in the making: rows of cells that become a table. */
import { markdownTable } from '../markdown-table.ts'

/** Columns beyond this are not read; sheets that fill more are no tables for people. */
export const MOST_COLUMNS = 1_000

/** Collects cells; rows and columns count from 0. */
export interface Sheet {
  /** Characters so far, to stop in time. */
  readonly size: number
  put(row: number, column: number, text: string): void
  /** Markdown with the name as its heading. */
  text(name: string): string
}

/** Empty rows and columns leave no trace: sheets are a million rows high. */
export function createSheet(): Sheet {
  const rows = new Map<number, Map<number, string>>()
  const columns = new Set<number>()
  let size = 0
  return {
    get size() {
      return size
    },
    put(row, column, text) {
      if (text.trim() === '' || column >= MOST_COLUMNS) return
      const cells = rows.get(row) ?? new Map<number, string>()
      rows.set(row, cells)
      cells.set(column, text)
      columns.add(column)
      size += text.length + 3
    },
    text(name) {
      const used = [...columns].toSorted((a, b) => a - b)
      const table = [...rows.entries()]
        .toSorted(([a], [b]) => a - b)
        .map(([, cells]) => used.map(column => cells.get(column) ?? ''))
      return [`## ${name}`, ...(table.length === 0 ? [] : [markdownTable(table)])].join('\n\n')
    },
  }
}
