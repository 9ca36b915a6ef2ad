import { randomUUID } from 'node:crypto'
import type { DavCall } from '../dav/call.ts'
import type { Instance } from '../instance.ts'
import type { Account } from '../users.ts'
import {
  type Component,
  cloneComponent,
  parseDocument,
  propertiesOf,
  property,
  propertyOf,
  removeProperties,
  serialise,
  setProperty,
} from '../vobject/document.ts'
import {
  addressOf,
  answerOf,
  attendeeOf,
  cancelTo,
  eventsOf,
  inviteesOf,
  type Message,
  replyFrom,
  requestTo,
  setParameter,
} from './itip.ts'
import { indexOf, writeObject } from './objects.ts'
import {
  beginCalendars,
  type Calendar,
  type CalendarObject,
  type CalendarStore,
  md5,
} from './store.ts'

/**
 * Delivered. An instance that sends mails says so by the status of those; this is what the
 * recorded one said.
 */
const delivered = '1.1'
/** Nobody of this instance; the demo sends no mails. */
const unknown = '3.7'

/** The addresses of a user: by mail and by principal. */
export function addressesOf({ settings }: Instance, { id, email }: Account): string[] {
  const principal = `${settings.basePath}/remote.php/dav/principals/users/${id}/`.toLowerCase()
  return email === '' ? [principal] : [`mailto:${email.toLowerCase()}`, principal]
}

/** The user behind an address. */
export function accountByAddress(instance: Instance, address: string): Account | undefined {
  return [...instance.state.directory.accounts.values()].find(account =>
    addressesOf(instance, account).includes(address.toLowerCase()),
  )
}

/**
 * Sends what a new or changed event gives reason for: invitations and cancellations of an
 * organizer, the answer of somebody invited. Notes in the event how that went.
 *
 * @returns whether the event was changed
 */
export function scheduleChange(
  call: DavCall,
  owner: string,
  before: string | undefined,
  document: Component,
): boolean {
  const { instance } = call
  const account = instance.state.directory.accounts.get(owner)
  if (account === undefined) return false
  const addresses = addressesOf(instance, account)
  const old = before === undefined ? undefined : parseDocument(before).document
  const organized = isOrganizer(document, addresses)
  if (!organized && !(old !== undefined && isOrganizer(old, addresses))) {
    return answer(call, addresses, old, document)
  }
  const invited = organized ? inviteesOf(eventsOf(document)) : new Set<string>()
  const gone = [...inviteesOf(eventsOf(old))].filter(address => !invited.has(address))
  for (const address of gone) {
    if (old) deliver(instance, cancelTo(old, address, instance.settings.now()))
  }
  for (const address of invited) {
    const message = requestTo(document, address, instance.settings.now())
    const status = deliver(instance, message)
    for (const event of eventsOf(document)) {
      const line = attendeeOf(event, address)
      if (line !== undefined) setParameter(line, 'SCHEDULE-STATUS', status)
    }
  }
  return invited.size > 0 || gone.length > 0
}

function answer(
  call: DavCall,
  addresses: readonly string[],
  old: Component | undefined,
  document: Component,
): boolean {
  const { instance } = call
  const events = eventsOf(document)
  const self = addresses.find(address => events.some(event => attendeeOf(event, address)))
  if (self === undefined) return false
  const changed = events.some(event => {
    const id = propertyOf(event, 'RECURRENCE-ID')?.value
    const known = eventsOf(old).find(other => propertyOf(other, 'RECURRENCE-ID')?.value === id)
    return answerOf(event, self) !== (known === undefined ? 'NEEDS-ACTION' : answerOf(known, self))
  })
  if (!changed) return false
  const status = (event: Component) => answerOf(event, self)
  const message = replyFrom(document, self, status, instance.settings.now())
  if (message === undefined) return false
  const outcome = deliver(instance, message)
  for (const event of events) {
    for (const line of propertiesOf(event, 'ORGANIZER')) {
      setParameter(line, 'SCHEDULE-STATUS', outcome)
    }
  }
  return true
}

/** Sends what the deletion of an event gives reason for: it is cancelled, or declined. */
export function scheduleDeletion(
  { instance }: DavCall,
  owner: string,
  object: CalendarObject,
): void {
  const account = instance.state.directory.accounts.get(owner)
  if (account === undefined || object.component !== 'VEVENT') return
  const { document } = parseDocument(object.data)
  const addresses = addressesOf(instance, account)
  const now = instance.settings.now()
  if (isOrganizer(document, addresses)) {
    for (const address of inviteesOf(eventsOf(document))) {
      deliver(instance, cancelTo(document, address, now))
    }
    return
  }
  const self = addresses.find(address =>
    eventsOf(document).some(event => attendeeOf(event, address)),
  )
  const message = self && replyFrom(document, self, () => 'DECLINED', now)
  if (message) deliver(instance, message)
}

function isOrganizer(document: Component, addresses: readonly string[]): boolean {
  return eventsOf(document).some(event =>
    propertiesOf(event, 'ORGANIZER').some(line => addresses.includes(addressOf(line))),
  )
}

/** Puts a message into the inbox of its recipient and makes its calendar follow. */
function deliver(instance: Instance, message: Message): string {
  const account = accountByAddress(instance, message.recipient)
  if (account === undefined) return unknown
  const { calendars } = instance.state
  beginCalendars(calendars, account.id)
  const uri = `sabredav-${randomUUID()}.ics`
  const data = serialise(message.message)
  const now = Math.floor(instance.settings.now() / 1000)
  const inbox = calendars.inboxes.get(account.id) ?? []
  calendars.inboxes.set(account.id, [...inbox, { uri, data, etag: md5(data), modified: now }])
  follow(calendars, account.id, message, uri, now)
  return delivered
}

function follow(
  store: CalendarStore,
  userId: string,
  { method, uid, message }: Message,
  uri: string,
  now: number,
): void {
  const known = findByUid(store, userId, uid)
  const write = (calendar: Calendar, name: string, document: Component) =>
    writeObject(store, calendar, name, { data: serialise(document), index: indexOf(document), now })
  if (method === 'REQUEST') {
    const kept = cloneComponent(message)
    removeProperties(kept, 'METHOD')
    const target = known?.calendar ?? defaultCalendar(store, userId)
    if (target !== undefined) write(target, known?.object.uri ?? uri, kept)
    return
  }
  if (known === undefined) return
  const { document } = parseDocument(known.object.data)
  for (const event of eventsOf(document)) {
    for (const sent of eventsOf(message)) {
      if (method === 'CANCEL') cancel(event, sent)
      else takeAnswer(event, sent)
    }
  }
  write(known.calendar, known.object.uri, document)
}

function cancel(event: Component, sent: Component): void {
  setProperty(event, property('STATUS', 'CANCELLED'))
  setProperty(event, property('SEQUENCE', propertyOf(sent, 'SEQUENCE')?.value ?? '0'))
}

function takeAnswer(event: Component, sent: Component): void {
  const id = (component: Component) => propertyOf(component, 'RECURRENCE-ID')?.value
  if (id(event) !== id(sent)) return
  for (const line of propertiesOf(sent, 'ATTENDEE')) {
    const invited = attendeeOf(event, addressOf(line))
    if (invited === undefined) continue
    setParameter(invited, 'PARTSTAT', answerOf(sent, addressOf(line)))
    invited.parameters = invited.parameters.filter(([name]) => name !== 'RSVP')
    setParameter(invited, 'SCHEDULE-STATUS', '2.0')
  }
}

function findByUid(
  store: CalendarStore,
  userId: string,
  uid: string,
): { calendar: Calendar; object: CalendarObject } | undefined {
  for (const calendar of store.calendars) {
    if (calendar.owner !== userId || calendar.deleted !== undefined) continue
    for (const object of calendar.members.values()) {
      if (object.uid === uid) return { calendar, object }
    }
  }
  return undefined
}

function defaultCalendar(store: CalendarStore, userId: string): Calendar | undefined {
  const own = store.calendars.filter(
    ({ owner, deleted, source, birthdays, components }) =>
      owner === userId &&
      deleted === undefined &&
      source === undefined &&
      !birthdays &&
      components.includes('VEVENT'),
  )
  return own.find(({ uri }) => uri === 'personal') ?? own[0]
}
