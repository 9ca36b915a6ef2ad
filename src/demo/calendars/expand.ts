import { formatDate, formatUtc, instantOf, momentOf } from '../vobject/dates.ts'
import {
  type Component,
  cloneComponent,
  newCalendar,
  parseDocument,
  property,
  propertyOf,
  removeProperties,
  serialise,
} from '../vobject/document.ts'
import { expandBetween, type Occurrence, UnknownRecurrence } from '../vobject/occurrences.ts'
import type { TimeRange } from './filter.ts'

/**
 * The data of an object with every occurrence between two instants as an event of its own and all
 * times in UTC (RFC 4791 9.6.5). As in sabre/vobject, what is no event is left out.
 */
export function expanded(data: string, range: TimeRange): string {
  return serialise(expandDocument(parseDocument(data).document, range))
}

/** As `expanded`, of a parsed calendar that may have objects of several UIDs. */
export function expandDocument(document: Component, { from, to }: TimeRange): Component {
  const events = document.components.filter(({ name }) => name === 'VEVENT')
  const byUid = new Map<string | undefined, Component[]>()
  for (const event of events) {
    const uid = propertyOf(event, 'UID')?.value
    byUid.set(uid, [...(byUid.get(uid) ?? []), event])
  }
  const found = [...byUid.values()].flatMap(group => occurrences(group, from, to))
  const single = found.filter(({ recurring }) => !recurring)
  const recurring = found.filter(item => item.recurring)
  const calendar = newCalendar([...single, ...recurring].map(({ event }) => event))
  const own = new Set(calendar.properties.map(({ name }) => name))
  calendar.properties.push(...document.properties.filter(({ name }) => !own.has(name)))
  return calendar
}

function occurrences(
  group: readonly Component[],
  from: number,
  to: number,
): { event: Component; recurring: boolean }[] {
  try {
    return expandBetween(group, from, to).map(occurrence => ({
      event: asEvent(occurrence),
      recurring: occurrence.recurrence !== undefined,
    }))
  } catch (error) {
    if (!(error instanceof UnknownRecurrence)) throw error
    // What cannot be expanded comes as it is, rule and all.
    return group.map(event => ({ event, recurring: true }))
  }
}

function asEvent({ event, start, end, recurrence }: Occurrence): Component {
  const made = cloneComponent(event)
  removeProperties(made, 'RRULE', 'EXDATE', 'EXRULE', 'RDATE')
  const allDay = momentOf(propertyOf(event, 'DTSTART'))?.allDay ?? false
  const set = (name: string, instant: number) => {
    const found = propertyOf(made, name)
    const written = dateProperty(name, instant, allDay)
    if (found !== undefined) Object.assign(found, written)
  }
  set('DTSTART', start)
  set('DTEND', end)
  if (recurrence !== undefined) {
    const replaced = instantOf(recurrence)
    if (propertyOf(made, 'RECURRENCE-ID') !== undefined) set('RECURRENCE-ID', replaced)
    else made.properties.push(dateProperty('RECURRENCE-ID', replaced, allDay))
  }
  return made
}

function dateProperty(name: string, instant: number, allDay: boolean) {
  return allDay
    ? property(name, formatDate(instant), [['VALUE', 'DATE']])
    : property(name, formatUtc(instant))
}
