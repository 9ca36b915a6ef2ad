/** A time zone: how far its clocks are from UTC at an instant. */

/** Milliseconds of a clock on the wall, as if it showed UTC: `Date.UTC(2026, 0, 1, 10)`. */
export type Wall = number
/** Milliseconds since 1970 in UTC. */
export type Instant = number

/** A time zone, wherever its rules come from. */
export interface Zone {
  /** The TZID that names it in an object; the IANA name where it comes from none. */
  readonly tzid: string
  /** The IANA name that it is known by, where it has one. */
  readonly iana: string | undefined
  /** Milliseconds that its clocks are ahead of UTC. */
  offsetAt(instant: Instant): number
}

const DAY = 86_400_000

/** What the clocks of a zone show at an instant. */
export function wallAt(zone: Zone, instant: Instant): Wall {
  return instant + zone.offsetAt(instant)
}

/**
 * The instant at which clocks show a time. One that they show twice is the first of both, one that
 * they skip is told by the offset before the gap (RFC 5545 3.3.5).
 */
export function instantAt(zone: Zone, wall: Wall): Instant {
  const before = zone.offsetAt(wall - DAY)
  const after = zone.offsetAt(wall + DAY)
  const early = wall - Math.max(before, after)
  const late = wall - Math.min(before, after)
  for (const instant of [early, late]) {
    if (instant + zone.offsetAt(instant) === wall) return instant
  }
  // Two changes within two days, or a gap.
  const between = wall - zone.offsetAt(wall - before)
  if (between + zone.offsetAt(between) === wall) return between
  return wall - before
}
