/** Reminders: VALARM (RFC 5545 3.6.6) as the tools give and take them. */
import { type Component, property } from '../contentline/component.ts'
import { type ContentLine, parameter } from '../contentline/line.ts'
import { unescapeText } from '../contentline/text.ts'
import { badInput } from '../nextcloud/errors.ts'
import { type Duration, formatDuration, lengthOf, parseDuration } from './duration.ts'
import { instantOf, isoOf, readWhen, type When, type ZoneOf } from './time.ts'
import { readUserTime, userTimeIn } from './user-time.ts'
import { DAY, MINUTE } from './wall.ts'
import type { Zone } from './zone.ts'

export const ACTIONS = ['DISPLAY', 'EMAIL', 'AUDIO'] as const

/** A reminder. One of `minutes_before`, `trigger` and `trigger_at` says when. */
export interface Reminder {
  readonly action: (typeof ACTIONS)[number]
  /** Before the start (or the end, with `related`). */
  readonly minutes_before?: number | null | undefined
  /** An instant, ISO 8601. */
  readonly trigger_at?: string | null | undefined
  /** A duration from the start, ISO 8601: `-P1DT2H`. */
  readonly trigger?: string | null | undefined
  readonly description?: string | null | undefined
  readonly summary?: string | null | undefined
  readonly related?: 'START' | 'END' | null | undefined
}

/** When an alarm goes off: at an instant, or so long after the start or the end. */
export type Trigger =
  | { readonly kind: 'at'; readonly when: When }
  | { readonly kind: 'relative'; readonly duration: Duration; readonly related: 'START' | 'END' }

/** The alarms of a component; those that a reminder cannot express are left out. */
export function readReminders(component: Component, zoneOf: ZoneOf): Reminder[] {
  return alarmsOf(component).flatMap(alarm => readReminder(alarm, zoneOf) ?? [])
}

export function alarmsOf(component: Component): Component[] {
  return component.parts.filter(
    (part): part is Component => part.kind === 'component' && part.name === 'VALARM',
  )
}

/** An alarm as a reminder; undefined where no reminder can say the same. */
export function readReminder(alarm: Component, zoneOf: ZoneOf): Reminder | undefined {
  const action = actionOf(alarm)
  const trigger = triggerOf(alarm, zoneOf)
  if (action === undefined || trigger === undefined) return undefined
  const description = textOf(property(alarm, 'DESCRIPTION'))
  const summary = textOf(property(alarm, 'SUMMARY'))
  return {
    action,
    ...timeOf(trigger),
    ...(description === undefined ? {} : { description }),
    ...(summary === undefined ? {} : { summary }),
  }
}

export function actionOf(alarm: Component): Reminder['action'] | undefined {
  const action = property(alarm, 'ACTION')?.value.trim().toUpperCase()
  return ACTIONS.find(each => each === action)
}

export function triggerOf(alarm: Component, zoneOf: ZoneOf): Trigger | undefined {
  const line = property(alarm, 'TRIGGER')
  if (line === undefined) return undefined
  const duration = parseDuration(line.value)
  if (duration !== undefined) {
    const isEnd = parameter(line, 'RELATED')?.toUpperCase() === 'END'
    return { kind: 'relative', duration, related: isEnd ? 'END' : 'START' }
  }
  const when = readWhen(line, zoneOf)
  return when && { kind: 'at', when }
}

/** Equal for triggers that go off at the same time. */
export function triggerKey(trigger: Trigger, zone: Zone): string {
  if (trigger.kind === 'at') return `at ${instantOf(trigger.when, zone)}`
  return `${trigger.related} ${lengthOf(trigger.duration)}`
}

/**
 * What a reminder says about when.
 * @throws CodedError BAD_INPUT that names `reminders`
 */
export function readTrigger(reminder: Reminder, zone: Zone, field = 'reminders'): Trigger {
  const { minutes_before: minutes, trigger, trigger_at: at } = reminder
  const given = [minutes, trigger, at].filter(each => each !== undefined && each !== null)
  if (given.length !== 1) {
    throw badInput(`${field}: give each one of minutes_before, trigger and trigger_at`)
  }
  if (!ACTIONS.includes(reminder.action)) {
    throw badInput(`${field}: action is one of ${ACTIONS.join(', ')}`)
  }
  const related = reminder.related ?? 'START'
  if (at !== undefined && at !== null) {
    const when = userTimeIn(readUserTime(at, `${field}.trigger_at`), zone)
    if (when.kind === 'date') throw badInput(`${field}.trigger_at needs a time of day`)
    return { kind: 'at', when: { kind: 'utc', wall: instantOf(when, zone) } }
  }
  if (trigger !== undefined && trigger !== null) {
    const duration = parseDuration(trigger)
    if (duration === undefined) {
      throw badInput(`${field}.trigger is no duration such as -PT15M or -P1DT2H`)
    }
    return { kind: 'relative', duration, related }
  }
  if (!Number.isInteger(minutes) || Math.abs(minutes ?? 0) > 60 * 24 * 366) {
    throw badInput(`${field}.minutes_before is a whole number of minutes, up to a year`)
  }
  return { kind: 'relative', duration: before(minutes ?? 0), related }
}

/** So many minutes before; whole days as days, as calendar apps write them. */
export function before(minutes: number): Duration {
  const length = -minutes * MINUTE || 0
  if (length !== 0 && length % DAY === 0) return { days: length / DAY, exact: 0 }
  return { days: 0, exact: length }
}

function timeOf(trigger: Trigger): Partial<Reminder> {
  if (trigger.kind === 'at') return { trigger_at: isoOf(trigger.when) }
  const related = trigger.related === 'END' ? ({ related: 'END' } as const) : {}
  const minutes = -lengthOf(trigger.duration) / MINUTE || 0
  if (minutes >= 0 && Number.isInteger(minutes)) return { minutes_before: minutes, ...related }
  return { trigger: formatDuration(trigger.duration), ...related }
}

function textOf(line: ContentLine | undefined): string | undefined {
  return line && unescapeText(line.value)
}
