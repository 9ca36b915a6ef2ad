/** Calendars with events for tests, made and removed beside the server under test. */
import type { Backend } from './backend.ts'
import { type Caldav, caldav, objectText } from './caldav.ts'
import { type Harness, startHarness } from './harness.ts'

/** A harness with a calendar of its own, whose zone is Europe/Berlin. */
export interface Events extends Harness {
  dav: Caldav
  /** Name of the calendar. */
  calendar: string
  /** Stores an event of another program as it is; gives its UID. */
  store(uid: string, lines: readonly string[], around?: readonly string[]): Promise<string>
  /** An event as it is stored, whatever its file is called. */
  stored(uid: string): Promise<string>
  /** A further calendar of this harness. */
  further(suffix: string): Promise<string>
}

let counter = 0

/** Starts it; `end` leaves the instance as it was. */
export async function startEvents(
  options: { backend?: Backend; environment?: Record<string, string> } = {},
): Promise<Events & { end(): Promise<void> }> {
  const h = await startHarness(options)
  const dav = caldav(h.backend)
  const calendar = `mcp-test-${process.pid}-${Date.now()}-${counter++}`
  const components = ['VEVENT', 'VTODO']
  await dav.make(calendar, { components, timezone: 'Europe/Berlin' })
  return {
    ...h,
    dav,
    calendar,
    async store(uid, lines, around = []) {
      const { status, text } = await dav.put(
        calendar,
        `${encodeURIComponent(uid)}-file.ics`,
        eventText(uid, lines, around),
      )
      if (status !== 201) throw new Error(`PUT ${uid}: ${status} ${text}`)
      return uid
    },
    async stored(uid) {
      const { href } = await h.ok('nc_calendar_get_event', {
        calendar_name: calendar,
        event_uid: uid,
      })
      return (await dav.get(calendar, href.split('/').at(-1))).text
    },
    async further(suffix) {
      const name = `${calendar}-${suffix}`
      await dav.make(name, { components, timezone: 'Europe/Berlin' })
      return name
    },
    async end() {
      await dav.removeAll()
      await h.close()
    },
  }
}

/** The text of an object with one event, or with what else is given as `around`. */
export function eventText(uid: string, lines: readonly string[], around: readonly string[] = []) {
  return objectText('VEVENT', uid, lines, around)
}

/** The rules of Berlin, as programs write them. */
export const BERLIN = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:DAYLIGHT',
  'DTSTART:19810329T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'TZNAME:CEST',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'DTSTART:19961027T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'TZNAME:CET',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
]
