/** When an event begins and ends after a change, and how that is written (RFC 5545 3.8.2). */
import { type Component, property, removeProperties } from '../contentline/component.ts'
import { badInput } from '../nextcloud/errors.ts'
import { formatDuration } from './duration.ts'
import { setValue, setWhen, zoneIn } from './edit.ts'
import type { CalendarObject } from './object.ts'
import { lengthOfComponent, startOf } from './series.ts'
import { inFormOf, instantOf, isSameWhen, type When, withWall } from './time.ts'
import {
  instantIn,
  readUserTime,
  readUserZone,
  type UserTime,
  userDayIn,
  userTimeIn,
} from './user-time.ts'
import { DAY, dayOf, HOUR } from './wall.ts'
import { wallAt, type Zone } from './zone.ts'
import { isSameZone } from './zones.ts'

/** What was wished of the times of an event; undefined stays as it is. */
export interface TimeWishes {
  readonly start_datetime?: string | undefined
  readonly end_datetime?: string | undefined
  readonly all_day?: boolean | undefined
  readonly timezone?: string | undefined
}

export interface Times {
  readonly start: When
  /** Exclusive; undefined where the event has none of its own, or a DURATION that stays. */
  readonly end: When | undefined
}

/** Whether anything is wished at all. */
export function wishesTimes(wishes: TimeWishes): boolean {
  const { start_datetime: start, end_datetime: end, all_day: allDay, timezone } = wishes
  return [start, end, allDay, timezone].some(each => each !== undefined && each !== '')
}

/** The times of a new event: an hour, or a day, where no end is given. @throws BAD_INPUT */
export function newTimes(wishes: TimeWishes, userZone: Zone): Required<Times> {
  const { start_datetime: startText = '', end_datetime: endText = '', timezone } = wishes
  if (startText.trim() === '') throw badInput('start_datetime is missing')
  const zone = timezone ? readUserZone(timezone) : userZone
  const start = read('start_datetime', startText, undefined, timezone ? zone : undefined, userZone)
  const isDay = wishes.all_day ?? start.time.kind === 'date'
  if (!isDay && start.time.kind === 'date') throw missingTime('start_datetime')
  if (isDay) {
    const first = userDayIn(start.time, zone)
    const last = endText === '' ? first : userDayIn(readUserTime(endText, 'end_datetime'), zone)
    return checked({ start: first, end: { kind: 'date', wall: last.wall + DAY } }, zone)
  }
  if (endText === '') {
    return { start: start.when, end: plus(start.when, HOUR, zone) }
  }
  const end = read('end_datetime', endText, start.when, timezone ? zone : undefined, userZone)
  if (end.time.kind === 'date') throw missingTime('end_datetime')
  return checked({ start: start.when, end: end.when }, zone)
}

/**
 * The times of an event after a change. A start that moves takes the end with it; a zone alone
 * keeps what the clocks show (of times in UTC: the instant).
 * @throws CodedError BAD_INPUT that names the field
 */
export function changedTimes(
  object: CalendarObject,
  component: Component,
  wishes: TimeWishes,
  userZone: Zone,
): Times {
  const { zoneOf } = object
  const own = startOf(component, zoneOf)
  if (own === undefined) return newTimes(wishes, userZone)
  const named = wishes.timezone ? zoneIn(object, readUserZone(wishes.timezone)) : undefined
  const length = lengthOfComponent(component, zoneOf)
  const ownEnd = length.by === 'end' ? length.end : undefined
  const startText = wishes.start_datetime || undefined
  const endText = wishes.end_datetime || undefined
  const given = startText === undefined ? undefined : readUserTime(startText, 'start_datetime')
  const wasDay = own.kind === 'date'
  const isDay = wishes.all_day ?? (given === undefined ? wasDay : given.kind === 'date')
  const start = changedStart(own, given, isDay, named, userZone)
  if (endText !== undefined) {
    const { time, when } = read('end_datetime', endText, inPlaceOf(ownEnd, start), named, userZone)
    if (!isDay && time.kind === 'date') throw missingTime('end_datetime')
    const zone = start.kind === 'zoned' ? start.zone : userZone
    if (!isDay) return checked({ start, end: when }, userZone)
    return checked({ start, end: { kind: 'date', wall: userDayIn(time, zone).wall + DAY } }, zone)
  }
  if (isSameWhen(own, start)) return { start, end: undefined }
  if (wasDay && !isDay) return { start, end: plus(start, HOUR, userZone) }
  if (isDay && !wasDay) {
    const last = ownEnd ?? (length.by === 'duration' ? plus(own, lengthMs(length), userZone) : own)
    const days = Math.max(0, dayOf(Math.max(last.wall - 1, own.wall)) - dayOf(own.wall)) + DAY
    return { start, end: { kind: 'date', wall: start.wall + days } }
  }
  if (ownEnd === undefined) return { start, end: undefined }
  return { start, end: movedEnd(own, ownEnd, start, named, userZone) }
}

/** A component with other times, in the properties that it has for them. */
export function writeTimes(
  component: Component,
  { start, end }: Times,
  { zoneOf }: CalendarObject,
  userZone: Zone,
): Component {
  const began = setWhen(component, 'DTSTART', start, zoneOf)
  if (end === undefined) return began
  const hasDuration = property(component, 'DURATION') && !property(component, 'DTEND')
  const distance = instantOf(end, userZone) - instantOf(start, userZone)
  if (hasDuration) {
    // Whole days of the same clock are days, whatever its hour is turned to between.
    const nominal = end.wall - start.wall
    const isDays = end.kind === start.kind && nominal % DAY === 0 && nominal > 0
    const duration = isDays ? { days: nominal / DAY, exact: 0 } : { days: 0, exact: distance }
    return setValue(began, 'DURATION', formatDuration(duration))
  }
  // No end says the same as one that is the start, which none may be (3.8.2.2).
  if (distance === 0) return removeProperties(began, 'DTEND')
  return setWhen(removeProperties(began, 'DURATION'), 'DTEND', end, zoneOf)
}

function changedStart(
  own: When,
  given: UserTime | undefined,
  isDay: boolean,
  named: Zone | undefined,
  userZone: Zone,
): When {
  if (given !== undefined) {
    if (isDay) return userDayIn(given, named ?? (own.kind === 'zoned' ? own.zone : userZone))
    if (given.kind === 'date') throw missingTime('start_datetime')
    return placed(given, own, named, userZone)
  }
  if (isDay) return { kind: 'date', wall: dayOf(own.wall) }
  if (own.kind === 'date') throw missingTime('start_datetime')
  return named === undefined ? own : rezoned(own, named)
}

/** The end of an event whose start moved: the same distance by the clock, or exactly. */
function movedEnd(own: When, ownEnd: When, start: When, named: Zone | undefined, zone: Zone): When {
  const isOneClock =
    own.kind === ownEnd.kind &&
    (own.kind !== 'zoned' || ownEnd.kind !== 'zoned' || isSameZone(own.zone, ownEnd.zone))
  const distance = Math.max(0, instantOf(ownEnd, zone) - instantOf(own, zone))
  const end = withWall(start, start.wall + ownEnd.wall - own.wall)
  // Where the clocks change between, the end that they show may be before the start.
  if (isOneClock && instantOf(end, zone) > instantOf(start, zone)) return end
  const instant = instantOf(start, zone) + distance
  return named === undefined ? inFormOf(ownEnd, instant, zone) : instantIn(named, instant)
}

/** The same clock time in another zone; a time in UTC is the same instant. */
function rezoned(when: When, zone: Zone): When {
  if (when.kind === 'utc') return instantIn(zone, when.wall)
  return userTimeIn({ kind: 'local', wall: when.wall }, zone)
}

/** What was written, in the form of the time that it replaces, or in the zone that was named. */
export function placed(
  time: UserTime,
  form: When | undefined,
  named: Zone | undefined,
  userZone: Zone,
): When {
  if (named !== undefined || time.kind === 'date') return userTimeIn(time, named ?? userZone)
  if (form?.kind === 'zoned') return userTimeIn(time, form.zone)
  if (form?.kind === 'utc') {
    return { kind: 'utc', wall: instantOf(userTimeIn(time, userZone), userZone) }
  }
  if (form?.kind === 'floating') {
    const wall = time.kind === 'instant' ? wallAt(userZone, time.instant) : time.wall
    return { kind: 'floating', wall }
  }
  return userTimeIn(time, userZone)
}

function read(
  field: string,
  text: string,
  form: When | undefined,
  named: Zone | undefined,
  userZone: Zone,
): { time: UserTime; when: When } {
  const time = readUserTime(text, field)
  return { time, when: placed(time, form, named, userZone) }
}

/** The form for a new end: that of the old one, where the start still has the form it had. */
function inPlaceOf(ownEnd: When | undefined, start: When): When {
  return ownEnd !== undefined && ownEnd.kind === start.kind ? ownEnd : start
}

function plus(when: When, length: number, zone: Zone): When {
  if (when.kind === 'floating') return withWall(when, when.wall + length)
  return inFormOf(when, instantOf(when, zone) + length, zone)
}

function lengthMs(length: { readonly duration: { days: number; exact: number } }): number {
  return length.duration.days * DAY + length.duration.exact
}

function checked<T extends { start: When; end: When }>(times: T, zone: Zone): T {
  if (instantOf(times.end, zone) <= instantOf(times.start, zone)) {
    const isDay = times.start.kind === 'date'
    const isSame = instantOf(times.end, zone) === instantOf(times.start, zone)
    if (isDay || !isSame) throw badInput('end_datetime is before start_datetime')
  }
  return times
}

function missingTime(field: string): Error {
  return badInput(
    `${field} needs a time of day`,
    'Write 2026-01-31T10:00, or make the event all-day with all_day.',
  )
}
