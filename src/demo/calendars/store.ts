import { createHash } from 'node:crypto'
import { type Collection, newCollection } from '../dav/collection.ts'

/** Components a calendar can hold. */
export const componentNames = ['VEVENT', 'VTODO', 'VJOURNAL'] as const

/** A calendar object: the lines of one UID. Times are Unix seconds unless said otherwise. */
export interface CalendarObject {
  id: number
  uri: string
  uid: string
  data: string
  etag: string
  modified: number
  /** In capitals. */
  component: string
  classification: 'public' | 'private' | 'confidential'
  /** Of events: instants in milliseconds between which all occurrences lie, as far as known. */
  first: number | undefined
  last: number | undefined
}

/** A calendar object in the trash bin. */
export interface DeletedObject extends CalendarObject {
  calendar: Calendar
  deleted: number
}

/** A calendar or a subscription. */
export interface Calendar extends Collection<CalendarObject> {
  id: number
  components: readonly string[]
  timezone: string | undefined
  color: string | undefined
  order: number
  transparent: boolean
  /** Unix seconds; a deleted calendar stays listed until it is deleted for good. */
  deleted: number | undefined
  /** Address a subscription follows. */
  source: string | undefined
  /** Generated from the contacts: nobody writes here. */
  birthdays: boolean
  /** Unix seconds. */
  modified: number
}

/** An iTIP message that arrived. */
export interface InboxMessage {
  uri: string
  data: string
  etag: string
  modified: number
}

/** All calendars of the instance. */
export interface CalendarStore {
  calendars: Calendar[]
  trash: DeletedObject[]
  /** User id to messages, oldest first. */
  inboxes: Map<string, InboxMessage[]>
  /** User ids that have been given their first calendar. */
  begun: Set<string>
  /** Users that deleted their birthday calendar and did not ask for it again. */
  withoutBirthdays: Set<string>
  nextId: number
}

/** A store without any calendar. */
export function createCalendars(): CalendarStore {
  return {
    calendars: [],
    trash: [],
    inboxes: new Map(),
    begun: new Set(),
    withoutBirthdays: new Set(),
    nextId: 1,
  }
}

/** A new calendar of a user. */
export function addCalendar(store: CalendarStore, owner: string, uri: string): Calendar {
  const calendar: Calendar = {
    ...newCollection<CalendarObject>(owner, uri),
    id: store.nextId++,
    components: componentNames,
    timezone: undefined,
    color: undefined,
    order: 0,
    transparent: false,
    deleted: undefined,
    source: undefined,
    birthdays: false,
    modified: 0,
  }
  store.calendars.push(calendar)
  return calendar
}

/** Gives a user the calendar everybody has. */
export function beginCalendars(store: CalendarStore, userId: string): void {
  if (store.begun.has(userId)) return
  store.begun.add(userId)
  const personal = addCalendar(store, userId, 'personal')
  personal.displayName = 'Personal'
  personal.color = '#00679e'
  personal.components = ['VEVENT']
}

/** MD5 in hexadecimal, which is what ETags are made of. */
export function md5(data: string): string {
  return createHash('md5').update(data).digest('hex')
}
