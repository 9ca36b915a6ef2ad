/** The rules of a VTIMEZONE (RFC 5545 3.6.5): a zone computed from nothing but themselves. */
import { type Component, properties, property } from '../contentline/component.ts'
import { parseRule, type Rule } from './rule.ts'
import { walkRule } from './rule-walk.ts'
import { DAY, HOUR, MINUTE, parseBasic, SECOND } from './wall.ts'
import type { Instant, Wall, Zone } from './zone.ts'

/** STANDARD or DAYLIGHT: from when on clocks are how far ahead of UTC. */
interface Observance {
  readonly start: Wall
  /** Milliseconds ahead of UTC, before and since. */
  readonly before: number
  readonly after: number
  readonly rules: readonly Rule[]
  readonly dates: readonly Wall[]
}

interface Onset {
  readonly at: Instant
  readonly before: number
  readonly after: number
}

const BUDGET = 200_000
/** Outlook begins in 1601, and nobody asks for the centuries since. */
const LONG_AGO = Date.UTC(1900, 0, 1)

/** The zone of a VTIMEZONE; undefined where no observance of it can be read. */
export function zoneOfComponent(component: Component, tzid: string): Zone | undefined {
  const observances = component.parts.flatMap(part =>
    part.kind === 'component' && (part.name === 'STANDARD' || part.name === 'DAYLIGHT')
      ? (readObservance(part) ?? [])
      : [],
  )
  if (observances.length === 0) return undefined
  let onsets: Onset[] = []
  let until = Number.NEGATIVE_INFINITY
  const offsetAt = (instant: Instant) => {
    if (instant >= until) {
      // Some years at once: the next question is likely to be near.
      until = Math.max(instant, Date.UTC(2040, 0, 1)) + 3 * 366 * DAY
      onsets = onsetsUntil(observances, until)
    }
    let [low, high] = [0, onsets.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((onsets[middle]?.at ?? 0) <= instant) low = middle + 1
      else high = middle
    }
    const last = onsets[low - 1]
    return last === undefined ? (onsets[0]?.before ?? 0) : last.after
  }
  return { tzid, iana: undefined, offsetAt }
}

function onsetsUntil(observances: readonly Observance[], until: Instant): Onset[] {
  const onsets = observances.flatMap(({ start, before, after, rules, dates }) => {
    const walls = new Set([start, ...dates])
    for (const rule of rules) {
      // Its UNTIL is in UTC, its times are those of the clocks before the change.
      const end = rule.until
      const last = end === undefined ? until : end.isUtc ? end.wall + before : end.wall
      const budget = { left: BUDGET }
      const from = Math.max(start, LONG_AGO)
      const walk = { start, isDate: false, from, last: Math.min(last, until), budget }
      for (const wall of walkRule(rule, walk)) walls.add(wall)
    }
    return [...walls].map(wall => ({ at: wall - before, before, after }))
  })
  return onsets.toSorted((one, other) => one.at - other.at)
}

function readObservance(component: Component): Observance | undefined {
  const start = parseBasic(property(component, 'DTSTART')?.value ?? '')
  const after = parseOffset(property(component, 'TZOFFSETTO')?.value ?? '')
  const before = parseOffset(property(component, 'TZOFFSETFROM')?.value ?? '') ?? after
  if (start === undefined || after === undefined || before === undefined) return undefined
  const rules = properties(component, 'RRULE').flatMap(line => {
    const { rule } = parseRule(line.value)
    // Clocks change some times a year. A rule for more is broken, and could cost.
    return rule !== undefined && ['YEARLY', 'MONTHLY'].includes(rule.frequency) ? [rule] : []
  })
  const dates = properties(component, 'RDATE').flatMap(line =>
    line.value.split(',').flatMap(value => {
      const date = parseBasic(value.split('/')[0] ?? '')
      return date === undefined ? [] : [date.isUtc ? date.wall + before : date.wall]
    }),
  )
  return { start: start.wall, before, after, rules, dates }
}

/** `+0100`, `-033000`; Outlook has been seen to write `+01:00`. */
function parseOffset(text: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?$/.exec(text.trim())
  if (!match) return undefined
  const [, sign, hours, minutes, seconds] = match
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * SECOND
  if (offset >= DAY) return undefined
  return (sign === '-' ? -offset : offset) || 0
}
