import { type Component, type Property, parameterOf, propertyOf } from './document.ts'

/** A point in time of a calendar. Times are in milliseconds. */
export interface Moment {
  /** What the clock on the wall shows, as if it were UTC. */
  wall: number
  /** Zone of that clock; floating times and dates are taken for UTC, as Nextcloud does. */
  zone: string
  /** A date without time. */
  allDay: boolean
}

const dateTime = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/
/** Milliseconds of a day. */
export const day = 86_400_000

/** The instant of a moment. */
export function instantOf({ wall, zone }: Moment): number {
  if (zone === 'UTC') return wall
  // The offset at the wrong instant is at most wrong once: ask again at the corrected one.
  const guess = wall - offsetAt(wall, zone)
  return wall - offsetAt(guess, zone)
}

/** The first value of a date property; `undefined` when it is none. */
export function momentOf(property: Property | undefined): Moment | undefined {
  return property === undefined ? undefined : momentsOf(property)[0]
}

/** All values of a date property; what is none is left out. */
export function momentsOf(property: Property): Moment[] {
  const zone = zoneOf(parameterOf(property, 'TZID'))
  return property.value.split(',').flatMap(text => parseMoment(text, zone) ?? [])
}

/** Parses `20261201`, `20261201T100000` or `20261201T100000Z`. */
export function parseMoment(text: string, zone = 'UTC'): Moment | undefined {
  const match = dateTime.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(part => Number(part ?? 0))
  const wall = Date.UTC(year, month - 1, date, hour, minute, second)
  const allDay = match[4] === undefined
  return { wall, zone: allDay || match[7] !== undefined ? 'UTC' : zone, allDay }
}

/** Writes an instant in UTC: `20261201T100000Z`. */
export function formatUtc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** Writes a date: `20261201`. */
export function formatDate(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10).replaceAll('-', '')
}

/** Milliseconds of a duration such as `-PT15M` or `P1W`; `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (match === null) return undefined
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map(part => Number(part ?? 0))
  const total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
  return total * 1000 * (match[1] === '-' ? -1 : 1)
}

/** How long an event lasts; a date without end is a whole day, a time without end a moment. */
export function lengthOf(event: Component): number {
  const start = momentOf(propertyOf(event, 'DTSTART'))
  const end = momentOf(propertyOf(event, 'DTEND') ?? propertyOf(event, 'DUE'))
  if (start === undefined) return 0
  if (end !== undefined) return instantOf(end) - instantOf(start)
  const duration = propertyOf(event, 'DURATION')
  if (duration !== undefined) return parseDuration(duration.value) ?? 0
  return start.allDay ? day : 0
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

/** A zone the platform knows; any other is taken for UTC, as Nextcloud does. */
function zoneOf(name: string | undefined): string {
  return name !== undefined && formatOf(name) !== undefined ? name : 'UTC'
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, makeFormat(zone))
  return formats.get(zone)
}

function makeFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
}

function offsetAt(instant: number, zone: string): number {
  const parts = formatOf(zone)?.formatToParts(instant) ?? []
  const part = (type: string) => Number(parts.find(item => item.type === type)?.value ?? 0)
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wall - Math.floor(instant / 1000) * 1000
}
