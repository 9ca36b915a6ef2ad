import { bodyXml, type DavCall, hrefOf, unhandledMethod } from '../dav/call.ts'
import { collectionStub, disposition, fileReply } from '../dav/download.ts'
import { DavError } from '../dav/errors.ts'
import { declarations, multistatus } from '../dav/multistatus.ts'
import { ownProperty } from '../dav/own-properties.ts'
import { placeResource } from '../dav/place.ts'
import { privilegeSet, privileges, reportSet } from '../dav/privileges.ts'
import { describe, multistatusReply, propfind, requestedProperties } from '../dav/propfind.ts'
import { unsupportedReport } from '../dav/report.ts'
import { options, type Resource } from '../dav/resource.ts'
import { header, httpDate, type Reply, reply } from '../http.ts'
import { instantOf, momentOf } from '../vobject/dates.ts'
import {
  type Component,
  ParseError,
  parseDocument,
  propertiesOf,
  propertyOf,
} from '../vobject/document.ts'
import { childOf, escapeXml } from '../xml.ts'
import { noNode } from './access.ts'
import { patchOther } from './collections.ts'
import { objectFilter } from './filter.ts'
import { busyTimes, freeBusyCalendar } from './freebusy.ts'
import { calendarsOf } from './home.ts'
import { indexOf } from './objects.ts'
import {
  cal,
  collationAndData,
  commonProperty,
  d,
  fileProperty,
  objectDefaults,
  plainData,
} from './properties.ts'
import { accountByAddress, addressesOf } from './schedule.ts'
import type { InboxMessage } from './store.ts'
import { etags } from './write.ts'

const type = 'text/calendar; charset=utf-8'

/** Answers a request below `calendars/ID/inbox`: the messages that arrived. */
export function handleInbox(call: DavCall): Reply {
  const [, , , uri] = call.names
  const { method } = call.exchange
  if (method === 'OPTIONS') return options(call, true)
  const { inboxes } = call.instance.state.calendars
  const userId = call.identity.account.id
  const messages = inboxes.get(userId) ?? []
  if (uri === undefined) {
    switch (method) {
      case 'PROPFIND':
        return propfind(call, inboxResource(call))
      case 'REPORT':
        return reportOnInbox(call, messages)
      case 'GET':
      case 'HEAD':
        return collectionStub()
      case 'PROPPATCH':
        return patchOther(call)
      case 'DELETE':
        throw new DavError('Forbidden', 'Permission denied to delete node')
    }
    throw unhandledMethod(call)
  }
  if (method === 'PUT') throw new DavError('Forbidden', 'Access denied')
  const message = messages.find(one => one.uri === uri)
  if (message === undefined) throw new DavError('NotFound', `File not found: ${uri}`)
  switch (method) {
    case 'PROPFIND':
      return propfind(call, messageResource(call, message))
    case 'GET':
    case 'HEAD': {
      const { etag, modified: mtime } = message
      const file = { content: Buffer.from(message.data), type, mtime, etag }
      const own = { 'Content-Type': type, 'Content-Disposition': disposition(uri) }
      return fileReply(call, file, { ...etags(message), ...own })
    }
    case 'DELETE':
      inboxes.set(
        userId,
        messages.filter(one => one !== message),
      )
      return reply(204, { 'Content-Type': 'text/html; charset=UTF-8' })
  }
  throw unhandledMethod(call)
}

function reportOnInbox(call: DavCall, messages: readonly InboxMessage[]): Reply {
  const body = bodyXml(call)
  if (body?.name !== cal('calendar-query') && body?.name !== cal('calendar-multiget')) {
    throw unsupportedReport(body)
  }
  const filter = childOf(body, cal('filter'))
  const matches = filter && objectFilter(filter)
  const hrefs = body.children.flatMap(({ name, text }) => (name === d('href') ? text : []))
  const found = messages.filter(message =>
    matches
      ? matches({ ...message, id: 0, ...indexOf(parseDocument(message.data).document) })
      : hrefs.some(href => href.endsWith(`/${message.uri}`)),
  )
  const wanted = requestedProperties(body)
  const responses = found.map(message => describe(messageResource(call, message), wanted))
  const xml = multistatus(responses, { room: 'calendars' })
  return multistatusReply(xml, { Vary: 'Brief,Prefer' })
}

/** The inbox as a home lists it. */
export function inboxResource(call: DavCall): Resource {
  const { id } = call.identity.account
  const names = ['calendars', id, 'inbox']
  return placeResource(call, {
    names,
    type: '<cal:schedule-inbox/>',
    privileges: privileges.inbox,
    reports: reportSet([], ['cal:calendar-multiget', 'cal:calendar-query']),
    property: name =>
      collationAndData(name) ?? ownProperty(call, names, name) ?? commonProperty(call, id, name),
    children: () =>
      (call.instance.state.calendars.inboxes.get(id) ?? []).map(message =>
        messageResource(call, message),
      ),
  })
}

/** The outbox as a home lists it. */
export function outboxResource(call: DavCall): Resource {
  const { id } = call.identity.account
  return placeResource(call, {
    names: ['calendars', id, 'outbox'],
    type: '<cal:schedule-outbox/>',
    privileges: privileges.outbox,
    property: name => commonProperty(call, id, name),
  })
}

function messageResource(call: DavCall, message: InboxMessage): Resource {
  const { id } = call.identity.account
  return {
    href: hrefOf(call, ['calendars', id, 'inbox', message.uri], false),
    defaults: objectDefaults,
    property: name => {
      switch (name) {
        case cal('calendar-data'):
          return plainData(message.data)
        case d('getlastmodified'):
          return httpDate(message.modified * 1000)
        case d('current-user-privilege-set'):
          return privilegeSet(privileges.inboxObject)
      }
      return fileProperty(message, type, name) ?? commonProperty(call, id, name)
    },
  }
}

/** Answers a request below `calendars/ID/outbox`: asking others for their busy times. */
export function handleOutbox(call: DavCall): Reply {
  const { method } = call.exchange
  if (call.names.length > 3) {
    if (method === 'PUT') throw new DavError('Forbidden', 'Access denied')
    throw noNode(call.names[3] ?? '')
  }
  switch (method) {
    case 'OPTIONS':
      return options(call, true, ', POST')
    case 'PROPFIND':
      return propfind(call, outboxResource(call))
    case 'GET':
    case 'HEAD':
      return collectionStub()
    case 'PROPPATCH':
      return patchOther(call)
    case 'DELETE':
      throw new DavError('Forbidden', 'Permission denied to delete node')
    case 'POST':
      if ((header(call.exchange, 'content-type') ?? '').startsWith('text/calendar')) {
        return askBusyTimes(call)
      }
  }
  throw unhandledMethod(call)
}

function askBusyTimes(call: DavCall): Reply {
  const { instance, identity } = call
  const question = readQuestion(call)
  const organizer = propertyOf(question, 'ORGANIZER')
  const addresses = addressesOf(instance, identity.account)
  if (organizer === undefined || !addresses.includes(organizer.value.toLowerCase())) {
    const message =
      'The organizer in the request did not match any of the addresses for the owner of this inbox'
    throw new DavError('Forbidden', message)
  }
  const attendees = propertiesOf(question, 'ATTENDEE')
  if (attendees.length === 0) {
    throw new DavError('BadRequest', 'You must at least specify 1 attendee')
  }
  const [start, end] = ['DTSTART', 'DTEND'].map(name => momentOf(propertyOf(question, name)))
  if (start === undefined || end === undefined) {
    throw new DavError('BadRequest', 'DTSTART and DTEND must both be specified')
  }
  const range = { from: instantOf(start), to: instantOf(end) }
  let xml = '<?xml version="1.0" encoding="utf-8"?>\n'
  xml += `<cal:schedule-response ${declarations('calendars')}>\n`
  for (const attendee of attendees) {
    const account = accountByAddress(instance, attendee.value)
    const status = account ? '2.0;Success' : '3.7;Could not find principal'
    xml +=
      '  <cal:response>\n    <cal:recipient>\n' +
      `      <d:href>${escapeXml(attendee.value)}</d:href>\n    </cal:recipient>\n` +
      `    <cal:request-status>${status}</cal:request-status>\n`
    if (account !== undefined) {
      const calendars = calendarsOf(instance, account.id).filter(
        ({ collection, owned }) =>
          owned && !collection.transparent && collection.deleted === undefined,
      )
      const busy = busyTimes(calendars, range)
      const more = [attendee, ...propertiesOf(question, 'UID'), organizer]
      const data = freeBusyCalendar(range, busy, instance.settings.now(), 'REPLY', more)
      xml += `    <cal:calendar-data>${plainData(data)}</cal:calendar-data>\n`
    }
    xml += '  </cal:response>\n'
  }
  return reply(200, { 'Content-Type': 'application/xml' }, `${xml}</cal:schedule-response>\n`)
}

function readQuestion(call: DavCall): Component {
  let document: Component
  try {
    document = parseDocument(call.exchange.body.toString('utf8')).document
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const message = 'The request body must be a valid iCalendar object. Parse error: '
    throw new DavError('BadRequest', message + error.message)
  }
  const method = propertyOf(document, 'METHOD')?.value
  if (method === undefined) {
    throw new DavError('BadRequest', 'A METHOD property must be specified in iTIP messages')
  }
  const question = document.components.find(({ name }) => name === 'VFREEBUSY')
  if (question === undefined || method !== 'REQUEST') {
    const message = 'We only support VFREEBUSY (REQUEST) on this endpoint'
    throw new DavError('NotImplemented', message)
  }
  return question
}
