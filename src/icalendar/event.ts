/** Events in plain words (RFC 5545 3.6.1). */
import { type Component, properties, property } from '../contentline/component.ts'
import { type ContentLine, parameter } from '../contentline/line.ts'
import { splitEscaped, unescapeText } from '../contentline/text.ts'
import { type Reminder, readReminders } from './alarms.ts'
import type { Occurrence } from './expansion.ts'
import { UTC } from './iana.ts'
import type { CalendarObject } from './object.ts'
import { parseRule, type Rule } from './rule.ts'
import { endFor, isRecurring, lengthOfComponent, startOf } from './series.ts'
import { isoOf, readWhen, type When, type ZoneOf, zoneNameOf } from './time.ts'
import { DAY, isoDate } from './wall.ts'

/** A person (or a room) of an event. */
export interface Attendee {
  /** Without `mailto:`. */
  readonly email: string
  readonly name: string | undefined
  /** Upper case: `NEEDS-ACTION`, `ACCEPTED`. */
  readonly partstat: string | undefined
  readonly role: string | undefined
}

/** An event, or one occurrence of it. */
export interface EventDescription {
  readonly uid: string
  readonly title: string
  /** ISO text, see `isoOf`; undefined where the event is broken. */
  readonly start: string | undefined
  /** Exclusive. */
  readonly end: string | undefined
  /** All-day only: the last day that belongs to it, inclusive. */
  readonly last_day: string | undefined
  readonly start_tz: string | undefined
  readonly end_tz: string | undefined
  readonly all_day: boolean
  readonly location: string
  readonly description: string
  readonly categories: readonly string[]
  /** Upper case; `CONFIRMED` where it says nothing. */
  readonly status: string
  readonly priority: number
  /** CLASS; `PUBLIC` where it says nothing. */
  readonly privacy: string
  readonly url: string
  readonly color: string | undefined
  readonly organizer: Attendee | undefined
  readonly attendees: readonly Attendee[]
  readonly recurring: boolean
  /** RRULE as it is written. */
  readonly recurrence_rule: string | undefined
  /** ISO text of UNTIL. */
  readonly recurrence_end_date: string | undefined
  /** Names the occurrence; ISO text. */
  readonly recurrence_id: string | undefined
  readonly reminders: readonly Reminder[]
  readonly attachment_count: number
  readonly created: string | undefined
  readonly last_modified: string | undefined
  readonly sequence: number
}

/** Describes an object's master (its first override where it has none), or one occurrence. */
export function describeEvent(object: CalendarObject, occurrence?: Occurrence): EventDescription {
  const { zoneOf } = object
  const main = object.master ?? object.overrides[0]
  const component = occurrence?.component ?? main
  const [start, end] = occurrence ? [occurrence.start, occurrence.end] : timesOf(component, zoneOf)
  const id = occurrence?.recurrenceId ?? (component && whenOf(component, 'RECURRENCE-ID', zoneOf))
  const isAllDay = start?.kind === 'date'
  const text = (name: string) => (component ? textOf(component, name) : undefined)
  const upper = (name: string) => text(name)?.trim().toUpperCase() || undefined
  const series = object.master && isRecurring(object.master) ? object.master : undefined
  return {
    uid: object.uid ?? '',
    title: text('SUMMARY') ?? '',
    start: start && isoOf(start),
    end: end && isoOf(end),
    last_day: isAllDay && end ? isoDate(Math.max(start.wall, end.wall - DAY)) : undefined,
    start_tz: start && zoneNameOf(start),
    end_tz: end && zoneNameOf(end),
    all_day: isAllDay,
    location: text('LOCATION') ?? '',
    description: text('DESCRIPTION') ?? '',
    categories: component ? categoriesOf(component) : [],
    status: upper('STATUS') ?? 'CONFIRMED',
    priority: component ? numberOf(component, 'PRIORITY') : 0,
    privacy: upper('CLASS') ?? 'PUBLIC',
    // An address is no text: nothing is escaped in it.
    url: (component && property(component, 'URL')?.value.trim()) ?? '',
    color: text('COLOR'),
    organizer: component && properties(component, 'ORGANIZER').map(attendeeOf)[0],
    attendees: component ? properties(component, 'ATTENDEE').map(attendeeOf) : [],
    recurring: series !== undefined || id !== undefined,
    recurrence_rule: series && property(series, 'RRULE')?.value,
    recurrence_end_date: series && untilOf(series),
    recurrence_id: id && isoOf(id),
    reminders: component ? readReminders(component, zoneOf) : [],
    attachment_count: component ? properties(component, 'ATTACH').length : 0,
    created: component && isoOfProperty(component, 'CREATED', zoneOf),
    last_modified: component && isoOfProperty(component, 'LAST-MODIFIED', zoneOf),
    sequence: component ? numberOf(component, 'SEQUENCE') : 0,
  }
}

/** The text of the first property of a name; undefined where it is missing. */
export function textOf(component: Component, name: string): string | undefined {
  const line = property(component, name)
  return line && unescapeText(line.value)
}

/** A whole number; 0 where it is missing or none. */
export function numberOf(component: Component, name: string): number {
  const value = property(component, name)?.value.trim() ?? ''
  return /^[+-]?\d{1,9}$/.test(value) ? Number(value) : 0
}

/** All categories of all lines, each once. */
export function categoriesOf(component: Component): string[] {
  const all = properties(component, 'CATEGORIES').flatMap(line =>
    splitEscaped(line.value, ',').map(each => unescapeText(each).trim()),
  )
  return [...new Set(all)].filter(each => each !== '')
}

export function whenOf(component: Component, name: string, zoneOf: ZoneOf): When | undefined {
  const line = property(component, name)
  return line && readWhen(line, zoneOf)
}

export function isoOfProperty(
  component: Component,
  name: string,
  zoneOf: ZoneOf,
): string | undefined {
  const when = whenOf(component, name, zoneOf)
  return when && isoOf(when)
}

/** The ISO text of UNTIL. */
export function untilOf(component: Component): string | undefined {
  const until = ruleOf(component)?.until
  if (until === undefined) return undefined
  const kind = until.isDate ? 'date' : until.isUtc ? 'utc' : 'floating'
  return isoOf({ kind, wall: until.wall })
}

function ruleOf(component: Component): Rule | undefined {
  const line = property(component, 'RRULE')
  return line && parseRule(line.value).rule
}

/** The address of an attendee or organizer in lower case: what they are told apart by. */
export function addressOf(line: ContentLine): string {
  return emailOf(line).toLowerCase()
}

/** Without `mailto:`. Exchange writes `invalid:nomail`, directory paths, and the address beside it. */
function emailOf(line: ContentLine): string {
  const address = line.value.trim()
  if (/^mailto:/i.test(address)) return address.slice('mailto:'.length).trim()
  return parameter(line, 'EMAIL') ?? address
}

function attendeeOf(line: ContentLine): Attendee {
  return {
    email: emailOf(line),
    name: parameter(line, 'CN'),
    partstat: parameter(line, 'PARTSTAT')?.toUpperCase(),
    role: parameter(line, 'ROLE')?.toUpperCase(),
  }
}

function timesOf(
  component: Component | undefined,
  zoneOf: ZoneOf,
): [start: When | undefined, end: When | undefined] {
  const start = component && startOf(component, zoneOf)
  if (component === undefined || start === undefined) return [undefined, undefined]
  return [start, endFor(start, start, lengthOfComponent(component, zoneOf), UTC, false)]
}
