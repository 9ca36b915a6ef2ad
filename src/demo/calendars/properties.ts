import { type DavCall, hrefOf } from '../dav/call.ts'
import { ownerName, sortedMembers, syncPrefix } from '../dav/collection.ts'
import { apple, ncCom, ns } from '../dav/multistatus.ts'
import { ownProperty } from '../dav/own-properties.ts'
import {
  collationSet,
  principalHref,
  privilegeSet,
  privileges,
  reportSet,
} from '../dav/privileges.ts'
import { collectionProperty, type Resource } from '../dav/resource.ts'
import { inviteXml } from '../dav/sharing.ts'
import { httpDate } from '../http.ts'
import { escapeXml } from '../xml.ts'
import { type CalendarAccess, dataFor, isShown, isVisible } from './access.ts'
import type { CalendarObject } from './store.ts'

/** Clark names of the namespaces in use here. */
export const d = (name: string) => `{${ns.d}}${name}`
export const cal = (name: string) => `{${ns.cal}}${name}`
export const cs = (name: string) => `{${ns.cs}}${name}`
export const oc = (name: string) => `{${ns.oc}}${name}`
export const nc = (name: string) => `{${ncCom}}${name}`
export const ical = (name: string) => `{${apple}}${name}`

const calendarDefaults = [
  d('getlastmodified'),
  d('resourcetype'),
  cs('getctag'),
  `{${ns.s}}sync-token`,
  cal('supported-calendar-component-set'),
  cal('schedule-calendar-transp'),
  oc('owner-principal'),
  cal('calendar-timezone'),
  d('displayname'),
  cal('calendar-description'),
  ical('calendar-order'),
  ical('calendar-color'),
  `{${ncCom}}owner-displayname`,
]
const subscriptionDefaults = [d('getlastmodified'), d('resourcetype')]
/** What PROPFIND tells of an object when nothing is asked for by name. */
export const objectDefaults = [
  d('getlastmodified'),
  d('getcontentlength'),
  d('resourcetype'),
  d('getetag'),
  d('getcontenttype'),
]

/** What calendars and the inbox say of the data and the comparisons they know. */
export function collationAndData(name: string): string | undefined {
  switch (name) {
    case cal('supported-calendar-data'):
      return (
        '<cal:calendar-data content-type="text/calendar" version="2.0"/>' +
        '<cal:calendar-data content-type="application/calendar+json"/>'
      )
    case cal('max-resource-size'):
      return '10000000'
    case cal('supported-collation-set'):
      return collationSet('cal')
  }
  return undefined
}

/** Properties of everything in a calendar home; `owner` is a user id. */
export function commonProperty(call: DavCall, owner: string, name: string): string | undefined {
  switch (name) {
    case d('owner'):
      return principalHref(call, owner)
    case d('current-user-principal'):
      return collectionProperty(call, name)
    case d('principal-collection-set'):
      return ['users', 'groups', 'calendar-resources', 'calendar-rooms']
        .map(kind => `<d:href>${hrefOf(call, ['principals', kind], true)}</d:href>`)
        .join('')
  }
  return undefined
}

/** A calendar as PROPFIND shows it; in the list of a home more is said than of it alone. */
export function calendarResource(call: DavCall, access: CalendarAccess, listed: boolean): Resource {
  const { collection } = access
  const names = ['calendars', call.identity.account.id, access.uri]
  const subscription = !isShown(call, collection)
  return {
    href: hrefOf(call, names, true),
    defaults: subscription ? subscriptionDefaults : calendarDefaults,
    property: name =>
      (subscription
        ? subscriptionProperty(call, access, name)
        : calendarProperty(call, access, name, listed)) ??
      ownProperty(call, names, name) ??
      commonProperty(call, collection.owner, name),
    children: () =>
      subscription
        ? []
        : sortedMembers(collection)
            .filter(object => isVisible(access, object))
            .map(object => objectResource(call, access, object)),
  }
}

function calendarProperty(
  call: DavCall,
  access: CalendarAccess,
  name: string,
  listed: boolean,
): string | undefined {
  const { collection, owned, writable } = access
  const names = ['calendars', call.identity.account.id, access.uri]
  const shared = !owned
  const readOnly = !writable || collection.birthdays
  switch (name) {
    case d('displayname'):
    case ical('calendar-color'): {
      const own = shared ? ownProperty(call, names, name) : undefined
      return own ?? titleOrColor(call, access, name)
    }
    case d('resourcetype'):
      return collection.deleted === undefined
        ? '<d:collection/><cal:calendar/>'
        : `<d:collection/><x0:deleted-calendar xmlns:x0="${ncCom}"/>`
    case cal('supported-calendar-component-set'):
      return collection.components.map(component => `<cal:comp name="${component}"/>`).join('')
    case cal('calendar-timezone'):
      return collection.timezone && escapeXml(collection.timezone)
    case cal('calendar-description'):
      return collection.description && escapeXml(collection.description)
    case cal('schedule-calendar-transp'):
      return collection.transparent || shared ? '<cal:transparent/>' : '<cal:opaque/>'
    case ical('calendar-order'):
      return String(collection.order)
    case oc('owner-principal'):
      // Nextcloud forgets it where a calendar of one's own is looked at alone.
      return listed || shared ? `principals/users/${escapeXml(collection.owner)}` : undefined
    case nc('owner-displayname'):
      return escapeXml(ownerName(call.instance.state.directory, collection))
    case oc('read-only'):
      return shared ? (readOnly ? '1' : '') : undefined
    case oc('invite'):
      return owned ? inviteXml(call.instance, collection) : ''
    case cs('getctag'):
    case d('sync-token'):
      return collection.source === undefined || name === d('sync-token')
        ? `${syncPrefix}${collection.token}`
        : String(collection.token)
    case `{${ns.s}}sync-token`:
      return String(collection.token)
    case nc('deleted-at'):
      return collection.deleted === undefined ? undefined : isoTime(collection.deleted)
    case d('current-user-privilege-set'):
      if (collection.source !== undefined) return privilegeSet(privileges.subscription)
      return privilegeSet(readOnly ? privileges.readOnlyCalendar : privileges.calendar)
    case cs('allowed-sharing-modes'):
      return readOnly ? '' : '<cs:can-be-shared/><cs:can-be-published/>'
    case d('supported-report-set'):
      return reportSet(
        ['d:sync-collection'],
        ['cal:calendar-multiget', 'cal:calendar-query', 'cal:free-busy-query'],
      )
  }
  return collationAndData(name)
}

function titleOrColor(
  call: DavCall,
  { collection, owned }: CalendarAccess,
  name: string,
): string | undefined {
  if (name !== d('displayname')) return collection.color && escapeXml(collection.color)
  if (collection.displayName === undefined) return undefined
  const title = escapeXml(collection.displayName)
  return owned
    ? title
    : `${title} (${escapeXml(ownerName(call.instance.state.directory, collection))})`
}

function subscriptionProperty(
  call: DavCall,
  access: CalendarAccess,
  name: string,
): string | undefined {
  const { collection } = access
  switch (name) {
    case d('resourcetype'):
      return '<d:collection/><cs:subscribed/>'
    case d('displayname'):
    case ical('calendar-color'):
      return titleOrColor(call, access, name)
    case cal('supported-calendar-component-set'):
      return '<cal:comp name="VTODO"/><cal:comp name="VEVENT"/>'
    case ical('calendar-order'):
      return String(collection.order)
    case cs('getctag'):
    case `{${ns.s}}sync-token`:
      return String(collection.token)
    case d('current-user-privilege-set'):
      return privilegeSet(privileges.all)
    case cs('source'):
      return `<d:href>${escapeXml(collection.source ?? '')}</d:href>`
    case d('getlastmodified'):
      return httpDate(collection.modified * 1000)
    case ical('refreshrate'):
    case cs('subscribed-strip-todos'):
      return ''
  }
  return undefined
}

/** A calendar object as PROPFIND and REPORT show it. */
export function objectResource(
  call: DavCall,
  access: CalendarAccess,
  object: CalendarObject,
  data?: string,
): Resource {
  const names = ['calendars', call.identity.account.id, access.uri, object.uri]
  const { collection, writable } = access
  return {
    href: hrefOf(call, names, false),
    defaults: objectDefaults,
    property: name => {
      switch (name) {
        case d('getlastmodified'):
          return httpDate(object.modified * 1000)
        case d('current-user-privilege-set'):
          return privilegeSet(
            writable && !collection.birthdays ? privileges.object : privileges.readOnly,
          )
        case cal('calendar-data'):
          return data ?? plainData(dataFor(access, object))
      }
      return (
        fileProperty(object, contentType(object), name) ??
        ownProperty(call, names, name) ??
        commonProperty(call, collection.owner, name)
      )
    },
  }
}

/** Properties of anything that is a text with an ETag. */
export function fileProperty(
  { data, etag }: { data: string; etag: string },
  type: string,
  name: string,
): string | undefined {
  switch (name) {
    case d('getcontentlength'):
      return String(Buffer.byteLength(data))
    case d('resourcetype'):
      return ''
    case d('getetag'):
      return `&quot;${etag}&quot;`
    case d('getcontenttype'):
      return type
  }
  return undefined
}

/** The media type of a calendar object. */
export function contentType({ component }: { component: string }): string {
  return `text/calendar; charset=utf-8; component=${component.toLowerCase()}`
}

/** Data as it stands in XML: sabre/dav leaves carriage returns out. */
export function plainData(data: string): string {
  return escapeXml(data.replaceAll('\r', ''))
}

/** Data the server wrote itself: here the carriage returns stay, as references. */
export function writtenData(data: string): string {
  return escapeXml(data).replaceAll('\r', '&#13;')
}

/** Unix seconds as the trash bin writes them. */
export function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}+00:00`
}
