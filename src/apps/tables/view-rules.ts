/** What a view shows, by the titles of columns, as the API wants it. */
import { badInput } from '../../nextcloud/errors.ts'
import { accepts, findColumn, kindOf } from './columns.ts'
import { encodeValue } from './encode.ts'
import type { ApiColumn, ApiView } from './shapes.ts'

export const OPERATORS = [
  'is-equal',
  'is-not-equal',
  'contains',
  'does-not-contain',
  'begins-with',
  'ends-with',
  'is-greater-than',
  'is-greater-than-or-equal',
  'is-lower-than',
  'is-lower-than-or-equal',
  'is-empty',
] as const

/** What every row has, and can be filtered and ordered by. */
const META: Readonly<Record<string, number>> = {
  id: -1,
  created_by: -2,
  last_edit_by: -3,
  created_at: -4,
  last_edit_at: -5,
}

/** A rule of a filter, as it is asked for. */
export interface WantedRule {
  column: string
  operator: (typeof OPERATORS)[number]
  value?: string | undefined
}

/** What may be asked of a view. */
export interface ViewWishes {
  title?: string | undefined
  emoji?: string | undefined
  description?: string | undefined
  columns?: readonly string[] | undefined
  filter?: readonly (readonly WantedRule[])[] | undefined
  /** Columns; those with `-` in front in descending order. */
  sort?: readonly string[] | undefined
}

/** Filter and order that change nothing: the app has no way to take either away. */
const ALL_ROWS = [[{ columnId: -1, operator: 'is-greater-than', value: '0' }]]
const AS_MADE = [{ columnId: -1, mode: 'ASC' }]

/**
 * The data of an update.
 * @throws CodedError `BAD_INPUT` that tells everything that is wrong
 */
export function viewData(columns: readonly ApiColumn[], wishes: ViewWishes) {
  const problems: string[] = []
  const idOf = (name: string, argument: string): number | undefined => {
    const found = findColumn(columns, name)
    if (!('problem' in found)) return found.id
    const meta = META[name]
    if (meta === undefined) problems.push(`${argument}: ${found.problem}`)
    return meta
  }
  const { title, emoji, description } = wishes
  const columnIds = wishes.columns?.map(name => idOf(name, 'columns'))
  const filter = wishes.filter?.map((group, at) =>
    group.map(rule => {
      const columnId = idOf(rule.column, `filter.${at}`)
      const column = columns.find(({ id }) => id === columnId)
      return { columnId, operator: rule.operator, value: filterValue(column, rule, problems) }
    }),
  )
  if (filter?.some(group => group.length === 0)) {
    problems.push('filter: a group without rules; give [] to show all rows')
  }
  if (columnIds?.length === 0) problems.push('columns: a view shows at least one')
  if (new Set(columnIds).size !== (columnIds?.length ?? 0))
    problems.push('columns: one is there twice')
  const sort = wishes.sort?.map(name => {
    const isDescending = name.startsWith('-') && columns.every(({ title }) => title !== name)
    const columnId = idOf(isDescending ? name.slice(1) : name, 'sort')
    return { columnId, mode: isDescending ? 'DESC' : 'ASC' }
  })
  if (problems.length > 0) throw badInput(problems.join('; '), 'Nothing was changed.')
  return {
    ...(title === undefined ? {} : { title }),
    ...(emoji === undefined ? {} : { emoji }),
    ...(description === undefined ? {} : { description }),
    ...(columnIds === undefined
      ? {}
      : { columnSettings: columnIds.map((columnId, order) => ({ columnId, order })) }),
    ...(filter === undefined ? {} : { filter: filter.length === 0 ? ALL_ROWS : filter }),
    ...(sort === undefined ? {} : { sort: sort.length === 0 ? AS_MADE : sort }),
  }
}

/** The same for a version before 1.0, which takes JSON in strings and bare ids of columns. */
export function forVersionOf(view: ApiView, data: ReturnType<typeof viewData>): object {
  if (view.columnSettings !== undefined) return data
  const { columnSettings, filter, sort, ...rest } = data
  return {
    ...rest,
    ...(columnSettings && {
      columns: JSON.stringify(columnSettings.map(({ columnId }) => columnId)),
    }),
    ...(filter && { filter: JSON.stringify(filter) }),
    ...(sort && { sort: JSON.stringify(sort) }),
  }
}

function filterValue(
  column: ApiColumn | undefined,
  { operator, value = '' }: WantedRule,
  problems: string[],
): string {
  // Placeholders such as @me and @datetime-date-today are the app's to fill in.
  if (operator === 'is-empty' || column === undefined || value.startsWith('@')) return value
  const kind = kindOf(column)
  const isText = column.type === 'text' || column.type === 'usergroup'
  if (isText || kind === undefined) return value
  const encoded = encodeValue({ ...column, numberMin: null, numberMax: null }, value)
  if ('problem' in encoded) {
    problems.push(`filter: "${column.title}" ${encoded.problem}; it takes ${accepts(column)}`)
    return value
  }
  switch (kind) {
    case 'selection':
      return `@selection-id-${encoded.value}`
    case 'selection-multi':
      return `@selection-id-${Array.isArray(encoded.value) ? encoded.value.join(',') : value}`
    case 'selection-check':
      return encoded.value === 'true' ? '@checked' : '@unchecked'
    case 'number-stars':
      return `@stars-${encoded.value}`
    default:
      return String(encoded.value)
  }
}
