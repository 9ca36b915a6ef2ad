/** The small steps of editing: each changes what it names, and gives the same thing back if not. */
import { randomUUID } from 'node:crypto'
import {
  addProperty,
  type Component,
  componentsOf,
  lineEndIn,
  type Part,
  parseComponents,
  properties,
  property,
  removeProperties,
  replacePart,
  textOf,
} from '../contentline/component.ts'
import { type ContentLine, changeLine, makeLine, withParameter } from '../contentline/line.ts'
import { escapeText, splitEscaped, unescapeText } from '../contentline/text.ts'
import { CodedError } from '../nextcloud/errors.ts'
import { addressOf, numberOf } from './event.ts'
import { makeVtimezone, type Years } from './make-vtimezone.ts'
import type { CalendarObject } from './object.ts'
import { changeWhen, type When, whenLine, type ZoneOf } from './time.ts'
import { basicTime } from './wall.ts'
import type { Zone } from './zone.ts'
import { isSameZone } from './zones.ts'

/** Who edits, when and where; nothing of it is guessed here. */
export interface EditContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The user's own zone, IANA: for local times without a `timezone`. */
  readonly zone: string
  /** For ORGANIZER when attendees appear first; the user's own address. */
  readonly organizer?: { readonly email: string; readonly name?: string | undefined } | undefined
  /** Addresses by which the user organizes and is invited; undefined where it is not the user's own calendar. */
  readonly addresses?: readonly string[] | undefined
  /** Default: a random UUID. */
  readonly newUid?: (() => string) | undefined
}

export function uidFor({ newUid = randomUUID }: EditContext): string {
  return newUid()
}

/** A time stamp in UTC. */
export function stamp(now: number): string {
  return `${basicTime(Math.floor(now / 1000) * 1000)}Z`
}

/** The first property of a name with another value; a new one, or none without a value. */
export function setValue(component: Component, name: string, value: string | undefined): Component {
  const line = property(component, name)
  if (value === undefined) return removeProperties(component, name)
  if (line === undefined) {
    return addProperty(component, makeLine(name, value, { lineEnd: lineEndIn(component) }))
  }
  return replacePart(component, line, changeLine(line, { value }))
}

/** As {@link setValue}, of text; an empty text takes the property away. */
export function setText(component: Component, name: string, text: string): Component {
  const line = property(component, name)
  if (line !== undefined && unescapeText(line.value) === text) return component
  if (text === '') return removeProperties(component, name)
  const changed = setValue(component, name, escapeText(text))
  const written = property(changed, name)
  // The same text in HTML, which apps would go on to show instead (RFC 5545 3.2.1).
  if (written === undefined || !written.parameters.some(each => each.name === 'ALTREP')) {
    return changed
  }
  const parameters = withParameter(written.parameters, 'ALTREP', undefined)
  return replacePart(changed, written, changeLine(written, { parameters }))
}

/** The first property of a name with another time, in its form. */
export function setWhen(component: Component, name: string, when: When, zoneOf: ZoneOf): Component {
  const line = property(component, name)
  if (line === undefined) return addProperty(component, whenLine(name, when, lineEndIn(component)))
  return replacePart(component, line, changeWhen(line, when, zoneOf))
}

/** Categories in the lines that they are in; new ones join the last line. */
export function setCategories(component: Component, wanted: readonly string[]): Component {
  const names = [...new Set(wanted.map(each => each.trim()).filter(each => each !== ''))]
  const lines = properties(component, 'CATEGORIES')
  const nameOf = (value: string) => unescapeText(value).trim()
  const present = new Set(lines.flatMap(({ value }) => splitEscaped(value, ',').map(nameOf)))
  const added = names.filter(name => !present.has(name)).map(escapeText)
  let changed = component
  lines.forEach((line, index) => {
    const old = splitEscaped(line.value, ',')
    const kept = old.filter(value => names.includes(nameOf(value)))
    const values = index === lines.length - 1 ? [...kept, ...added] : kept
    if (values.length === old.length && added.length === 0) return
    const value = values.join(',')
    changed = replacePart(changed, line, value === '' ? undefined : changeLine(line, { value }))
  })
  if (lines.length > 0 || added.length === 0) return changed
  return setValue(changed, 'CATEGORIES', added.join(','))
}

/**
 * What a change leaves behind: DTSTAMP, LAST-MODIFIED, and a higher SEQUENCE where the change
 * matters to those who are invited and the organizer makes it (RFC 5546 2.1.4).
 */
export function touch(
  component: Component,
  context: EditContext,
  isSignificant: boolean,
): Component {
  const time = stamp(context.now)
  const stamped = setValue(setValue(component, 'DTSTAMP', time), 'LAST-MODIFIED', time)
  if (!isSignificant || isInvitation(component, context)) return stamped
  return setValue(stamped, 'SEQUENCE', String(numberOf(component, 'SEQUENCE') + 1))
}

/** Whether somebody else organizes an event, as far as the user's own addresses are known. */
export function isInvitation(component: Component, context: EditContext): boolean {
  const organizer = property(component, 'ORGANIZER')
  const address = organizer === undefined ? '' : addressOf(organizer)
  const { addresses = context.organizer && [context.organizer.email] } = context
  if (!address.includes('@') || addresses === undefined) return false
  return !addresses.some(own => own.trim().toLowerCase() === address)
}

/** The object with some of its components in place of others; undefined takes one away. */
export function withComponents(
  object: CalendarObject,
  replacements: ReadonlyMap<Component, Component | undefined>,
): CalendarObject {
  let { calendar } = object
  for (const [old, replacement] of replacements) calendar = replacePart(calendar, old, replacement)
  return withCalendar(object, calendar, replacements)
}

/** The object with a further component, behind the last one of its kind. */
export function withAdded(object: CalendarObject, component: Component): CalendarObject {
  const { calendar } = object
  const isKind = (part: Part) => part.kind === 'component' && part.name === component.name
  const at = calendar.parts.findLastIndex(isKind) + 1
  const parts = [...calendar.parts.slice(0, at), component, ...calendar.parts.slice(at)]
  const added = withCalendar(object, { ...calendar, parts }, new Map())
  return { ...added, overrides: [...added.overrides, component] }
}

/** The object with the VTIMEZONE of each zone that it names and does not have yet. */
export function withZones(
  object: CalendarObject,
  zones: readonly Zone[],
  years: Years,
): CalendarObject {
  let { calendar } = object
  for (const zone of zones) {
    const present = componentsOf(calendar.parts, 'VTIMEZONE').some(
      each => property(each, 'TZID')?.value.trim() === zone.tzid,
    )
    if (present) continue
    const made = makeVtimezone(zone, years, lineEndIn(calendar))
    const { parts } = calendar
    const last = parts.findLastIndex(isVtimezone)
    const first = parts.findIndex(part => part.kind === 'component')
    const at = last >= 0 ? last + 1 : first >= 0 ? first : parts.length
    calendar = { ...calendar, parts: [...parts.slice(0, at), made, ...parts.slice(at)] }
  }
  return withCalendar(object, calendar, new Map())
}

/** A zone under the name that an object already has for it. */
export function zoneIn(object: CalendarObject, zone: Zone): Zone {
  for (const component of componentsOf(object.calendar.parts, 'VTIMEZONE')) {
    const own = object.zoneOf(property(component, 'TZID')?.value.trim() ?? '')
    if (own !== undefined && isSameZone(own, zone)) return own
  }
  return zone
}

/**
 * The text of an object.
 * @throws CodedError UNSUPPORTED where it would be read as something else: what is added to an
 *   object that is cut off can become a part of what lacks its end
 */
export function objectText({ parts, calendar }: CalendarObject): string {
  const [again] = parseComponents(textOf([calendar]))
  if (isSame(calendar, again)) return textOf(parts)
  throw new CodedError('UNSUPPORTED', 'The calendar object is cut off and cannot be changed so', {
    hint: 'Nothing was changed. Delete it, or repair it in the calendar app.',
  })
}

/** A line of a list such as EXDATE with other values; undefined where none is left. */
export function changeValues(
  line: ContentLine,
  values: readonly string[],
): ContentLine | undefined {
  return values.length === 0 ? undefined : changeLine(line, { value: values.join(',') })
}

function isVtimezone(part: Part): boolean {
  return part.kind === 'component' && part.name === 'VTIMEZONE'
}

function isSame(one: Part, other: Part | undefined): boolean {
  if (one.kind !== 'component') return one.kind === other?.kind && one.raw === other.raw
  if (other?.kind !== 'component' || one.parts.length !== other.parts.length) return false
  const hasSameMarks = one.begin === other.begin && one.end === other.end
  return hasSameMarks && one.parts.every((part, at) => isSame(part, other.parts[at]))
}

function withCalendar(
  object: CalendarObject,
  calendar: Component,
  replacements: ReadonlyMap<Component, Component | undefined>,
): CalendarObject {
  if (calendar === object.calendar) return object
  const now = (component: Component) =>
    replacements.has(component) ? replacements.get(component) : component
  return {
    ...object,
    calendar,
    parts: object.parts.map(part => (part === object.calendar ? calendar : part)),
    master: object.master && now(object.master),
    overrides: object.overrides.flatMap(each => now(each) ?? []),
  }
}
