/** What makes the first expansion in a process slow, done before. */
import { ianaZone } from './iana.ts'
import { readObject } from './object.ts'
import { expand } from './recurrence.ts'
import { DAY } from './wall.ts'

const WEEKLY = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:warm-up',
  'DTSTART;TZID=Europe/Berlin:20200101T100000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;BYDAY=MO',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

let isWarm = false

/**
 * Expands a small series, once in a process. The first one takes some 20 ms, two thirds of which
 * Intl needs to load what it knows of dates, and the rest the compiler; those after it one.
 */
export function warmUp(): void {
  if (isWarm) return
  isWarm = true
  const zone = ianaZone('Europe/Berlin')
  if (zone === undefined) return
  const from = Date.UTC(2026, 0, 1)
  expand(readObject(WEEKLY), { from, to: from + 7 * DAY }, { zone })
}
