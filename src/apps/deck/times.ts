/**
 * Times of cards. Deck's database keeps the wall clock and forgets the offset, so that everything
 * has to be sent in UTC: ten o'clock in Berlin would come back as ten o'clock in UTC.
 */
import { UTC } from '../../icalendar/iana.ts'
import { instantOfText, readUserTime } from '../../icalendar/user-time.ts'
import { resolveZone } from '../../icalendar/zones.ts'
import { userZone } from '../../nextcloud/caldav/user-zone.ts'
import type { Session } from '../../nextcloud/session.ts'

/**
 * A time as Deck is to get it; null for `''`, which removes it. A time without an offset is one of
 * the user's clocks, which costs a request or two an hour to find out.
 * @throws CodedError `BAD_INPUT` that names the argument
 */
export async function deckTime(
  session: Session,
  given: string,
  argument: string,
): Promise<string | null> {
  if (given.trim() === '') return null
  if (given.trim().toLowerCase() === 'now') return toDeck(Date.now())
  const needsZone = readUserTime(given, argument).kind !== 'instant'
  const name = needsZone ? await userZone(session) : undefined
  const zone = (name === undefined ? undefined : resolveZone(name)) ?? UTC
  return toDeck(instantOfText(given, zone, argument))
}

/** What Deck answered, in UTC's own form: `2026-12-24T10:00:00Z`. */
export function normalTime(answered: string | null): string | null {
  if (answered === null) return null
  const instant = Date.parse(answered)
  return Number.isNaN(instant) ? answered : toDeck(instant).replace('+00:00', 'Z')
}

/** A time that Deck has answered, to be sent again as it is. */
export function sentAgain(answered: string | null): string | null {
  return normalTime(answered)?.replace(/Z$/, '+00:00') ?? null
}

function toDeck(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+00:00`
}
