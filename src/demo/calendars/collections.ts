import { bodyXml, type DavCall, hrefOf } from '../dav/call.ts'
import { noteChange } from '../dav/collection.ts'
import { DavError } from '../dav/errors.ts'
import { forgetOwnProperties, setOwnProperty } from '../dav/own-properties.ts'
import { proppatch } from '../dav/proppatch.ts'
import { allowed } from '../dav/resource.ts'
import { leaveShare } from '../dav/sharing.ts'
import { header, type Reply, reply } from '../http.ts'
import { childOf, type XmlElement } from '../xml.ts'
import { type CalendarAccess, noNode } from './access.ts'
import { findCalendar } from './home.ts'
import { cal, cs, d, ical, oc } from './properties.ts'
import { addCalendar, type Calendar, componentNames } from './store.ts'
import { copySubscription } from './webcal.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
/** Names in a home that are no calendars. */
export const specialNames = ['inbox', 'outbox', 'trashbin', 'notifications']

/** MKCALENDAR and extended MKCOL: makes a calendar or a subscription. */
export function makeCalendar(call: DavCall): Reply | Promise<Reply> {
  const [, user, uri = '', ...below] = call.names
  if (user !== call.identity.account.id) throw noNode(user ?? '')
  const { method } = call.exchange
  const body = bodyXml(call)
  const root = method === 'MKCALENDAR' ? cal('mkcalendar') : d('mkcol')
  if (body !== undefined && body.name !== root) {
    const message = `Expected ${root} but received ${body.name} as the root element`
    throw new DavError('BadRequest', message)
  }
  const known = findCalendar(call.instance, user, uri)
  if (below.length > 0 && known !== undefined) {
    const message = 'The {DAV:}resourcetype you specified is not supported here.'
    throw new DavError('InvalidResourceType', message)
  }
  if (below.length > 0) throw noNode(uri)
  if (uri === '' || known !== undefined || specialNames.includes(uri)) {
    throw new DavError('MethodNotAllowed', 'The resource you tried to create already exists', {
      Allow: allowed,
    })
  }
  const properties = (body?.children ?? []).flatMap(set =>
    set.children.flatMap(({ children }) => children),
  )
  const source = method === 'MKCOL' ? sourceOf(properties) : undefined
  if (uri === 'contact_birthdays' || uri.startsWith('app-generated--')) {
    throw new DavError('MethodNotAllowed', 'The resource you tried to create has a reserved name', {
      Allow: `${allowed}, MKCOL, MKCALENDAR`,
    })
  }
  const calendar = addCalendar(call.instance.state.calendars, user, uri)
  calendar.modified = Math.floor(call.instance.settings.now() / 1000)
  calendar.source = source
  for (const property of properties) calendarChange(calendar, property)?.(property.text)
  const set = properties.find(({ name }) => name === cal('supported-calendar-component-set'))
  if (set !== undefined) {
    const names = set.children.map(({ attributes }) => attributes.name?.toUpperCase() ?? '')
    calendar.components = names.filter(name => componentNames.some(known => known === name))
  }
  const made = reply(201, html)
  if (source === undefined) return made
  const { calendars } = call.instance.state
  return copySubscription(calendars, calendar, calendar.modified).then(() => made)
}

/** The address of a subscription; `undefined` when a calendar is to be made. */
function sourceOf(properties: readonly XmlElement[]): string | undefined {
  const types = (properties.find(({ name }) => name === d('resourcetype'))?.children ?? []).map(
    ({ name }) => name,
  )
  const known = [d('collection'), cal('calendar'), cs('subscribed')]
  const unknown = types.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new DavError('InvalidResourceType', `Unknown resourceType: ${unknown}`)
  }
  if (types.includes(cal('calendar'))) return undefined
  if (!types.includes(cs('subscribed'))) {
    const message = 'You can only create calendars and subscriptions in this collection'
    throw new DavError('InvalidResourceType', message)
  }
  const source = childOf(
    properties.find(({ name }) => name === cs('source')),
    d('href'),
  )?.text
  if (source === undefined) {
    const message =
      'The {http://calendarserver.org/ns/}source property is required when creating subscriptions'
    throw new DavError('Forbidden', message)
  }
  return source
}

/** The change of a calendar that a property makes; `undefined` where it is none of its own. */
function calendarChange(
  calendar: Calendar,
  { name, children }: XmlElement,
): ((value: string | undefined) => void) | undefined {
  switch (name) {
    case d('displayname'):
      return value => {
        calendar.displayName = value
      }
    case cal('calendar-description'):
      return value => {
        calendar.description = value
      }
    case cal('calendar-timezone'):
      return value => {
        calendar.timezone = value
      }
    case ical('calendar-color'):
      return value => {
        calendar.color = value
      }
    case ical('calendar-order'):
      return value => {
        calendar.order = Number.parseInt(value ?? '', 10) || 0
      }
    case cal('schedule-calendar-transp'):
      return () => {
        calendar.transparent = children.some(child => child.name === cal('transparent'))
      }
    case cs('source'):
      if (calendar.source === undefined) return undefined
      return () => {
        calendar.source = children[0]?.text ?? calendar.source
      }
  }
  return undefined
}

/** What PROPPATCH may not touch. */
const isProtected = (name: string): boolean =>
  [
    d('resourcetype'),
    d('sync-token'),
    d('owner'),
    d('current-user-privilege-set'),
    d('acl'),
    cs('getctag'),
    cal('supported-calendar-component-set'),
    cal('supported-calendar-data'),
    oc('owner-principal'),
  ].includes(name)

/** PROPPATCH on a calendar; of one that is shared everybody has name and colour of their own. */
export function patchCalendar(call: DavCall, { collection, owned }: CalendarAccess): Reply {
  let changed = false
  const answer = proppatch(call, hrefOf(call, call.names, false), change => {
    if (isProtected(change.name)) return undefined
    const apply = owned ? calendarChange(collection, change.element) : undefined
    if (apply === undefined) return () => setOwnProperty(call, call.names, change)
    return () => {
      apply(change.value)
      changed = true
    }
  })
  if (changed) noteChange(collection, '', 'modified')
  return answer
}

/** PROPPATCH on what has no properties of its own: the home, the inbox, an object. */
export function patchOther(call: DavCall): Reply {
  return proppatch(call, hrefOf(call, call.names, false), change =>
    isProtected(change.name) ? undefined : () => setOwnProperty(call, call.names, change),
  )
}

/** DELETE on a calendar: to the trash bin, or out of the list of those it is shared with. */
export function removeCalendar(call: DavCall, { collection, owned }: CalendarAccess): Reply {
  const { calendars } = call.instance.state
  const userId = call.identity.account.id
  const drop = () => {
    calendars.calendars = calendars.calendars.filter(other => other !== collection)
    calendars.trash = calendars.trash.filter(({ calendar }) => calendar !== collection)
  }
  forgetOwnProperties(call, call.names)
  if (!owned) leaveShare(collection, userId)
  else if (collection.birthdays) {
    calendars.withoutBirthdays.add(userId)
    drop()
  } else if (
    collection.source !== undefined ||
    header(call.exchange, 'x-nc-caldav-no-trashbin') === '1'
  ) {
    drop()
  } else {
    collection.deleted ??= Math.floor(call.instance.settings.now() / 1000)
  }
  return reply(204, html)
}
