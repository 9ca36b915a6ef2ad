/** Routes of version 1: rows. */
import { integer } from '../http.ts'
import { rowsOfView } from './filters.ts'
import type { TablesCall } from './guard.ts'
import * as guard from './guard.ts'
import { type TellRow, tellRow } from './present.ts'
import { noResult, Problem } from './problem.ts'
import { cellsIn, createRow, inTable, inView, type Place, updateRow } from './rows.ts'
import { ofTable, type Row } from './store.ts'
import { route, type TablesRoute } from './structure-routes.ts'

/** Makes a row where the path says; told without who made it and when. */
export function makeRow(call: TablesCall, kind: 'tables' | 'views', id: string): TellRow {
  let place: Place
  let tableId: number
  if (kind === 'tables') {
    const table = guard.table(call, 'create', id)
    place = inTable(call, table)
    tableId = table.id
  } else {
    const view = guard.view(call, 'create', id)
    place = inView(call, view)
    tableId = view.tableId
  }
  const cells = cellsIn(call.given.data)
  if (cells === undefined) throw new Problem('internal', 'Could not create row.')
  const row = createRow(call, call.directory, tableId, place, cells)
  return {
    id: row.id,
    tableId,
    createdBy: null,
    createdAt: null,
    lastEditBy: null,
    lastEditAt: null,
    data: cells.map(([columnId]) => ({ columnId, value: row.cells.get(columnId) })),
  }
}

/** The routes. */
export const rowRoutes: readonly TablesRoute[] = [
  route('GET', 'tables/*/rows', (call, [id = '']) => {
    const table = guard.table(call, 'see', id)
    requireReading(call, table.id)
    const columns = ofTable(call.store.columns, table.id)
    return page(call, ofTable(call.store.rows, table.id)).map(row =>
      tellRow(call.directory, row, columns),
    )
  }),
  route('GET', 'tables/*/rows/simple', (call, [id = '']) => {
    const table = guard.table(call, 'see', id)
    requireReading(call, table.id)
    const columns = ofTable(call.store.columns, table.id)
    const rows = page(call, ofTable(call.store.rows, table.id)).map(row => {
      const { data } = tellRow(call.directory, row, columns)
      return columns.map(({ id }) => data.find(({ columnId }) => columnId === id)?.value ?? '')
    })
    return [columns.map(({ title }) => title), ...rows]
  }),
  route('POST', 'tables/*/rows', (call, [id = '']) => makeRow(call, 'tables', id)),
  route('GET', 'views/*/rows', (call, [id = '']) => {
    const view = guard.view(call, 'see', id)
    const { columns } = inView(call, view)
    return page(call, rowsOfView(call.store, view)).map(row =>
      tellRow(call.directory, row, columns),
    )
  }),
  route('POST', 'views/*/rows', (call, [id = '']) => makeRow(call, 'views', id)),
  route('GET', 'rows/*', (call, [id = '']) => {
    const row = guard.row(call, id)
    if (row === undefined) {
      throw new Problem('missing', `${service} - find: ${noResult('tables_row_sleeves')}`)
    }
    if (!guard.may(call, 'read', row.tableId)) {
      throw new Problem('denied', `PermissionError: can not read row with id ${id}`)
    }
    return whole(call, row)
  }),
  route('PUT', 'rows/*', (call, [id = '']) => {
    const row = existing(call, id, 'updateSet')
    // What this route throws is told by its status alone.
    if (!guard.may(call, 'read', row.tableId)) throw new Problem('missing', '', true)
    if (!guard.may(call, 'update', row.tableId)) throw new Problem('denied', '', true)
    const cells = cellsIn(call.given.data)
    if (cells === undefined) throw new Problem('internal', 'Could not update row.')
    const table = call.store.tables.get(row.tableId)
    if (table === undefined) throw new Problem('missing', '', true)
    const { lastEditBy, lastEditAt } = row
    updateRow(call, call.directory, row, inTable(call, table), cells)
    // Told as it was read before the change.
    return { ...whole(call, row), lastEditBy, lastEditAt }
  }),
  route('DELETE', 'rows/*', (call, [id = '']) => {
    const row = existing(call, id, 'delete')
    if (!guard.may(call, 'read', row.tableId)) {
      throw new Problem('missing', `${service} - delete: Row not found.`)
    }
    if (!guard.may(call, 'delete', row.tableId)) {
      throw new Problem('denied', `${service} - delete: Update row is not allowed.`)
    }
    call.store.rows.delete(row.id)
    return whole(call, row)
  }),
]

const service = 'OCA\\Tables\\Service\\RowService'

function existing(call: TablesCall, id: string, doing: string): Row {
  const row = guard.row(call, id)
  if (row !== undefined) return row
  const message = `${service} - ${doing}: ${service} - getRowById: ${noResult('tables_row_sleeves')}`
  throw new Problem('internal', message)
}

function requireReading(call: TablesCall, tableId: number): void {
  if (guard.may(call, 'read', tableId)) return
  throw new Problem('denied', `no read access to table id = ${tableId}`)
}

function whole(call: TablesCall, row: Row): TellRow {
  return tellRow(call.directory, row, ofTable(call.store.columns, row.tableId))
}

function page({ given }: TablesCall, rows: readonly Row[]): readonly Row[] {
  const offset = integer(given.offset) ?? 0
  const limit = integer(given.limit)
  return rows.slice(offset, limit === undefined ? undefined : offset + limit)
}
