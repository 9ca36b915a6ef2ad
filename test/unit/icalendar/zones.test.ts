/** Names of zones, rules of zones, and times as they are read, written and shown. */
import { describe, expect, test } from 'vitest'
import { parseLines } from '../../../src/contentline/line.ts'
import { describeEvent } from '../../../src/icalendar/event.ts'
import { ianaZone } from '../../../src/icalendar/iana.ts'
import { makeVtimezone } from '../../../src/icalendar/make-vtimezone.ts'
import { readObject } from '../../../src/icalendar/object.ts'
import { isoOf, readWhen } from '../../../src/icalendar/time.ts'
import { readUserTime, userTimeIn } from '../../../src/icalendar/user-time.ts'
import { zoneOfComponent } from '../../../src/icalendar/vtimezone.ts'
import { WINDOWS_NAMES } from '../../../src/icalendar/windows-zones.ts'
import { namedZone, resolveZone } from '../../../src/icalendar/zones.ts'
import { berlin, fixture, zone } from './support.ts'

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['"Europe/Berlin"', 'Europe/Berlin'],
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['"Pacific Standard Time"', 'America/Los_Angeles'],
  ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
  ['/mozilla.org/20050126_1/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Amsterdam'],
  ['tzone://Microsoft/Utc', 'UTC'],
  ['CET', 'CET'],
  ['Mars/Phobos', undefined],
  ['+01:00', undefined],
  ['', undefined],
])('TZID %s is %s', (tzid, iana) => {
  expect(resolveZone(tzid)?.iana).toBe(iana)
})

test('a fixed offset where a name says no more', () => {
  const found = resolveZone('GMT+0530')
  expect(found?.iana).toBeUndefined()
  expect(found?.offsetAt(0)).toBe(5.5 * 3_600_000)
})

test('every Windows name has a zone', () => {
  for (const name of WINDOWS_NAMES) expect(namedZone(name), name).toBeDefined()
})

describe.each([
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Jerusalem',
  'Africa/Cairo',
  'America/Nuuk',
  'Pacific/Apia',
  'Asia/Kolkata',
  'Asia/Tehran',
])('VTIMEZONE of %s', name => {
  test.each([
    { first: 2026 },
    { first: 2026, last: 2026 },
    { first: 2005, last: 2012 },
    { first: 1990 },
  ])('%j', years => {
    const real = zone(name)
    const made = makeVtimezone(real, years)
    const own = zoneOfComponent(made, name)
    const end = Date.UTC((years.last ?? years.first + 15) + 1, 0, 1)
    for (let at = Date.UTC(years.first, 0, 1); at < end; at += 11 * 3_600_000) {
      if (own?.offsetAt(at) !== real.offsetAt(at)) {
        expect(own?.offsetAt(at), new Date(at).toISOString()).toBe(real.offsetAt(at))
      }
    }
  })
})

test('a VTIMEZONE of today is small', () => {
  const { parts } = makeVtimezone(berlin, { first: 2026 })
  expect(parts).toHaveLength(3)
})

test.each([
  ['DTSTART;VALUE=DATE:20260101', '2026-01-01'],
  ['DTSTART:20260101', '2026-01-01'],
  ['DTSTART:20260101T100000', '2026-01-01T10:00:00'],
  ['DTSTART:20260101T100000Z', '2026-01-01T10:00:00Z'],
  ['DTSTART;TZID=Europe/Berlin:20260101T100000', '2026-01-01T10:00:00+01:00'],
  ['DTSTART;TZID=Europe/Berlin:20260101T100000Z', '2026-01-01T10:00:00Z'],
  ['DTSTART;TZID=Nowhere:20260101T100000', '2026-01-01T10:00:00'],
  ['DTSTART:20260101T235960Z', '2026-01-01T23:59:59Z'],
  ['DTSTART:20260230T100000', undefined],
  ['DTSTART:tomorrow', undefined],
])('%s', (text, iso) => {
  const [line] = parseLines(text)
  const when = line?.kind === 'line' ? readWhen(line, tzid => resolveZone(tzid)) : undefined
  expect(when && isoOf(when)).toBe(iso)
})

test.each([
  ['2026-01-31', '2026-01-31'],
  ['2026-01-31 10:00', '2026-01-31T10:00:00+01:00'],
  ['2026-01-31T10:00:00', '2026-01-31T10:00:00+01:00'],
  ['2026-01-31T10:00:00Z', '2026-01-31T11:00:00+01:00'],
  ['2026-01-31T10:00:00.000-05:00', '2026-01-31T16:00:00+01:00'],
  ['20260131T100000Z', '2026-01-31T11:00:00+01:00'],
])('a person writes %s', (text, iso) => {
  expect(isoOf(userTimeIn(readUserTime(text, 'x'), berlin))).toBe(iso)
})

test.each(['', 'tomorrow', '2026-02-30', '2026-01-01T25:00', '2026-13-01'])(
  '%j is no time',
  text => {
    expect(() => readUserTime(text, 'start_datetime')).toThrow(/^start_datetime is not/)
  },
)

test('an event in plain words', () => {
  const event = describeEvent(readObject(fixture('outlook-windows-zone')))
  expect(event).toMatchObject({
    title: 'Standup',
    start: '2026-03-30T09:00:00+02:00',
    end: '2026-03-30T09:30:00+02:00',
    start_tz: 'Europe/Berlin',
    all_day: false,
    last_day: undefined,
    priority: 5,
  })
  const day = describeEvent(readObject(fixture('rfc-duration-weeks')))
  expect(day).toMatchObject({
    start: '2026-03-30',
    end: '2026-04-13',
    last_day: '2026-04-12',
    all_day: true,
  })
  const { attendees, organizer } = describeEvent(readObject(fixture('outlook-meeting')))
  expect(organizer).toMatchObject({ email: 'big.boss@example.org', name: 'Boss, Big' })
  expect(attendees.map(each => each.partstat)).toEqual(['NEEDS-ACTION', 'ACCEPTED'])
  const { reminders } = describeEvent(readObject(fixture('rfc-alarms-of-all-kinds')))
  expect(reminders).toEqual([
    { action: 'AUDIO', trigger_at: '2026-03-30T06:30:00Z' },
    expect.objectContaining({ action: 'EMAIL', minutes_before: 2880, related: 'END' }),
  ])
  expect(describeEvent(readObject(fixture('broken-start')))).toMatchObject({ start: undefined })
  expect(ianaZone('Europe/Berlin')).toBe(berlin)
})
