import { bodyXml, type DavCall, decodePath, hrefOf, namesOfUri } from '../dav/call.ts'
import { sortedMembers } from '../dav/collection.ts'
import { DavError } from '../dav/errors.ts'
import { multistatus } from '../dav/multistatus.ts'
import { describe, multistatusReply, requestedProperties } from '../dav/propfind.ts'
import { unsupportedReport } from '../dav/report.ts'
import type { Resource } from '../dav/resource.ts'
import { syncCollection } from '../dav/sync.ts'
import { header, type Reply, reply } from '../http.ts'
import { childOf, type XmlElement } from '../xml.ts'
import { type CalendarAccess, dataFor, findObject, isShown, isVisible } from './access.ts'
import { expanded } from './expand.ts'
import { objectFilter, timeRange } from './filter.ts'
import { busyTimes, freeBusyCalendar } from './freebusy.ts'
import { calendarsOf } from './home.ts'
import { cal, calendarResource, d, objectResource, writtenData } from './properties.ts'
import type { CalendarObject } from './store.ts'

const headers = { Vary: 'Brief,Prefer' }

/** Answers REPORT on a calendar, or on one object in it. */
export function reportOnCalendar(
  call: DavCall,
  access: CalendarAccess,
  object?: CalendarObject,
): Reply {
  const body = bodyXml(call)
  switch (body?.name) {
    case cal('calendar-query'):
      return calendarQuery(call, access, body, object)
    case cal('calendar-multiget'):
      return calendarMultiget(call, body)
    case cal('free-busy-query'):
      return freeBusyQuery(call, access, body)
    case d('sync-collection'):
      return syncCollection(call, body, access.collection, {
        href: uri => hrefOf(call, [...call.names.slice(0, 3), uri], false),
        resource: member => objectResource(call, access, member),
        self: {
          ...calendarResource(call, access, false),
          href: hrefOf(call, call.names.slice(0, 3), false),
        },
        visible: member => isVisible(access, member),
      })
  }
  throw unsupportedReport(body)
}

/** Answers REPORT on a home: only the reports that say themselves where to look find anything. */
export function reportOnHome(call: DavCall): Reply {
  const body = bodyXml(call)
  switch (body?.name) {
    case cal('calendar-multiget'):
      return calendarMultiget(call, body)
    case cal('calendar-query'):
      return multistatusReply(multistatus([], { room: 'calendars' }), headers)
    case d('sync-collection'):
      throw noSync()
  }
  throw unsupportedReport(body)
}

/** What sabre/dav says of a sync where there are no tokens. */
export function noSync(): DavError {
  const message = 'The {DAV:}sync-collection REPORT is not supported on this url.'
  return new DavError('ReportNotSupported', message)
}

function calendarQuery(
  call: DavCall,
  access: CalendarAccess,
  body: XmlElement,
  object: CalendarObject | undefined,
): Reply {
  const filter = childOf(body, cal('filter'))
  if (filter === undefined) {
    const message = 'The {urn:ietf:params:xml:ns:caldav}filter element is required for this request'
    throw new DavError('BadRequest', message)
  }
  const matches = objectFilter(filter)
  const depth = header(call.exchange, 'depth') ?? '0'
  if (object === undefined && depth === '0') {
    const message =
      'A calendar-query REPORT on a calendar with a Depth: 0 is undefined. Set Depth to 1'
    throw new DavError('BadRequest', message)
  }
  const candidates =
    object !== undefined ? (depth === '0' ? [object] : []) : sortedMembers(access.collection)
  const isEmpty = depth === 'infinity' || !isShown(call, access.collection)
  const found = (isEmpty ? [] : candidates).filter(
    candidate => isVisible(access, candidate) && matches(candidate),
  )
  return answer(
    call,
    body,
    found.map(candidate => [access, candidate]),
  )
}

function calendarMultiget(call: DavCall, body: XmlElement): Reply {
  const homes = calendarsOf(call.instance, call.identity.account.id)
  const found = new Map<string, [CalendarAccess, CalendarObject]>()
  for (const { text } of body.children.filter(({ name }) => name === d('href'))) {
    // A name alone is meant to lie in the collection that is asked.
    const names = text.includes('/') ? namesOfUri(call, text) : [...call.names, ...decodePath(text)]
    const [root, user, uri, file] = names
    if (root !== 'calendars' || user !== call.identity.account.id || file === undefined) continue
    const access = homes.find(candidate => candidate.uri === uri)
    const object = access && findObject(access, file)
    if (access && object) found.set(`${uri}/${file}`, [access, object])
  }
  const inOrder = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return answer(
    call,
    body,
    inOrder.map(([, item]) => item),
  )
}

function answer(
  call: DavCall,
  body: XmlElement,
  found: readonly [CalendarAccess, CalendarObject][],
): Reply {
  const wanted = requestedProperties(body)
  const data = childOf(childOf(body, d('prop')), cal('calendar-data'))
  const expand = data && childOf(data, cal('expand'))
  const range = expand && timeRange(expand)
  const resource = (access: CalendarAccess, object: CalendarObject): Resource =>
    objectResource(
      call,
      access,
      object,
      range && writtenData(expanded(dataFor(access, object), range)),
    )
  const responses = found.map(([access, object]) => describe(resource(access, object), wanted))
  return multistatusReply(multistatus(responses, { room: 'calendars' }), headers)
}

function freeBusyQuery(call: DavCall, access: CalendarAccess, body: XmlElement): Reply {
  const range = childOf(body, cal('time-range'))
  if (range === undefined) {
    throw new DavError('BadRequest', 'The freebusy report must have a time-range element')
  }
  const limits = timeRange(range)
  const busy = busyTimes([access], limits)
  return reply(
    200,
    { 'Content-Type': 'text/calendar;charset=UTF-8' },
    freeBusyCalendar(limits, busy, call.instance.settings.now()),
  )
}
