/** Recurrences against ical.js, which reads the same rules by other means. */
import fc from 'fast-check'
import ICAL from 'ical.js'
import { describe, expect, test } from 'vitest'
import { textOf } from '../../../src/contentline/component.ts'
import { ianaZone } from '../../../src/icalendar/iana.ts'
import { makeVtimezone } from '../../../src/icalendar/make-vtimezone.ts'
import { parseRule } from '../../../src/icalendar/rule.ts'
import { startsOn, walkRule } from '../../../src/icalendar/rule-walk.ts'
import { basicTime, DAY, parseBasic } from '../../../src/icalendar/wall.ts'
import { instantAt } from '../../../src/icalendar/zone.ts'

const START = '20240115T103000'
const END = Date.UTC(2030, 0, 1)

function ours(text: string, start: string, limit: number): string[] {
  const { rule } = parseRule(text)
  const from = parseBasic(start)?.wall
  if (rule === undefined || from === undefined) throw new Error(`unreadable: ${text}`)
  const last = Math.min(END, rule.until?.wall ?? Number.POSITIVE_INFINITY)
  const found: string[] = []
  const budget = { left: 2_000_000 }
  for (const wall of walkRule(rule, { start: from, isDate: false, from, last, budget })) {
    found.push(basicTime(wall))
    if (found.length >= limit) break
  }
  return found
}

function theirs(text: string, start: string, limit: number): string[] {
  const begin = ICAL.Time.fromDateTimeString(
    start.replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6'),
  )
  const iterator = ICAL.Recur.fromString(text).iterator(begin)
  const found: string[] = []
  for (let next = iterator.next(); next && found.length < limit; next = iterator.next()) {
    const wall = Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute, next.second)
    if (wall > END) break
    found.push(basicTime(wall))
  }
  return found
}

const list = <T>(values: readonly T[], most: number) =>
  fc.subarray([...values], { minLength: 1, maxLength: most }).map(each => each.join(','))
const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const part = (name: string, values: fc.Arbitrary<string | number>) =>
  fc.option(values, { nil: undefined }).map(each => (each === undefined ? '' : `;${name}=${each}`))
const end = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 1, max: 40 }).map(count => `;COUNT=${count}`),
  fc.constantFrom(';UNTIL=20250601T103000', ';UNTIL=20240301T000000'),
)
const interval = part('INTERVAL', fc.integer({ min: 1, max: 5 }))
const months = part('BYMONTH', list([1, 2, 3, 6, 9, 12], 3))
const monthDays = list([1, 5, 15, 28, 29, 30, 31, -1, -2, -31], 3)
const ordinals = list(['1MO', '2TU', '-1FR', '-2SU', '3WE', '5TH'], 2)
const hours = part('BYHOUR', list([0, 6, 10, 23], 2))
const weekStart = part('WKST', fc.constantFrom('MO', 'SU'))

const joined = (...parts: (fc.Arbitrary<string> | string)[]) =>
  fc
    .tuple(...parts.map(each => (typeof each === 'string' ? fc.constant(each) : each)))
    .map(each => each.join(''))
const rules: Record<string, fc.Arbitrary<string>> = {
  daily: joined('FREQ=DAILY', interval, months, part('BYDAY', list(days, 4)), hours, end),
  weekly: joined('FREQ=WEEKLY', interval, part('BYDAY', list(days, 4)), hours, weekStart, end),
  'monthly by days': joined('FREQ=MONTHLY', interval, part('BYMONTHDAY', monthDays), end),
  'monthly by weekdays': joined('FREQ=MONTHLY', interval, part('BYDAY', ordinals), end),
  'monthly by position': joined(
    'FREQ=MONTHLY',
    interval,
    list(days, 5).map(each => `;BYDAY=${each}`),
    fc.constantFrom(';BYSETPOS=1', ';BYSETPOS=-1', ';BYSETPOS=2'),
    end,
  ),
  'yearly by days': joined(
    'FREQ=YEARLY',
    interval,
    list([1, 2, 3, 6, 9, 12], 3).map(each => `;BYMONTH=${each}`),
    // Not days that a month lacks, nor those from its end: there ical.js runs over into the next.
    part('BYMONTHDAY', list([1, 15, 20, 28], 2)),
    end,
  ),
  'yearly by weekdays': joined(
    'FREQ=YEARLY',
    list([1, 2, 3, 6, 9, 12], 3).map(each => `;BYMONTH=${each}`),
    ordinals.map(each => `;BYDAY=${each}`),
    end,
  ),
  hourly: joined('FREQ=HOURLY', interval, part('BYMINUTE', list([0, 30, 45], 2)), end),
}

describe('random rules', () => {
  test.each(Object.entries(rules))('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, rule => {
        // A start that its own rule does not pick: the standard leaves open what that means.
        const parsed = parseRule(rule).rule
        const start = parsed && synchronized(rule)
        fc.pre(start !== undefined)
        expect(ours(rule, start ?? START, 60), rule).toEqual(theirs(rule, start ?? START, 60))
      }),
      { numRuns: 80 },
    )
  })
})

/** The first time of a rule after the common start. */
function synchronized(text: string): string | undefined {
  const { rule } = parseRule(text.replace(/;(?:COUNT|UNTIL)=[^;]*/, ''))
  const from = parseBasic(START)?.wall ?? 0
  if (rule === undefined) return undefined
  if (startsOn(rule, from, false)) return START
  const budget = { left: 500_000 }
  const walk = { start: from, isDate: false, from, last: from + 4 * 366 * DAY, budget }
  for (const wall of walkRule({ ...rule, interval: 1 }, walk)) {
    if (wall > from && startsOn(rule, wall, false)) return basicTime(wall)
  }
  return undefined
}

describe('from the middle on a rule goes as from its begin', () => {
  test.each(Object.entries(rules))('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 0, max: 2000 }), (text, days) => {
        const { rule } = parseRule(text)
        const start = parseBasic(START)?.wall ?? 0
        if (rule === undefined) return
        const walk = { start, isDate: false, last: END }
        const from = start + days * DAY
        const budget = () => ({ left: 5_000_000 })
        const all = [...walkRule(rule, { ...walk, from: start, budget: budget() })]
        const some = [...walkRule(rule, { ...walk, from, budget: budget() })]
        expect(some.filter(wall => wall >= from)).toEqual(all.filter(wall => wall >= from))
      }),
      { numRuns: 40 },
    )
  })
})

test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago'])(
  'ical.js reads the VTIMEZONE of %s as it is meant',
  name => {
    const zone = ianaZone(name)
    if (zone === undefined) throw new Error(name)
    const text = textOf([makeVtimezone(zone, { first: 2026 })])
    const component = new ICAL.Component(ICAL.parse(text.trim()) as never)
    const theirZone = new ICAL.Timezone(component)
    for (let wall = Date.UTC(2026, 0, 1, 12); wall < Date.UTC(2031, 0, 1); wall += DAY) {
      const date = new Date(wall)
      const time = new ICAL.Time(
        {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: 12,
          minute: 0,
          second: 0,
          isDate: false,
        },
        theirZone,
      )
      expect(time.toUnixTime() * 1000, date.toISOString()).toBe(instantAt(zone, wall))
    }
  },
)
