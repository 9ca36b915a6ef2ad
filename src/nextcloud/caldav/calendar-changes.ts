/** Making, changing and deleting calendars themselves. */
import { deleteResource } from '../dav/delete.ts'
import { davHomes, davPath } from '../dav/homes.ts'
import { multistatus } from '../dav/multistatus.ts'
import { apple, cal, dav, document, escapeXml } from '../dav/xml.ts'
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'
import { type Calendar, forgetCalendars } from './calendars.ts'

/** What a calendar is made with or changed to; undefined leaves as it is. */
export interface CalendarChange {
  readonly displayName?: string | undefined
  readonly description?: string | undefined
  /** `#rrggbb`. */
  readonly color?: string | undefined
}

/**
 * Makes a calendar for events and tasks.
 * @throws CodedError `CONFLICT` where the name is taken, also by one in the trash bin
 */
export async function createCalendar(
  session: Session,
  name: string,
  change: CalendarChange,
): Promise<void> {
  const { calendars } = await davHomes(session)
  const path = `${davPath([...calendars, name])}/`
  const properties =
    setters(change) +
    '<cal:supported-calendar-component-set><cal:comp name="VEVENT"/><cal:comp name="VTODO"/>' +
    '</cal:supported-calendar-component-set>'
  const body = document('cal:mkcalendar', `<d:set><d:prop>${properties}</d:prop></d:set>`)
  try {
    await session.send({
      method: 'MKCALENDAR',
      path,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body,
      expect: [201],
      subject: name,
    })
  } catch (error) {
    if (!(error instanceof CodedError) || !isTaken(error)) throw error
    throw new CodedError('CONFLICT', 'A calendar of this name exists', {
      ...error.details,
      hint: 'It may be in the trash bin of the calendar app. Use another name.',
    })
  } finally {
    forgetCalendars(session)
  }
}

/** 405 is that of MKCOL (RFC 4918 9.3.1), the other that of MKCALENDAR (RFC 4791 5.3.1.1). */
function isTaken({ details: { status, serverMessage } }: CodedError): boolean {
  return status === 405 || serverMessage === 'resource-must-be-null'
}

/** Changes what a calendar is called and looks like. @throws CodedError `FORBIDDEN` */
export async function updateCalendar(
  session: Session,
  calendar: Calendar,
  change: CalendarChange,
): Promise<void> {
  const reply = await session.send({
    method: 'PROPPATCH',
    path: calendar.path,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propertyupdate', `<d:set><d:prop>${setters(change)}</d:prop></d:set>`),
    expect: [207],
    subject: calendar.displayName,
  })
  forgetCalendars(session)
  const wanted = [
    ...(change.displayName === undefined ? [] : [dav('displayname')]),
    ...(change.description === undefined ? [] : [cal('calendar-description')]),
    ...(change.color === undefined ? [] : [apple('calendar-color')]),
  ]
  const [answer] = multistatus(reply)
  if (wanted.some(name => !answer?.properties.has(name))) {
    throw new CodedError('FORBIDDEN', 'Nextcloud did not accept all of the changes', {
      subject: calendar.displayName,
    })
  }
}

/** Moves a calendar to the trash bin, or gives up one that was shared or subscribed to. */
export async function deleteCalendar(session: Session, calendar: Calendar): Promise<void> {
  await deleteResource(session, { path: calendar.path, subject: calendar.displayName })
  forgetCalendars(session)
}

function setters({ displayName, description, color }: CalendarChange): string {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<${name}>${escapeXml(value)}</${name}>`
  return (
    set('d:displayname', displayName) +
    set('cal:calendar-description', description) +
    set('x:calendar-color', color)
  )
}
