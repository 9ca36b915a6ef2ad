/** Todos in plain words (RFC 5545 3.6.2). */
import { type Component, properties, property } from '../contentline/component.ts'
import { type ContentLine, parameter } from '../contentline/line.ts'
import { type Reminder, readReminders } from './alarms.ts'
import { categoriesOf, isoOfProperty, numberOf, textOf, whenOf } from './event.ts'
import { expand, type Occurrence } from './expansion.ts'
import type { CalendarObject } from './object.ts'
import { endFor, isRecurring, lengthOfComponent } from './series.ts'
import { isoOf, type When, type ZoneOf, zoneNameOf } from './time.ts'
import { DAY } from './wall.ts'
import type { Zone } from './zone.ts'

/** A todo, in the shape of the tools' results; the calendar is said elsewhere. */
export interface TodoDescription {
  readonly uid: string
  readonly summary: string
  readonly description: string
  /** Upper case; of a recurring todo, that of the series, which is not done while one is open. */
  readonly status: string
  readonly priority: number
  readonly percent_complete: number
  /** ISO texts. */
  readonly due: string | undefined
  readonly due_tz: string | undefined
  readonly dtstart: string | undefined
  readonly dtstart_tz: string | undefined
  readonly completed: string | undefined
  readonly categories: readonly string[]
  readonly location: string
  readonly url: string
  /** UID of the todo that this one is a part of. */
  readonly parent_uid: string | undefined
  readonly recurring: boolean
  readonly recurrence_rule: string | undefined
  readonly reminders: readonly Reminder[]
  /** Recurring only: occurrences up to now that are neither completed nor cancelled. */
  readonly pending_count: number | undefined
  readonly oldest_pending_dtstart: string | undefined
  readonly oldest_pending_due: string | undefined
  /** Recurring only: the first open occurrence, due or to come. */
  readonly current_dtstart: string | undefined
  readonly current_due: string | undefined
  /** Recurring only: names the current occurrence. */
  readonly current_recurrence_id: string | undefined
}

export interface TodoOptions {
  /** Places days and floating times. */
  readonly zone: Zone
  /** Milliseconds since 1970. */
  readonly now: number
}

/** More than anybody has pending; ten years of days. */
const MOST_PENDING = 4000
/** How far ahead the next open occurrence is looked for. */
const AHEAD = 15 * 366 * DAY

/** Describes a todo; of a recurring one the series, and where it stands. */
export function describeTodo(object: CalendarObject, options: TodoOptions): TodoDescription {
  const { zoneOf } = object
  const component = object.master ?? object.overrides[0]
  const text = (name: string) => (component && textOf(component, name)) ?? ''
  const { start, due } = component ? timesOf(component, zoneOf) : {}
  const isSeries = object.master !== undefined && isRecurring(object.master)
  const open = isSeries ? openOccurrences(object, options) : undefined
  const own = component ? statusOf(component) : 'NEEDS-ACTION'
  const isDone = open?.isComplete === true && open.current === undefined
  const status = isDone && own !== 'CANCELLED' ? 'COMPLETED' : own
  return {
    uid: object.uid ?? '',
    summary: text('SUMMARY'),
    description: text('DESCRIPTION'),
    status,
    priority: component ? numberOf(component, 'PRIORITY') : 0,
    percent_complete: percentOf(component, status),
    due: due && isoOf(due),
    due_tz: due && zoneNameOf(due),
    dtstart: start && isoOf(start),
    dtstart_tz: start && zoneNameOf(start),
    completed: component && isoOfProperty(component, 'COMPLETED', zoneOf),
    categories: component ? categoriesOf(component) : [],
    location: text('LOCATION'),
    url: (component && property(component, 'URL')?.value.trim()) ?? '',
    parent_uid: component && parentLine(component)?.value.trim(),
    recurring: isSeries || (component !== undefined && component !== object.master),
    recurrence_rule: object.master && property(object.master, 'RRULE')?.value,
    reminders: component ? readReminders(component, zoneOf) : [],
    pending_count: open?.pending.length,
    oldest_pending_dtstart: timesIn(open?.pending[0]).start,
    oldest_pending_due: timesIn(open?.pending[0]).due,
    current_dtstart: timesIn(open?.current).start,
    current_due: timesIn(open?.current).due,
    current_recurrence_id: open?.current?.recurrenceId && isoOf(open.current.recurrenceId),
  }
}

/** Upper case; what COMPLETED and PERCENT-COMPLETE say where STATUS says nothing. */
export function statusOf(component: Component): string {
  const status = textOf(component, 'STATUS')?.trim().toUpperCase()
  if (status) return status
  if (property(component, 'COMPLETED') !== undefined) return 'COMPLETED'
  const percent = numberOf(component, 'PERCENT-COMPLETE')
  return percent >= 100 ? 'COMPLETED' : percent > 0 ? 'IN-PROCESS' : 'NEEDS-ACTION'
}

/** Whether a component is neither completed nor cancelled. */
export function isOpen(component: Component): boolean {
  return !['COMPLETED', 'CANCELLED'].includes(statusOf(component))
}

/** The line that says which todo this one is a part of: RELATED-TO, of the type PARENT. */
export function parentLine(component: Component): ContentLine | undefined {
  return properties(component, 'RELATED-TO').find(
    line => (parameter(line, 'RELTYPE') ?? 'PARENT').toUpperCase() === 'PARENT',
  )
}

/** The open occurrences of a recurring todo: those up to now, and the first of all. */
export function openOccurrences(
  object: CalendarObject,
  { zone, now }: TodoOptions,
): { pending: Occurrence[]; current: Occurrence | undefined; isComplete: boolean } {
  const isOpenOne = ({ component }: Occurrence) => isOpen(component)
  const past = { from: -8.64e15, to: now + 1 }
  const until = expand(object, past, { zone, limit: MOST_PENDING })
  const pending = until.occurrences.filter(isOpenOne)
  if (pending.length > 0) {
    return { pending, current: pending[0], isComplete: until.isComplete }
  }
  const ahead = expand(object, { from: now, to: now + AHEAD }, { zone, limit: 500 })
  const current = ahead.occurrences.find(isOpenOne)
  return { pending, current, isComplete: until.isComplete && ahead.isComplete }
}

/** When a todo begins and is due; of a recurring one the series. */
export function timesOf(
  component: Component,
  zoneOf: ZoneOf,
): { start: When | undefined; due: When | undefined } {
  const start = whenOf(component, 'DTSTART', zoneOf)
  const length = lengthOfComponent(component, zoneOf)
  if (length.by === 'end') return { start, due: length.end }
  if (length.by === 'default' || start === undefined) return { start, due: undefined }
  const zone = start.kind === 'zoned' ? start.zone : undefined
  return { start, due: zone ? endFor(start, start, length, zone, true) : plain(start, length) }
}

function plain(start: When, length: { duration: { days: number; exact: number } }): When {
  const { days, exact } = length.duration
  return { ...start, wall: start.wall + days * DAY + (start.kind === 'date' ? 0 : exact) }
}

function percentOf(component: Component | undefined, status: string): number {
  if (status === 'COMPLETED') return 100
  const percent = component ? numberOf(component, 'PERCENT-COMPLETE') : 0
  return Math.min(100, Math.max(0, percent))
}

/** The times of an occurrence that its todo has properties for. */
function timesIn(occurrence: Occurrence | undefined): { start?: string; due?: string } {
  const has = (name: string) => occurrence && property(occurrence.component, name) !== undefined
  const hasDue = has('DUE') || has('DURATION')
  return {
    ...(occurrence && has('DTSTART') ? { start: isoOf(occurrence.start) } : {}),
    ...(occurrence && hasDue ? { due: isoOf(occurrence.end) } : {}),
  }
}
