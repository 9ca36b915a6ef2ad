/** From what a caller wants in a row to the cells to send, with everything that is wrong at once. */

import { UTC } from '../../icalendar/iana.ts'
import { isoDate, isoTime } from '../../icalendar/wall.ts'
import { wallAt } from '../../icalendar/zone.ts'
import { resolveZone } from '../../icalendar/zones.ts'
import { userZone } from '../../nextcloud/caldav/user-zone.ts'
import { badInput, type CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Cells } from './api.ts'
import { accepts, findColumn, kindOf } from './columns.ts'
import { encodeValue } from './encode.ts'
import type { ApiColumn } from './shapes.ts'

/** Cells to send, or what is wrong with the data; one of the two is empty. */
export interface CheckedRow {
  readonly cells: Cells
  readonly problems: readonly string[]
}

/** Checks values, by title or id of their columns, for a row that exists. */
export function checkChanges(columns: readonly ApiColumn[], data: Cells): CheckedRow {
  const { cells, problems } = check(columns, data, false)
  if (cells.size === 0 && problems.length === 0) problems.push('there is nothing to change')
  return { cells: Object.fromEntries(cells), problems }
}

/**
 * Checks values for a new row and fills in the defaults of its columns, which the API leaves to
 * clients. An explicit null keeps a cell empty.
 * @param now the user's clock, for columns whose default is the current date or time
 */
export function checkNewRow(
  columns: readonly ApiColumn[],
  data: Cells,
  now: string | undefined,
): CheckedRow {
  const { cells, problems, mentioned } = check(columns, data, true)
  for (const column of columns) {
    if (mentioned.has(column.id)) continue
    const value = defaultOf(column, now)
    const encoded = value === undefined ? undefined : encodeValue(column, value)
    if (encoded !== undefined && 'value' in encoded) cells.set(String(column.id), encoded.value)
    else if (column.mandatory && kindOf(column) !== 'selection-check') {
      problems.push(`"${column.title}" is mandatory; it takes ${accepts(column)}`)
    } else if (column.mandatory) cells.set(String(column.id), 'false')
  }
  return { cells: Object.fromEntries(cells), problems }
}

/** The error that tells all problems of a row. */
export function wrongData(problems: readonly string[]): CodedError {
  return badInput(
    `data: ${problems.join('; ')}`,
    'Nothing was written. nc_tables_get_schema tells the columns.',
  )
}

function check(columns: readonly ApiColumn[], data: Cells, isNew: boolean) {
  const cells = new Map<string, unknown>()
  const mentioned = new Set<number>()
  const problems: string[] = []
  for (const [name, value] of Object.entries(data)) {
    const column = findColumn(columns, name)
    if ('problem' in column) {
      problems.push(column.problem)
      continue
    }
    if (mentioned.has(column.id)) {
      problems.push(`"${column.title}" is given twice`)
      continue
    }
    mentioned.add(column.id)
    // A new row has no cell where none is written.
    if (isNew && isNothing(value) && !column.mandatory) continue
    const encoded = encodeValue(column, value)
    if ('value' in encoded) cells.set(String(column.id), encoded.value)
    else problems.push(`"${column.title}" ${encoded.problem}; it takes ${accepts(column)}`)
  }
  return { cells, problems, mentioned }
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

function defaultOf(column: ApiColumn, now: string | undefined): unknown {
  const { numberDefault, textDefault, selectionDefault, datetimeDefault } = column
  switch (kindOf(column)) {
    case 'number':
    case 'number-stars':
    case 'number-progress':
      return numberDefault ?? undefined
    case 'selection':
    case 'selection-check':
      return selectionDefault || undefined
    case 'selection-multi':
      return idsIn(selectionDefault)
    case 'datetime':
      return datetimeDefault === 'now' ? now : datetimeDefault || undefined
    case 'datetime-date':
      return datetimeDefault === 'today' ? now?.slice(0, 10) : datetimeDefault || undefined
    case 'datetime-time':
      return datetimeDefault === 'now' ? now?.slice(11) : datetimeDefault || undefined
    case 'usergroup':
      return column.usergroupDefault.length === 0 ? undefined : column.usergroupDefault
    default:
      return textDefault || undefined
  }
}

function idsIn(text: string | null): number[] | undefined {
  const ids = (text ?? '').match(/\d+/g)
  return ids === null ? undefined : ids.map(Number)
}

/**
 * The date and time of the user's clock as `2026-01-31T10:00`, UTC where the zone is not known;
 * undefined where no column asks for it. One or two requests an hour.
 */
export async function clockFor(
  session: Session,
  columns: readonly ApiColumn[],
): Promise<string | undefined> {
  if (!columns.some(column => ['now', 'today'].includes(column.datetimeDefault ?? ''))) {
    return undefined
  }
  const name = await userZone(session).catch(() => undefined)
  const wall = wallAt((name === undefined ? undefined : resolveZone(name)) ?? UTC, Date.now())
  return `${isoDate(wall)}T${isoTime(wall).slice(0, 5)}`
}
