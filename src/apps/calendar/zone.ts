/** In which time zone a call's times are meant. */
import { UTC } from '../../icalendar/iana.ts'
import type { Zone } from '../../icalendar/zone.ts'
import { namedZone, resolveZone } from '../../icalendar/zones.ts'
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { userZone } from '../../nextcloud/caldav/user-zone.ts'
import { badInput, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'

/** A zone with its IANA name. */
export interface ChosenZone {
  readonly zone: Zone
  readonly name: string
  /** False where none was named or found, so that UTC stands in. */
  readonly isKnown: boolean
}

const STAND_IN: ChosenZone = { zone: UTC, name: 'UTC', isKnown: false }

/**
 * The zone that was asked for, else that of the user's own calendar, else of the user, else UTC.
 * @throws CodedError `BAD_INPUT` for a name that is none
 */
export async function chooseZone(
  session: Session,
  timezone: string | undefined,
  calendar?: Calendar,
): Promise<ChosenZone> {
  if (timezone !== undefined && timezone.trim() !== '') return zoneOfArgument(timezone)
  const tzid = await userZone(session, calendar)
  const zone = tzid === undefined ? undefined : resolveZone(tzid)
  return zone?.iana === undefined ? STAND_IN : { zone, name: zone.iana, isKnown: true }
}

/** Like {@link chooseZone} for reading: where the user's own zone cannot be asked for, UTC will do. */
export function chooseZoneToRead(
  session: Session,
  timezone: string | undefined,
  calendar?: Calendar,
): Promise<ChosenZone> {
  return chooseZone(session, timezone, calendar).catch((error: unknown) => {
    if (isCodedError(error) && error.code !== 'BAD_INPUT') return STAND_IN
    throw error
  })
}

function zoneOfArgument(timezone: string): ChosenZone {
  const zone = namedZone(timezone)
  if (zone?.iana === undefined) {
    throw badInput(
      `timezone: there is no time zone "${timezone}"`,
      'Use an IANA name such as Europe/Berlin or America/New_York.',
    )
  }
  return { zone, name: zone.iana, isKnown: true }
}

/** What to say where UTC stands in for a zone that nobody named. */
export const ZONE_NOTE =
  'No time zone is known for this user: UTC was used. Give timezone to use another.'
