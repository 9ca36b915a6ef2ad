/** When a todo begins and is due after a change (RFC 5545 3.8.2). */
import { type Component, removeProperties } from '../contentline/component.ts'
import { badInput } from '../nextcloud/errors.ts'
import { setWhen, zoneIn } from './edit.ts'
import { placed } from './edit-time.ts'
import { whenOf } from './event.ts'
import type { CalendarObject } from './object.ts'
import { lengthOfComponent } from './series.ts'
import { instantOf, isoOf, type When } from './time.ts'
import { timesOf } from './todo.ts'
import { readUserTime, readUserZone } from './user-time.ts'
import type { Zone } from './zone.ts'

export interface DueWishes {
  readonly due?: string | undefined
  readonly dtstart?: string | undefined
  /** IANA, for both. */
  readonly timezone?: string | undefined
}

export function writesTimes({ due, dtstart, timezone }: DueWishes): boolean {
  return [due, dtstart, timezone].some(each => each !== undefined)
}

/** DTSTART and DUE, each in the form that it is written in, and both of one form. */
export function withTimes(
  object: CalendarObject,
  component: Component,
  changes: DueWishes,
  zone: Zone,
): Component {
  if (!writesTimes(changes)) return component
  const { zoneOf } = object
  const named = changes.timezone ? zoneIn(object, readUserZone(changes.timezone)) : undefined
  const old = { DTSTART: whenOf(component, 'DTSTART', zoneOf), DUE: timesOf(component, zoneOf).due }
  let made = component
  const set = (name: 'DTSTART' | 'DUE', text: string | undefined) => {
    const own = old[name]
    const other = old[name === 'DUE' ? 'DTSTART' : 'DUE']
    if (text === '') {
      made = removeProperties(made, name)
      if (name === 'DUE') made = removeProperties(made, 'DURATION')
      return
    }
    const when =
      text !== undefined
        ? placed(readUserTime(text, name.toLowerCase()), own ?? other, named, zone)
        : own !== undefined && named !== undefined && own.kind !== 'date'
          ? rezoned(own, named)
          : undefined
    if (when === undefined) return
    if (name === 'DUE') made = removeProperties(made, 'DURATION')
    made = setWhen(made, name, when, zoneOf)
  }
  set('DTSTART', changes.dtstart)
  set('DUE', changes.due)
  const length = lengthOfComponent(made, zoneOf)
  const isExact = length.by === 'duration' && length.duration.exact !== 0
  check({ ...timesOf(made, zoneOf), isExact }, changes, zone)
  return made
}

function check(
  { start, due, isExact }: { start: When | undefined; due: When | undefined; isExact: boolean },
  changes: DueWishes,
  zone: Zone,
): void {
  if (start === undefined || due === undefined) return
  const field = changes.due ? 'due' : 'dtstart'
  // A DURATION of hours after a day is none that may be.
  if ((start.kind === 'date') !== (due.kind === 'date') || (isExact && start.kind === 'date')) {
    throw badInput(
      `${field}: dtstart and due are both days, or both have a time of day`,
      'Give both, in the same form.',
    )
  }
  if (instantOf(due, zone) < instantOf(start, zone))
    throw badInput(`${field}: due is before dtstart`)
}

function rezoned(when: When, zone: Zone): When {
  const text = when.kind === 'utc' ? isoOf(when) : isoOf({ kind: 'floating', wall: when.wall })
  return placed(readUserTime(text, 'timezone'), undefined, zone, zone)
}
