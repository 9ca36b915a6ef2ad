/** Which objects of a calendar changed (RFC 6578), and objects by their addresses (RFC 4791 7.9). */
import { bareEtag } from '../dav/etag.ts'
import { pathBelow } from '../dav/homes.ts'
import { cleanMultistatus, multistatus, propertyText } from '../dav/multistatus.ts'
import { syncCollection } from '../dav/sync-collection.ts'
import { cal, dav, document, escapeXml } from '../dav/xml.ts'
import type { Session } from '../session.ts'
import type { Calendar } from './calendars.ts'
import type { CalendarObject } from './objects.ts'

/** Some hundred bytes for each object. */
const LARGEST_LISTING = 64 * 1024 * 1024

/** A calendar as far as requests need it. */
type Place = Pick<Calendar, 'path' | 'displayName'>

/** Paths of objects that are different since a token. */
export interface ChangedPaths {
  readonly changed: readonly string[]
  /**
   * Nextcloud says this of what was deleted and made again under its old name as well: see whether
   * it is there.
   */
  readonly gone: readonly string[]
  readonly token: string
}

/**
 * What changed since a token, without it all objects; one request.
 * @returns undefined where the token is no longer known
 */
export async function changedObjects(
  session: Session,
  calendar: Place,
  token: string | undefined,
): Promise<ChangedPaths | undefined> {
  const changes = await syncCollection(session, {
    path: calendar.path,
    token,
    properties: '<d:getetag/>',
    maxBytes: LARGEST_LISTING,
    subject: calendar.displayName,
    read: multistatus,
  })
  if (changes === undefined) return undefined
  const paths = changes.resources.flatMap(({ href }) => pathBelow(session, href) ?? [])
  // The calendar itself may be among them.
  const changed = paths.filter(path => path.startsWith(calendar.path) && path !== calendar.path)
  return { changed, gone: changes.gone, token: changes.token }
}

/** Objects by their paths. */
export interface ObjectsAt {
  /** Those that are there. */
  readonly objects: readonly CalendarObject[]
  /** Paths of which was told neither what is there nor that nothing is. */
  readonly unclear: readonly string[]
}

/** The objects at paths of a calendar; one request. */
export async function objectsAt(
  session: Session,
  calendar: Place,
  paths: readonly string[],
): Promise<ObjectsAt> {
  const hrefs = paths.map(path => `<d:href>${escapeXml(session.basePath + path)}</d:href>`)
  const reply = await session.send({
    method: 'REPORT',
    path: calendar.path,
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document(
      'cal:calendar-multiget',
      `<d:prop><d:getetag/><cal:calendar-data/></d:prop>${hrefs.join('')}`,
    ),
    expect: [207],
    subject: calendar.displayName,
  })
  const objects: CalendarObject[] = []
  const unclear: string[] = []
  for (const resource of cleanMultistatus(reply).resources) {
    const path = pathBelow(session, resource.href)
    if (path === undefined || resource.status === 404) continue
    const data = propertyText(resource, cal('calendar-data'))
    const etag = propertyText(resource, dav('getetag'))
    if (data === undefined || etag === undefined) unclear.push(path)
    else objects.push({ path, etag: bareEtag(etag), data })
  }
  return { objects, unclear }
}
