import { DavError } from '../dav/errors.ts'
import { textMatch } from '../dav/text-match.ts'
import { instantOf, lengthOf, momentOf, parseDuration, parseMoment } from '../vobject/dates.ts'
import {
  type Component,
  type Property,
  parameterOf,
  parseDocument,
  propertiesOf,
  propertyOf,
  unescapeText,
} from '../vobject/document.ts'
import { isRecurring, takesPlace } from '../vobject/occurrences.ts'
import { childOf, type XmlElement } from '../xml.ts'
import { cal } from './properties.ts'
import type { CalendarObject } from './store.ts'

/** Instants in milliseconds; without limit where nothing was said. */
export interface TimeRange {
  from: number
  to: number
}

/** Reads a `time-range` or `expand` element. */
export function timeRange({ attributes }: XmlElement): TimeRange {
  const from = bound(attributes.start) ?? Number.NEGATIVE_INFINITY
  const to = bound(attributes.end) ?? Number.POSITIVE_INFINITY
  if (to <= from) {
    throw new DavError('BadRequest', 'The end-date must be larger than the start-date')
  }
  return { from, to }
}

function bound(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const moment = parseMoment(text)
  if (moment === undefined || moment.allDay) {
    const message = `The supplied iCalendar datetime value is incorrect: ${text}`
    throw new DavError('InvalidDataException', message)
  }
  return instantOf(moment)
}

/**
 * Makes a test out of the filter of a calendar-query. As in Nextcloud only the first component of
 * the filter decides what is looked at, events outside of the bounds kept beside them are passed
 * over, and a filter without conditions is not looked at any closer.
 */
export function objectFilter(filter: XmlElement): (object: CalendarObject) => boolean {
  const [top] = childrenNamed(filter, 'comp-filter')
  if (top === undefined) {
    const message = 'The {urn:ietf:params:xml:ns:caldav}filter element is required for this request'
    throw new DavError('BadRequest', message)
  }
  const test = componentTest(top)
  const [first] = childrenNamed(top, 'comp-filter')
  const bare = childrenNamed(top, 'prop-filter').length === 0
  if (first === undefined) return bare ? () => true : passes(test)
  if (isNotDefined(first)) return passes(test)
  const type = first.attributes.name
  const conditions = first.children.length > 0
  const range = childOf(first, cal('time-range'))
  const { from, to } = range === undefined || type !== 'VEVENT' ? noLimit : timeRange(range)
  const exact = passes(test)
  return object => {
    if (object.component !== type) return false
    if (object.last !== undefined && object.last <= from) return false
    if (object.first !== undefined && object.first >= to) return false
    return bare && !conditions ? true : exact(object)
  }
}

const noLimit: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

function passes(test: (document: Component) => boolean): (object: CalendarObject) => boolean {
  return ({ data }) => test(parseDocument(data).document)
}

/** A test of a component for a `comp-filter` that has its name. */
function componentTest(filter: XmlElement): (component: Component, parent?: Component) => boolean {
  const range = childOf(filter, cal('time-range'))
  const limits = range && timeRange(range)
  const inner = childrenNamed(filter, 'comp-filter').map(below => {
    const name = below.attributes.name?.toUpperCase() ?? ''
    const test = componentTest(below)
    const absent = isNotDefined(below)
    return (component: Component) => {
      const found = component.components.filter(child => child.name === name)
      return absent ? found.length === 0 : found.some(child => test(child, component))
    }
  })
  const properties = childrenNamed(filter, 'prop-filter').map(propertyTest)
  return (component, parent) =>
    (limits === undefined || isWithin(component, parent, limits)) &&
    [...inner, ...properties].every(test => test(component))
}

function propertyTest(filter: XmlElement): (component: Component) => boolean {
  const name = filter.attributes.name?.toUpperCase() ?? ''
  if (isNotDefined(filter)) return component => propertyOf(component, name) === undefined
  const text = childOf(filter, cal('text-match'))
  const range = childOf(filter, cal('time-range'))
  const match = text && textMatch(text, 'i;ascii-casemap', false)
  const limits = range && timeRange(range)
  const parameters = childrenNamed(filter, 'param-filter').map(parameterTest)
  return component =>
    propertiesOf(component, name).some(
      property =>
        (match === undefined || match(unescapeText(property.value))) &&
        (limits === undefined || isInstantWithin(property, limits)) &&
        parameters.every(test => test(property)),
    )
}

function parameterTest(filter: XmlElement): (property: Property) => boolean {
  const name = filter.attributes.name?.toUpperCase() ?? ''
  if (isNotDefined(filter)) return property => parameterOf(property, name) === undefined
  const text = childOf(filter, cal('text-match'))
  const match = text && textMatch(text, 'i;ascii-casemap', false)
  return property => {
    const value = parameterOf(property, name)
    return value !== undefined && (match === undefined || match(value))
  }
}

function isInstantWithin(property: Property, { from, to }: TimeRange): boolean {
  const moment = momentOf(property)
  if (moment === undefined) return false
  const instant = instantOf(moment)
  return instant >= from && instant < to
}

function isWithin(component: Component, parent: Component | undefined, range: TimeRange): boolean {
  switch (component.name) {
    case 'VEVENT':
      return takesPlace(component, range.from, range.to)
    case 'VTODO':
      return isTodoWithin(component, range)
    case 'VJOURNAL': {
      const start = momentOf(propertyOf(component, 'DTSTART'))
      if (start === undefined) return false
      const begin = instantOf(start)
      return begin < range.to && begin + lengthOf(component) >= range.from
    }
    case 'VALARM':
      return isAlarmWithin(component, parent, range)
  }
  const message = `You cannot create time-range filters on a ${component.name} component`
  throw new DavError('BadRequest', message)
}

/** RFC 4791 9.9: the table for VTODO. */
function isTodoWithin(todo: Component, { from, to }: TimeRange): boolean {
  // A task that recurs is found by whatever range: clients look closer themselves.
  if (isRecurring(todo)) return true
  const at = (name: string) => {
    const moment = momentOf(propertyOf(todo, name))
    return moment && instantOf(moment)
  }
  const [start, due, completed, created] = ['DTSTART', 'DUE', 'COMPLETED', 'CREATED'].map(at)
  const duration = parseDuration(propertyOf(todo, 'DURATION')?.value ?? '')
  if (start !== undefined && duration !== undefined) {
    const end = start + duration
    return from <= end && (to > start || to >= end)
  }
  if (start !== undefined && due !== undefined) {
    return (from < due || from <= start) && (to > start || to >= due)
  }
  if (start !== undefined) return from <= start && to > start
  if (due !== undefined) return from < due && to >= due
  if (completed !== undefined && created !== undefined) {
    return (from <= created || from <= completed) && (to >= created || to >= completed)
  }
  if (completed !== undefined) return from <= completed && to >= completed
  return created === undefined || to > created
}

function isAlarmWithin(
  alarm: Component,
  parent: Component | undefined,
  { from, to }: TimeRange,
): boolean {
  if (parent === undefined || isRecurring(parent)) return true
  const trigger = propertyOf(alarm, 'TRIGGER')
  if (trigger === undefined) return false
  const absolute = momentOf(trigger)
  if (absolute !== undefined) return instantOf(absolute) >= from && instantOf(absolute) < to
  const start = momentOf(propertyOf(parent, 'DTSTART') ?? propertyOf(parent, 'DUE'))
  const offset = parseDuration(trigger.value)
  if (start === undefined || offset === undefined) return false
  const fromEnd = parameterOf(trigger, 'RELATED') === 'END'
  const instant = instantOf(start) + (fromEnd ? lengthOf(parent) : 0) + offset
  return instant >= from && instant < to
}

function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(child => child.name === cal(name))
}

function isNotDefined(filter: XmlElement): boolean {
  return childOf(filter, cal('is-not-defined')) !== undefined
}
