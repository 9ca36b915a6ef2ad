import { type DavCall, destinationOf } from '../dav/call.ts'
import { DavError } from '../dav/errors.ts'
import { forgetOwnProperties } from '../dav/own-properties.ts'
import { header, type Reply, reply } from '../http.ts'
import { serialise } from '../vobject/document.ts'
import {
  type CalendarAccess,
  checkWritable,
  dataFor,
  findObject,
  locateCalendar,
  locateObject,
  noCalendar,
  noNode,
} from './access.ts'
import { deleteObject, hasUid, indexOf, writeObject } from './objects.ts'
import { scheduleChange, scheduleDeletion } from './schedule.ts'
import type { CalendarObject } from './store.ts'
import { checkObject } from './validate.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }

/** PUT: writes a calendar object, new (201) or over an existing one (204). */
export function putObject(call: DavCall, access: CalendarAccess, uri: string): Reply {
  const { collection } = access
  const known = findObject(access, uri)
  if (known !== undefined && !access.writable) throw noNode(uri)
  checkWritable(access, uri)
  const now = call.instance.settings.now()
  const text = call.exchange.body.toString('utf8')
  const { document, data, mended } = checkObject(text, collection.components, now)
  const index = indexOf(document)
  // A private object of the owner has the name, though the one who writes cannot see it.
  if (known === undefined || collection.members.get(uri)?.uid !== index.uid) {
    if (hasUid(collection, index.uid, known === undefined ? undefined : uri)) throw uidTaken()
  }
  const scheduled =
    index.component === 'VEVENT' && scheduleChange(call, collection.owner, known?.data, document)
  const object = writeObject(call.instance.state.calendars, collection, uri, {
    data: scheduled ? serialise(document) : data,
    index,
    now: Math.floor(now / 1000),
  })
  // What was kept is not what was sent: there is no ETag for what the client has.
  const told = mended || scheduled ? {} : etags(object)
  return reply(known === undefined ? 201 : 204, { ...html, ...told })
}

/** DELETE: moves an object to the trash bin. */
export function removeObject(call: DavCall, access: CalendarAccess, uri: string): Reply {
  const object = locateObject(access, uri)
  checkWritable(access, uri)
  if (header(call.exchange, 'schedule-reply')?.toUpperCase() !== 'F') {
    scheduleDeletion(call, access.collection.owner, object)
  }
  discard(call, access, object)
  return reply(204, html)
}

/** COPY and MOVE: into another calendar, never to another name in the same one. */
export function transferObject(call: DavCall, access: CalendarAccess, uri: string): Reply {
  const moving = call.exchange.method === 'MOVE'
  const object = locateObject(access, uri)
  const { names, overwrite } = destinationOf(call)
  const [root, user, calendar = '', name, ...below] = names
  if (root === 'calendars' && user !== call.identity.account.id) throw noCalendar(calendar)
  if (root === 'calendars' && calendar === 'trashbin') throw new DavError('Forbidden')
  if (root !== 'calendars' || below.length > 0) {
    throw new DavError('Forbidden', 'The demo keeps calendar objects in calendars only')
  }
  if (names.join('/') === call.names.join('/')) {
    throw new DavError('Forbidden', 'Source and destination uri are identical.')
  }
  if (name === undefined) {
    throw new DavError('MethodNotAllowed', 'Creating new files in this collection is not supported')
  }
  const target = targetOf(call, calendar)
  const occupant = findObject(target, name)
  if (occupant !== undefined && !overwrite) {
    const message = 'The destination node already exists, and the overwrite header is set to false'
    throw new DavError('PreconditionFailed', message, {}, 'Overwrite')
  }
  if (moving) checkWritable(access, uri)
  const sameCalendar = target.collection === access.collection
  if (moving && sameCalendar) {
    throw new DavError('Forbidden', 'Permission denied to rename file')
  }
  checkWritable(target, name)
  if (occupant !== undefined) discard(call, target, occupant)
  if (!moving && hasUid(target.collection, object.uid)) throw uidTaken()
  const { calendars } = call.instance.state
  const now = Math.floor(call.instance.settings.now() / 1000)
  if (moving) {
    deleteObject(calendars, access.collection, object, { now, forGood: true })
    forgetOwnProperties(call, call.names)
  }
  writeObject(calendars, target.collection, name, {
    data: dataFor(access, object),
    index: object,
    now: moving ? object.modified : now,
    moved: moving,
  })
  return reply(occupant === undefined ? 201 : 204, html)
}

function targetOf(call: DavCall, uri: string): CalendarAccess {
  try {
    return locateCalendar(call, uri)
  } catch (error) {
    if (!(error instanceof DavError)) throw error
    throw new DavError('Conflict', 'The destination node is not found')
  }
}

function discard(call: DavCall, access: CalendarAccess, object: CalendarObject): void {
  const { instance, exchange } = call
  deleteObject(instance.state.calendars, access.collection, object, {
    now: Math.floor(instance.settings.now() / 1000),
    forGood: header(exchange, 'x-nc-caldav-no-trashbin') === '1',
  })
  forgetOwnProperties(call, ['calendars', call.identity.account.id, access.uri, object.uri])
}

function uidTaken(): DavError {
  const message = 'Calendar object with uid already exists in this calendar collection.'
  return new DavError('BadRequest', message)
}

/** The headers that tell the ETag of an object. */
export function etags({ etag }: { etag: string }): Record<string, string> {
  return { ETag: `"${etag}"`, 'OC-ETag': `"${etag}"` }
}
