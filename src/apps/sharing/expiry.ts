/**
 * When shares end. Nextcloud knows days only: a share ends at 00:00 of its day in the time zone that
 * Nextcloud has of the user (`ShareAPIController::parseDate`), so that today is too late already.
 */
import { resolveZone } from '../../icalendar/zones.ts'
import { userZone } from '../../nextcloud/caldav/user-zone.ts'
import { badInput, type ErrorCode, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Failures that the request to come would meet as well. */
const STOPPING: readonly ErrorCode[] = ['UNAUTHORIZED', 'RATE_LIMITED', 'UNREACHABLE', 'CANCELLED']
/** Where a day begins last. */
const LATEST_ZONE_MS = 12 * HOUR_MS

/**
 * A day out of what a caller wrote, `2030-12-31` or a date with a time; `''` stays, for "never".
 * @throws CodedError `BAD_INPUT` for what is no day, or one that has begun all over the world
 */
export function expiryDate(text: string, now = Date.now()): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(trimmed)?.[1]
  const time = Date.parse(`${date}T00:00:00Z`)
  if (date === undefined || Number.isNaN(time) || dateOf(time) !== date) {
    throw badInput(`expire_date: "${text}" is not a date`, 'Write it as 2030-12-31.')
  }
  if (date <= dateOf(now - LATEST_ZONE_MS)) {
    throw badInput(
      `expire_date: ${date} has begun, and shares end when their day begins`,
      'Tomorrow is the earliest.',
    )
  }
  return date
}

/**
 * The first day that begins no earlier than in `minutes`, in the user's time zone as far as it can
 * be known and in UTC, which is Nextcloud's where it knows none. Two requests an hour at most.
 */
export async function dateInMinutes(
  session: Session,
  minutes: number,
  now = Date.now(),
): Promise<string> {
  const end = now + minutes * MINUTE_MS
  const zone = await zoneOfUser(session)
  return (
    [zone, 'UTC']
      .map(name => firstDayFrom(end, name))
      .toSorted()
      .at(-1) ?? dateOf(end + DAY_MS)
  )
}

/** The first day that begins at or after a moment in a zone; exported for tests. */
export function firstDayFrom(moment: number, zone: string): string {
  // A minute earlier is the day before wherever the moment itself is midnight.
  const day = localDate(moment - 1, zone)
  return dateOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS)
}

async function zoneOfUser(session: Session): Promise<string> {
  try {
    const named = await userZone(session)
    return (named === undefined ? undefined : resolveZone(named)?.iana) ?? 'UTC'
  } catch (error) {
    // Calendars that cannot be read are no reason not to share; what stops everything is.
    if (isCodedError(error) && !STOPPING.includes(error.code)) return 'UTC'
    throw error
  }
}

function localDate(moment: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(moment)
}

function dateOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10)
}
