/** Which rows a view shows, and in which order. */
import { noResult, Problem } from './problem.ts'
import type { Column, Filter, Row, TableStore, View } from './store.ts'
import { ofTable } from './store.ts'

const metaColumns: Record<number, (row: Row) => string | number> = {
  [-1]: row => row.id,
  [-2]: row => row.createdBy,
  [-3]: row => row.lastEditBy,
  [-4]: row => row.createdAt,
  [-5]: row => row.lastEditAt,
}

const mapper = 'OCA\\Tables\\Db\\Row2Mapper'

/** Whether an id is one of the columns that every table has. */
export function isMetaColumn(id: number): boolean {
  return id in metaColumns
}

/**
 * The rows of a view.
 * @throws Problem `internal` for rules that the app stores and then fails on
 */
export function rowsOfView(store: TableStore, view: View): Row[] {
  const rows = ofTable(store.rows, view.tableId)
  if (view.filter.some(group => group.length === 0)) {
    throw new Problem(
      'internal',
      `${mapper} - getWantedRowIds: SQLSTATE[HY000]: General error: 1 near ")": syntax error`,
    )
  }
  const found =
    view.filter.length === 0
      ? rows
      : rows.filter(row =>
          view.filter.some(group => group.every(rule => matches(store, row, rule))),
        )
  return found.toSorted((one, other) => {
    for (const { columnId, mode } of view.sort) {
      const order = compare(cell(one, columnId), cell(other, columnId))
      if (order !== 0) return mode === 'DESC' ? -order : order
    }
    return one.id - other.id
  })
}

function cell(row: Row, columnId: number): unknown {
  return columnId < 0 ? metaColumns[columnId]?.(row) : row.cells.get(columnId)
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [first, second] = [String(one ?? ''), String(other ?? '')]
  return first < second ? -1 : first > second ? 1 : 0
}

function matches(store: TableStore, row: Row, { columnId, operator, value }: Filter): boolean {
  const column = store.columns.get(columnId)
  if (columnId > 0 && column === undefined) {
    throw new Problem('internal', `${mapper} - findAll: ${noResult('tables_columns')}`)
  }
  const stored = cell(row, columnId) ?? (column && defaultOf(column))
  const wanted = resolved(value)
  if (operator === 'is-empty') return stored === undefined || stored === null || stored === ''
  if (stored === undefined || stored === null) return false
  const text = Array.isArray(stored) ? `[${stored}]` : String(stored)
  switch (operator) {
    case 'contains':
    case 'does-not-contain': {
      const within = Array.isArray(stored)
        ? stored.map(one => String(one?.id ?? one)).includes(wanted)
        : text.toLowerCase().includes(wanted.toLowerCase())
      return within === (operator === 'contains')
    }
    case 'begins-with':
      return text.toLowerCase().startsWith(wanted.toLowerCase())
    case 'ends-with':
      return text.toLowerCase().endsWith(wanted.toLowerCase())
    case 'is-equal':
    case 'is-not-equal':
      return same(stored, text, wanted) === (operator === 'is-equal')
    default:
      return holds(
        operator,
        typeof stored === 'number' ? stored - Number(wanted) : compare(text, wanted),
      )
  }
}

function same(stored: unknown, text: string, wanted: string): boolean {
  if (typeof stored === 'number') return stored === Number(wanted)
  return Array.isArray(stored) ? text === `[${wanted}]` : text === wanted
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case 'is-greater-than':
      return order > 0
    case 'is-greater-than-or-equal':
      return order >= 0
    case 'is-lower-than':
      return order < 0
    default:
      return order <= 0
  }
}

/** A cell that was never written counts as the default of its column. */
function defaultOf({ type, settings }: Column): unknown {
  const names = { text: 'textDefault', number: 'numberDefault', selection: 'selectionDefault' }
  const value = type in names ? settings[names[type as keyof typeof names]] : undefined
  return value === '' ? undefined : value
}

function resolved(value: string): string {
  if (value.startsWith('@selection-id-')) return value.slice(14)
  if (value.startsWith('@stars-')) return value.slice(7)
  if (value === '@checked') return 'true'
  if (value === '@unchecked') return 'false'
  return value
}
