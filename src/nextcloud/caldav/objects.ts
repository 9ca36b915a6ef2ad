/**
 * Calendar objects (RFC 4791): found by UID whatever their address, read as they are stored,
 * written only over what was read.
 */
import { isUtf8 } from 'node:buffer'
import type { LRUCache } from 'lru-cache'
import { deleteResource } from '../dav/delete.ts'
import { bareEtag, quotedEtag, replyEtag } from '../dav/etag.ts'
import { pathBelow } from '../dav/homes.ts'
import { multistatus, propertyText } from '../dav/multistatus.ts'
import { encodeSegment } from '../dav/paths.ts'
import { cal, dav, document } from '../dav/xml.ts'
import { CodedError, unlessMissing, withDetails } from '../errors.ts'
import { recentlyUsed } from '../recently-used.ts'
import type { Session } from '../session.ts'
import type { Calendar, ComponentKind } from './calendars.ts'
import { filter, type ObjectQuery } from './query.ts'
import { explained } from './refusals.ts'

export type { ObjectQuery, Window } from './query.ts'

/** An object as it is stored. */
export interface CalendarObject {
  /** Percent-encoded path below the instance's address. */
  readonly path: string
  /** Bare. */
  readonly etag: string
  /** The text. From a query its line ends are LF, as XML has them; from {@link readObject} exact. */
  readonly data: string
  /** False where bytes of it are no UTF-8, and so not in `data`. */
  readonly isExact?: boolean
}

const MOST_KNOWN = 5_000
/** About a kilobyte for each object. */
const LARGEST_LISTING = 128 * 1024 * 1024
const ICALENDAR = 'text/calendar; charset=utf-8'

/** An object that is to be replaced or deleted, as it was read. */
export type Stored = Pick<CalendarObject, 'path' | 'etag' | 'isExact'> & { readonly uid: string }

/**
 * Objects of a calendar, in one request. The server's answer may hold more than was asked for.
 * @throws CodedError as any request
 */
export async function queryObjects(
  session: Session,
  calendar: Calendar,
  query: ObjectQuery,
): Promise<CalendarObject[]> {
  const reply = await session.send({
    method: 'REPORT',
    path: calendar.path,
    headers: {
      depth: '1',
      'content-type': 'application/xml; charset=utf-8',
      ...cachedIf(calendar),
    },
    body: document(
      'cal:calendar-query',
      `<d:prop><d:getetag/><cal:calendar-data/></d:prop>${filter(query)}`,
    ),
    expect: [207],
    maxBytes: LARGEST_LISTING,
    subject: calendar.displayName,
  })
  const known = knownPaths(session)
  return multistatus(reply).flatMap(resource => {
    const data = propertyText(resource, cal('calendar-data'))
    const path = pathBelow(session, resource.href)
    if (data === undefined || path === undefined) return []
    const uid = uidOf(data)
    if (uid !== undefined) known.set(keyOf(calendar, uid), path)
    return [{ path, etag: bareEtag(propertyText(resource, dav('getetag')) ?? ''), data }]
  })
}

/**
 * The object of a UID, byte for byte as it is stored; one request where its address is known, else
 * two.
 * @throws CodedError `NOT_FOUND`
 */
export async function readObject(
  session: Session,
  calendar: Calendar,
  component: ComponentKind,
  uid: string,
): Promise<CalendarObject> {
  const known = knownPaths(session)
  const key = keyOf(calendar, uid)
  const remembered = known.get(key)
  if (remembered !== undefined) {
    const object = await unlessMissing(get(session, calendar, remembered, uid))
    // Names and UIDs may be given to something else, and a task may have the UID of an event.
    if (object !== undefined && uidOf(object.data) === uid && holds(object.data, component)) {
      return object
    }
    known.delete(key)
  }
  const found = await queryObjects(session, calendar, { component, uid })
  // Servers compare parts of the text, and without regard to case.
  const match = found.find(({ data }) => uidOf(data) === uid)
  if (match === undefined) throw notFound(calendar, uid)
  return get(session, calendar, match.path, uid)
}

/** What was written. */
export interface Written {
  readonly path: string
  /** Bare. */
  readonly etag: string
  readonly status: number
}

/**
 * Writes a new object; nothing is ever replaced.
 * @throws CodedError `CONFLICT` where the UID or the name is taken; `BAD_INPUT` in Nextcloud's own
 *   words for an object that it does not accept
 */
export async function createObject(
  session: Session,
  calendar: Calendar,
  name: string,
  uid: string,
  data: string,
): Promise<Written> {
  const path = calendar.path + encodeSegment(name)
  return put(session, calendar, { path, uid, data, headers: { 'if-none-match': '*' } })
}

/**
 * Writes an object in place of the one that was read.
 * @param object somebody else's change since it was read is not overwritten
 * @throws CodedError `CONFLICT` with the current etag; as {@link requireExact}
 */
export async function replaceObject(
  session: Session,
  calendar: Calendar,
  object: Stored,
  data: string,
): Promise<Written> {
  const { path, etag, uid } = object
  requireExact(object, uid)
  return put(session, calendar, { path, uid, data, headers: { 'if-match': quotedEtag(etag) } })
}

/** @throws CodedError `UNSUPPORTED` where writing back what was read would lose some of it */
export function requireExact({ isExact }: Pick<CalendarObject, 'isExact'>, uid: string): void {
  if (isExact !== false) return
  throw new CodedError('UNSUPPORTED', 'The object cannot be read exactly and is left as it is', {
    subject: uid,
    hint: 'It is not in UTF-8. Change it in the app that made it.',
  })
}

/** Deletes an object that was read; Nextcloud keeps it in the trash bin for a while. */
export async function deleteObject(
  session: Session,
  calendar: Calendar,
  object: Stored,
): Promise<number> {
  const { path, etag, uid } = object
  const headers = { 'if-match': quotedEtag(etag) }
  try {
    const status = await deleteResource(session, { path, headers, subject: uid })
    knownPaths(session).delete(keyOf(calendar, uid))
    return status
  } catch (error) {
    throw await refusal(session, calendar, { path, uid, headers }, error)
  }
}

/**
 * Moves an object to another calendar, as it is.
 * @throws CodedError `CONFLICT` where that calendar has one of this name
 */
export async function moveObject(
  session: Session,
  from: Calendar,
  to: Calendar,
  object: { readonly path: string; readonly uid: string },
): Promise<Written> {
  const { uid } = object
  const name = object.path.split('/').at(-1) ?? ''
  const path = to.path + name
  const request = { destination: session.basePath + path, overwrite: 'F' }
  try {
    const { status, headers } = await session.send({
      method: 'MOVE',
      path: object.path,
      headers: request,
      expect: [201],
      subject: uid,
    })
    const known = knownPaths(session)
    known.delete(keyOf(from, uid))
    known.set(keyOf(to, uid), path)
    return { path, status, etag: replyEtag(headers) ?? (await etagNow(session, to, path, uid)) }
  } catch (error) {
    throw await refusal(session, to, { path, uid, headers: request }, error)
  }
}

function holds(data: string, component: ComponentKind): boolean {
  return new RegExp(`^BEGIN:${component}\\s*$`, 'im').test(data)
}

/** The UID that the objects of a text have; undefined where there is none. */
export function uidOf(data: string): string | undefined {
  const unfolded = data.replace(/(?:\r\n|\n|\r)[ \t]/g, '')
  // Not that of a VTIMEZONE or an alarm, where some programs write one as well.
  const inside = /^BEGIN:V(?:EVENT|TODO|JOURNAL)\s*$([\s\S]*)/im.exec(unfolded)?.[1] ?? ''
  return /^UID(?:;[^:\r\n]*)?:(.*)$/im.exec(inside)?.[1]?.trim() || undefined
}

interface Put {
  readonly path: string
  readonly uid: string
  readonly data: string
  readonly headers: Readonly<Record<string, string>>
}

async function put(session: Session, calendar: Calendar, request: Put): Promise<Written> {
  const { path, uid, data } = request
  try {
    const { status, headers } = await session.send({
      method: 'PUT',
      path,
      headers: { ...request.headers, 'content-type': ICALENDAR },
      body: data,
      expect: [201, 204],
      subject: uid,
    })
    knownPaths(session).set(keyOf(calendar, uid), path)
    // A server that changed what it was given tells no etag (RFC 4791 5.3.4).
    return {
      path,
      status,
      etag: replyEtag(headers) ?? (await etagNow(session, calendar, path, uid)),
    }
  } catch (error) {
    throw await refusal(session, calendar, request, error)
  }
}

/** Why a write was refused, with the current etag where that is the reason: not all servers tell it. */
async function refusal(
  session: Session,
  calendar: Calendar,
  { path, uid, headers }: Omit<Put, 'data'>,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof CodedError)) return error
  const refused = explained(error, calendar, headers)
  const { status, etag } = refused.details
  if (status !== 412 || etag !== undefined || !('if-match' in headers)) return refused
  const current = await get(session, calendar, path, uid).catch(() => undefined)
  return current === undefined
    ? refused
    : withDetails(refused, refused.message, { etag: current.etag })
}

/** What was written is written, whether or not it can be read. */
async function etagNow(
  session: Session,
  calendar: Calendar,
  path: string,
  uid: string,
): Promise<string> {
  try {
    return (await get(session, calendar, path, uid)).etag
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new CodedError('UNREACHABLE', 'It was written, but could not be read again', {
      subject: uid,
      outcomeUnknown: true,
      hint: 'Do not repeat the change. Read the object for its current etag.',
      cause: error,
    })
  }
}

async function get(
  session: Session,
  calendar: Calendar,
  path: string,
  uid: string,
): Promise<CalendarObject> {
  const headers = cachedIf(calendar)
  const reply = await session.send({ method: 'GET', path, headers, expect: [200], subject: uid })
  const etag = replyEtag(reply.headers)
  const data = reply.text()
  if (etag === undefined || !/BEGIN:VCALENDAR/i.test(data)) {
    throw reply.unusable('something that is no calendar object')
  }
  return { path, etag, data, isExact: isUtf8(reply.body) }
}

/** A subscription is empty, unless Nextcloud is asked for its copy of what is subscribed to. */
function cachedIf({ source }: Calendar): Record<string, string> {
  return source === 'subscription' ? { 'x-nc-caldav-webcal-caching': 'On' } : {}
}

/** Addresses of objects by calendar and UID, as far as they were seen. */
function knownPaths(session: Session): LRUCache<string, string> {
  return session.account.state('calendar-objects', () => recentlyUsed(MOST_KNOWN))
}

function keyOf({ path }: Calendar, uid: string): string {
  return `${path} ${uid}`
}

function notFound({ displayName }: Calendar, uid: string): CodedError {
  return new CodedError('NOT_FOUND', `The calendar ${displayName} has no object with this uid`, {
    status: 404,
    subject: uid,
    hint: 'Take the uid from a list, and the calendar with it.',
  })
}
