/** Occurrences of events and todos within a window (RFC 5545 3.8.5). */
import { type Component, property } from '../contentline/component.ts'
import { parameter } from '../contentline/line.ts'
import type { CalendarObject } from './object.ts'
import { walkRule } from './rule-walk.ts'
import {
  endFor,
  isRecurring,
  lengthOfComponent,
  type Series,
  seriesOf,
  startOf,
  wallNear,
} from './series.ts'
import { instantOf, readWhen, type When, wallInFormOf, withWall } from './time.ts'
import { DAY, dayOf, HOUR } from './wall.ts'
import type { Instant, Wall, Zone } from './zone.ts'

/** One occurrence. */
export interface Occurrence {
  readonly start: When
  /** Exclusive; equal to `start` where it takes no time. */
  readonly end: When
  readonly startInstant: Instant
  readonly endInstant: Instant
  /** In the master's form; undefined where the object does not recur. */
  readonly recurrenceId: When | undefined
  /** Whose properties hold for it: the master, or an override. */
  readonly component: Component
  /** Whether an override of its own, or one for this and future, says so. */
  readonly isOverride: boolean
}

/** Half-open, in milliseconds since 1970. */
export interface Window {
  readonly from: Instant
  readonly to: Instant
}

export interface Expansion {
  /** By start. */
  readonly occurrences: readonly Occurrence[]
  /** False where there are more than `limit`, or the rule is broken or too costly to follow. */
  readonly isComplete: boolean
}

export interface ExpandOptions {
  /** Places days and floating times. */
  readonly zone: Zone
  /** Default 1000. */
  readonly limit?: number
}

/** What a rule may cost: some hundredths of a second. */
const BUDGET = 100_000
/** Zones are at most so far apart; clock times of one zone only by what a change of its clocks is. */
const FARTHEST = 27 * HOUR
const NEAREST = 3 * HOUR
const DEFAULT_LIMIT = 1000
const LATEST = Date.UTC(9999, 0, 1)

/** The occurrences that overlap a window. Never throws. */
export function expand(object: CalendarObject, window: Window, options: ExpandOptions): Expansion {
  const { limit = DEFAULT_LIMIT, zone } = options
  const { master } = object
  const series = master && seriesOf(master, object.zoneOf)
  const overrides = overridesOf(object, series, zone)
  const found = overrides.all.filter(override => overlaps(override, window))
  let isComplete = true
  if (master !== undefined && series === undefined) isComplete = false
  else if (master !== undefined && series !== undefined && !isRecurring(master)) {
    const end = endOf(object, master, series.start, series.start, zone)
    const is = { start: series.start, component: master, isOverride: false }
    const occurrence = placed({ ...is, end, recurrenceId: undefined }, zone)
    if (overlaps(occurrence, window)) found.push(occurrence)
  } else if (master !== undefined && series !== undefined) {
    const spread = longest(object, master, series, overrides, zone)
    const budget = { left: BUDGET }
    const reach = { from: window.from - spread, to: window.to + spread }
    let taken = 0
    for (const time of times(series, reach, budget)) {
      if (overrides.byWall.has(time.wall) || overrides.byDay.has(dayOf(time.wall))) continue
      const occurrence = recurring(object, master, series, time, overrides, zone)
      if (!overlaps(occurrence, window)) continue
      found.push(occurrence)
      if (++taken > limit) break
    }
    isComplete = series.isSound && budget.left > 0
  }
  const sorted = found.toSorted((one, other) => one.startInstant - other.startInstant)
  const occurrences = distinct(sorted)
  if (occurrences.length > limit) isComplete = false
  return { occurrences: occurrences.slice(0, limit), isComplete }
}

/** The overrides of an object as occurrences, recurrence ids in the master's form. */
export function overridesIn(object: CalendarObject, zone: Zone): readonly Occurrence[] {
  const series = object.master && seriesOf(object.master, object.zoneOf)
  return overridesOf(object, series, zone).all
}

/** A time of a series, in its clock time; `end` of a PERIOD. */
interface Time {
  readonly wall: Wall
  readonly end?: When | undefined
}

/** The times of a series within a window, overrides not asked, in their order. */
export function times(series: Series, window: Window, budget: { left: number }): Time[] {
  const { start } = series
  const slack = start.kind === 'zoned' || start.kind === 'utc' ? NEAREST : FARTHEST
  const from = wallNear(start, window.from) - slack
  const to = wallNear(start, window.to) + slack
  const found = new Map<Wall, Time>()
  const isExcluded = (wall: Wall) =>
    series.excluded.has(wall) || series.excludedDays.has(dayOf(wall))
  const put = (wall: Wall, end?: When) => {
    if (wall >= from && wall <= to && !isExcluded(wall)) found.set(wall, { wall, end })
  }
  if (isBegun(series)) put(start.wall)
  for (const { rule, last } of series.rules) {
    const isDate = start.kind === 'date'
    const walk = { start: start.wall, isDate, from, last: Math.min(last, to), budget }
    for (const wall of walkRule(rule, walk)) {
      put(wall)
      // More than anybody can want, of a rule that counts seconds.
      if (found.size > 10_000) {
        budget.left = 0
        break
      }
    }
  }
  for (const added of series.added) put(wallInFormOf(start, added.start), added.end)
  return [...found.values()].toSorted((one, other) => one.wall - other.wall)
}

/** Whether anything of a series is left to happen, overrides not asked. */
export function happens(series: Series): boolean {
  const { start, rules, added } = series
  const isExcluded = (wall: Wall) =>
    series.excluded.has(wall) || series.excludedDays.has(dayOf(wall))
  if (isBegun(series) && !isExcluded(start.wall)) return true
  if (added.some(each => !isExcluded(wallInFormOf(start, each.start)))) return true
  return rules.some(({ rule, last }) => {
    const isDate = start.kind === 'date'
    const walk = { start: start.wall, isDate, from: start.wall, budget: { left: BUDGET } }
    for (const wall of walkRule(rule, { ...walk, last: Math.min(last, LATEST) })) {
      if (!isExcluded(wall)) return true
    }
    return false
  })
}

/** Whether the start belongs to its series: not where every rule ends before it. */
function isBegun({ start, rules }: Series): boolean {
  return rules.length === 0 || rules.some(({ last }) => last >= start.wall)
}

interface Overrides {
  readonly all: readonly Occurrence[]
  readonly byWall: ReadonlySet<Wall>
  /** Of RECURRENCE-IDs that are days although the series has times of day. */
  readonly byDay: ReadonlySet<Wall>
  /** RANGE=THISANDFUTURE, latest first. */
  readonly ranges: readonly { readonly wall: Wall; readonly component: Component }[]
}

function overridesOf(object: CalendarObject, series: Series | undefined, zone: Zone): Overrides {
  const byWall = new Set<Wall>()
  const byDay = new Set<Wall>()
  const ranges: { wall: Wall; component: Component }[] = []
  const all = object.overrides.flatMap(component => {
    const line = property(component, 'RECURRENCE-ID')
    const id = line && readWhen(line, object.zoneOf)
    const start = startOf(component, object.zoneOf) ?? id
    if (line === undefined || start === undefined) return []
    if (id !== undefined && series !== undefined) {
      const wall = wallInFormOf(series.start, id)
      // One for this and future holds as the rule goes on, its own time included: that can be
      // taken out, or be an override of its own.
      if (parameter(line, 'RANGE')?.toUpperCase() === 'THISANDFUTURE') {
        ranges.push({ wall, component })
        return []
      }
      if (id.kind === 'date' && series.start.kind !== 'date') byDay.add(wall)
      else byWall.add(wall)
    }
    const end = endOf(object, component, start, start, zone)
    const recurrenceId = id && series ? inMastersForm(series, id) : id
    return [placed({ start, end, recurrenceId, component, isOverride: true }, zone)]
  })
  const latestFirst = ranges.toSorted((one, other) => other.wall - one.wall)
  return { all, byWall, byDay, ranges: latestFirst }
}

/** An occurrence of the rule: as the master says, or the last override for this and future. */
function recurring(
  object: CalendarObject,
  master: Component,
  series: Series,
  time: Time,
  overrides: Overrides,
  zone: Zone,
): Occurrence {
  const recurrenceId = withWall(series.start, time.wall)
  const range = overrides.ranges.find(({ wall }) => wall <= time.wall)
  const own = range && startOf(range.component, object.zoneOf)
  if (range === undefined || own === undefined) {
    const end = time.end ?? endOf(object, master, recurrenceId, series.start, zone)
    const is = { start: recurrenceId, recurrenceId, component: master, isOverride: false }
    return placed({ ...is, end }, zone)
  }
  const moved = own.wall - (own.kind === 'date' ? dayOf(range.wall) : range.wall)
  const start = withWall(own, time.wall + moved)
  const end = endOf(object, range.component, start, own, zone)
  return placed({ start, end, recurrenceId, component: range.component, isOverride: true }, zone)
}

function endOf(
  { zoneOf, kind }: CalendarObject,
  component: Component,
  start: When,
  own: When,
  zone: Zone,
): When {
  return endFor(start, own, lengthOfComponent(component, zoneOf), zone, kind === 'VTODO')
}

function placed(
  occurrence: Omit<Occurrence, 'startInstant' | 'endInstant'>,
  zone: Zone,
): Occurrence {
  const startInstant = instantOf(occurrence.start, zone)
  const endInstant = Math.max(startInstant, instantOf(occurrence.end, zone))
  return { ...occurrence, startInstant, endInstant }
}

/** A recurrence id, whatever form its override gives it, in that of the master. */
function inMastersForm({ start }: Series, id: When): When {
  if (id.kind === 'date' && start.kind !== 'date') {
    return withWall(start, id.wall + (start.wall - dayOf(start.wall)))
  }
  return withWall(start, wallInFormOf(start, id))
}

/** How far outside of a window an occurrence may have its recurrence id and still be in it. */
function longest(
  object: CalendarObject,
  master: Component,
  series: Series,
  overrides: Overrides,
  zone: Zone,
): number {
  const of = (component: Component, start: When) =>
    Math.max(0, endOf(object, component, start, start, zone).wall - start.wall) + DAY
  const periods = series.added.map(({ start, end }) => (end ? end.wall - start.wall : 0))
  const ranges = overrides.ranges.map(({ component, wall }) => {
    const own = startOf(component, object.zoneOf)
    return own === undefined ? 0 : Math.abs(own.wall - wall) + of(component, own)
  })
  return Math.max(of(master, series.start), ...periods, ...ranges)
}

function overlaps({ startInstant, endInstant }: Occurrence, { from, to }: Window): boolean {
  if (startInstant >= to) return false
  return endInstant > from || (endInstant === startInstant && startInstant >= from)
}

/** Two clock times in a gap can be one instant; one of them is enough. */
function distinct(occurrences: readonly Occurrence[]): Occurrence[] {
  return occurrences.filter((each, index) => {
    const before = occurrences[index - 1]
    return (
      before === undefined ||
      before.isOverride ||
      each.isOverride ||
      before.startInstant !== each.startInstant ||
      before.component !== each.component
    )
  })
}
