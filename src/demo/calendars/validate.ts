import { randomUUID } from 'node:crypto'
import { DavError } from '../dav/errors.ts'
import { formatUtc, instantOf, momentOf, momentsOf, parseDuration } from '../vobject/dates.ts'
import {
  type Component,
  ParseError,
  parseDocument,
  productId,
  propertiesOf,
  property,
  propertyOf,
  removeProperties,
  serialise,
} from '../vobject/document.ts'
import { partsOf } from './objects.ts'
import { componentNames } from './store.ts'

/** A calendar object fit to be kept. */
export interface Checked {
  document: Component
  data: string
  /** The server had to mend it: what is kept is not what was sent. */
  mended: boolean
}

/** Properties that may come only once, of those a client of Nextcloud writes (RFC 5545 3.6). */
const single: Record<string, readonly string[]> = {
  VEVENT: [
    'CLASS',
    'CREATED',
    'DESCRIPTION',
    'DTEND',
    'DURATION',
    'GEO',
    'LAST-MODIFIED',
    'LOCATION',
    'ORGANIZER',
    'PRIORITY',
    'RECURRENCE-ID',
    'SEQUENCE',
    'STATUS',
    'SUMMARY',
    'TRANSP',
    'URL',
  ],
  VTODO: [
    'CLASS',
    'COMPLETED',
    'CREATED',
    'DESCRIPTION',
    'DTSTART',
    'DUE',
    'DURATION',
    'LAST-MODIFIED',
    'LOCATION',
    'ORGANIZER',
    'PERCENT-COMPLETE',
    'PRIORITY',
    'RECURRENCE-ID',
    'SEQUENCE',
    'STATUS',
    'SUMMARY',
    'URL',
  ],
}
const dates = ['DTSTART', 'DTEND', 'DUE', 'COMPLETED', 'CREATED', 'DTSTAMP', 'RECURRENCE-ID']

/**
 * Checks what a client wants to keep as sabre/dav does, and mends what it mends. `now` is in
 * milliseconds.
 *
 * @throws DavError UnsupportedMediaType or InvalidComponentType
 */
export function checkObject(text: string, supported: readonly string[], now: number): Checked {
  const document = read(text)
  if (document.name !== 'VCALENDAR') {
    const message = 'This collection can only support iCalendar objects.'
    throw new DavError('UnsupportedMediaType', message)
  }
  const parts = partsOf(document)
  const component = parts.find(({ name }) => componentNames.some(known => known === name))
  if (component === undefined || !supported.includes(component.name)) {
    const message = 'iCalendar objects must at least have a component of type '
    throw new DavError('InvalidComponentType', message + supported.join(', '))
  }
  const mended = mend(document, parts, now)
  const problem = problemOf(document, parts)
  if (problem !== undefined) {
    throw new DavError('UnsupportedMediaType', `Validation error in iCalendar: ${problem}`)
  }
  for (const { value } of parts.flatMap(part => propertiesOf(part, 'RRULE'))) {
    const frequency = /FREQ=([^;]*)/i.exec(value)?.[1] ?? ''
    if (!/^(SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/i.test(frequency)) {
      throw new DavError('InvalidDataException', `Unknown value for FREQ=${frequency}`)
    }
  }
  return { document, data: mended ? serialise(document) : text, mended }
}

function read(text: string): Component {
  try {
    return parseDocument(text).document
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const message = 'This resource only supports valid iCalendar 2.0 data. Parse error: '
    throw new DavError('UnsupportedMediaType', message + error.message)
  }
}

function mend(document: Component, parts: readonly Component[], now: number): boolean {
  let mended = false
  const add = (component: Component, name: string, value: string) => {
    component.properties.push(property(name, value))
    mended = true
  }
  if (propertyOf(document, 'VERSION') === undefined) add(document, 'VERSION', '2.0')
  if (propertyOf(document, 'PRODID') === undefined) add(document, 'PRODID', productId)
  // One for all parts: two without UID belong together.
  const uid = `sabre-vobject-${randomUUID()}`
  for (const part of parts) {
    if (propertiesOf(part, 'UID').length !== 1) add(part, 'UID', uid)
    if (propertyOf(part, 'DTSTAMP') === undefined) add(part, 'DTSTAMP', formatUtc(now))
    if (propertiesOf(part, 'RRULE').some(({ value }) => !/(^|;)FREQ=/i.test(value))) {
      removeProperties(part, 'RRULE')
      mended = true
    }
  }
  return mended
}

function problemOf(document: Component, parts: readonly Component[]): string | undefined {
  if (propertyOf(document, 'VERSION')?.value !== '2.0') {
    return 'Only iCalendar version 2.0 as defined in rfc5545 is supported.'
  }
  for (const part of parts) {
    const problem = problemOfPart(part)
    if (problem !== undefined) return problem
  }
  const uids = new Set(parts.map(part => propertyOf(part, 'UID')?.value))
  if (uids.size > 1) {
    return 'A calendar object on a CalDAV server may only have components with the same UID.'
  }
  const masters = parts.filter(part => propertyOf(part, 'RECURRENCE-ID') === undefined)
  if (masters.length > 1) {
    return `More than one master object was found for the object with UID ${[...uids][0]}`
  }
  if (propertyOf(document, 'METHOD') !== undefined) {
    return 'A calendar object on a CalDAV server MUST NOT have a METHOD property.'
  }
  return undefined
}

function problemOfPart(part: Component): string | undefined {
  if (part.name === 'VEVENT' && propertiesOf(part, 'DTSTART').length !== 1) {
    return 'DTSTART MUST appear exactly once in a VEVENT component'
  }
  for (const name of single[part.name] ?? []) {
    if (propertiesOf(part, name).length > 1) {
      return `${name} MUST NOT appear more than once in a ${part.name} component`
    }
  }
  for (const date of part.properties.filter(({ name }) => dates.includes(name))) {
    if (momentsOf(date).length !== date.value.split(',').length) {
      return `The supplied value (${date.value}) is not a correct DATE-TIME`
    }
  }
  const duration = propertyOf(part, 'DURATION')?.value
  if (duration !== undefined && parseDuration(duration) === undefined) {
    return `The supplied value (${duration}) is not a correct DURATION`
  }
  const start = momentOf(propertyOf(part, 'DTSTART'))
  const due = momentOf(propertyOf(part, 'DUE'))
  if (part.name === 'VTODO' && start && due && instantOf(due) <= instantOf(start)) {
    return 'DUE must occur after DTSTART'
  }
  return undefined
}
