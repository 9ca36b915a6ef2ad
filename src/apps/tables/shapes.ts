/** What the Tables app tells, read so that one odd thing does not spoil the rest. */
import { z } from 'zod'
import { flag, list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'

const id = z.coerce.number().int()

/** An option of a selection. */
export interface Option {
  id: number
  label: string
}

/** JSON that may come as such or in a string; what is neither is null. */
function json() {
  return z.preprocess(value => {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      return null
    }
  }, z.unknown())
}

/** A list that may come as JSON in a string; anything else is an empty one. */
function listOf<T>(element: z.ZodType<T>) {
  return json().pipe(list(element).catch([]))
}

/** A table. */
export const ApiTable = z.object({
  id,
  title: text(''),
  emoji: text(null),
  description: text(''),
  ownership: text(null),
  ownerDisplayName: text(null),
  createdBy: text(null),
  createdAt: text(null),
  lastEditBy: text(null),
  lastEditAt: text(null),
  rowsCount: number(0),
  hasShares: flag(),
  archived: flag(),
  isShared: flag(),
  onSharePermissions: z.record(z.string(), z.unknown()).nullable().catch(null),
  views: list(z.lazy(() => ApiView)).catch([]),
})
export type ApiTable = z.infer<typeof ApiTable>

/** A rule of a filter. */
const Rule = z.object({ columnId: id, operator: text(''), value: text('') })

/** A view. `columnSettings` is missing before version 1.0, which has ids in `columns`. */
export const ApiView = z.object({
  id,
  tableId: id,
  title: text(''),
  emoji: text(null),
  description: text(null),
  ownership: text(null),
  rowsCount: number(0),
  columns: listOf(id),
  columnSettings: listOf(z.object({ columnId: id, order: number(0) })).optional(),
  filter: listOf(listOf(Rule)),
  sort: listOf(z.object({ columnId: id, mode: text('ASC') })),
  onSharePermissions: z.record(z.string(), z.unknown()).nullable().catch(null),
})
export type ApiView = z.infer<typeof ApiView>

/** A column with the settings of every type. */
export const ApiColumn = z.object({
  id,
  tableId: id,
  title: text(''),
  type: text(''),
  subtype: text(''),
  mandatory: flag(),
  description: text(''),
  numberDefault: number(null),
  numberMin: number(null),
  numberMax: number(null),
  numberDecimals: number(null),
  numberPrefix: text(''),
  numberSuffix: text(''),
  textDefault: text(null),
  textAllowedPattern: text(null),
  textMaxLength: number(null),
  textUnique: flag(),
  selectionOptions: listOf(z.object({ id, label: text('') })),
  selectionDefault: text(null),
  datetimeDefault: text(null),
  usergroupDefault: listOf(z.unknown()),
  usergroupMultipleItems: flag(),
  usergroupSelectUsers: flag(),
  usergroupSelectGroups: flag(),
  usergroupSelectTeams: flag(),
  showUserStatus: flag(),
  customSettings: looseRecord(),
})
export type ApiColumn = z.infer<typeof ApiColumn>

/** A row; a cell that was never written is not among its data. */
export const ApiRow = z.object({
  id,
  tableId: id,
  createdBy: text(null),
  createdAt: text(null),
  lastEditBy: text(null),
  lastEditAt: text(null),
  data: list(z.object({ columnId: id, value: z.unknown() })).catch([]),
})
export type ApiRow = z.infer<typeof ApiRow>
