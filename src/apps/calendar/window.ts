/** The span of time that a call asks for: days and clock times of the user's zone, or instants. */
import { checkedWallOf, DAY, dayOf, HOUR } from '../../icalendar/wall.ts'
import { type Instant, instantAt, type Wall, wallAt, type Zone } from '../../icalendar/zone.ts'
import type { Window as ServerWindow } from '../../nextcloud/caldav/objects.ts'
import { badInput } from '../../nextcloud/errors.ts'

/** One end of a window, before it is known in which zone it is meant. */
export type Bound = (zone: Zone) => Instant

/** Half-open, in milliseconds since 1970. */
export interface Window {
  readonly from: Instant
  readonly to: Instant
}

/**
 * A window in a zone. Roughly: in a zone that may be another than the one that is meant.
 * @throws CodedError `BAD_INPUT` where the end is not after the start
 */
export type AskedWindow = (zone: Zone, isRough?: boolean) => Window

/** How far days and clock times of two zones can be from each other. */
const ZONES_APART = 26 * HOUR

const TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Reads a date or a time. A date as an end means that whole day.
 * @returns undefined for an empty text
 * @throws CodedError `BAD_INPUT` that names the field
 */
export function boundOf(
  text: string | undefined,
  field: string,
  edge: 'start' | 'end',
): Bound | undefined {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return undefined
  const [, year, month, day, hour, minute, second, offset] = TIME.exec(trimmed) ?? []
  const wall = checkedWallOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  })
  if (year === undefined || wall === undefined) {
    throw badInput(
      `${field}: "${trimmed}" is no date`,
      'Write 2026-03-01, 2026-03-01T09:00 or 2026-03-01T09:00:00+01:00.',
    )
  }
  if (offset !== undefined) return () => wall - offsetOf(offset)
  const shown = hour === undefined && edge === 'end' ? wall + DAY : wall
  return zone => instantAt(zone, shown)
}

/** What stands in for the ends that a call leaves open. */
export interface WindowDefaults {
  readonly now: Instant
  /** Length of a window with neither end, and with one. */
  readonly days: number
  readonly daysFromOneEnd: number
}

/**
 * The window of two arguments; without any it begins today.
 */
export function windowOf(
  start: Bound | undefined,
  end: Bound | undefined,
  fields: { readonly start: string; readonly end: string },
  { now, days, daysFromOneEnd }: WindowDefaults,
): AskedWindow {
  return (zone, isRough = false) => {
    const today = instantAt(zone, dayOf(wallAt(zone, now)))
    const [given, until] = [start?.(zone), end?.(zone)]
    const from =
      given ?? (until === undefined || until > today ? today : until - daysFromOneEnd * DAY)
    const to = until ?? later(zone, from, given === undefined ? days : daysFromOneEnd)
    if (to + (isRough ? ZONES_APART : 0) <= from)
      throw badInput(`${fields.end}: it is not after ${fields.start}`)
    return { from, to }
  }
}

/** The same clock time some days later. */
export function later(zone: Zone, from: Instant, days: number): Instant {
  return instantAt(zone, wallAt(zone, from) + days * DAY)
}

/**
 * What to ask the server for. Where the window reaches beyond now its end is left open: a server
 * on sabre/dav gives up on a series after 3,500 occurrences and silently leaves it out, but only
 * when it is asked about both ends; what lies in the future is little.
 */
export function serverWindow(asked: AskedWindow, utc: Zone, now: Instant): ServerWindow {
  const { from, to } = asked(utc, true)
  const end = Math.max(from, to) + ZONES_APART
  return { from: Math.min(from, to) - ZONES_APART, to: end > now ? undefined : end }
}

/** As results show a bound. */
export function shown(zone: Zone, instant: Instant): string {
  return `${clock(wallAt(zone, instant))}${offsetText(zone.offsetAt(instant))}`
}

function clock(wall: Wall): string {
  return new Date(wall).toISOString().replace(/\.\d+Z$/, '')
}

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? []
  const size = Number(hours) * HOUR + Number(minutes) * 60_000
  return sign === '-' ? -size : size
}

function offsetText(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
