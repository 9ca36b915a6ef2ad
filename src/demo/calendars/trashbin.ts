import { bodyXml, type DavCall, destinationOf, hrefOf, unhandledMethod } from '../dav/call.ts'
import { disposition, fileReply } from '../dav/download.ts'
import { DavError } from '../dav/errors.ts'
import { multistatus, ncCom } from '../dav/multistatus.ts'
import { placeResource } from '../dav/place.ts'
import { privilegeSet, privileges } from '../dav/privileges.ts'
import {
  describe,
  multistatusReply,
  propfind,
  propfindHeaders,
  requestedProperties,
} from '../dav/propfind.ts'
import { unsupportedReport } from '../dav/report.ts'
import { options, type Resource } from '../dav/resource.ts'
import { type Reply, reply } from '../http.ts'
import { escapeXml } from '../xml.ts'
import { purgeObject, restoreObject } from './objects.ts'
import {
  cal,
  commonProperty,
  contentType,
  d,
  fileProperty,
  isoTime,
  nc,
  objectDefaults,
  plainData,
} from './properties.ts'
import type { Calendar, DeletedObject } from './store.ts'
import { etags } from './write.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
/** Seconds after which Nextcloud empties the trash bin. */
const retention = 2_592_000

/** Answers a request below `calendars/ID/trashbin`. */
export function handleCalendarTrash(call: DavCall): Reply {
  const [, , , room, name] = call.names
  const { method } = call.exchange
  if (method === 'OPTIONS') return options(call, true)
  if (room === undefined) {
    if (method === 'PROPFIND') return propfind(call, trashResource(call))
    if (method !== 'DELETE') throw unhandledMethod(call)
    throw new DavError('Forbidden', 'Permission denied to delete the trashbin')
  }
  if (room === 'restore' && method === 'PROPFIND') return propfind(call, roomResource(call, room))
  if (room !== 'objects') throw new DavError('NotFound')
  if (name === undefined) return onObjects(call)
  const item = deletedObjects(call).find(({ id }) => `${id}.ics` === name)
  if (item === undefined) throw new DavError('NotFound')
  return onDeleted(call, item)
}

/** The trash bin as a home lists it. */
export function trashResource(call: DavCall): Resource {
  const { id } = call.identity.account
  return placeResource(call, {
    names: ['calendars', id, 'trashbin'],
    type: `<x0:trash-bin xmlns:x0="${ncCom}"/>`,
    privileges: privileges.all,
    property: name =>
      name === nc('trash-bin-retention-duration')
        ? String(retention)
        : commonProperty(call, id, name),
    children: () => [roomResource(call, 'restore'), roomResource(call, 'objects')],
  })
}

function roomResource(call: DavCall, room: string): Resource {
  const { id } = call.identity.account
  return {
    href: hrefOf(call, ['calendars', id, 'trashbin', room], true),
    defaults: [d('resourcetype')],
    property: name =>
      name === d('resourcetype') ? '<d:collection/>' : commonProperty(call, id, name),
  }
}

function onObjects(call: DavCall): Reply {
  switch (call.exchange.method) {
    case 'PROPFIND': {
      // Nextcloud cannot list what is in there.
      if (call.exchange.headers.depth !== '0') {
        throw new DavError('NotImplemented', '', propfindHeaders(call))
      }
      return propfind(call, roomResource(call, 'objects'))
    }
    case 'REPORT': {
      const body = bodyXml(call)
      const asked = body?.children.flatMap(({ name, text }) => (name === d('href') ? text : []))
      const items = deletedObjects(call)
      // Whatever the filter says, Nextcloud shows everything.
      const found =
        body?.name === cal('calendar-query')
          ? items
          : items.filter(({ id }) => asked?.some(href => href.endsWith(`/${id}.ics`)))
      if (body?.name !== cal('calendar-query') && body?.name !== cal('calendar-multiget')) {
        throw unsupportedReport(body)
      }
      const wanted = requestedProperties(body)
      const responses = found.map(item => describe(deletedResource(call, item), wanted))
      const xml = multistatus(responses, { room: 'calendars' })
      return multistatusReply(xml, { Vary: 'Brief,Prefer' })
    }
  }
  throw unhandledMethod(call)
}

function onDeleted(call: DavCall, item: DeletedObject): Reply {
  const { calendars } = call.instance.state
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, deletedResource(call, item))
    case 'GET':
    case 'HEAD':
      return deletedFile(call, item)
    case 'DELETE':
      purgeObject(calendars, item)
      return reply(204, html)
    case 'MOVE':
      checkRestore(call)
      restoreObject(calendars, item)
      return reply(201, html)
  }
  throw new DavError('Forbidden', 'Access denied')
}

/** MOVE of a deleted calendar to `trashbin/restore` brings it back. */
export function restoreCalendar(calendar: Calendar): Reply {
  if (calendar.deleted === undefined) throw new DavError('Forbidden')
  calendar.deleted = undefined
  return reply(201, html)
}

/** Whether a MOVE goes to `trashbin/restore`; the name there does not matter. */
export function isRestore(call: DavCall): boolean {
  const [root, user, bin, room, name] = destinationOf(call).names
  return (
    root === 'calendars' &&
    user === call.identity.account.id &&
    bin === 'trashbin' &&
    room === 'restore' &&
    name !== undefined
  )
}

function checkRestore(call: DavCall): void {
  if (!isRestore(call)) throw new DavError('Forbidden')
}

function deletedObjects(call: DavCall): DeletedObject[] {
  const { id } = call.identity.account
  return call.instance.state.calendars.trash
    .filter(({ calendar }) => calendar.owner === id && calendar.deleted === undefined)
    .toSorted((a, b) => a.calendar.id - b.calendar.id || (a.uri < b.uri ? -1 : 1))
}

function deletedResource(call: DavCall, item: DeletedObject): Resource {
  const owner = call.identity.account.id
  return {
    href: hrefOf(call, ['calendars', owner, 'trashbin', 'objects', `${item.id}.ics`], false),
    defaults: objectDefaults,
    property: name => {
      switch (name) {
        case cal('calendar-data'):
          return plainData(item.data)
        case nc('deleted-at'):
          return isoTime(item.deleted)
        case nc('calendar-uri'):
          return escapeXml(item.calendar.uri)
        case d('current-user-privilege-set'):
          return privilegeSet(privileges.deletedObject)
      }
      return fileProperty(item, contentType(item), name) ?? commonProperty(call, owner, name)
    },
  }
}

function deletedFile(call: DavCall, item: DeletedObject): Reply {
  const file = {
    content: Buffer.from(item.data),
    type: contentType(item),
    mtime: item.modified,
    etag: item.etag,
  }
  const answer = fileReply(call, file, {
    ...etags(item),
    'Content-Type': contentType(item),
    'Content-Disposition': disposition(`${item.id}.ics`),
  })
  const { 'Last-Modified': _, ...headers } = answer.headers
  return { ...answer, headers }
}
