/** What a component says about when it happens: its start, its length, and how it recurs. */
import { type Component, properties, property } from '../contentline/component.ts'
import { type ContentLine, parameter } from '../contentline/line.ts'
import { type Duration, parseDuration } from './duration.ts'
import { type ParsedRule, parseRule, type Rule } from './rule.ts'
import {
  addDuration,
  inFormOf,
  instantOf,
  readWhen,
  readWhenValue,
  type When,
  wallInFormOf,
  type ZoneOf,
} from './time.ts'
import { DAY, dayOf } from './wall.ts'
import { type Instant, type Wall, wallAt, type Zone } from './zone.ts'

/** How long a component takes: by its end, by its DURATION, or by default. */
export type Length =
  | { readonly by: 'end'; readonly end: When }
  | { readonly by: 'duration'; readonly duration: Duration }
  | { readonly by: 'default' }

/** The first time of a component: DTSTART, of a todo without one DUE. */
export function startOf(component: Component, zoneOf: ZoneOf): When | undefined {
  const line = property(component, 'DTSTART')
  if (line !== undefined) return readWhen(line, zoneOf)
  const due = component.name === 'VTODO' ? property(component, 'DUE') : undefined
  return due && readWhen(due, zoneOf)
}

export function lengthOfComponent(component: Component, zoneOf: ZoneOf): Length {
  const end = property(component, component.name === 'VTODO' ? 'DUE' : 'DTEND')
  const when = end && readWhen(end, zoneOf)
  if (when !== undefined) return { by: 'end', end: when }
  const duration = parseDuration(property(component, 'DURATION')?.value ?? '')
  // One that goes backwards is broken, and taken for none.
  if (duration !== undefined && duration.days >= 0 && duration.exact >= 0) {
    return { by: 'duration', duration }
  }
  return { by: 'default' }
}

/**
 * The end of an occurrence that starts at `start`, where the component itself starts at `own`. An
 * end given by DTEND keeps its exact distance, one by DURATION the nominal one (RFC 5545 3.8.5.3).
 * @returns `start` where it takes no time
 */
export function endFor(start: When, own: When, length: Length, zone: Zone, isTodo: boolean): When {
  if (length.by === 'duration') return addDuration(start, length.duration)
  if (length.by === 'default') {
    return start.kind === 'date' && !isTodo ? { ...start, wall: start.wall + DAY } : start
  }
  const { end } = length
  const isPlaced = (when: When) => when.kind === 'utc' || when.kind === 'zoned'
  if (!isPlaced(start) || !isPlaced(own) || !isPlaced(end)) {
    const distance = Math.max(0, end.wall - own.wall)
    const least = start.kind === 'date' && !isTodo ? DAY : 0
    return { ...start, wall: start.wall + Math.max(distance, least) }
  }
  const distance = Math.max(0, instantOf(end, zone) - instantOf(own, zone))
  return inFormOf(end, instantOf(start, zone) + distance, zone)
}

/** A time that RDATE adds. */
export interface AddedDate {
  readonly start: When
  /** Of a PERIOD. */
  readonly end: When | undefined
}

/** A component that recurs. */
export interface Series {
  readonly start: When
  readonly rules: readonly { readonly rule: Rule; readonly last: Wall }[]
  readonly added: readonly AddedDate[]
  /** Clock times, and whole days, that EXDATE takes out; of EXRULE, which is no more, nothing. */
  readonly excluded: ReadonlySet<Wall>
  readonly excludedDays: ReadonlySet<Wall>
  /** False where a rule or a date could not be read. */
  readonly isSound: boolean
}

export function isRecurring(component: Component): boolean {
  return ['RRULE', 'RDATE'].some(name => property(component, name) !== undefined)
}

/** How a component recurs; undefined where it has no start that can be read. */
export function seriesOf(component: Component, zoneOf: ZoneOf): Series | undefined {
  const start = startOf(component, zoneOf)
  if (start === undefined) return undefined
  const parsed = properties(component, 'RRULE').map(({ value }): ParsedRule => parseRule(value))
  const rules = parsed.flatMap(({ rule }) =>
    rule === undefined ? [] : [{ rule, last: lastOf(rule, start) }],
  )
  const excluded = new Set<Wall>()
  const excludedDays = new Set<Wall>()
  for (const when of listOf(properties(component, 'EXDATE'), zoneOf)) {
    if (when.kind === 'date' && start.kind !== 'date') excludedDays.add(when.wall)
    else excluded.add(wallInFormOf(start, when))
  }
  return {
    start,
    rules,
    added: properties(component, 'RDATE').flatMap(line => addedDates(line, zoneOf)),
    excluded,
    excludedDays,
    isSound: parsed.every(({ rule, problems }) => rule !== undefined && problems.length === 0),
  }
}

/** The values of lines such as EXDATE, those that can be read. */
export function listOf(lines: readonly ContentLine[], zoneOf: ZoneOf): When[] {
  return lines.flatMap(line =>
    line.value.split(',').flatMap(value => readWhenValue(line, value, zoneOf) ?? []),
  )
}

/**
 * The last clock time that UNTIL lets a rule have. A day as the end of times of day is meant to
 * include that day, which is not what the standard lets one write, but what people do.
 */
export function lastOf({ until }: Rule, start: When): Wall {
  if (until === undefined) return Number.POSITIVE_INFINITY
  if (start.kind === 'date') return dayOf(until.wall)
  if (until.isDate) return until.wall + DAY - 1000
  if (until.isUtc && start.kind === 'zoned') return wallAt(start.zone, until.wall)
  return until.wall
}

/** What the clock of a start shows at an instant; days and floating times within a day of it. */
export function wallNear(start: When, instant: Instant): Wall {
  return start.kind === 'zoned' ? wallAt(start.zone, instant) : instant
}

function addedDates(line: ContentLine, zoneOf: ZoneOf): AddedDate[] {
  const isPeriod = parameter(line, 'VALUE')?.toUpperCase() === 'PERIOD'
  return line.value.split(',').flatMap(value => {
    const [begin = '', end] = value.split('/')
    const start = readWhenValue(line, begin, zoneOf)
    if (start === undefined) return []
    if (!isPeriod || end === undefined) return [{ start, end: undefined }]
    const duration = parseDuration(end)
    const until = duration ? addDuration(start, duration) : readWhenValue(line, end, zoneOf)
    return [{ start, end: until }]
  })
}
