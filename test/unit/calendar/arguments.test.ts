import { describe, expect, test } from 'vitest'
import { inviteesIn } from '../../../src/apps/calendar/attendees.ts'
import { boundOf, serverWindow, windowOf } from '../../../src/apps/calendar/window.ts'
import { ianaZone, UTC } from '../../../src/icalendar/iana.ts'

const berlin = ianaZone('Europe/Berlin') ?? UTC
const iso = (instant: number | undefined) => new Date(instant ?? Number.NaN).toISOString()

describe('attendees', () => {
  test.each([
    ['', []],
    ['a@x.org', [{ email: 'a@x.org' }]],
    [' a@x.org ,, b@x.org;', [{ email: 'a@x.org' }, { email: 'b@x.org' }]],
    ['A@x.org, a@X.org', [{ email: 'A@x.org' }]],
    ['mailto:a@x.org', [{ email: 'a@x.org' }]],
    ['Jane Doe <jane@x.org>', [{ email: 'jane@x.org', name: 'Jane Doe' }]],
    [
      '"Doe, Jane" <jane@x.org>, b@x.org',
      [{ email: 'jane@x.org', name: 'Doe, Jane' }, { email: 'b@x.org' }],
    ],
    ['<jane@x.org>', [{ email: 'jane@x.org' }]],
  ])('%j', (list, expected) => {
    expect(inviteesIn(list)).toEqual(expected)
  })

  test.each(['jane', 'Jane Doe', 'a@x.org, Doe, Jane <j@x.org>', 'a@b@c', 'a b@x.org', '<>', '"x'])(
    '%j is refused',
    list => {
      expect(() => inviteesIn(list)).toThrow(/attendees/)
    },
  )
})

describe('bounds', () => {
  test.each([
    ['2026-03-29', 'start', '2026-03-28T23:00:00.000Z'],
    ['2026-03-29', 'end', '2026-03-29T22:00:00.000Z'],
    ['2026-03-29T09:00', 'end', '2026-03-29T07:00:00.000Z'],
    ['2026-03-29 09:00:30', 'start', '2026-03-29T07:00:30.000Z'],
    ['2026-03-29T09:00:00Z', 'start', '2026-03-29T09:00:00.000Z'],
    ['2026-03-29T09:00:00.123+05:30', 'start', '2026-03-29T03:30:00.000Z'],
    ['2026-03-29T09:00-0500', 'start', '2026-03-29T14:00:00.000Z'],
  ] as const)('%s as %s', (text, edge, expected) => {
    expect(iso(boundOf(text, 'f', edge)?.(berlin))).toBe(expected)
  })

  test.each(['tomorrow', '2026-02-30', '2026-1-1', '2026-03-29T25:00', '20260329', '2026-03-29T'])(
    '%s is refused',
    text => {
      expect(() => boundOf(text, 'start_date', 'start')).toThrow(/start_date/)
    },
  )

  test('nothing is no bound', () => {
    expect(boundOf('', 'f', 'start')).toBeUndefined()
    expect(boundOf(undefined, 'f', 'end')).toBeUndefined()
  })
})

describe('windows', () => {
  const now = Date.UTC(2026, 2, 15, 22, 30)
  const fields = { start: 's', end: 'e' }
  const window = (start: string, end: string) => {
    const asked = windowOf(boundOf(start, 's', 'start'), boundOf(end, 'e', 'end'), fields, {
      now,
      days: 10,
      daysFromOneEnd: 100,
    })
    const { from, to } = asked(berlin)
    return [iso(from), iso(to)]
  }

  test('without ends they begin today, where the user is', () => {
    expect(window('', '')).toEqual(['2026-03-14T23:00:00.000Z', '2026-03-24T23:00:00.000Z'])
  })

  test('with one end', () => {
    // The clocks change between, and midnight stays midnight.
    expect(window('2026-03-20', '')).toEqual([
      '2026-03-19T23:00:00.000Z',
      '2026-06-27T22:00:00.000Z',
    ])
    expect(window('', '2026-03-20')).toEqual([
      '2026-03-14T23:00:00.000Z',
      '2026-03-20T23:00:00.000Z',
    ])
    expect(window('', '2026-01-01')[1]).toBe('2026-01-01T23:00:00.000Z')
  })

  test('an end before the start is refused', () => {
    expect(() => window('2026-03-20', '2026-03-19')).toThrow(/e: it is not after s/)
  })

  test('ends of different forms are compared in the zone that is meant', () => {
    const asked = windowOf(
      boundOf('2026-03-20T10:00', 's', 'start'),
      boundOf('2026-03-20T09:30:00Z', 'e', 'end'),
      fields,
      { now, days: 10, daysFromOneEnd: 100 },
    )
    expect(asked(berlin).from).toBe(Date.UTC(2026, 2, 20, 9))
    expect(serverWindow(asked, UTC, now).from).toBeLessThan(Date.UTC(2026, 2, 19, 8))
    expect(() => asked(UTC)).toThrow(/e: it is not after s/)
  })

  test('the server is asked for more, and openly where it reaches beyond now', () => {
    const past = serverWindow(() => ({ from: 0, to: 1_000 }), UTC, now)
    expect(past.from).toBeLessThan(-25 * 3_600_000)
    expect(past.to).toBeGreaterThan(25 * 3_600_000)
    expect(serverWindow(() => ({ from: 0, to: now }), UTC, now).to).toBeUndefined()
  })
})
