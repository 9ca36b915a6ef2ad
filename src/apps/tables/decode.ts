/** Cells as values that mean something without the column at hand. */
import { columnNames, kindOf, PEOPLE } from './columns.ts'
import type { ApiColumn, ApiRow } from './shapes.ts'

/** What each column of a row holds, by name; empty cells are left out. */
export type Values = Record<string, unknown>

/** Makes the values of rows that have these columns. */
export function valueReader(columns: readonly ApiColumn[]): (row: ApiRow) => Values {
  const names = columnNames(columns)
  const byId = new Map(columns.map(column => [column.id, column]))
  return ({ data }) => {
    const values: [string, unknown][] = []
    for (const { columnId, value } of data) {
      const column = byId.get(columnId)
      const typed = column === undefined ? undefined : decodeValue(column, value)
      if (isEmpty(typed)) continue
      values.push([names.get(columnId) ?? String(columnId), typed])
    }
    // Not by assignment: a title may be `__proto__`.
    return Object.fromEntries(values)
  }
}

/**
 * Numbers as numbers, checks as booleans, selections as labels, times as ISO 8601 without a zone,
 * links as their address or `{title, url}`. What does not fit its column is told as it is.
 */
export function decodeValue(column: ApiColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null
  switch (kindOf(column)) {
    case 'number':
    case 'number-stars':
    case 'number-progress':
      return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
        ? Number(value)
        : value
    case 'selection':
      return labelOf(column, value)
    case 'selection-multi':
      return Array.isArray(value) ? value.map(one => labelOf(column, one)) : value
    case 'selection-check':
      return value === true || value === 'true' || value === 1 || value === '1'
    case 'datetime':
      return typeof value === 'string' ? value.replace(' ', 'T') : value
    case 'text-link':
      return typeof value === 'string' ? linkIn(value) : value
    case 'usergroup':
      return Array.isArray(value) ? value.map(personOf) : value
    default:
      return value
  }
}

function labelOf({ selectionOptions }: ApiColumn, value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  return selectionOptions.find(({ id }) => id === Number(value))?.label ?? value
}

function linkIn(text: string): unknown {
  let link: unknown
  try {
    link = JSON.parse(text)
  } catch {
    return text
  }
  if (typeof link !== 'object' || link === null) return text
  const { title, value, resourceUrl }: Record<string, unknown> = { ...link }
  const url = value ?? resourceUrl
  if (typeof url !== 'string') return text
  return typeof title !== 'string' || title === '' || title === url ? url : { title, url }
}

function personOf(person: unknown): unknown {
  if (typeof person !== 'object' || person === null) return person
  const { id, type }: Record<string, unknown> = { ...person }
  return { id, type: (typeof type === 'number' ? PEOPLE[type] : undefined) ?? type }
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  )
}
