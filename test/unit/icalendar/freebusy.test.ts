/** Who is busy, and what is free between, by the clocks of a zone. */
import { describe, expect, test } from 'vitest'
import { type Busy, freeSlots, readFreeBusy, readHours } from '../../../src/icalendar/freebusy.ts'
import { isoAt } from '../../../src/icalendar/time.ts'
import { berlin } from './support.ts'

test('periods of every form; what is free is left out', () => {
  const text = [
    'BEGIN:VCALENDAR',
    'BEGIN:VFREEBUSY',
    'FREEBUSY:20260330T070000Z/20260330T080000Z,20260330T090000Z/PT30M',
    'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260330T060000Z/PT1H',
    'FREEBUSY;FBTYPE=FREE:20260330T100000Z/PT1H',
    'FREEBUSY;FBTYPE=X-AWAY:20260330T110000Z/PT1H',
    'FREEBUSY:nonsense,20260330T080000Z/20260330T070000Z',
    'END:VFREEBUSY',
    'END:VCALENDAR',
  ].join('\r\n')
  expect(readFreeBusy(text).map(each => [each.type, (each.to - each.from) / 60_000])).toEqual([
    ['BUSY-TENTATIVE', 60],
    ['BUSY', 60],
    ['BUSY', 30],
    ['BUSY', 60],
  ])
  expect(readFreeBusy('no calendar')).toEqual([])
})

describe('slots', () => {
  const busy = (from: string, to: string): Busy => ({
    from: Date.parse(from),
    to: Date.parse(to),
    type: 'BUSY',
  })
  const wishes = {
    from: Date.parse('2026-03-27T00:00:00Z'),
    to: Date.parse('2026-03-31T00:00:00Z'),
    durationMinutes: 60,
    zone: berlin,
    hours: { from: 9 * 60, to: 17 * 60 },
    excludeWeekends: true,
    limit: 100,
  }
  const begins = (all: readonly Busy[], more = {}) =>
    freeSlots(all, { ...wishes, ...more }).map(slot => isoAt(slot.from, berlin))

  test('business hours by the clock, on both sides of its change, without weekends', () => {
    const found = begins([])
    expect(found[0]).toBe('2026-03-27T09:00:00+01:00')
    expect(found.filter(each => each.startsWith('2026-03-28'))).toEqual([])
    expect(found).toContain('2026-03-30T09:00:00+02:00')
    expect(found.at(-1)).toBe('2026-03-30T16:00:00+02:00')
    expect(found).toHaveLength(30)
  })

  test('the hour that clocks show twice is as free as any', () => {
    const night = {
      from: Date.parse('2026-10-25T00:00:00Z'),
      to: Date.parse('2026-10-25T02:00:00Z'),
    }
    const more = { ...night, durationMinutes: 30, hours: undefined, excludeWeekends: false }
    expect(begins([], more)).toEqual([
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:00:00+01:00',
      '2026-10-25T02:30:00+01:00',
    ])
  })

  test('nothing overlaps what is busy; overlapping periods are one', () => {
    const all = [
      busy('2026-03-27T08:00:00Z', '2026-03-27T10:10:00Z'),
      busy('2026-03-27T09:00:00Z', '2026-03-27T09:30:00Z'),
      busy('2026-03-27T12:00:00Z', '2026-03-30T14:00:00Z'),
    ]
    expect(begins(all)).toEqual([
      '2026-03-27T11:10:00+01:00',
      '2026-03-27T11:30:00+01:00',
      '2026-03-27T12:00:00+01:00',
      '2026-03-30T16:00:00+02:00',
    ])
  })

  test('preferred ones come first', () => {
    const found = begins([], { preferred: readHours('14:00-16:00'), limit: 3 })
    expect(found[0]).toBe('2026-03-27T14:00:00+01:00')
    expect(found[2]).toBe('2026-03-27T15:00:00+01:00')
  })

  test.each([
    [{ durationMinutes: 0 }, /duration_minutes/],
    [{ to: wishes.from }, /date_range_end/],
    [{ to: wishes.from + 400 * 86_400_000 }, /date_range_end/],
  ])('refused: %j', (more, field) => {
    expect(() => begins([], more)).toThrow(field)
  })
})

test('preferred times', () => {
  expect(readHours('morning, 14:00; 9-11')).toEqual([
    { from: 480, to: 720 },
    { from: 840, to: 900 },
    { from: 540, to: 660 },
  ])
  expect(() => readHours('whenever')).toThrow(/preferred_times/)
})
