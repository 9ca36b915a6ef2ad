/** VTIMEZONE components (RFC 5545 3.6.5) for zones of the IANA database, as small as they can be. */
import { type Component, makeComponent } from '../contentline/component.ts'
import { makeLine } from '../contentline/line.ts'
import { type Transition, transitionsBetween } from './iana.ts'
import {
  basicTime,
  DAY,
  daysInMonth,
  HOUR,
  MINUTE,
  partsOf,
  SECOND,
  wallOf,
  weekdayOf,
} from './wall.ts'
import type { Wall, Zone } from './zone.ts'

/** Years after which a rule has shown every date that it can choose. */
const PROOF_YEARS = 28
/** How far dates are written where no rule holds. */
const OPEN_YEARS = 15
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** The years that times are in; without `last` they go on. */
export interface Years {
  readonly first: number
  readonly last?: number | undefined
}

/** A change of clocks with the time that they showed before it. */
interface Change extends Transition {
  readonly wall: Wall
}

/**
 * The VTIMEZONE of a zone that is right for these years: rules where the changes follow one, else
 * their dates.
 */
export function makeVtimezone(zone: Zone, years: Years, lineEnd = '\r\n'): Component {
  const first = years.first - 1
  const last = Math.max(years.last ?? years.first + OPEN_YEARS, years.first) + 1
  const changes = transitionsBetween(
    zone,
    Date.UTC(first, 0, 1),
    Date.UTC(last + PROOF_YEARS, 0, 1),
  ).map(each => ({ ...each, wall: each.at + each.before }))
  const line = (name: string, value: string) => makeLine(name, value, { lineEnd })
  const observance = (change: Omit<Change, 'at'>, more: [name: string, value: string][]) =>
    makeComponent(
      change.after > change.before ? 'DAYLIGHT' : 'STANDARD',
      [
        line('TZOFFSETFROM', offsetText(change.before)),
        line('TZOFFSETTO', offsetText(change.after)),
        line('DTSTART', basicTime(change.wall)),
        ...more.map(([name, value]) => line(name, value)),
      ],
      lineEnd,
    )
  const yearOf = ({ wall }: Change) => partsOf(wall).year
  const ruled = regularFrom(changes, first, last)
  const dated = changes.filter(change =>
    ruled === undefined ? yearOf(change) <= last : yearOf(change) < ruled.year,
  )
  const offset = zone.offsetAt(Date.UTC(first, 0, 1))
  const [earliest] = changes
  const parts: Component[] = []
  // What holds before the first change: observances say it only of times since they began.
  if (earliest === undefined || yearOf(earliest) > first || dated.length > 0) {
    const wall = wallOf({ year: first, month: 1, day: 1 })
    parts.push(observance({ before: offset, after: offset, wall }, []))
  }
  for (const same of groupedByOffsets(dated)) {
    const [begin, ...others] = same
    if (begin === undefined) continue
    const dates = others.map(({ wall }) => basicTime(wall)).join(',')
    parts.push(observance(begin, dates === '' ? [] : [['RDATE', dates]]))
  }
  for (const { change, rule } of ruled?.rules ?? []) {
    parts.push(observance(change, [['RRULE', rule]]))
  }
  return makeComponent('VTIMEZONE', [line('TZID', zone.tzid), ...parts], lineEnd)
}

/** The first year since which every change follows a yearly rule, and these rules. */
function regularFrom(changes: readonly Change[], first: number, last: number) {
  const end = last + PROOF_YEARS
  const byYear = (year: number) => changes.filter(({ wall }) => partsOf(wall).year === year)
  // What holds in the years far ahead is what holds for good.
  const tail = byYear(end - 1)
  if (tail.length === 0) return undefined
  const rules = tail.map(sample => {
    const alike = changes.filter(change => isAlike(change, sample)).toReversed()
    return { sample, alike }
  })
  for (let year = first; year <= last; year++) {
    const found = rules.map(({ sample, alike }) => {
      const since = alike.filter(({ wall }) => partsOf(wall).year >= year)
      const rule = since.length === end - year ? ruleFor(since, sample) : undefined
      return { change: since.at(-1), rule }
    })
    const years = Array.from({ length: end - year }, (_, index) => byYear(year + index))
    if (years.some(each => each.length !== tail.length)) continue
    const complete = found.flatMap(({ change, rule }) =>
      change === undefined || rule === undefined ? [] : [{ change, rule }],
    )
    if (complete.length === tail.length) return { year, rules: complete }
  }
  return undefined
}

/** Changes that one rule may make: same month, weekday, time of day and offsets. */
function isAlike(one: Change, other: Change): boolean {
  return (
    one.before === other.before &&
    one.after === other.after &&
    partsOf(one.wall).month === partsOf(other.wall).month &&
    weekdayOf(one.wall) === weekdayOf(other.wall) &&
    one.wall % DAY === other.wall % DAY
  )
}

/** The RRULE that makes exactly these changes, one a year. */
function ruleFor(changes: readonly Change[], { wall }: Change): string | undefined {
  const { month } = partsOf(wall)
  const weekday = WEEKDAYS[weekdayOf(wall)]
  const dates = changes.map(change => partsOf(change.wall))
  const base = `FREQ=YEARLY;BYMONTH=${month}`
  const isLast = dates.every(({ year, day }) => day > daysInMonth(year, month) - 7)
  if (isLast) return `${base};BYDAY=-1${weekday}`
  const [ordinal = 1, ...others] = new Set(dates.map(({ day }) => Math.ceil(day / 7)))
  if (others.length === 0) return `${base};BYDAY=${ordinal}${weekday}`
  const days = dates.map(({ day }) => day)
  const [least, most] = [Math.min(...days), Math.max(...days)]
  if (most - least > 6) return undefined
  // All seven days, of which exactly one is the weekday in every year.
  const begin = Math.min(least, 22)
  const week = Array.from({ length: 7 }, (_, index) => (most - least === 6 ? least : begin) + index)
  return `${base};BYDAY=${weekday};BYMONTHDAY=${week.join(',')}`
}

function groupedByOffsets(changes: readonly Change[]): Change[][] {
  const groups = new Map<string, Change[]>()
  for (const change of changes) {
    const key = `${change.before} ${change.after}`
    groups.set(key, [...(groups.get(key) ?? []), change])
  }
  return [...groups.values()]
}

/** `+0100`; with seconds where it has some. */
function offsetText(offset: number): string {
  const left = Math.abs(offset)
  const two = (value: number) => String(value).padStart(2, '0')
  const seconds = Math.floor((left % MINUTE) / SECOND)
  const minutes = Math.floor((left % HOUR) / MINUTE)
  const text = `${two(Math.floor(left / HOUR))}${two(minutes)}`
  return `${offset < 0 ? '-' : '+'}${text}${seconds === 0 ? '' : two(seconds)}`
}
