/** Times as people and models write them, and what is wrong with those that are none. */
import { badInput } from '../nextcloud/errors.ts'
import { ianaZone } from './iana.ts'
import { type When, zonedAt } from './time.ts'
import { checkedWallOf, dayOf, HOUR, MINUTE } from './wall.ts'
import { type Instant, type Wall, wallAt, type Zone } from './zone.ts'
import { namedZone } from './zones.ts'

/** What was written: a day, a time of some clock, or an instant. */
export type UserTime =
  | { readonly kind: 'date' | 'local'; readonly wall: Wall }
  | { readonly kind: 'instant'; readonly instant: Instant }

const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)? ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * Reads `2026-01-01`, `2026-01-01T10:00`, `2026-01-01 10:00`, `...Z`, `...+01:00`.
 * @throws CodedError BAD_INPUT that names the field
 */
export function readUserTime(text: string, field: string): UserTime {
  const match = ISO.exec(text.trim())
  const [, year, month, day, hour, minute, second, offset] = match ?? []
  const wall =
    match &&
    checkedWallOf({
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour ?? 0),
      minute: Number(minute ?? 0),
      second: Number(second ?? 0),
    })
  if (wall === undefined || wall === null) {
    throw badInput(
      `${field} is not a date or time that exists: "${text.slice(0, 40)}"`,
      'Write 2026-01-31, 2026-01-31T10:00:00, or with an offset 2026-01-31T10:00:00+01:00.',
    )
  }
  if (hour === undefined) return { kind: 'date', wall }
  if (offset === undefined) return { kind: 'local', wall }
  return { kind: 'instant', instant: wall - offsetOf(offset) }
}

/** The zone of a `timezone` argument. @throws CodedError BAD_INPUT that names the field */
export function readUserZone(name: string, field = 'timezone'): Zone {
  const zone = namedZone(name)
  if (zone === undefined) {
    throw badInput(
      `${field} is not a time zone that is known: "${name.slice(0, 60)}"`,
      'Use an IANA name such as Europe/Berlin, America/New_York or UTC.',
    )
  }
  return zone
}

/** The zone that a user's settings name; UTC where they name none that is known. */
export function zoneOrUtc(name: string): Zone {
  return namedZone(name) ?? (ianaZone('UTC') as Zone)
}

/** A time of a zone, in UTC's own form where that is the zone. */
function inZone(zone: Zone, wall: Wall): When {
  return isUtc(zone) ? { kind: 'utc', wall } : { kind: 'zoned', wall, zone }
}

/** An instant in a zone. */
export function instantIn(zone: Zone, instant: Instant): When {
  return isUtc(zone) ? { kind: 'utc', wall: instant } : zonedAt(zone, instant)
}

/** What was written, as a time of a zone; a day stays a day. */
export function userTimeIn(time: UserTime, zone: Zone): When {
  if (time.kind === 'date') return { kind: 'date', wall: time.wall }
  return time.kind === 'instant' ? instantIn(zone, time.instant) : inZone(zone, time.wall)
}

/** The day that was written, or on which the time is in a zone. */
export function userDayIn(time: UserTime, zone: Zone): When {
  const wall = time.kind === 'instant' ? wallAt(zone, time.instant) : time.wall
  return { kind: 'date', wall: dayOf(wall) }
}

function isUtc({ iana }: Zone): boolean {
  return iana === 'UTC' || iana === 'Etc/UTC'
}

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(3).replace(':', '') || 0)
  const offset = hours * HOUR + minutes * MINUTE
  return text.startsWith('-') ? -offset : offset
}
