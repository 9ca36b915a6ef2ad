/** One event as a document. */
import { describeEvent } from '../../../icalendar/event.ts'
import type { Calendar } from '../../../nextcloud/caldav/calendars.ts'
import { type CalendarObject, uidOf } from '../../../nextcloud/caldav/objects.ts'
import type { Session } from '../../../nextcloud/session.ts'
import type { DocumentContent } from '../../../search/document.ts'
import type { ListedDocument } from '../../../search/source.ts'
import { hrefOf } from '../event-result.ts'
import { eventIn } from '../listing.ts'
import { eventText } from './text.ts'

/** Both arguments by which tools take an event; a UID alone may be in several calendars. */
function idOf(calendar: Calendar, uid: string): string {
  return `${calendar.name}/${uid}`
}

/** The id of an event that cannot be read: it is there nevertheless. */
export function brokenId(calendar: Calendar, { data }: CalendarObject): string | undefined {
  const uid = /^BEGIN:VEVENT\s*$/im.test(data) ? uidOf(data) : undefined
  return uid === undefined ? undefined : idOf(calendar, uid)
}

/** Undefined for what is no event. */
export function documentOf(
  session: Session,
  calendar: Calendar,
  { path, etag, data }: CalendarObject,
): ListedDocument | undefined {
  const object = eventIn(data)
  if (object?.uid === undefined) return undefined
  const { title, last_modified } = describeEvent(object)
  const modifiedAt = Date.parse(last_modified ?? '')
  const content: DocumentContent = {
    title,
    text: eventText(object),
    format: 'plain',
    pages: [],
    pageCount: undefined,
    category: calendar.name,
    path: undefined,
    modifiedAt: Number.isNaN(modifiedAt) ? undefined : modifiedAt,
    url: eventUrl(session, path),
  }
  return { id: idOf(calendar, object.uid), etag, ref: path, content }
}

/** Opens the event in the calendar app, a series at its next occurrence. */
function eventUrl(session: Session, path: string): string {
  const object = Buffer.from(hrefOf(session, path)).toString('base64')
  return `${session.baseUrl}/index.php/apps/calendar/edit/${object}`
}
