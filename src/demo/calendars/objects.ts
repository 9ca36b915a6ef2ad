import { noteChange } from '../dav/collection.ts'
import { DavError } from '../dav/errors.ts'
import { instantOf, momentOf } from '../vobject/dates.ts'
import { type Component, propertyOf, textOf } from '../vobject/document.ts'
import { lastEnd } from '../vobject/occurrences.ts'
import {
  type Calendar,
  type CalendarObject,
  type CalendarStore,
  type DeletedObject,
  md5,
} from './store.ts'

/** What Nextcloud keeps beside the data, to find objects without reading them. */
export type Index = Pick<CalendarObject, 'uid' | 'component' | 'classification' | 'first' | 'last'>

/** Components of a calendar object that are not zones. */
export function partsOf(document: Component): Component[] {
  return document.components.filter(({ name }) => name !== 'VTIMEZONE')
}

/** Reads what is kept beside the data. */
export function indexOf(document: Component): Index {
  const parts = partsOf(document)
  const [first] = parts
  const classes = parts.map(part => textOf(part, 'CLASS')?.toLowerCase())
  const classification = classes.find(name => name === 'private' || name === 'confidential')
  const events = parts.filter(({ name }) => name === 'VEVENT')
  return {
    uid: (first && textOf(first, 'UID')) ?? '',
    component: first?.name ?? '',
    classification: classification ?? 'public',
    ...(events.length > 0 ? boundsOf(events) : { first: undefined, last: undefined }),
  }
}

/**
 * When an object begins and ends. Of a single event without DTEND Nextcloud takes the start for
 * its end, whatever its duration, so that some queries miss it.
 */
function boundsOf(events: readonly Component[]): Pick<Index, 'first' | 'last'> {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const recurring = events.length > 1 || events.some(event => propertyOf(event, 'RRULE'))
  for (const event of events) {
    const start = momentOf(propertyOf(event, 'DTSTART'))
    if (start === undefined) continue
    const begin = instantOf(start)
    const end = momentOf(propertyOf(event, 'DTEND'))
    first = Math.min(first, begin)
    if (recurring) last = Math.max(last, lastEnd(event) ?? Number.POSITIVE_INFINITY)
    else last = Math.max(last, end === undefined ? begin : instantOf(end))
  }
  return { first, last }
}

/** What is written, and when, in Unix seconds. */
interface Writing {
  data: string
  index: Index
  now: number
  /** It comes from another calendar: deleted namesakes are left alone. */
  moved?: boolean
}

/** Writes an object, new or in place of another one. */
export function writeObject(
  store: CalendarStore,
  calendar: Calendar,
  uri: string,
  { data, index, now, moved = false }: Writing,
): CalendarObject {
  const known = calendar.members.get(uri)
  if (known === undefined && !moved) retireDeleted(store, calendar, index.uid, now)
  const object: CalendarObject = {
    ...index,
    id: known?.id ?? store.nextId++,
    uri,
    data,
    etag: md5(data),
    modified: now,
  }
  calendar.members.set(uri, object)
  noteChange(calendar, uri, known === undefined ? 'added' : 'modified')
  return object
}

/** Whether another object of a calendar has a UID. */
export function hasUid(calendar: Calendar, uid: string, except?: string): boolean {
  return [...calendar.members.values()].some(object => object.uid === uid && object.uri !== except)
}

/** What comes back under its UID pushes its deleted namesake further away: once more deleted. */
function retireDeleted(store: CalendarStore, calendar: Calendar, uid: string, now: number): void {
  const deleted = store.trash.find(item => item.calendar === calendar && item.uid === uid)
  if (deleted === undefined) return
  noteChange(calendar, deleted.uri, 'deleted')
  deleted.uri = deletedName(deleted.uri)
  deleted.deleted = now
}

/** Deletes an object, to the trash bin unless it shall be for good. */
export function deleteObject(
  store: CalendarStore,
  calendar: Calendar,
  object: CalendarObject,
  { now, forGood }: { now: number; forGood: boolean },
): void {
  if (!forGood) {
    const uri = deletedName(object.uri)
    if (isTaken(store, calendar, uri)) {
      const message =
        `A calendar object with URI ${uri} already exists in calendar ${calendar.id}, therefore ` +
        "this object can't be moved into the trashbin"
      throw new DavError('Forbidden', message)
    }
    store.trash.push({ ...object, uri, calendar, deleted: now })
  }
  calendar.members.delete(object.uri)
  noteChange(calendar, object.uri, 'deleted')
}

/** Puts a deleted object back where it was. */
export function restoreObject(store: CalendarStore, item: DeletedObject): void {
  const { calendar, deleted: _, ...object } = item
  const uri = item.uri.replaceAll('-deleted.ics', '.ics')
  if (isTaken(store, calendar, uri)) {
    const what = `calendar ${item.id} because a calendar object with the URI ${uri}`
    throw new DavError('Forbidden', `Can not restore ${what} already exists`)
  }
  purgeObject(store, item)
  calendar.members.set(uri, { ...object, uri })
  noteChange(calendar, uri, 'added')
}

/** Deletes an object in the trash bin for good. */
export function purgeObject(store: CalendarStore, item: DeletedObject): void {
  store.trash = store.trash.filter(other => other !== item)
}

function isTaken(store: CalendarStore, calendar: Calendar, uri: string): boolean {
  return (
    calendar.members.has(uri) ||
    store.trash.some(item => item.calendar === calendar && item.uri === uri)
  )
}

function deletedName(uri: string): string {
  const dot = uri.lastIndexOf('.')
  return dot > 0 ? `${uri.slice(0, dot)}-deleted${uri.slice(dot)}` : `${uri}-deleted`
}
