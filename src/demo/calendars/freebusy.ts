import { formatUtc } from '../vobject/dates.ts'
import {
  newCalendar,
  type Property,
  parseDocument,
  property,
  serialise,
  textOf,
} from '../vobject/document.ts'
import { expandBetween, UnknownRecurrence } from '../vobject/occurrences.ts'
import { type CalendarAccess, isVisible } from './access.ts'
import type { TimeRange } from './filter.ts'

/** A time somebody is not free; instants in milliseconds. */
export interface BusyTime {
  start: number
  end: number
  tentative: boolean
}

/** The times of some calendars that are taken, in order, those that touch made one. */
export function busyTimes(calendars: readonly CalendarAccess[], range: TimeRange): BusyTime[] {
  const all = calendars.flatMap(access =>
    [...access.collection.members.values()]
      .filter(object => object.component === 'VEVENT' && isVisible(access, object))
      .flatMap(({ data }) => timesOf(data, range)),
  )
  const merged: BusyTime[] = []
  for (const time of all.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && time.start <= last.end && time.tentative === last.tentative) {
      last.end = Math.max(last.end, time.end)
    } else {
      merged.push({ ...time })
    }
  }
  return merged
}

function timesOf(data: string, { from, to }: TimeRange): BusyTime[] {
  const events = parseDocument(data).document.components.filter(({ name }) => name === 'VEVENT')
  try {
    return expandBetween(events, from, to)
      .filter(
        ({ event, start, end }) =>
          end > start &&
          textOf(event, 'TRANSP') !== 'TRANSPARENT' &&
          textOf(event, 'STATUS') !== 'CANCELLED',
      )
      .map(({ event, start, end }) => ({
        start,
        end,
        tentative: textOf(event, 'STATUS') === 'TENTATIVE',
      }))
  } catch (error) {
    // A rule the demo does not know: nobody is called busy without knowing when.
    if (error instanceof UnknownRecurrence) return []
    throw error
  }
}

/** Writes the answer to a question for busy times; `more` ends the VFREEBUSY. */
export function freeBusyCalendar(
  { from, to }: TimeRange,
  busy: readonly BusyTime[],
  now: number,
  method?: string,
  more: Property[] = [],
): string {
  const calendar = newCalendar()
  if (method !== undefined) calendar.properties.push(property('METHOD', method))
  calendar.components.push({
    name: 'VFREEBUSY',
    components: [],
    properties: [
      property('DTSTART', formatUtc(from)),
      property('DTEND', formatUtc(to)),
      property('DTSTAMP', formatUtc(now)),
      ...busy.map(({ start, end, tentative }) =>
        property(
          'FREEBUSY',
          `${formatUtc(start)}/${formatUtc(end)}`,
          tentative ? [['FBTYPE', 'BUSY-TENTATIVE']] : [],
        ),
      ),
      ...more,
    ],
  })
  return serialise(calendar)
}
