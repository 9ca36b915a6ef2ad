/** Making and changing rows. */
import { parseJson } from '../http.ts'
import type { Directory } from '../users.ts'
import { isMetaColumn } from './filters.ts'
import { Problem } from './problem.ts'
import {
  type Column,
  nextId,
  ofTable,
  type Row,
  stamps,
  type Table,
  timestamp,
  type View,
} from './store.ts'
import type { Hand } from './structure.ts'
import { checkValue, parseValue } from './values.ts'

/** Where cells are written: the columns that may be, and what to call the place. */
export interface Place {
  columns: Column[]
  name: string
}

/** A table as a place for cells. */
export function inTable({ store }: Hand, table: Table): Place {
  return { columns: ofTable(store.columns, table.id), name: `table with id ${table.id}` }
}

/** A view as a place for cells. */
export function inView({ store }: Hand, view: View): Place {
  const shown = new Set(view.columnSettings.map(({ columnId }) => columnId))
  return {
    columns: ofTable(store.columns, view.tableId).filter(({ id }) => shown.has(id)),
    name: `view with id ${view.id}`,
  }
}

/** `data` of a request: column ids to values, as an object or as JSON in a string. */
export function cellsIn(data: unknown): [number, unknown][] | undefined {
  const cells = typeof data === 'string' ? parseJson(data) : data
  if (typeof cells !== 'object' || cells === null) return undefined
  return Object.entries(cells).map(([id, value]) => [Number(id), value])
}

/** Makes a row. Defaults of columns are left to the client. */
export function createRow(
  hand: Hand,
  directory: Directory,
  tableId: number,
  place: Place,
  cells: [number, unknown][],
): Row {
  const parsed = parse(hand, directory, tableId, place, cells)
  requireMandatory(place, id => parsed.get(id))
  const row: Row = {
    id: nextId(hand.store, 'rows'),
    tableId,
    cells: parsed,
    ...stamps(hand.userId, hand.now),
  }
  hand.store.rows.set(row.id, row)
  return row
}

/** Changes cells of a row. @returns whether anything is different now */
export function updateRow(
  hand: Hand,
  directory: Directory,
  row: Row,
  place: Place,
  cells: [number, unknown][],
): boolean {
  const parsed = parse(hand, directory, row.tableId, place, cells, row)
  requireMandatory(place, id => (parsed.has(id) ? parsed.get(id) : row.cells.get(id)))
  let changed = false
  for (const [id, value] of parsed) {
    // Compared as loosely as PHP does.
    if (row.cells.has(id) && String(row.cells.get(id) ?? '') === String(value ?? '')) continue
    row.cells.set(id, value)
    changed = true
  }
  if (changed) {
    row.lastEditBy = hand.userId
    row.lastEditAt = timestamp(hand.now)
  }
  return changed
}

function parse(
  { store }: Hand,
  directory: Directory,
  tableId: number,
  { columns, name }: Place,
  cells: [number, unknown][],
  own?: Row,
): Map<number, unknown> {
  const others = ofTable(store.rows, tableId).filter(row => row !== own)
  const parsed = new Map<number, unknown>()
  for (const [id, value] of cells) {
    if (isMetaColumn(id)) continue
    const column = columns.find(candidate => candidate.id === id)
    if (column === undefined) {
      throw new Problem('internal', `Column with id ${id} is not part of ${name}`)
    }
    checkValue(directory, others, column, value)
    parsed.set(id, parseValue(column, value))
  }
  return parsed
}

function requireMandatory({ columns }: Place, cellOf: (id: number) => unknown): void {
  for (const { id, title, mandatory, subtype } of columns) {
    if (!mandatory) continue
    const value = cellOf(id)
    if (value === undefined) {
      throw new Problem('bad', `Mandatory column "${title}" cannot be empty.`)
    }
    const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
    if (isEmpty && subtype !== 'check') {
      throw new Problem('bad', `Mandatory column "${title}" cannot be empty or invalid.`)
    }
  }
}
