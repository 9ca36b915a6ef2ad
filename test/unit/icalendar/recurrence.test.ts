/** Occurrences in a window: exceptions, overrides, zones, days, and rules that want to cost. */
import { describe, expect, test } from 'vitest'
import { describeEvent } from '../../../src/icalendar/event.ts'
import { readObject, readObjects } from '../../../src/icalendar/object.ts'
import { expand, occurrenceAt } from '../../../src/icalendar/recurrence.ts'
import { isoOf } from '../../../src/icalendar/time.ts'
import { describeTodo } from '../../../src/icalendar/todo.ts'
import { berlin, calendar, fixture, fixtures, starts, zone } from './support.ts'

const window = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })
const timed = (rule: string, start = '20260326T090000') =>
  calendar(`DTSTART;TZID=Europe/Berlin:${start}\nDTEND;TZID=Europe/Berlin:${start}\n${rule}`)

describe('zones', () => {
  test('a clock time stays one across the change of the clocks', () => {
    expect(starts(timed('RRULE:FREQ=DAILY'), '2026-03-28', '2026-03-31')).toEqual([
      '2026-03-28T09:00:00+01:00',
      '2026-03-29T09:00:00+02:00',
      '2026-03-30T09:00:00+02:00',
    ])
  })

  test('a time that the clocks skip is told by the offset before; one shown twice is the first', () => {
    const gap = timed('RRULE:FREQ=DAILY;COUNT=3', '20260328T023000')
    expect(starts(gap, '2026-03-27', '2026-04-02')).toEqual([
      '2026-03-28T02:30:00+01:00',
      '2026-03-29T03:30:00+02:00',
      '2026-03-30T02:30:00+02:00',
    ])
    const fold = timed('RRULE:FREQ=DAILY;COUNT=2', '20261024T023000')
    expect(starts(fold, '2026-10-23', '2026-10-27')).toEqual([
      '2026-10-24T02:30:00+02:00',
      '2026-10-25T02:30:00+02:00',
    ])
  })

  test('an end in the hour that is shown twice is after its start', () => {
    const text = calendar(
      'DTSTART;TZID=Europe/Berlin:20261020T023000\nDTEND;TZID=Europe/Berlin:20261020T030000\nRRULE:FREQ=DAILY',
    )
    const night = window('2026-10-24T22:00:00Z', '2026-10-25T22:00:00Z')
    const [occurrence] = expand(readObject(text), night, { zone: berlin }).occurrences
    expect(occurrence && [isoOf(occurrence.start), isoOf(occurrence.end)]).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T01:00:00Z',
    ])
    expect(occurrence?.endInstant).toBe(Date.parse('2026-10-25T01:00:00Z'))
  })

  test('hours that fall together in a gap are one', () => {
    const text = timed('RRULE:FREQ=HOURLY', '20260329T000000')
    expect(starts(text, '2026-03-28T23:00:00Z', '2026-03-29T03:00:00Z')).toEqual([
      '2026-03-29T00:00:00+01:00',
      '2026-03-29T01:00:00+01:00',
      '2026-03-29T03:00:00+02:00',
      '2026-03-29T04:00:00+02:00',
    ])
  })

  test('own rules are followed, wherever this runs', () => {
    expect(starts(fixture('zone-own-rules'), '2026-03-01', '2026-05-01', zone('UTC'))).toEqual([
      '2026-03-30T09:00:00+02:00',
    ])
  })

  test('an end by DTEND keeps its exact length, one by DURATION the nominal one', () => {
    const end = (lines: string) =>
      expand(
        readObject(
          calendar(`DTSTART;TZID=Europe/Berlin:20260327T220000\n${lines}\nRRULE:FREQ=DAILY`),
        ),
        window('2026-03-28T12:00:00Z', '2026-03-29T00:00:00Z'),
        { zone: berlin },
      ).occurrences.map(each => isoOf(each.end))
    expect(end('DTEND;TZID=Europe/Berlin:20260328T220000')).toContain('2026-03-29T23:00:00+02:00')
    expect(end('DURATION:P1D')).toContain('2026-03-29T22:00:00+02:00')
  })

  test('days and floating times are where the reader is', () => {
    const day = calendar('DTSTART;VALUE=DATE:20260401')
    expect(starts(day, '2026-04-01T10:00:00Z', '2026-04-01T11:00:00Z', berlin)).toHaveLength(1)
    expect(
      starts(day, '2026-04-01T10:00:00Z', '2026-04-01T11:00:00Z', zone('Pacific/Kiritimati')),
    ).toHaveLength(0)
    const floating = calendar('DTSTART:20260401T090000\nDTEND:20260401T100000')
    expect(starts(floating, '2026-04-01T07:00:00Z', '2026-04-01T07:30:00Z')).toEqual([
      '2026-04-01T09:00:00',
    ])
  })
})

describe('exceptions', () => {
  test('EXDATE of every form', () => {
    expect(starts(fixture('rfc-exdate-lists'), '2026-03-30', '2026-04-06')).toEqual([
      '2026-03-30T09:00:00+02:00',
      '2026-03-31T09:00:00+02:00',
      '2026-04-04T09:00:00+02:00',
      '2026-04-05T09:00:00+02:00',
    ])
    expect(starts(fixture('rfc-exdate-as-dates'), '2026-03-31', '2026-04-04')).toEqual([
      '2026-03-31T09:00:00+02:00',
      '2026-04-03T09:00:00+02:00',
    ])
  })

  test('RDATE, also as a PERIOD with its own end', () => {
    const { occurrences } = expand(
      readObject(fixture('rfc-rdate-period')),
      window('2026-03-01', '2026-05-01'),
      { zone: berlin },
    )
    expect(occurrences.map(({ start, end }) => [isoOf(start), isoOf(end)])).toEqual([
      ['2026-03-30T09:00:00+02:00', '2026-03-30T09:30:00+02:00'],
      ['2026-04-02T09:00:00+02:00', '2026-04-02T09:00:00Z'],
      ['2026-04-03T09:00:00+02:00', '2026-04-03T08:00:00Z'],
    ])
    expect(occurrences[1]?.endInstant).toBe(Date.parse('2026-04-02T09:00:00Z'))
  })

  test('overrides moved into a window and out of it, by an id in another form', () => {
    const text = fixture('google-override-utc-id')
    expect(starts(text, '2026-04-02', '2026-04-03')).toEqual(['2026-04-02T12:00:00Z'])
    const moved = calendar(
      'DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY',
      'VEVENT',
      'BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260102T090000Z\nDTSTART:20270102T090000Z\nEND:VEVENT\n',
    )
    expect(starts(moved, '2026-01-02', '2026-01-03')).toEqual([])
    expect(starts(moved, '2027-01-02', '2027-01-03')).toHaveLength(2)
  })

  test('this and future', () => {
    const { occurrences } = expand(
      readObject(fixture('rfc-thisandfuture')),
      window('2026-04-01', '2026-04-28'),
      { zone: berlin },
    )
    expect(occurrences.map(each => [isoOf(each.start), each.isOverride])).toEqual([
      ['2026-04-06T09:00:00+02:00', false],
      ['2026-04-13T11:00:00+02:00', true],
      ['2026-04-20T11:00:00+02:00', true],
      ['2026-04-27T11:00:00+02:00', true],
    ])
    expect(occurrences[3]?.endInstant).toBe(Date.parse('2026-04-27T10:00:00Z'))
  })

  test('UNTIL in every form includes its time', () => {
    const until = (value: string) =>
      starts(timed(`RRULE:FREQ=DAILY;UNTIL=${value}`), '2026-03-01', '2026-05-01').length
    expect(until('20260328T080000Z')).toBe(3)
    expect(until('20260328T075959Z')).toBe(2)
    expect(until('20260328')).toBe(3)
    expect(until('20260328T090000')).toBe(3)
    const days = calendar('DTSTART;VALUE=DATE:20260326\nRRULE:FREQ=DAILY;UNTIL=20260328')
    expect(starts(days, '2026-03-01', '2026-05-01')).toHaveLength(3)
  })

  test('single occurrences without their series', () => {
    expect(starts(fixture('only-overrides'), '2026-04-01', '2026-05-01')).toEqual([
      '2026-04-06T10:00:00+02:00',
    ])
  })
})

describe('rare parts', () => {
  test.each([
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '20260511T090000', ['2026-05-11', '2027-05-17']],
    ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=TH', '20260101T090000', ['2026-01-01', '2027-01-07']],
    ['FREQ=YEARLY;BYYEARDAY=-1', '20261231T090000', ['2026-12-31', '2027-12-31']],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', '20240229T090000', ['2024-02-29', '2028-02-29']],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '20260213T090000', ['2026-02-13', '2026-03-13']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO', '19970805T090000', ['1997-08-05', '1997-08-10']],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU', '19970805T090000', ['1997-08-05', '1997-08-17']],
    ['FREQ=MONTHLY', '20260131T090000', ['2026-01-31', '2026-03-31']],
    ['FREQ=YEARLY;BYDAY=20MO', '19970519T090000', ['1997-05-19', '1998-05-18']],
  ])('%s', (rule, start, expected) => {
    const found = starts(timed(`RRULE:${rule}`, start), '1997-01-01', '2035-01-01')
    expect(found.slice(0, 2).map(each => each.slice(0, 10))).toEqual(expected)
  })
})

describe('cost', () => {
  test.each([
    'FREQ=DAILY',
    'FREQ=DAILY;COUNT=20000',
    'FREQ=DAILY;UNTIL=20400101T080000Z',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU',
  ])('a week of a daily rule since 1990 takes less than 5 ms: %s', rule => {
    const text = timed(`RRULE:${rule}`, '19900101T090000')
    const object = readObject(text)
    const once = () => expand(object, window('2026-03-25', '2026-04-01'), { zone: berlin })
    expect(once().occurrences).toHaveLength(7)
    const times = Array.from({ length: 20 }, () => {
      const begin = performance.now()
      once()
      return performance.now() - begin
    })
    expect(Math.min(...times)).toBeLessThan(5)
  })

  test.each([
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYDAY=MO;BYMONTHDAY=31',
    'FREQ=MINUTELY;BYYEARDAY=366',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;COUNT=999999999',
    'FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=1;BYSETPOS=366',
    'FREQ=DAILY;INTERVAL=999999999;BYMONTH=2',
    `FREQ=YEARLY;BYDAY=MO;BYHOUR=${[...Array(24).keys()]};BYMINUTE=${[...Array(60).keys()]};BYSECOND=${[...Array(60).keys()]}`,
  ])('%.60s ends', rule => {
    const begin = performance.now()
    expand(
      readObject(timed(`RRULE:${rule}`, '19900101T090000')),
      window('2026-01-01', '2027-01-01'),
      {
        zone: berlin,
      },
    )
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  test('more than the limit, broken rules and endless ones are said to be incomplete', () => {
    const complete = (text: string, limit = 1000) =>
      expand(readObject(text), window('2026-03-01', '2026-06-01'), { zone: berlin, limit })
    expect(complete(timed('RRULE:FREQ=DAILY'), 3)).toMatchObject({ isComplete: false })
    expect(complete(timed('RRULE:FREQ=DAILY'), 3).occurrences).toHaveLength(3)
    expect(complete(fixture('broken-rule'))).toMatchObject({ isComplete: false })
    expect(complete(fixture('broken-start'))).toMatchObject({ occurrences: [], isComplete: false })
    expect(complete(timed('RRULE:FREQ=DAILY')).isComplete).toBe(true)
  })
})

test.each(fixtures)('%s is read without an error, and told', (_, text) => {
  for (const kind of ['VEVENT', 'VTODO'] as const) {
    for (const object of readObjects(text, kind)) {
      const everything = { from: Date.UTC(1990, 0, 1), to: Date.UTC(2030, 0, 1) }
      for (const occurrence of expand(object, everything, { zone: berlin }).occurrences) {
        expect(occurrence.endInstant).toBeGreaterThanOrEqual(occurrence.startInstant)
        if (kind === 'VEVENT') describeEvent(object, occurrence)
      }
      describeTodo(object, { zone: berlin, now: Date.UTC(2026, 3, 10) })
    }
  }
})

describe('naming an occurrence', () => {
  const object = readObject(fixture('google-override-utc-id'))
  test.each([
    ['2026-04-01T09:00:00+02:00', '2026-04-01T09:00:00+02:00'],
    ['2026-04-01T07:00:00Z', '2026-04-01T09:00:00+02:00'],
    ['2026-04-01T09:00', '2026-04-01T09:00:00+02:00'],
    ['20260401T070000Z', '2026-04-01T09:00:00+02:00'],
    ['2026-04-01', '2026-04-01T09:00:00+02:00'],
    ['2026-04-02T09:00:00+02:00', '2026-04-02T12:00:00Z'],
  ])('%s', (id, start) => {
    expect(isoOf(occurrenceAt(object, id, { zone: berlin }).start)).toBe(start)
  })

  test.each(['2026-04-01T10:00', '2025-01-01'])('none at %s', id => {
    expect(() => occurrenceAt(object, id, { zone: berlin })).toThrow(/no occurrence/)
  })
})
