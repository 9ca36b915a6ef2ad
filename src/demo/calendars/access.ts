import type { DavCall } from '../dav/call.ts'
import type { Access } from '../dav/collection.ts'
import { DavError } from '../dav/errors.ts'
import { parseDocument, property, serialise, setProperty } from '../vobject/document.ts'
import { findCalendar } from './home.ts'
import { partsOf } from './objects.ts'
import type { Calendar, CalendarObject } from './store.ts'

/** A calendar and, when the path goes on, the name of something in it. */
export type CalendarAccess = Access<Calendar>

/** The calendar a path in the own home leads to. */
export function locateCalendar(call: DavCall, uri: string): CalendarAccess {
  const found = findCalendar(call.instance, call.identity.account.id, uri)
  if (found === undefined) throw noNode(uri)
  return found
}

/** Whether there is anything to see: the copy of a subscription is for those who ask for it. */
export function isShown({ exchange }: DavCall, { source }: Calendar): boolean {
  return source === undefined || exchange.headers['x-nc-caldav-webcal-caching'] === 'On'
}

/** What sabre/dav says where there is nothing. */
export function noNode(name: string): DavError {
  return new DavError('NotFound', `Node with name '${name}' could not be found`)
}

/** What Nextcloud says of a calendar one may not see or not change. */
export function noCalendar(uri: string): DavError {
  return new DavError('NotFound', `Calendar with name '${uri}' could not be found`)
}

/** What Nextcloud says of an object that is not there. */
export function noObject(): DavError {
  return new DavError('NotFound', 'Calendar object not found')
}

/** Whether the one who looks may see an object: private ones are the owner's alone. */
export function isVisible({ owned }: CalendarAccess, object: CalendarObject): boolean {
  return owned || object.classification !== 'private'
}

/** The object of a name, as far as it may be seen. */
export function findObject(access: CalendarAccess, uri: string): CalendarObject | undefined {
  const object = access.collection.members.get(uri)
  return object !== undefined && isVisible(access, object) ? object : undefined
}

/** As `findObject`, but a missing one is an error. */
export function locateObject(access: CalendarAccess, uri: string): CalendarObject {
  const object = findObject(access, uri)
  if (object === undefined) throw noObject()
  return object
}

/** Refuses changes by those who may only read. */
export function checkWritable(access: CalendarAccess, uri: string): void {
  const { collection, writable } = access
  if (collection.birthdays) throw new DavError('Forbidden', 'Access denied')
  if (collection.source !== undefined) {
    throw new DavError('Forbidden', `Permission denied to create file (filename ${uri})`)
  }
  if (!writable) throw noCalendar(access.uri)
}

const busy = ['UID', 'DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RECURRENCE-ID', 'RDATE', 'EXDATE']

/** The data of an object for the one who looks: of confidential ones no more than when. */
export function dataFor({ owned }: CalendarAccess, object: CalendarObject): string {
  if (owned || object.classification !== 'confidential') return object.data
  const { document } = parseDocument(object.data)
  for (const part of partsOf(document)) {
    part.components = []
    part.properties = part.properties.filter(({ name }) =>
      [...busy, 'SUMMARY', 'CLASS'].includes(name),
    )
    const summary = part.properties.find(({ name }) => name === 'SUMMARY')
    if (summary === undefined) setProperty(part, property('SUMMARY', 'Busy'))
    else summary.value = 'Busy'
  }
  return serialise(document)
}
