/** Occurrences of the user's events in a window: one request for each calendar, all at once. */
import { describeEvent, type EventDescription } from '../../icalendar/event.ts'
import { UTC } from '../../icalendar/iana.ts'
import { type CalendarObject, readObject } from '../../icalendar/object.ts'
import { expand, type Occurrence } from '../../icalendar/recurrence.ts'
import { createBreather } from '../../nextcloud/breather.ts'
import { type Calendar, findCalendar, listCalendars } from '../../nextcloud/caldav/calendars.ts'
import { queryObjects, type CalendarObject as Stored } from '../../nextcloud/caldav/objects.ts'
import { type CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type AskedWindow, serverWindow, type Window } from './window.ts'
import type { ChosenZone } from './zone.ts'

/** One occurrence with where it is stored. */
export interface Found {
  readonly calendar: Calendar
  readonly stored: Stored
  readonly object: CalendarObject
  readonly occurrence: Occurrence
  readonly event: EventDescription
}

/** A calendar that could not be read. */
export interface Failed {
  readonly calendar: Calendar
  readonly error: CodedError
}

/** What was found, and what was not. */
export interface Listing {
  /** By start. */
  readonly found: readonly Found[]
  readonly failed: readonly Failed[]
  /** Objects that no event can be read from. */
  readonly broken: number
  /** Titles of series with more occurrences than are followed. */
  readonly incomplete: readonly string[]
  readonly window: Window
  readonly zone: ChosenZone
}

/** After this others are served, whatever rules somebody has invited the user with. */
const LONGEST_MS = 50
/** Of one series in one window. */
const MOST_OCCURRENCES = 1_000

/**
 * The calendars that a name stands for: all with events where it is empty.
 * @throws CodedError as {@link findCalendar}
 */
export async function calendarsToRead(
  session: Session,
  name: string | undefined,
): Promise<readonly Calendar[]> {
  if (name !== undefined && name.trim() !== '') return [await findCalendar(session, name, 'VEVENT')]
  return (await listCalendars(session)).filter(({ components }) => components.includes('VEVENT'))
}

/**
 * Occurrences that overlap a window. One calendar that fails does not hide the others.
 * @throws CodedError where every calendar failed
 */
export async function occurrencesIn(
  session: Session,
  calendars: readonly Calendar[],
  asked: AskedWindow,
  choose: () => Promise<ChosenZone>,
): Promise<Listing> {
  // The server is asked while the zone is still being looked for: it is told a wider window.
  const server = serverWindow(asked, UTC, Date.now())
  const [zone, { read, failed }] = await Promise.all([
    choose(),
    readCalendars(session, calendars, server),
  ])
  const window = asked(zone.zone)
  const found: Found[] = []
  const incomplete: string[] = []
  let broken = 0
  const breathe = createBreather(LONGEST_MS)
  for (const { calendar, stored } of read) {
    await breathe()
    const object = eventIn(stored.data)
    if (object === undefined) {
      broken++
      continue
    }
    const { occurrences, isComplete } = expand(object, window, {
      zone: zone.zone,
      limit: MOST_OCCURRENCES,
    })
    if (!isComplete) incomplete.push(describeEvent(object).title)
    for (const occurrence of occurrences) {
      const event = describeEvent(object, occurrence)
      found.push({ calendar, stored, object, occurrence, event })
    }
  }
  found.sort(
    (one, other) =>
      one.occurrence.startInstant - other.occurrence.startInstant ||
      one.event.title.localeCompare(other.event.title),
  )
  return { found, failed, broken, incomplete, window, zone }
}

/** An object as it is stored, and in which calendar. */
export interface ReadObject {
  readonly calendar: Calendar
  readonly stored: Stored
}

/**
 * The event objects of calendars, in parallel.
 * @throws CodedError where every calendar failed
 */
export async function readCalendars(
  session: Session,
  calendars: readonly Calendar[],
  window: { readonly from: number | undefined; readonly to: number | undefined } | undefined,
): Promise<{ read: ReadObject[]; failed: Failed[] }> {
  const failed: Failed[] = []
  const lists = await Promise.all(
    calendars.map(async calendar => {
      try {
        const query = { component: 'VEVENT', window } as const
        const objects = await queryObjects(session, calendar, query)
        return objects.map(stored => ({ calendar, stored }))
      } catch (error) {
        if (!isCodedError(error)) throw error
        failed.push({ calendar, error })
        return []
      }
    }),
  )
  const [first] = failed
  if (first !== undefined && failed.length === calendars.length) throw first.error
  return { read: lists.flat(), failed }
}

/** The event of an object; undefined where none can be read, or it has no start. */
export function eventIn(data: string): CalendarObject | undefined {
  try {
    const object = readObject(data, { kind: 'VEVENT' })
    return describeEvent(object).start === undefined ? undefined : object
  } catch (error) {
    if (isCodedError(error)) return undefined
    throw error
  }
}
