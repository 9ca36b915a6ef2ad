/** Who is busy when (RFC 5545 3.6.4), and what is free between. */
import { componentsOf, parseComponents, properties } from '../contentline/component.ts'
import { parameter } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import { parseDuration } from './duration.ts'
import { UTC } from './iana.ts'
import { addDuration, instantOf, readWhenValue } from './time.ts'
import { DAY, dayOf, MINUTE, weekdayOf } from './wall.ts'
import { type Instant, instantAt, wallAt, type Zone } from './zone.ts'
import { zonesOf } from './zones.ts'

/** A time at which somebody is busy. */
export interface Busy {
  readonly from: Instant
  /** Exclusive. */
  readonly to: Instant
  readonly type: 'BUSY' | 'BUSY-TENTATIVE' | 'BUSY-UNAVAILABLE'
}

/** Minutes of the day; `to` exclusive, 1440 is midnight. */
export interface Hours {
  readonly from: number
  readonly to: number
}

/** The periods of the VFREEBUSY components of an answer; FBTYPE=FREE left out. Never throws. */
export function readFreeBusy(text: string): Busy[] {
  const busy = componentsOf(parseComponents(text), 'VCALENDAR').flatMap(calendar => {
    const zoneOf = zonesOf(calendar)
    const lines = componentsOf(calendar.parts, 'VFREEBUSY').flatMap(component =>
      properties(component, 'FREEBUSY'),
    )
    return lines.flatMap(line => {
      const type = typeOf(parameter(line, 'FBTYPE'))
      if (type === undefined) return []
      return line.value.split(',').flatMap(value => {
        const [begin = '', end = ''] = value.split('/')
        const start = readWhenValue(line, begin, zoneOf)
        if (start === undefined) return []
        const duration = parseDuration(end)
        const until = duration ? addDuration(start, duration) : readWhenValue(line, end, zoneOf)
        if (until === undefined) return []
        const period = { from: instantOf(start, UTC), to: instantOf(until, UTC), type }
        return period.to > period.from ? [period] : []
      })
    })
  })
  return busy.toSorted((one, other) => one.from - other.from)
}

/** What a free slot has to be like. */
export interface SlotWishes {
  readonly from: Instant
  readonly to: Instant
  readonly durationMinutes: number
  /** Where business hours, weekends and preferred times are. */
  readonly zone: Zone
  /** Slots lie within; undefined: all day, over midnight too. */
  readonly hours?: Hours | undefined
  readonly excludeWeekends?: boolean
  /** Slots that lie within one of these come first. */
  readonly preferred?: readonly Hours[]
  /** Between the starts of slots; default 30. */
  readonly stepMinutes?: number
  /** Default 20. */
  readonly limit?: number
}

export interface Slot {
  readonly from: Instant
  readonly to: Instant
  readonly isPreferred: boolean
}

/** More than a year is no question about when to meet. */
const LONGEST_RANGE = 366 * DAY

/**
 * Free slots, preferred ones first, then by start. Slots begin on the clock's full steps, and where
 * somebody becomes free between them.
 * @throws CodedError BAD_INPUT that names `duration_minutes` or `date_range_end`
 */
export function freeSlots(busy: readonly Busy[], wishes: SlotWishes): Slot[] {
  const { from, to, durationMinutes, zone, limit = 20, preferred = [] } = wishes
  if (!Number.isInteger(durationMinutes) || durationMinutes < 1 || durationMinutes > 10_080) {
    throw badInput('duration_minutes is a whole number of minutes, from 1 to a week')
  }
  if (to <= from) throw badInput('date_range_end is before date_range_start')
  if (to - from > LONGEST_RANGE) throw badInput('date_range_end: at most a year is searched')
  const length = durationMinutes * MINUTE
  const step = Math.max(5, wishes.stepMinutes ?? 30) * MINUTE
  const slots: Slot[] = []
  for (const gap of gapsBetween(busy, from, to)) {
    let start = gap.from
    while (start + length <= gap.to) {
      const wall = wallAt(zone, start)
      const end = wallAt(zone, start + length)
      if (isAllowed(wall, end, wishes)) {
        const isPreferred = preferred.some(hours => isWithin(wall, end, hours))
        slots.push({ from: start, to: start + length, isPreferred })
      }
      // The next full step of the clock, which a change of the clocks may have moved.
      const next = instantAt(zone, Math.floor(wall / step) * step + step)
      start = next > start && next <= start + step ? next : start + step
    }
  }
  const rank = (slot: Slot) => (slot.isPreferred ? 0 : 1)
  return slots
    .toSorted((one, other) => rank(one) - rank(other) || one.from - other.from)
    .slice(0, limit)
}

/** Reads `09:00-12:00, 14:00` (an hour from then) or `morning`. @throws CodedError BAD_INPUT */
export function readHours(text: string, field = 'preferred_times'): Hours[] {
  return text
    .split(/[,;]/)
    .map(each => each.trim().toLowerCase())
    .filter(each => each !== '')
    .map(each => {
      const named = NAMED_HOURS[each]
      if (named !== undefined) return named
      const match = /^(\d{1,2})(?::(\d{2}))?(?:\s*(?:-|\u2013|to)\s*(\d{1,2})(?::(\d{2}))?)?$/.exec(
        each,
      )
      const [, hour, minute = '0', endHour, endMinute = '0'] = match ?? []
      const from = Number(hour) * 60 + Number(minute)
      const to = endHour === undefined ? from + 60 : Number(endHour) * 60 + Number(endMinute)
      if (!match || Number(minute) > 59 || Number(endMinute) > 59 || to <= from || to > 1440) {
        throw badInput(`${field}: "${each.slice(0, 30)}" is no time such as 09:00-12:00 or morning`)
      }
      return { from, to }
    })
}

const NAMED_HOURS: Readonly<Record<string, Hours | undefined>> = {
  morning: { from: 8 * 60, to: 12 * 60 },
  midday: { from: 11 * 60, to: 14 * 60 },
  noon: { from: 11 * 60, to: 14 * 60 },
  afternoon: { from: 12 * 60, to: 17 * 60 },
  evening: { from: 17 * 60, to: 21 * 60 },
}

/** What nobody is busy in; overlapping and touching periods are one. */
function gapsBetween(busy: readonly Busy[], from: Instant, to: Instant) {
  const gaps: { from: Instant; to: Instant }[] = []
  let free = from
  for (const each of busy.toSorted((one, other) => one.from - other.from)) {
    if (each.from > free) gaps.push({ from: free, to: Math.min(each.from, to) })
    free = Math.max(free, each.to)
    if (free >= to) break
  }
  if (free < to) gaps.push({ from: free, to })
  return gaps.filter(gap => gap.to > gap.from)
}

function isAllowed(wall: number, end: number, { hours, excludeWeekends }: SlotWishes): boolean {
  if (excludeWeekends) {
    // A slot over several days touches each of them.
    for (let day = dayOf(wall); day < end; day += DAY) {
      if ([0, 6].includes(weekdayOf(day))) return false
    }
  }
  return hours === undefined || isWithin(wall, end, hours)
}

function isWithin(wall: number, end: number, { from, to }: Hours): boolean {
  const day = dayOf(wall)
  return wall >= day + from * MINUTE && end <= day + to * MINUTE
}

function typeOf(text: string | undefined): Busy['type'] | undefined {
  const type = text?.toUpperCase()
  if (type === 'FREE') return undefined
  // Types that nobody knows are busy (RFC 5545 3.2.9).
  return type === 'BUSY-TENTATIVE' || type === 'BUSY-UNAVAILABLE' ? type : 'BUSY'
}
