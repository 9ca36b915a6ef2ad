/** Making and changing tables, columns and views. */
import { type Parameters, parseJson, text } from '../http.ts'
import { isMetaColumn } from './filters.ts'
import { Problem } from './problem.ts'
import {
  type Column,
  columnTypes,
  type Filter,
  nextId,
  ofTable,
  type Sort,
  stamps,
  type Table,
  type TableStore,
  timestamp,
  type View,
} from './store.ts'

/** By whom and when something is changed. */
export interface Hand {
  store: TableStore
  userId: string
  /** Milliseconds. */
  now: number
}

/** Makes an empty table. @throws Problem `crash` without a title, as PHP misses an argument */
export function createTable({ store, userId, now }: Hand, given: Parameters): Table {
  const title = required(given.title)
  const table: Table = {
    id: nextId(store, 'tables'),
    title,
    emoji: text(given.emoji) || null,
    description: text(given.description) ?? '',
    ownership: userId,
    archived: false,
    ...stamps(userId, now),
  }
  store.tables.set(table.id, table)
  return table
}

/** Changes what is given. */
export function updateTable(hand: Hand, table: Table, given: Parameters): void {
  table.title = text(given.title) ?? table.title
  table.emoji = text(given.emoji) ?? table.emoji
  table.description = text(given.description) ?? table.description
  if (typeof given.archived === 'boolean') table.archived = given.archived
  edited(hand, table)
}

/** Removes a table with all that belongs to it. */
export function deleteTable(store: TableStore, table: Table): void {
  for (const kind of ['rows', 'views', 'columns'] as const) {
    for (const { id } of ofTable<{ id: number; tableId: number }>(store[kind], table.id)) {
      store[kind].delete(id)
    }
  }
  for (const share of store.shares.values()) {
    if (share.nodeType === 'table' && share.nodeId === table.id) store.shares.delete(share.id)
  }
  store.tables.delete(table.id)
}

const ownSettings = new Set(['title', 'type', 'subtype', 'mandatory', 'baseNodeId', 'baseNodeType'])

/** Makes a column. A title that is taken gets a number. */
export function createColumn(
  { store, userId, now }: Hand,
  table: Table,
  given: Parameters,
  defaults: Parameters = {},
): Column {
  const wanted = required(given.title)
  const type = columnTypes.find(known => known === given.type)
  if (given.type === undefined || given.type === null) throw new Problem('crash')
  if (type === undefined) {
    const known = String(given.type)
    throw new Problem(
      'bad',
      `"${known}" is not a valid backing value for enum OCA\\Tables\\Constants\\ColumnType`,
    )
  }
  const taken = new Set(ofTable(store.columns, table.id).map(({ title }) => title))
  let title = wanted
  for (let number = 1; taken.has(title); number++) title = `${wanted} (${number})`
  const column: Column = {
    id: nextId(store, 'columns'),
    tableId: table.id,
    title,
    type,
    subtype: text(given.subtype) ?? '',
    mandatory: given.mandatory === true,
    settings: { description: '', ...defaults, ...settingsIn(given) },
    ...stamps(userId, now),
  }
  store.columns.set(column.id, column)
  return column
}

const keptWhenNotGiven = [
  'numberPrefix',
  'numberSuffix',
  'selectionOptions',
  'selectionDefault',
  'usergroupDefault',
]

/** Changes a column: most settings that are not given are reset. */
export function updateColumn(hand: Hand, column: Column, given: Parameters): void {
  const kept = Object.fromEntries(keptWhenNotGiven.map(name => [name, column.settings[name]]))
  column.title = text(given.title) ?? column.title
  column.subtype = text(given.subtype) ?? column.subtype
  if (typeof given.mandatory === 'boolean') column.mandatory = given.mandatory
  const set = Object.entries(settingsIn(given)).filter(([, value]) => value !== null)
  column.settings = { ...kept, ...Object.fromEntries(set) }
  edited(hand, column)
}

/** Removes a column from its rows and views. A filter that loses its last rule stays, broken. */
export function deleteColumn(store: TableStore, { id, tableId }: Column): void {
  for (const row of ofTable(store.rows, tableId)) row.cells.delete(id)
  for (const view of ofTable(store.views, tableId)) {
    view.columnSettings = view.columnSettings.filter(({ columnId }) => columnId !== id)
    view.sort = view.sort.filter(({ columnId }) => columnId !== id)
    view.filter = view.filter.map(group => group.filter(({ columnId }) => columnId !== id))
  }
  store.columns.delete(id)
}

/** Makes a view that shows nothing yet. */
export function createView({ store, userId, now }: Hand, table: Table, given: Parameters): View {
  const view: View = {
    id: nextId(store, 'views'),
    tableId: table.id,
    title: required(given.title),
    emoji: text(given.emoji) || null,
    description: '',
    columnSettings: [],
    filter: [],
    sort: [],
    ...stamps(userId, now),
  }
  store.views.set(view.id, view)
  return view
}

const operators = new Set([
  'begins-with',
  'ends-with',
  'contains',
  'does-not-contain',
  'is-equal',
  'is-not-equal',
  'is-greater-than',
  'is-greater-than-or-equal',
  'is-lower-than',
  'is-lower-than-or-equal',
  'is-empty',
])

/** Changes a view. An empty list says nothing: it cannot be used to remove a filter. */
export function updateView(hand: Hand, view: View, data: unknown): void {
  const given = typeof data === 'object' && data !== null ? (data as Parameters) : {}
  if (typeof given.columns === 'string' || Array.isArray(given.columns)) throw new Problem('crash')
  const emoji = text(given.emoji)
  if (emoji && !/^\p{Extended_Pictographic}/u.test(emoji)) {
    throw new Problem('bad', 'Only a single, valid emoji may be passed')
  }
  const title = text(given.title) || view.title
  if (Buffer.byteLength(title) > 200) {
    throw new Problem('bad', 'Title exceed maximum length of 200 bytes')
  }
  const columns = ofTable(hand.store.columns, view.tableId).map(({ id }) => id)
  const columnSettings = entries(given.columnSettings).map((setting, index) => {
    const columnId = Number(setting.columnId)
    if (!columns.includes(columnId) && !isMetaColumn(columnId)) {
      throw new Problem('bad', `Invalid column ID provided: ${columnId}`)
    }
    return {
      columnId,
      order: Number(setting.order ?? index),
      readonly: setting.readonly === true,
      mandatory: setting.mandatory === true,
    }
  })
  const filter = listIn(given.filter).map(group => entries(group).map(filterOf))
  const sort = entries(given.sort).map(sortOf)
  Object.assign(view, {
    title,
    description: text(given.description) || view.description,
    emoji: emoji || view.emoji,
    ...(columnSettings.length > 0 && { columnSettings }),
    ...(filter.length > 0 && { filter }),
    ...(sort.length > 0 && { sort }),
  })
  edited(hand, view)
}

function filterOf({ columnId, operator, value }: Parameters): Filter {
  if (columnId === undefined || operator === undefined || value === undefined) {
    throw new Problem('bad', 'Required input fields are missing')
  }
  if (!operators.has(String(operator))) {
    throw new Problem('bad', 'Invalid input data passed to Filter')
  }
  return { columnId: Number(columnId), operator: String(operator), value: String(value) }
}

function sortOf({ columnId, mode }: Parameters): Sort {
  if (columnId === undefined || mode === undefined) {
    throw new Problem('bad', 'Required sort parameters are missing')
  }
  if (mode !== 'ASC' && mode !== 'DESC') {
    throw new Problem('bad', 'Invalid sort mode provided, ASC or DESC are expected')
  }
  return { columnId: Number(columnId), mode }
}

function entries(value: unknown): Parameters[] {
  return listIn(value).map(item => ({ ...(item as object) }))
}

function listIn(value: unknown): unknown[] {
  const list = typeof value === 'string' ? parseJson(value) : value
  return Array.isArray(list) ? list : []
}

function settingsIn(given: Parameters): Parameters {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !ownSettings.has(name)))
}

function required(value: unknown): string {
  const found = text(value)
  if (found === undefined) throw new Problem('crash')
  return found
}

function edited({ userId, now }: Hand, thing: Table | Column | View): void {
  thing.lastEditBy = userId
  thing.lastEditAt = timestamp(now)
}
