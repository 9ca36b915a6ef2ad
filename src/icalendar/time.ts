/**
 * Times as calendars have them (RFC 5545 3.3.4, 3.3.5): a day, a time of any clock (floating), a
 * time of the clocks of a zone, a time in UTC. The four never turn into each other by themselves.
 */
import {
  type ContentLine,
  changeLine,
  makeLine,
  type Parameter,
  parameter,
  withParameter,
} from '../contentline/line.ts'
import type { Duration } from './duration.ts'
import {
  basicDate,
  basicTime,
  DAY,
  dayOf,
  HOUR,
  isoDate,
  isoTime,
  MINUTE,
  parseBasic,
} from './wall.ts'
import { type Instant, instantAt, type Wall, wallAt, type Zone } from './zone.ts'

/** A time of one of the four forms. `wall` is what the clock shows; a day is its midnight. */
export type When =
  | { readonly kind: 'date' | 'floating' | 'utc'; readonly wall: Wall }
  | { readonly kind: 'zoned'; readonly wall: Wall; readonly zone: Zone }

/** Finds the zone that a TZID names; undefined where nothing is known of it. */
export type ZoneOf = (tzid: string) => Zone | undefined

/**
 * Reads a property such as DTSTART. An unknown TZID gives a floating time.
 * @returns undefined where the value is none
 */
export function readWhen(line: ContentLine, zoneOf: ZoneOf): When | undefined {
  return readWhenValue(line, line.value, zoneOf)
}

/** As {@link readWhen}, of one value of a list such as EXDATE. */
export function readWhenValue(line: ContentLine, value: string, zoneOf: ZoneOf): When | undefined {
  const basic = parseBasic(value)
  if (basic === undefined) return undefined
  const isDate = basic.isDate || parameter(line, 'VALUE')?.toUpperCase() === 'DATE'
  if (isDate) return { kind: 'date', wall: dayOf(basic.wall) }
  if (basic.isUtc) return { kind: 'utc', wall: basic.wall }
  const tzid = parameter(line, 'TZID')
  const zone = tzid === undefined ? undefined : zoneOf(tzid)
  if (zone === undefined) return { kind: 'floating', wall: basic.wall }
  return { kind: 'zoned', wall: basic.wall, zone }
}

/** The instant of a time; `zone` places days and floating times. */
export function instantOf(when: When, zone: Zone): Instant {
  if (when.kind === 'utc') return when.wall
  return instantAt(when.kind === 'zoned' ? when.zone : zone, when.wall)
}

/** An instant in the form of another time: its zone, or UTC; days and floating by `zone`. */
export function inFormOf(form: When, instant: Instant, zone: Zone): When {
  if (form.kind === 'utc') return { kind: 'utc', wall: instant }
  if (form.kind === 'zoned') return zonedAt(form.zone, instant)
  const wall = wallAt(zone, instant)
  return form.kind === 'date' ? { kind: 'date', wall: dayOf(wall) } : { kind: 'floating', wall }
}

/**
 * An instant as a time of a zone; in UTC in the hour that its clocks show for the second time, as
 * what they show means the first (RFC 5545 3.3.5).
 */
export function zonedAt(zone: Zone, instant: Instant): When {
  const wall = wallAt(zone, instant)
  return instantAt(zone, wall) === instant
    ? { kind: 'zoned', wall, zone }
    : { kind: 'utc', wall: instant }
}

/** The same form with another clock time. */
export function withWall(form: When, wall: Wall): When {
  return { ...form, wall: form.kind === 'date' ? dayOf(wall) : wall }
}

/** A time later by a duration: days by the calendar, the rest exactly (RFC 5545 3.3.6). */
export function addDuration(when: When, { days, exact }: Duration): When {
  const wall = when.wall + days * DAY
  if (when.kind !== 'zoned') return withWall(when, wall + exact)
  if (exact === 0) return { ...when, wall }
  return { ...when, wall: wallAt(when.zone, instantAt(when.zone, wall) + exact) }
}

/** What the clock of `form` shows at another time; days and floating times as they stand. */
export function wallInFormOf(form: When, when: When): Wall {
  if (form.kind === 'date') return dayOf(when.wall)
  if (form.kind === 'floating' || when.kind === 'date' || when.kind === 'floating') return when.wall
  const instant = when.kind === 'zoned' ? instantAt(when.zone, when.wall) : when.wall
  return form.kind === 'zoned' ? wallAt(form.zone, instant) : instant
}

/**
 * As results show it: `2026-01-01` for a day, `2026-01-01T10:00:00` floating,
 * `2026-01-01T10:00:00+01:00` in a zone, `2026-01-01T10:00:00Z` in UTC.
 */
export function isoOf(when: When): string {
  if (when.kind === 'date') return isoDate(when.wall)
  if (when.kind !== 'zoned') {
    return `${isoDate(when.wall)}T${isoTime(when.wall)}${when.kind === 'utc' ? 'Z' : ''}`
  }
  return isoAt(instantAt(when.zone, when.wall), when.zone)
}

/** An instant as the clocks of a zone show it, with their offset. */
export function isoAt(instant: Instant, zone: Zone): string {
  const offset = zone.offsetAt(instant)
  const wall = instant + offset
  const left = Math.abs(offset)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const sign = offset < 0 ? '-' : '+'
  return `${isoDate(wall)}T${isoTime(wall)}${sign}${two(left / HOUR)}:${two((left % HOUR) / MINUTE)}`
}

/** The name of the zone for results: IANA where known, `UTC`; undefined for days and floating. */
export function zoneNameOf(when: When): string | undefined {
  if (when.kind === 'utc') return 'UTC'
  return when.kind === 'zoned' ? (when.zone.iana ?? when.zone.tzid) : undefined
}

/** As iCalendar writes it, without what its parameters say. */
export function valueText(when: When): string {
  if (when.kind === 'date') return basicDate(when.wall)
  return basicTime(when.wall) + (when.kind === 'utc' ? 'Z' : '')
}

/** Parameters that say the form of a time; all others stay. */
export function parametersFor(when: When, parameters: readonly Parameter[] = []): Parameter[] {
  const stated = parameters.find(each => each.name === 'VALUE')?.values[0]?.toUpperCase()
  // VALUE=DATE-TIME says nothing new, and stays where it stands.
  const value = when.kind === 'date' ? 'DATE' : stated === 'DATE-TIME' ? 'DATE-TIME' : undefined
  const typed = withParameter(parameters, 'VALUE', value)
  return withParameter(typed, 'TZID', when.kind === 'zoned' ? when.zone.tzid : undefined)
}

/** A new line with a time. */
export function whenLine(name: string, when: When, lineEnd: string): ContentLine {
  return makeLine(name, valueText(when), { parameters: parametersFor(when), lineEnd })
}

/** The same line with another time; as it is where the time is the same. */
export function changeWhen(line: ContentLine, when: When, zoneOf: ZoneOf): ContentLine {
  const old = readWhen(line, zoneOf)
  if (old !== undefined && isSameWhen(old, when)) return line
  return changeLine(line, {
    value: valueText(when),
    parameters: parametersFor(when, line.parameters),
  })
}

/** Whether two times are the same in the same form. */
export function isSameWhen(one: When, other: When): boolean {
  if (one.kind !== other.kind || one.wall !== other.wall) return false
  return one.kind !== 'zoned' || other.kind !== 'zoned' || one.zone.tzid === other.zone.tzid
}
