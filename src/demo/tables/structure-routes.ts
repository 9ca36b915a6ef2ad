/** Routes of version 1: tables, columns, views, shares. */

import type { TablesCall } from './guard.ts'
import * as guard from './guard.ts'
import { tellColumn, tellDeletedTable, tellShare, tellTable, tellView } from './present.ts'
import { Problem } from './problem.ts'
import { nextId, ofTable, onTable, type Share, timestamp } from './store.ts'
import {
  createColumn,
  createTable,
  createView,
  deleteColumn,
  deleteTable,
  updateColumn,
  updateTable,
  updateView,
} from './structure.ts'
import { createTutorial, fillFromTemplate } from './templates.ts'

/** A route; the parts of the path that `*` stands for come as `matched`. */
export interface TablesRoute {
  method: string
  path: string
  run: (call: TablesCall, matched: readonly string[]) => unknown
}

/** All tables the user may use; somebody without any of their own gets one to learn from. */
export function listTables(call: TablesCall): object[] {
  const { store, directory, userId } = call
  const tables = () => [...store.tables.values()]
  if (!tables().some(({ ownership }) => ownership === userId)) createTutorial(call, directory)
  const [own, others] = [true, false].map(isOwn =>
    tables().filter(
      ({ id, ownership }) =>
        (ownership === userId) === isOwn && onTable(store, directory, userId, id) !== undefined,
    ),
  )
  return [...(own ?? []), ...(others ?? [])].map(table => tellTable(call, table))
}

/** Makes a table, from a template if one is named. */
export function makeTable(call: TablesCall): object {
  const table = createTable(call, call.given)
  fillFromTemplate(call, call.directory, table, String(call.given.template))
  return tellTable(call, table)
}

/** Removes the table of a path. */
export function removeTable(call: TablesCall, id: string): object {
  const table = guard.table(call, 'manage', id)
  deleteTable(call.store, table)
  return tellDeletedTable(table)
}

/** The columns of a table. */
export function listColumns(call: TablesCall, id: string): object[] {
  if (!guard.may(call, 'see', Number(id))) {
    throw new Problem('denied', `no read access to table id = ${id}`)
  }
  return ofTable(call.store.columns, Number(id)).map(one => tellColumn(call.directory, one))
}

/** What version 1 writes where nothing was given. */
const unset = { selectionOptions: '', selectionDefault: '', datetimeDefault: '' }

/** The routes. */
export const structureRoutes: readonly TablesRoute[] = [
  route('GET', 'tables', listTables),
  route('POST', 'tables', makeTable),
  route('GET', 'tables/*', (call, [id = '']) => tellTable(call, guard.table(call, 'see', id))),
  route('PUT', 'tables/*', (call, [id = '']) => {
    const table = guard.table(call, 'manage', id)
    updateTable(call, table, { archived: false, ...call.given, description: undefined })
    return tellTable(call, table)
  }),
  route('DELETE', 'tables/*', (call, [id = '']) => removeTable(call, id)),
  route('GET', 'tables/*/scheme', (call, [id = '']) => {
    const table = guard.table(call, 'see', id)
    // The app cannot tell the scheme of a table without an emoji.
    if (table.emoji === null) throw new Problem('crash')
    const { title, emoji, description } = table
    const { views } = { views: [], ...tellTable(call, table) }
    const columns = listColumns(call, id)
    return { title, emoji, columns, views, description, tablesVersion: '1.0.9' }
  }),
  route('GET', 'tables/*/columns', (call, [id = '']) => listColumns(call, id)),
  route('POST', 'tables/*/columns', (call, [id = '']) => {
    const table = guard.table(call, 'manage', id)
    return tellColumn(call.directory, createColumn(call, table, call.given, unset), true)
  }),
  route('GET', 'columns/*', (call, [id = '']) => {
    const column = guard.column(call, id, 'missing')
    if (!guard.may(call, 'see', column.tableId)) {
      throw new Problem('denied', `PermissionError: can not read column with id ${id}`)
    }
    return tellColumn(call.directory, column)
  }),
  route('PUT', 'columns/*', (call, [id = '']) => {
    const column = guard.column(call, id, 'internal')
    if (!guard.may(call, 'manage', column.tableId)) {
      throw new Problem('internal', `update column id = ${id} is not allowed.`)
    }
    updateColumn(call, column, call.given)
    return tellColumn(call.directory, column, true)
  }),
  route('DELETE', 'columns/*', (call, [id = '']) => {
    const column = guard.column(call, id, 'missing')
    if (!guard.may(call, 'manage', column.tableId)) {
      throw new Problem('denied', `delete column id = ${id} is not allowed.`)
    }
    deleteColumn(call.store, column)
    return tellColumn(call.directory, column)
  }),
  route('GET', 'tables/*/views', (call, [id = '']) => {
    const table = guard.table(call, 'see', id)
    if (!guard.may(call, 'manage', table.id)) {
      throw new Problem('denied', `PermissionError: can not read views for tableId ${id}`)
    }
    return ofTable(call.store.views, table.id).map(view => tellView(call, view))
  }),
  route('POST', 'tables/*/views', (call, [id = '']) => {
    const table = guard.table(call, 'manage', id)
    return tellView(call, createView(call, table, call.given), true)
  }),
  route('GET', 'views/*', (call, [id = '']) => tellView(call, guard.view(call, 'see', id))),
  route('PUT', 'views/*', (call, [id = '']) => {
    const view = guard.view(call, 'manage', id)
    updateView(call, view, call.given.data)
    return tellView(call, view)
  }),
  route('DELETE', 'views/*', (call, [id = '']) => {
    const view = guard.view(call, 'manage', id)
    call.store.views.delete(view.id)
    return tellView(call, view, true)
  }),
  route('GET', 'views/*/columns', (call, [id = '']) => {
    const view = guard.view(call, 'see', id)
    const shown = new Set(view.columnSettings.map(({ columnId }) => columnId))
    return ofTable(call.store.columns, view.tableId)
      .filter(column => shown.has(column.id))
      .map(column => tellColumn(call.directory, column))
  }),
  route('GET', 'tables/*/shares', (call, [id = '']) => {
    const table = guard.table(call, 'manage', id)
    return [...call.store.shares.values()]
      .filter(({ nodeType, nodeId }) => nodeType === 'table' && nodeId === table.id)
      .map(share => tellShare(call.directory, share))
  }),
  route('POST', 'shares', call => tellShare(call.directory, createShare(call))),
  route('DELETE', 'shares/*', (call, [id = '']) => {
    const share = call.store.shares.get(Number(id))
    if (share === undefined) throw new Problem('missing', 'find: share not found')
    if (share.sender !== call.userId) throw new Problem('denied', 'can not delete share')
    call.store.shares.delete(share.id)
    return tellShare(call.directory, share)
  }),
]

function createShare(call: TablesCall): Share {
  const { given, store, userId } = call
  const id = String(given.nodeId)
  const nodeType = given.nodeType === 'view' ? 'view' : 'table'
  const node = (nodeType === 'view' ? guard.view : guard.table)(call, 'manage', id)
  const at = timestamp(call.now)
  const share: Share = {
    id: nextId(store, 'shares'),
    nodeId: node.id,
    nodeType,
    sender: userId,
    receiver: String(given.receiver),
    receiverType: String(given.receiverType),
    read: given.permissionRead === true,
    create: given.permissionCreate === true,
    update: given.permissionUpdate === true,
    delete: given.permissionDelete === true,
    manage: given.permissionManage === true,
    createdAt: at,
    lastEditAt: at,
  }
  store.shares.set(share.id, share)
  return share
}

/** Puts a route together. */
export function route(method: string, path: string, run: TablesRoute['run']): TablesRoute {
  return { method, path, run }
}
