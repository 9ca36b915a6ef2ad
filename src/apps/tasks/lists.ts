/** The user's task lists: the calendars that hold todos. */
import { UTC } from '../../icalendar/iana.ts'
import type { Zone } from '../../icalendar/zone.ts'
import { resolveZone } from '../../icalendar/zones.ts'
import {
  type Calendar,
  findCalendar,
  listCalendars,
  requireWritable,
} from '../../nextcloud/caldav/calendars.ts'
import { userZone } from '../../nextcloud/caldav/user-zone.ts'
import { nameList } from '../../nextcloud/dav/name-list.ts'
import { CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'

/** All lists, shared and subscribed ones too. @throws CodedError as any request */
export async function taskLists(session: Session): Promise<Calendar[]> {
  return (await listCalendars(session)).filter(holdsTodos)
}

/**
 * The list of a name or display name.
 * @throws CodedError `NOT_FOUND`, `BAD_INPUT` for what holds no todos or has no clear name; they
 *   say which lists there are
 */
export async function taskList(session: Session, name: string): Promise<Calendar> {
  const calendar = await findCalendar(session, name, 'VTODO')
  if (holdsTodos(calendar)) return calendar
  const names = nameList(await taskLists(session))
  throw new CodedError('BAD_INPUT', 'calendar_name: this calendar holds no tasks', {
    subject: calendar.displayName,
    hint: names === '' ? 'There are no task lists.' : `Task lists: ${names}.`,
  })
}

/** As {@link taskList}. @throws CodedError also `FORBIDDEN`, saying why nothing can be written */
export async function writableList(session: Session, name: string): Promise<Calendar> {
  const list = await taskList(session, name)
  requireWritableList(list)
  return list
}

/** Why nothing can be written to a list; undefined where it can. */
export function readOnlyReason(list: Calendar): string | undefined {
  try {
    requireWritableList(list)
    return undefined
  } catch (error) {
    return isCodedError(error) ? error.message : 'read-only'
  }
}

/** The zone of the user's clocks. */
export interface UserClock {
  readonly zone: Zone
  /** False where the user's own zone cannot be found out: then it is UTC. */
  readonly isKnown: boolean
}

export const UNKNOWN_CLOCK: UserClock = { zone: UTC, isKnown: false }

/** Where the user is, as far as the list or the user's calendars tell. */
export async function userClock(session: Session, list: Calendar): Promise<UserClock> {
  const name = await userZone(session, list)
  const zone = name === undefined ? undefined : resolveZone(name)
  return zone?.iana === undefined
    ? UNKNOWN_CLOCK
    : { zone: { ...zone, tzid: zone.iana }, isKnown: true }
}

/** As `requireWritable`; lists that an app makes of its own data (Deck's boards) say which one. */
function requireWritableList(list: Calendar): void {
  const app = /^app-generated--([^-]+)--/.exec(list.name)?.[1]
  if (app !== undefined && !list.writable) {
    throw new CodedError('FORBIDDEN', `The list shows what belongs to the app "${app}"`, {
      subject: list.displayName,
      hint: 'Change it in that app.',
    })
  }
  requireWritable(list, 'VTODO')
}

function holdsTodos({ components }: Calendar): boolean {
  return components.includes('VTODO')
}
