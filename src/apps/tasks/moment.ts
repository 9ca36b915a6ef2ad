/** Times as the tools take and give them, on the user's clocks. */
import { instantOf } from '../../icalendar/time.ts'
import { readUserTime, userTimeIn } from '../../icalendar/user-time.ts'
import type { Instant, Zone } from '../../icalendar/zone.ts'

/**
 * The instant of a day's begin, of a local time, or of a time with its offset.
 * @throws CodedError `BAD_INPUT` that names the argument
 */
export function instantOfText(text: string, zone: Zone, field: string): Instant {
  return instantOf(userTimeIn(readUserTime(text, field), zone), zone)
}

/** Whether a text is a time that needs a zone to be an instant. */
export function isLocalTime(text: string): boolean {
  return /\d[T ]\d\d/i.test(text) && !/(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(text.trim())
}
