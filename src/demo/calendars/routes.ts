import { bodyXml, type DavCall, hrefOf, unhandledMethod } from '../dav/call.ts'
import { collectionStub, disposition, fileReply } from '../dav/download.ts'
import { DavError } from '../dav/errors.ts'
import { ncCom } from '../dav/multistatus.ts'
import { ownProperty } from '../dav/own-properties.ts'
import { placeResource } from '../dav/place.ts'
import { checkPreconditions } from '../dav/preconditions.ts'
import { privileges, reportSet } from '../dav/privileges.ts'
import { propfind, propfindHeaders } from '../dav/propfind.ts'
import { allowed, collectionProperty, options, type Resource } from '../dav/resource.ts'
import { shareCollection } from '../dav/sharing.ts'
import { query, type Reply, reply } from '../http.ts'
import {
  type CalendarAccess,
  dataFor,
  findObject,
  isShown,
  locateCalendar,
  locateObject,
  noCalendar,
  noNode,
  noObject,
} from './access.ts'
import { birthdaysOf } from './birthdays.ts'
import {
  makeCalendar,
  patchCalendar,
  patchOther,
  removeCalendar,
  specialNames,
} from './collections.ts'
import { exportCalendar } from './export.ts'
import { calendarsOf, findCalendar } from './home.ts'
import { handleInbox, handleOutbox, inboxResource, outboxResource } from './inbox.ts'
import { calendarResource, commonProperty, contentType, d, objectResource } from './properties.ts'
import { reportOnCalendar, reportOnHome } from './reports.ts'
import { handleCalendarTrash, isRestore, restoreCalendar, trashResource } from './trashbin.ts'
import { etags, putObject, removeObject, transferObject } from './write.ts'

/** Answers a request below `calendars`. */
export function handleCalendars(call: DavCall): Reply | Promise<Reply> {
  const [, user, uri, file] = call.names
  const { method } = call.exchange
  if (user === undefined) return onRoot(call)
  if (method === 'MKCALENDAR' || method === 'MKCOL') {
    if (file !== undefined && method === 'MKCOL') checkNothingThere(call)
    return makeCalendar(call)
  }
  if (user !== call.identity.account.id) throw foreign(call)
  if (uri === undefined) return onHome(call)
  if (uri === 'inbox') return handleInbox(call)
  if (uri === 'outbox') return handleOutbox(call)
  if (uri === 'trashbin') return handleCalendarTrash(call)
  if (file !== undefined) return onObject(call, uri, file)
  return onCalendar(call, uri)
}

/** The calendars of others do not exist, which Nextcloud notices at different places. */
function foreign(call: DavCall): DavError {
  const [, user = '', uri, file] = call.names
  const { method } = call.exchange
  if (uri === undefined || method === 'DELETE' || method === 'REPORT') return noNode(user)
  if (uri === 'outbox') return noNode(uri)
  if (file !== undefined && (method === 'GET' || method === 'HEAD')) return noObject()
  return noCalendar(uri)
}

function checkNothingThere(call: DavCall): void {
  const [, user = '', uri = '', file = ''] = call.names
  const access = findCalendar(call.instance, user, uri)
  if (access === undefined || findObject(access, file) === undefined) return
  throw new DavError('MethodNotAllowed', 'The resource you tried to create already exists', {
    Allow: allowed,
  })
}

function onRoot(call: DavCall): Reply {
  switch (call.exchange.method) {
    case 'OPTIONS':
      return options(call, true)
    case 'PROPFIND':
      if (call.exchange.headers.depth !== '0') throw notListed()
      return propfind(call, {
        href: hrefOf(call, call.names, true),
        defaults: [d('resourcetype')],
        property: name => collectionProperty(call, name),
      })
  }
  throw unhandledMethod(call)
}

/** What sabre/dav says of the collections that hold the homes of all users. */
export function notListed(): DavError {
  const message = 'Listing members of this collection is disabled'
  return new DavError('MethodNotAllowed', message, { Allow: allowed })
}

function onHome(call: DavCall): Reply {
  const { method, headers } = call.exchange
  switch (method) {
    case 'OPTIONS':
      return options(call, true)
    case 'PROPFIND':
      // The trash bin below cannot be listed.
      if (headers.depth === 'infinity') {
        throw new DavError('NotImplemented', '', propfindHeaders(call))
      }
      return propfind(call, homeResource(call))
    case 'GET':
    case 'HEAD':
      return collectionStub()
    case 'REPORT':
      return reportOnHome(call)
    case 'PROPPATCH':
      return patchOther(call)
    case 'DELETE':
      throw new DavError('Forbidden')
    case 'POST':
      if (bodyXml(call)?.name === `{${ncCom}}enable-birthday-calendar`) {
        const { calendars } = call.instance.state
        calendars.withoutBirthdays.delete(call.identity.account.id)
        birthdaysOf(calendars, call.identity.account.id)
        return reply(204, { 'Content-Type': 'text/html; charset=UTF-8' })
      }
  }
  throw unhandledMethod(call)
}

function homeResource(call: DavCall): Resource {
  const { id } = call.identity.account
  const names = ['calendars', id]
  return placeResource(call, {
    names,
    privileges: privileges.home,
    reports: reportSet([], ['d:sync-collection']),
    property: name => ownProperty(call, names, name) ?? commonProperty(call, id, name),
    children: () => {
      const all = calendarsOf(call.instance, id)
      const listed = (access: CalendarAccess) => calendarResource(call, access, true)
      return [
        ...all.filter(({ collection }) => collection.source === undefined).map(listed),
        inboxResource(call),
        outboxResource(call),
        trashResource(call),
        ...all.filter(({ collection }) => collection.source !== undefined).map(listed),
      ]
    },
  })
}

function onCalendar(call: DavCall, uri: string): Reply {
  const { method } = call.exchange
  if (method === 'OPTIONS') {
    const known = findCalendar(call.instance, call.identity.account.id, uri)
    return options(call, known !== undefined, known === undefined ? ', MKCALENDAR' : '')
  }
  if (method === 'PUT') return putBesideCalendars(call, uri)
  const access = locateCalendar(call, uri)
  switch (method) {
    case 'PROPFIND':
      return propfind(call, calendarResource(call, access, false))
    case 'GET':
    case 'HEAD':
      return query(call.exchange).has('export') ? exportCalendar(call, access) : collectionStub()
    case 'REPORT':
      return reportOnCalendar(call, access)
    case 'PROPPATCH':
      return patchCalendar(call, access)
    case 'DELETE':
      return removeCalendar(call, access)
    case 'POST':
      if (call.exchange.body.length === 0) throw unhandledMethod(call)
      if (!access.writable) throw noCalendar(uri)
      return shareCollection(call, access.collection, bodyXml(call))
    case 'MOVE':
      if (isRestore(call)) return restoreCalendar(access.collection)
      throw new DavError('MethodNotAllowed', 'Renaming calendars is not yet supported', {
        Allow: allowed,
      })
    case 'COPY': {
      const message = 'Creating new collections in this collection is not supported'
      throw new DavError('MethodNotAllowed', message, { Allow: allowed })
    }
  }
  throw unhandledMethod(call)
}

function putBesideCalendars(call: DavCall, uri: string): Reply {
  const known = findCalendar(call.instance, call.identity.account.id, uri)
  if (known !== undefined || specialNames.includes(uri)) {
    throw new DavError('Conflict', 'PUT is not allowed on non-files.')
  }
  const message = 'Creating new files in this collection is not supported'
  throw new DavError('MethodNotAllowed', message, { Allow: `${allowed}, MKCOL, MKCALENDAR` })
}

function onObject(call: DavCall, uri: string, file: string): Reply {
  const { method } = call.exchange
  const access = locateCalendar(call, uri)
  if (call.names.length > 4) {
    if (method === 'PUT' && findObject(access, file) !== undefined) {
      throw new DavError('Forbidden', 'Access denied')
    }
    throw noObject()
  }
  if (method !== 'PUT' && !isShown(call, access.collection)) {
    throw new DavError('NotFound', `File not found: ${file}`)
  }
  const ended = checkPreconditions(call, names => {
    const object = names[3] === undefined ? undefined : findObject(access, names[3])
    return object && { kind: 'file', etag: object.etag, mtime: object.modified }
  })
  if (ended !== undefined) return ended
  switch (method) {
    case 'OPTIONS':
      return options(call, findObject(access, file) !== undefined)
    case 'PUT':
      return putObject(call, access, file)
    case 'DELETE':
      return removeObject(call, access, file)
    case 'COPY':
    case 'MOVE':
      return transferObject(call, access, file)
    case 'GET':
    case 'HEAD':
      return readObject(call, access, file)
    case 'PROPFIND':
      return propfind(call, objectResource(call, access, locateObject(access, file)))
    case 'PROPPATCH':
      locateObject(access, file)
      return patchOther(call)
    case 'REPORT':
      return reportOnCalendar(call, access, locateObject(access, file))
  }
  throw unhandledMethod(call)
}

function readObject(call: DavCall, access: CalendarAccess, file: string): Reply {
  const object = locateObject(access, file)
  const content = Buffer.from(dataFor(access, object))
  const type = contentType(object)
  const downloaded = { content, type, mtime: object.modified, etag: object.etag }
  return fileReply(call, downloaded, {
    ...etags(object),
    'Content-Type': type,
    'Content-Disposition': disposition(object.uri),
  })
}
