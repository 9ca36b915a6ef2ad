/** Finds the one occurrence of a series that somebody names. */
import { badInput, CodedError } from '../nextcloud/errors.ts'
import { expand, type Occurrence, overridesIn } from './expansion.ts'
import type { CalendarObject } from './object.ts'
import { instantOf, isoOf, isSameWhen, type When } from './time.ts'
import { readUserTime } from './user-time.ts'
import { DAY, dayOf } from './wall.ts'
import type { Zone } from './zone.ts'

/**
 * The occurrence that a text names: its recurrence id in any form that results give it, or the day
 * where it is the only one of it.
 * @throws CodedError NOT_FOUND, BAD_INPUT
 */
export function occurrenceAt(
  object: CalendarObject,
  recurrenceId: string,
  options: { readonly zone: Zone; readonly field?: string },
): Occurrence {
  const { zone, field = 'recurrence_id' } = options
  const wanted = readUserTime(recurrenceId, field)
  const around = wanted.kind === 'instant' ? wanted.instant : wanted.wall
  const candidates = near(object, around, zone).filter(each => each.recurrenceId !== undefined)
  const matches = candidates.filter(({ recurrenceId: id }) => {
    if (id === undefined) return false
    if (wanted.kind === 'instant') return instantOf(id, zone) === wanted.instant
    if (wanted.kind === 'date') return dayOf(id.wall) === wanted.wall
    return id.wall === (id.kind === 'date' ? dayOf(wanted.wall) : wanted.wall)
  })
  const [found, other] = matches
  if (found === undefined) {
    throw new CodedError('NOT_FOUND', `there is no occurrence at ${recurrenceId.slice(0, 40)}`, {
      subject: field,
      hint:
        candidates.length > 0
          ? `Those near are ${candidates.slice(0, 5).map(nameOf).join(', ')}.`
          : 'List the events of that time, and use the recurrence_id of one.',
    })
  }
  if (other !== undefined) {
    throw badInput(
      `${field} ${recurrenceId.slice(0, 40)} names more than one occurrence`,
      `It is one of ${matches.slice(0, 5).map(nameOf).join(', ')}.`,
    )
  }
  return found
}

/** Occurrences whose recurrence id is near; an override may itself be far from it. */
function near(object: CalendarObject, around: number, zone: Zone): Occurrence[] {
  const window = { from: around - 2 * DAY, to: around + 3 * DAY }
  const { occurrences } = expand(object, window, { zone })
  const moved = overridesIn(object, zone).filter(
    ({ component, recurrenceId: id }) =>
      id !== undefined &&
      Math.abs(id.wall - around) < 3 * DAY &&
      !occurrences.some(each => each.component === component && isSameId(each.recurrenceId, id)),
  )
  return [...occurrences, ...moved]
}

function isSameId(one: When | undefined, other: When): boolean {
  return one !== undefined && isSameWhen(one, other)
}

function nameOf({ recurrenceId }: Occurrence): string {
  return recurrenceId === undefined ? '' : isoOf(recurrenceId)
}
