/** What the tools tell: the keys of the API, without what says nothing. */
import { z } from 'zod'
import { type Values, valueReader } from './decode.ts'
import type { ApiColumn, ApiRow, ApiTable, ApiView } from './shapes.ts'

const ViewName = z.object({ id: z.int(), title: z.string() })

/** A table in lists. Times are UTC. */
export const TableResult = z.object({
  id: z.int(),
  title: z.string(),
  emoji: z.string().nullable(),
  description: z.string().optional(),
  ownership: z.string().nullable().describe('User id of the owner'),
  owner_display_name: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: z.string().nullable(),
  last_edit_by: z.string().nullable(),
  last_edit_at: z.string().nullable(),
  row_count: z.int(),
  has_shares: z.boolean(),
  archived: z.boolean(),
  is_shared: z.boolean().describe('Belongs to somebody else'),
  on_share_permissions: z.record(z.string(), z.unknown()).nullable(),
  views: z.array(ViewName).optional(),
})

/** A table as it is told. */
export function tableResult(table: ApiTable): z.input<typeof TableResult> {
  return {
    id: table.id,
    title: table.title,
    emoji: table.emoji,
    ...(table.description === '' ? {} : { description: table.description }),
    ownership: table.ownership,
    owner_display_name: table.ownerDisplayName,
    created_by: table.createdBy,
    created_at: table.createdAt,
    last_edit_by: table.lastEditBy,
    last_edit_at: table.lastEditAt,
    row_count: table.rowsCount,
    has_shares: table.hasShares,
    archived: table.archived,
    is_shared: table.isShared,
    on_share_permissions: table.onSharePermissions,
    ...(table.views.length === 0
      ? {}
      : { views: table.views.map(({ id, title }) => ({ id, title })) }),
  }
}

/** A column: what every one has, and the settings of its type that are set. */
export const ColumnResult = z.looseObject({
  id: z.int(),
  title: z.string(),
  type: z.string(),
  subtype: z.string(),
  mandatory: z.boolean(),
})

const OF_TYPE: Readonly<Record<string, RegExp>> = {
  text: /^text/,
  number: /^number/,
  selection: /^selection/,
  datetime: /^datetime/,
  usergroup: /^usergroup/,
}

/** A column as it is told. */
export function columnResult(column: ApiColumn): z.input<typeof ColumnResult> {
  const ofType = OF_TYPE[column.type]
  const set = Object.entries(column).filter(
    ([name, value]) =>
      (name === 'description' || ofType?.test(name)) &&
      value !== null &&
      value !== '' &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0),
  )
  const { id, title, type, subtype, mandatory } = column
  return { ...Object.fromEntries(set), id, title, type, subtype, mandatory }
}

/** A view: which columns it shows, its filter and its order. */
export const ViewResult = z.object({
  id: z.int(),
  tableId: z.int(),
  title: z.string(),
  emoji: z.string().nullable(),
  description: z.string().optional(),
  rowsCount: z.int().optional(),
  columns: z.array(z.int()).describe('Ids, in order'),
  filter: z
    .array(z.array(z.looseObject({})))
    .describe('Rows of which all rules of one of the groups hold'),
  sort: z.array(z.looseObject({})),
})

/** A view as it is told; `rowsCount` only where it has been counted. */
export function viewResult(view: ApiView, isCounted = true): z.input<typeof ViewResult> {
  return {
    id: view.id,
    tableId: view.tableId,
    title: view.title,
    emoji: view.emoji,
    ...(view.description ? { description: view.description } : {}),
    ...(isCounted ? { rowsCount: view.rowsCount } : {}),
    columns: shownColumns(view),
    filter: view.filter,
    sort: view.sort,
  }
}

/** Ids of the columns that a view shows, in order, in the way of any version. */
export function shownColumns({ columns, columnSettings }: ApiView): number[] {
  return columnSettings === undefined
    ? columns
    : columnSettings
        .toSorted((one, other) => one.order - other.order)
        .map(({ columnId }) => columnId)
}

/** A row as the API tells it, and its values by the titles of their columns. Times are UTC. */
export const RowResult = z.object({
  id: z.int(),
  tableId: z.int(),
  createdBy: z.string().nullable(),
  createdAt: z.string().nullable(),
  lastEditBy: z.string().nullable(),
  lastEditAt: z.string().nullable(),
  data: z.array(z.object({ columnId: z.int(), value: z.unknown() })),
  values: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('By title, or id where titles repeat; empty cells are left out'),
})
export type RowResult = z.input<typeof RowResult>

/** Makes rows as they are told out of rows that have these columns. */
export function rowReader(columns: readonly ApiColumn[]): (row: ApiRow) => RowResult {
  const valuesOf: (row: ApiRow) => Values = valueReader(columns)
  return row => ({ ...row, values: valuesOf(row) })
}
