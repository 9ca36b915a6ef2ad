/** What a request may do, found out as the app does: partly before the route, partly within. */
import type { Parameters } from '../http.ts'
import type { Reader } from './present.ts'
import { noResult, Problem } from './problem.ts'
import { type Column, onTable, onView, type Row, type Table, type View } from './store.ts'
import type { Hand } from './structure.ts'

/** A request of a known user. */
export interface TablesCall extends Hand, Reader {
  given: Parameters
}

/** What a route asks for; `see` is content with either of reading and creating. */
export type Wanted = 'see' | 'read' | 'create' | 'update' | 'delete' | 'manage'

/** Whether the user may do something with a table. */
export function may(call: TablesCall, wanted: Wanted, tableId: number): boolean {
  const permissions = onTable(call.store, call.directory, call.userId, tableId)
  if (permissions === undefined) return false
  return wanted === 'see' ? permissions.read || permissions.create : permissions[wanted]
}

/** The table of a path. @throws Problem early: what somebody cannot see is missing */
export function table(call: TablesCall, wanted: Wanted, id: string): Table {
  const found = call.store.tables.get(numberIn(id))
  if (found === undefined || !may(call, 'see', found.id)) throw new Problem('missing', '', true)
  if (!may(call, wanted, found.id)) throw denied(call, wanted, found.id, 0)
  return found
}

/** The view of a path, in the same way. */
export function view(call: TablesCall, wanted: Wanted, id: string): View {
  const found = call.store.views.get(numberIn(id))
  const permissions = found && onView(call.store, call.directory, call.userId, found.id)
  if (found === undefined || permissions?.read !== true) throw new Problem('missing', '', true)
  if (wanted !== 'see' && !permissions[wanted]) throw denied(call, wanted, found.id, 1)
  return found
}

/** The row of a path, whoever it belongs to. */
export function row(call: TablesCall, id: string): Row | undefined {
  return call.store.rows.get(numberIn(id))
}

/** The column of a path. @throws Problem of the kind that the route makes of one that is not there */
export function column(call: TablesCall, id: string, missing: Problem['kind']): Column {
  const found = call.store.columns.get(numberIn(id))
  if (found === undefined) throw new Problem(missing, noResult('tables_columns'))
  return found
}

function numberIn(id: string): number {
  if (!/^\d+$/.test(id)) throw new Problem('crash')
  return Number(id)
}

function denied({ userId }: TablesCall, wanted: Wanted, id: number, type: number): Problem {
  const doing = wanted === 'manage' ? 'manage' : `${wanted} rows on`
  const message = `User ${userId} cannot ${doing} node ${id} (type ${type})`
  return new Problem('denied', message, wanted !== 'read')
}
