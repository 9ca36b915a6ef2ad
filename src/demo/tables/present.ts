/** Tables, views, columns, rows and shares as the app tells them. */

import { parseJson } from '../http.ts'
import type { Directory } from '../users.ts'
import { rowsOfView } from './filters.ts'
import { Problem } from './problem.ts'
import {
  type Column,
  columnTypes,
  ofTable,
  onTable,
  onView,
  type Row,
  type Share,
  type Table,
  type TableStore,
  type View,
} from './store.ts'
import { optionsOf, tellValue } from './values.ts'

/** To whom something is told. */
export interface Reader {
  store: TableStore
  directory: Directory
  userId: string
}

/** A table; its views only to those who manage it. */
export function tellTable(reader: Reader, table: Table): object {
  const { store, directory, userId } = reader
  const permissions = onTable(store, directory, userId, table.id)
  const own = table.ownership === userId
  const shares = [...store.shares.values()].some(
    ({ nodeType, nodeId }) => nodeType === 'table' && nodeId === table.id,
  )
  return {
    id: table.id,
    title: table.title,
    emoji: table.emoji,
    ownership: table.ownership,
    ownerDisplayName: nameOf(directory, table.ownership),
    ...stampsOf(table),
    archived: table.archived,
    isShared: !own && permissions !== undefined,
    favorite: false,
    onSharePermissions: own ? null : permissions,
    hasShares: shares,
    rowsCount: permissions?.read === true ? ofTable(store.rows, table.id).length : 0,
    columnsCount: ofTable(store.columns, table.id).length,
    views:
      permissions?.manage === true
        ? ofTable(store.views, table.id).map(view => tellView(reader, view))
        : [],
    description: table.description,
  }
}

/** A table that is no more: nothing is counted. */
export function tellDeletedTable(table: Table): object {
  const { id, title, emoji, ownership, archived, description } = table
  return {
    id,
    title,
    emoji,
    ownership,
    ownerDisplayName: '',
    ...stampsOf(table),
    archived,
    isShared: false,
    favorite: false,
    onSharePermissions: null,
    hasShares: false,
    rowsCount: 0,
    columnsCount: 0,
    views: [],
    description,
  }
}

/** A view; its filter only to those who manage the table. One just made or deleted is told `bare`. */
export function tellView({ store, directory, userId }: Reader, view: View, bare = false): object {
  const table = store.tables.get(view.tableId)
  const owner = table?.ownership ?? ''
  const permissions = onView(store, directory, userId, view.id)
  const mayLook = onTable(store, directory, userId, view.tableId)?.manage === true
  return {
    id: view.id,
    tableId: view.tableId,
    title: view.title,
    description: view.description,
    emoji: view.emoji,
    ownership: owner,
    ...stampsOf(view),
    columns: [],
    columnSettings: view.columnSettings,
    sort: view.sort,
    isShared: owner !== userId,
    favorite: false,
    onSharePermissions: owner === userId ? null : permissions,
    hasShares: [...store.shares.values()].some(
      ({ nodeType, nodeId }) => nodeType === 'view' && nodeId === view.id,
    ),
    rowsCount: bare ? 0 : countOf(store, view),
    ownerDisplayName: bare ? null : nameOf(directory, owner),
    filter: mayLook ? view.filter : [],
  }
}

/** Of a filter by a column that is gone, the app expects less than of one that is broken. */
function countOf(store: TableStore, view: View): number {
  const ids = view.filter.flat().map(({ columnId }) => columnId)
  if (ids.some(id => id > 0 && !store.columns.has(id))) throw new Problem('crash')
  try {
    return rowsOfView(store, view).length
  } catch {
    return 0
  }
}

/** A column as it is read from the database, or as it was just written with what was not set. */
export function tellColumn(directory: Directory, column: Column, written = false): object {
  const { settings } = column
  const flag = (name: string) => settings[name] ?? (written ? null : false)
  const setting = (name: string) => settings[name] ?? null
  return {
    id: column.id,
    tableId: column.tableId,
    title: column.title,
    createdBy: column.createdBy,
    createdByDisplayName: nameOf(directory, column.createdBy),
    createdAt: column.createdAt,
    lastEditBy: column.lastEditBy,
    lastEditByDisplayName: nameOf(directory, column.lastEditBy),
    lastEditAt: column.lastEditAt,
    viewColumnInformation: null,
    type: column.type,
    subtype: column.subtype,
    mandatory: column.mandatory,
    description: setting('description'),
    numberDefault: setting('numberDefault'),
    numberMin: setting('numberMin'),
    numberMax: setting('numberMax'),
    numberDecimals: settings.numberDecimals ?? (written ? null : 0),
    numberPrefix: settings.numberPrefix ?? '',
    numberSuffix: settings.numberSuffix ?? '',
    textDefault: setting('textDefault'),
    textAllowedPattern: setting('textAllowedPattern'),
    textMaxLength: setting('textMaxLength'),
    textUnique: flag('textUnique'),
    selectionOptions: optionsOf(column),
    selectionDefault: setting('selectionDefault'),
    datetimeDefault: setting('datetimeDefault'),
    usergroupDefault: parseJson(String(settings.usergroupDefault ?? '')) ?? [],
    usergroupMultipleItems: flag('usergroupMultipleItems'),
    usergroupSelectUsers: flag('usergroupSelectUsers'),
    usergroupSelectGroups: flag('usergroupSelectGroups'),
    usergroupSelectTeams: flag('usergroupSelectTeams'),
    showUserStatus: flag('showUserStatus'),
    customSettings: {},
  }
}

/** A row with the cells of some columns, by type and then by column. */
export function tellRow(directory: Directory, row: Row, columns: readonly Column[]): TellRow {
  const cells = columns
    .filter(({ id }) => row.cells.has(id))
    .toSorted(
      (one, other) =>
        columnTypes.indexOf(one.type) - columnTypes.indexOf(other.type) || one.id - other.id,
    )
    .map(column => ({
      columnId: column.id,
      value: tellValue(directory, column, row.cells.get(column.id)),
    }))
    .filter(({ value }) => value !== undefined)
  return { id: row.id, tableId: row.tableId, ...stampsOf(row), data: cells }
}

/** What is told of a row. */
export interface TellRow {
  id: number
  tableId: number
  createdBy: string | null
  createdAt: string | null
  lastEditBy: string | null
  lastEditAt: string | null
  data: { columnId: number; value: unknown }[]
}

/** A share. */
export function tellShare(directory: Directory, share: Share): object {
  return {
    id: share.id,
    nodeId: share.nodeId,
    nodeType: share.nodeType,
    permissionRead: share.read,
    permissionCreate: share.create,
    permissionUpdate: share.update,
    permissionDelete: share.delete,
    permissionManage: share.manage,
    sender: share.sender,
    receiver: share.receiver,
    receiverDisplayName: nameOf(directory, share.receiver),
    receiverType: share.receiverType,
    createdAt: share.createdAt,
    lastEditAt: share.lastEditAt,
  }
}

function stampsOf({ createdBy, createdAt, lastEditBy, lastEditAt }: Table | View | Row) {
  return { createdBy, createdAt, lastEditBy, lastEditAt }
}

function nameOf(directory: Directory, userId: string): string {
  return directory.accounts.get(userId)?.displayName ?? userId
}
