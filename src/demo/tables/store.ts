import type { Directory } from '../users.ts'
import { groupsOf } from '../users.ts'

/** Who may do what with a table or a view; `manage` includes the rest. */
export interface Permissions {
  read: boolean
  create: boolean
  update: boolean
  delete: boolean
  manage: boolean
}

/** When something was made and changed, `YYYY-MM-DD hh:mm:ss` in UTC, and by whom. */
export interface Stamps {
  createdBy: string
  createdAt: string
  lastEditBy: string
  lastEditAt: string
}

/** A table; its owner may do everything with it. */
export interface Table extends Stamps {
  id: number
  title: string
  emoji: string | null
  description: string
  ownership: string
  archived: boolean
}

/** What a column is set to, by the names of the API; null is not set. */
export type ColumnSettings = Record<string, unknown>

/** A column of a table. */
export interface Column extends Stamps {
  id: number
  tableId: number
  title: string
  type: ColumnType
  subtype: string
  mandatory: boolean
  settings: ColumnSettings
}

/** The types of columns, in the order in which their cells are listed. */
export const columnTypes = ['text', 'number', 'datetime', 'selection', 'usergroup'] as const
export type ColumnType = (typeof columnTypes)[number]

/** A row; a cell that was never written is not there. */
export interface Row extends Stamps {
  id: number
  tableId: number
  cells: Map<number, unknown>
}

/** One rule of a filter, or of an order. */
export interface Filter {
  columnId: number
  operator: string
  value: string
}
export interface Sort {
  columnId: number
  mode: string
}

/** A view of a table. `filter` is a list of alternatives, each a list of rules that all hold. */
export interface View extends Stamps {
  id: number
  tableId: number
  title: string
  emoji: string | null
  description: string
  columnSettings: { columnId: number; order: number; readonly: boolean; mandatory: boolean }[]
  filter: Filter[][]
  sort: Sort[]
}

/** A table or a view that somebody may use. */
export interface Share extends Permissions {
  id: number
  nodeId: number
  nodeType: 'table' | 'view'
  sender: string
  receiver: string
  receiverType: string
  createdAt: string
  lastEditAt: string
}

/** Everything in the Tables app. Ids count up for each kind and are never used again. */
export interface TableStore {
  tables: Map<number, Table>
  columns: Map<number, Column>
  rows: Map<number, Row>
  views: Map<number, View>
  shares: Map<number, Share>
  lastIds: Record<'tables' | 'columns' | 'rows' | 'views' | 'shares', number>
}

/** An empty store. */
export function createTables(): TableStore {
  return {
    tables: new Map(),
    columns: new Map(),
    rows: new Map(),
    views: new Map(),
    shares: new Map(),
    lastIds: { tables: 0, columns: 0, rows: 0, views: 0, shares: 0 },
  }
}

/** The next id of a kind. */
export function nextId(store: TableStore, kind: keyof TableStore['lastIds']): number {
  return ++store.lastIds[kind]
}

/** A time as the app writes it. */
export function timestamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace('T', ' ')
}

/** Stamps of something that is made now. */
export function stamps(userId: string, now: number): Stamps {
  const at = timestamp(now)
  return { createdBy: userId, createdAt: at, lastEditBy: userId, lastEditAt: at }
}

/** The columns, rows or views of a table, oldest first. */
export function ofTable<T extends { tableId: number }>(all: Map<number, T>, tableId: number): T[] {
  return [...all.values()].filter(thing => thing.tableId === tableId)
}

const everything = { read: true, create: true, update: true, delete: true, manage: true }

/** What a user may do with a table; undefined when it is neither theirs nor shared with them. */
export function onTable(
  store: TableStore,
  directory: Directory,
  userId: string,
  tableId: number,
): Permissions | undefined {
  const table = store.tables.get(tableId)
  if (table === undefined) return undefined
  return table.ownership === userId
    ? everything
    : shared(store, directory, userId, 'table', tableId)
}

/** The same for a view: its own shares and those of its table count together. */
export function onView(
  store: TableStore,
  directory: Directory,
  userId: string,
  viewId: number,
): Permissions | undefined {
  const view = store.views.get(viewId)
  if (view === undefined) return undefined
  const table = onTable(store, directory, userId, view.tableId)
  const own = shared(store, directory, userId, 'view', viewId)
  return table === undefined || own === undefined ? (table ?? own) : united([table, own])
}

function shared(
  store: TableStore,
  directory: Directory,
  userId: string,
  nodeType: string,
  nodeId: number,
): Permissions | undefined {
  const groups = groupsOf(directory, userId)
  const shares = [...store.shares.values()].filter(
    share =>
      share.nodeType === nodeType &&
      share.nodeId === nodeId &&
      (share.receiverType === 'user'
        ? share.receiver === userId
        : share.receiverType === 'group' && groups.includes(share.receiver)),
  )
  return shares.length === 0 ? undefined : united(shares)
}

function united(all: readonly Permissions[]): Permissions {
  const manage = all.some(one => one.manage)
  const [create, update, remove] = (['create', 'update', 'delete'] as const).map(
    name => manage || all.some(one => one[name]),
  )
  return {
    read: manage || update === true || remove === true || all.some(one => one.read),
    create: create === true,
    update: update === true,
    delete: remove === true,
    manage,
  }
}
