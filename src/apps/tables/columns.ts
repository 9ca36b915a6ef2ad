/** Columns: what kind they are, what they take, and which one is meant. */
import { closest } from '../../config/closest.ts'
import type { ApiColumn } from './shapes.ts'

/** Types with their subtypes, as the app's capabilities name them. */
export const KINDS = [
  'text-line',
  'text-long',
  'text-rich',
  'text-link',
  'number',
  'number-stars',
  'number-progress',
  'selection',
  'selection-multi',
  'selection-check',
  'datetime',
  'datetime-date',
  'datetime-time',
  'usergroup',
] as const
export type Kind = (typeof KINDS)[number]

/** The kind of a column; undefined for one that a later version has brought. */
export function kindOf({ type, subtype }: Pick<ApiColumn, 'type' | 'subtype'>): Kind | undefined {
  const name = type === 'text' ? `text-${subtype || 'line'}` : subtype ? `${type}-${subtype}` : type
  return KINDS.find(kind => kind === name)
}

const MOST_OPTIONS = 30

/** What a column takes, to complete "takes …". */
export function accepts(column: ApiColumn): string {
  const { numberMin, numberMax, numberDecimals, textMaxLength, textAllowedPattern } = column
  switch (kindOf(column)) {
    case 'text-line':
    case 'text-long':
    case 'text-rich':
      return [
        'text',
        textMaxLength === null ? '' : ` of at most ${textMaxLength} characters`,
        textAllowedPattern ? ` that matches ${textAllowedPattern}` : '',
      ].join('')
    case 'text-link':
      return 'an http or https address, or {title, url}'
    case 'number': {
      const decimals = numberDecimals ?? 0
      return [
        decimals === 0 ? 'a whole number' : `a number with at most ${decimals} decimals`,
        numberMin === null ? '' : ` from ${numberMin}`,
        numberMax === null ? '' : ` up to ${numberMax}`,
      ].join('')
    }
    case 'number-stars':
      return 'a whole number from 0 to 5'
    case 'number-progress':
      return 'a whole number from 0 to 100'
    case 'selection':
      return `one of ${optionsIn(column)}`
    case 'selection-multi':
      return `a list of ${optionsIn(column)}`
    case 'selection-check':
      return 'true or false'
    case 'datetime':
      return 'a time as 2026-01-31T10:00, without a time zone'
    case 'datetime-date':
      return 'a date as 2026-01-31'
    case 'datetime-time':
      return 'a time as 10:00'
    case 'usergroup':
      return `${column.usergroupMultipleItems ? 'a list of' : 'one of'} ${peopleIn(column)}`
    default:
      return 'values that this server does not know'
  }
}

function optionsIn({ selectionOptions }: ApiColumn): string {
  const labels = selectionOptions.slice(0, MOST_OPTIONS).map(({ label }) => `"${label}"`)
  const more = selectionOptions.length - labels.length
  return `${labels.join(', ') || 'no options'}${more > 0 ? ` and ${more} more` : ''}`
}

function peopleIn(column: ApiColumn): string {
  const types = allowedPeople(column)
  return types.map(type => (type === 'user' ? 'user ids' : `{id, type: "${type}"}`)).join(', ')
}

/** Who may be in a column of people, in the order of the app's numbers for them. */
export const PEOPLE = ['user', 'group', 'team'] as const
export type PersonType = (typeof PEOPLE)[number]

/** Those a column takes; users where nothing is set. */
export function allowedPeople(column: ApiColumn): PersonType[] {
  const { usergroupSelectUsers, usergroupSelectGroups, usergroupSelectTeams } = column
  const allowed = [usergroupSelectUsers, usergroupSelectGroups, usergroupSelectTeams]
  const types = PEOPLE.filter((_, index) => allowed[index])
  return types.length === 0 ? ['user'] : types
}

/** The column that a title or an id means, or why it is none. */
export function findColumn(
  columns: readonly ApiColumn[],
  name: string,
): ApiColumn | { problem: string } {
  const wanted = name.trim()
  const titled = columns.filter(({ title }) => title === wanted)
  const numbered = columns.find(({ id }) => String(id) === wanted)
  const found = new Set(numbered === undefined ? titled : [...titled, numbered])
  const [only] = found
  if (only !== undefined && found.size === 1) return only
  if (found.size > 1) {
    const ids = [...found].map(({ id }) => id).join(', ')
    return { problem: `"${name}" could mean several columns; use an id: ${ids}` }
  }
  const folded = columns.filter(({ title }) => fold(title) === fold(wanted))
  if (folded.length === 1 && folded[0] !== undefined) return folded[0]
  const titles = columns.map(({ title }) => title)
  const near = closest(wanted, titles)
  const said = near === undefined ? `there are: ${titles.join(', ')}` : `did you mean "${near}"?`
  return { problem: `there is no column "${name}"; ${said}` }
}

/** What each column is called in results: its title, or its id where others have the same title. */
export function columnNames(columns: readonly ApiColumn[]): Map<number, string> {
  const counts = new Map<string, number>()
  for (const { title } of columns) counts.set(title, (counts.get(title) ?? 0) + 1)
  return new Map(
    columns.map(({ id, title }) => [
      id,
      counts.get(title) === 1 && title !== '' ? title : String(id),
    ]),
  )
}

function fold(text: string): string {
  return text.trim().toLowerCase()
}
