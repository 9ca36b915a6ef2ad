import { formatUtc } from '../vobject/dates.ts'
import {
  type Component,
  cloneComponent,
  newCalendar,
  type Property,
  parameterOf,
  propertiesOf,
  property,
  propertyOf,
  removeProperties,
  setProperty,
} from '../vobject/document.ts'

/** A message between the organizer of an event and somebody invited (RFC 5546). */
export interface Message {
  method: 'REQUEST' | 'REPLY' | 'CANCEL'
  uid: string
  recipient: string
  message: Component
}

/** The events of a calendar object. */
export function eventsOf(document: Component | undefined): Component[] {
  return (document?.components ?? []).filter(({ name }) => name === 'VEVENT')
}

/** The address of an ORGANIZER or ATTENDEE. */
export function addressOf({ value }: Property): string {
  return value.trim().toLowerCase()
}

/** Addresses invited to any of some events, without the organizer. */
export function inviteesOf(events: readonly Component[]): Set<string> {
  const organizers = events.flatMap(event => propertiesOf(event, 'ORGANIZER').map(addressOf))
  const attendees = events.flatMap(event => propertiesOf(event, 'ATTENDEE').map(addressOf))
  return new Set(attendees.filter(address => !organizers.includes(address)))
}

/** The invitation of one person to the events that person is invited to. */
export function requestTo(document: Component, recipient: string, now: number): Message {
  const events = eventsOf(document).filter(event => attendeeOf(event, recipient) !== undefined)
  return messageOf('REQUEST', document, recipient, events.map(clean), now)
}

/** Tells one person that the events do not take place, for that person at least. */
export function cancelTo(document: Component, recipient: string, now: number): Message {
  const [event] = eventsOf(document).filter(one => attendeeOf(one, recipient) !== undefined)
  const known = event ?? eventsOf(document)[0]
  if (known === undefined) throw new Error('Nothing to cancel')
  const kept = clean(known)
  const sequence = Number(propertyOf(known, 'SEQUENCE')?.value ?? 0) + 1
  const name = attendeeOf(known, recipient)
  removeProperties(kept, 'ATTENDEE')
  kept.properties.push({
    ...property('ATTENDEE', name?.value ?? recipient),
    parameters: [['CN', (name && parameterOf(name, 'CN')) ?? '']],
  })
  removeProperties(kept, 'SEQUENCE', 'DTSTAMP')
  const message = messageOf('CANCEL', document, recipient, [kept], now)
  for (const sent of eventsOf(message.message)) {
    sent.properties.push(property('SEQUENCE', String(sequence)))
  }
  return message
}

/** The answer of somebody invited, for the events whose answer has changed. */
export function replyFrom(
  document: Component,
  sender: string,
  status: (event: Component) => string,
  now: number,
): Message | undefined {
  const events = eventsOf(document).filter(event => attendeeOf(event, sender) !== undefined)
  const organizer = events.flatMap(event => propertiesOf(event, 'ORGANIZER'))[0]
  if (organizer === undefined || events.length === 0) return undefined
  const replies = events.map((event): Component => {
    const take = (name: string) => propertiesOf(event, name)
    const attendee = attendeeOf(event, sender)
    const name = attendee && parameterOf(attendee, 'CN')
    return {
      name: 'VEVENT',
      components: [],
      properties: [
        ...take('UID'),
        property('DTSTAMP', formatUtc(now)),
        property('SEQUENCE', propertyOf(event, 'SEQUENCE')?.value ?? '0'),
        ...['DTSTART', 'DTEND', 'DURATION', 'RECURRENCE-ID', 'SUMMARY'].flatMap(take),
        withoutSchedule(organizer),
        {
          ...property('ATTENDEE', attendee?.value ?? sender),
          parameters: [
            ['PARTSTAT', status(event)],
            ...(name === undefined ? [] : ([['CN', name]] satisfies [string, string][])),
          ],
        },
      ],
    }
  })
  const calendar = newCalendar(replies)
  calendar.properties.push(property('METHOD', 'REPLY'))
  return {
    method: 'REPLY',
    uid: propertyOf(events[0] ?? calendar, 'UID')?.value ?? '',
    recipient: addressOf(organizer),
    message: calendar,
  }
}

/** The line of an event that invites an address. */
export function attendeeOf(event: Component, address: string): Property | undefined {
  return propertiesOf(event, 'ATTENDEE').find(attendee => addressOf(attendee) === address)
}

/** What somebody invited has answered so far. */
export function answerOf(event: Component, address: string): string {
  const attendee = attendeeOf(event, address)
  return ((attendee && parameterOf(attendee, 'PARTSTAT')) ?? 'NEEDS-ACTION').toUpperCase()
}

/** Sets or replaces a parameter. */
export function setParameter(line: Property, name: string, value: string): void {
  const known = line.parameters.find(([key]) => key === name)
  if (known === undefined) line.parameters.push([name, value])
  else known[1] = value
}

function messageOf(
  method: 'REQUEST' | 'CANCEL',
  document: Component,
  recipient: string,
  events: Component[],
  now: number,
): Message {
  const zones = document.components.filter(({ name }) => name === 'VTIMEZONE')
  const calendar = newCalendar([...structuredClone(zones), ...events])
  calendar.properties.push(property('METHOD', method))
  for (const event of events) setProperty(event, property('DTSTAMP', formatUtc(now)))
  const uid = propertyOf(events[0] ?? calendar, 'UID')?.value ?? ''
  return { method, uid, recipient, message: calendar }
}

/** An event as it is sent: without alarms and without what is known of its delivery. */
function clean(event: Component): Component {
  const made = cloneComponent(event)
  made.components = []
  made.properties = made.properties.map(line => {
    if (line.name !== 'ATTENDEE' && line.name !== 'ORGANIZER') return line
    const kept = withoutSchedule(line)
    const answered = line.name === 'ORGANIZER' || parameterOf(kept, 'PARTSTAT') !== undefined
    if (!answered) kept.parameters.push(['PARTSTAT', 'NEEDS-ACTION'])
    return kept
  })
  return made
}

function withoutSchedule(line: Property): Property {
  const parameters = line.parameters.filter(([name]) => !name.startsWith('SCHEDULE-'))
  return { ...line, parameters: parameters.map(([name, value]) => [name, value]) }
}
