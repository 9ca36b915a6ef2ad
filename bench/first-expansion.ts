/** Prints how long the warm-up took, and the first expansion after it, in milliseconds. */
import { ianaZone } from '../src/icalendar/iana.ts'
import { readObject } from '../src/icalendar/object.ts'
import { expand } from '../src/icalendar/recurrence.ts'
import { warmUp } from '../src/icalendar/warm-up.ts'

const DAILY = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'UID:daily',
  'DTSTART;TZID=America/New_York:19900101T090000',
  'DTEND;TZID=America/New_York:19900101T093000',
  'RRULE:FREQ=DAILY',
  'EXDATE;TZID=America/New_York:20260603T090000',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

const began = performance.now()
warmUp()
const warm = performance.now()
const zone = ianaZone('Asia/Tokyo')
if (zone === undefined) throw new Error('no zones here')
const week = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 8) }
const { occurrences } = expand(readObject(DAILY), week, { zone })
const done = performance.now()
if (occurrences.length !== 6) throw new Error(`${occurrences.length} occurrences`)
process.stdout.write(`${warm - began} ${done - warm}\n`)
