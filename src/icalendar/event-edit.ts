/** Making, changing and deleting events; what is not named stays byte for byte. */
import { type Component, makeComponent, properties } from '../contentline/component.ts'
import { makeLine } from '../contentline/line.ts'
import { badInput, CodedError } from '../nextcloud/errors.ts'
import type { Reminder } from './alarms.ts'
import {
  type EditContext,
  isInvitation,
  objectText,
  setText,
  stamp,
  touch,
  uidFor,
  withAdded,
  withComponents,
  withZones,
} from './edit.ts'
import { moveReminder, setReminders } from './edit-alarms.ts'
import { type Person, setAttendees } from './edit-people.ts'
import { withRecurrence } from './edit-recurrence.ts'
import { followOverride, followStart, isStill } from './edit-series.ts'
import { changedTimes, newTimes, type TimeWishes, wishesTimes, writeTimes } from './edit-time.ts'
import { addressOf, textOf } from './event.ts'
import { happens, overridesIn } from './expansion.ts'
import { checkedTitle, type PlainFields, setPlainFields } from './fields.ts'
import { makeCalendar, yearsOf, zonesOfTimes } from './new-object.ts'
import { type CalendarObject, readObject } from './object.ts'
import { occurrenceAt } from './occurrence.ts'
import { endedBefore, overrideFor, ownOverride, split, withoutOccurrence } from './scope.ts'
import { isRecurring, seriesOf, startOf } from './series.ts'
import { isSameWhen, type When } from './time.ts'
import { zoneOrUtc } from './user-time.ts'
import type { Zone } from './zone.ts'

export type { EditContext } from './edit.ts'

/** Which part of a series; `recurrenceId` names the occurrence as results do. */
export type Scope =
  | { readonly scope: 'series' }
  | { readonly scope: 'occurrence' | 'this_and_future'; readonly recurrenceId: string }

/**
 * What a user wants of an event. Names are those of the tools' arguments, so that errors name them.
 * undefined leaves a property as it is; an empty text or list takes it away.
 *
 * `start_datetime` is ISO with an offset, `Z`, or local; a date alone is all-day. `end_datetime` is
 * exclusive for times of day, and the last day, inclusive, for all-day events. `timezone` alone
 * keeps what the clocks show and changes the zone.
 */
export interface EventChanges extends TimeWishes, PlainFields {
  readonly title?: string | undefined
  /** RRULE value; an empty text ends the recurrence. */
  readonly recurrence_rule?: string | undefined
  /** UNTIL; an empty text takes the end away. */
  readonly recurrence_end_date?: string | undefined
  /** Everybody who shall be invited; those who are already stay as they are. */
  readonly attendees?: readonly Person[] | undefined
  /** All reminders there shall be; alarms that no reminder can express are kept. */
  readonly reminders?: readonly Reminder[] | undefined
  /** Moves the first reminder before the start, or adds one; all others are kept. */
  readonly reminder_minutes?: number | undefined
  /** With or without `reminder_minutes`: by e-mail. */
  readonly reminder_email?: boolean | undefined
}

/** A changed object; `added` is the second one that splitting a series makes. */
export interface Edited {
  readonly text: string
  readonly added?: { readonly uid: string; readonly text: string }
}

const STATUSES = ['CONFIRMED', 'TENTATIVE', 'CANCELLED']

/**
 * A new event.
 * @throws CodedError BAD_INPUT that names the field
 */
export function createEvent(
  fields: EventChanges & { readonly uid?: string },
  context: EditContext,
): { uid: string; text: string } {
  const zone = zoneOrUtc(context.zone)
  const uid = fields.uid ?? uidFor(context)
  const time = stamp(context.now)
  const line = (name: string, value: string) => makeLine(name, value)
  const title = checkedTitle(fields.title, 'title')
  const empty = makeComponent('VEVENT', [
    line('UID', uid),
    line('DTSTAMP', time),
    line('CREATED', time),
    line('LAST-MODIFIED', time),
    line('SEQUENCE', '0'),
  ])
  const object = makeCalendar(empty, uid, 'VEVENT')
  const times = newTimes(fields, zone)
  const timed = writeTimes(setText(empty, 'SUMMARY', title), times, object, zone)
  const event = withFields(object, timed, { ...fields, title: undefined }, context, zone)
  const made = withComponents(object, new Map([[empty, event]]))
  return { uid, text: objectText(withZones(made, zonesOfTimes(times), yearsOf(event, times))) }
}

/**
 * Changes an event. Text that is the same already leaves the object as it is, time stamps too.
 * @throws CodedError BAD_INPUT that names the field, NOT_FOUND for an unknown occurrence,
 *   FORBIDDEN for what only the organizer can do, UPSTREAM_ERROR for a broken object
 */
export function updateEvent(
  text: string,
  changes: EventChanges,
  scope: Scope,
  context: EditContext,
): Edited {
  const object = readObject(text, { kind: 'VEVENT' })
  const zone = zoneOrUtc(context.zone)
  if (changes.attendees !== undefined) refuseInvitation(object, 'attendees', context)
  if (scope.scope === 'series') {
    return { text: objectText(changedSeries(object, changes, context, zone)) }
  }
  const occurrence = occurrenceAt(object, scope.recurrenceId, { zone })
  if (scope.scope === 'occurrence') {
    if (changes.recurrence_rule !== undefined || changes.recurrence_end_date !== undefined) {
      throw badInput('recurrence_rule belongs to the whole series, not to one occurrence')
    }
    const own = ownOverride(occurrence)
    if (own !== undefined) {
      const changed = changedComponent(object, own, changes, context, zone)
      return { text: objectText(changed) }
    }
    const made = overrideFor(occurrence, object)
    const changed = changedComponent(withAdded(object, made), made, changes, context, zone)
    return { text: objectText(changed) }
  }
  const uid = uidFor(context)
  const { before, after } = split(object, occurrence, uid, context)
  if (before === undefined) {
    return { text: objectText(changedFromFirst(object, changes, context, zone)) }
  }
  // A second event of the same organizer is one that they know nothing of.
  refuseInvitation(object, 'scope', context)
  const added = changedFromFirst(after, changes, context, zone, false)
  return {
    text: objectText(touched(before, context)),
    added: { uid, text: objectText(added) },
  }
}

/**
 * Deletes a part of a series.
 * @returns undefined where nothing is left: delete the object
 * @throws CodedError NOT_FOUND, BAD_INPUT, UPSTREAM_ERROR
 */
export function deleteEvent(text: string, scope: Scope, context: EditContext): string | undefined {
  if (scope.scope === 'series') return undefined
  const object = readObject(text, { kind: 'VEVENT' })
  const zone = zoneOrUtc(context.zone)
  const occurrence = occurrenceAt(object, scope.recurrenceId, { zone })
  const first = object.master && startOf(object.master, object.zoneOf)
  const isFirst = first !== undefined && (occurrence.recurrenceId?.wall ?? 0) <= first.wall
  if (scope.scope === 'this_and_future' && isFirst) return undefined
  const left =
    scope.scope === 'occurrence'
      ? withoutOccurrence(object, occurrence)
      : endedBefore(object, occurrence)
  if (!isAnythingLeft(left)) return undefined
  return objectText(touched(left, context))
}

/** The master changed, and what hangs on its start with it; of received single ones, the only. */
function changedSeries(
  object: CalendarObject,
  changes: EventChanges,
  context: EditContext,
  zone: Zone,
  isTouched = true,
): CalendarObject {
  const { master, overrides } = object
  const [single, other] = overrides
  const target = master ?? (other === undefined ? single : undefined)
  if (target === undefined) {
    throw badInput(
      'recurrence_id: only single occurrences of this series are known',
      'Name one of them with its recurrence_id.',
    )
  }
  return changedComponent(object, target, changes, context, zone, isTouched)
}

/** A series changed from its first occurrence on, which may have an override of its own. */
function changedFromFirst(
  object: CalendarObject,
  changes: EventChanges,
  context: EditContext,
  zone: Zone,
  isTouched = true,
): CalendarObject {
  const series = changedSeries(object, changes, context, zone, isTouched)
  const start = series.master && startOf(series.master, series.zoneOf)
  const first = overridesIn(series, zone).find(
    ({ recurrenceId: id }) => id !== undefined && start !== undefined && isSameWhen(id, start),
  )
  if (first === undefined) return series
  const { recurrence_rule: _, recurrence_end_date: __, ...others } = changes
  return changedComponent(series, first.component, others, context, zone, isTouched)
}

/** @throws CodedError FORBIDDEN where somebody else organizes the event */
function refuseInvitation(object: CalendarObject, field: string, context: EditContext): void {
  const { master = object.overrides[0] } = object
  if (context.addresses === undefined || master === undefined) return
  if (!isInvitation(master, context)) return
  const [organizer] = properties(master, 'ORGANIZER').map(addressOf)
  throw new CodedError('FORBIDDEN', `${field}: the event is organized by ${organizer}`, {
    hint: 'Only the organizer can invite others, or make two series of one. Single occurrences can be changed for the user alone.',
  })
}

function changedComponent(
  object: CalendarObject,
  target: Component,
  changes: EventChanges,
  context: EditContext,
  zone: Zone,
  isTouched = true,
): CalendarObject {
  const { zoneOf } = object
  const isSeries = target === object.master && isRecurring(target)
  let changed = target
  const overrides = new Map<Component, Component | undefined>()
  let times: When[] = []
  if (changes.title !== undefined) {
    changed = setText(changed, 'SUMMARY', checkedTitle(changes.title, 'title'))
  }
  if (wishesTimes(changes)) {
    const from = startOf(target, zoneOf)
    const wished = changedTimes(object, target, changes, zone)
    times = [wished.start, ...(wished.end === undefined ? [] : [wished.end])]
    changed = writeTimes(changed, wished, object, zone)
    if (isSeries && from !== undefined) {
      const move = { from, to: wished.start }
      changed = followStart(changed, move, zoneOf, changes.recurrence_rule === undefined)
      for (const each of isStill(move) ? [] : object.overrides) {
        overrides.set(each, followOverride(each, target, move, zoneOf))
      }
    }
  }
  changed = withFields(object, changed, changes, context, zone)
  if (changes.recurrence_rule === '')
    for (const each of object.overrides) overrides.set(each, undefined)
  if (changed === target) return object
  const start = startOf(changed, zoneOf)
  const done = isTouched ? touch(changed, context, isSignificant(target, changed)) : changed
  const replaced = withComponents(object, new Map([[target, done], ...overrides]))
  if (start === undefined || times.length === 0) return replaced
  const end = times[1]
  return withZones(replaced, zonesOfTimes({ start, end }), yearsOf(changed, { start, end }))
}

/** Everything but the title and the times. */
function withFields(
  object: CalendarObject,
  component: Component,
  changes: EventChanges,
  context: EditContext,
  zone: Zone,
): Component {
  const setting = {
    zoneOf: object.zoneOf,
    zone,
    context,
    title: changes.title ?? textOf(component, 'SUMMARY') ?? '',
  }
  let changed = setPlainFields(component, changes, STATUSES)
  changed = withRecurrence(object, changed, changes, zone, 'start_datetime')
  if (changes.attendees !== undefined) changed = setAttendees(changed, changes.attendees, context)
  if (changes.reminders !== undefined) changed = setReminders(changed, changes.reminders, setting)
  if (changes.reminder_minutes !== undefined || changes.reminder_email !== undefined) {
    changed = moveReminder(changed, changes.reminder_minutes, changes.reminder_email, setting)
  }
  return changed
}

/** Properties of which those who are invited must hear (RFC 5546 2.1.4). */
const SIGNIFICANT = ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'STATUS']

function isSignificant(old: Component, now: Component): boolean {
  const raw = (component: Component, name: string) =>
    properties(component, name).map(line => line.raw)
  return [...SIGNIFICANT, 'ATTENDEE'].some(
    name => raw(old, name).join('') !== raw(now, name).join(''),
  )
}

function touched(object: CalendarObject, context: EditContext): CalendarObject {
  const { master } = object
  if (master === undefined) return object
  return withComponents(object, new Map([[master, touch(master, context, true)]]))
}

function isAnythingLeft({ master, overrides, zoneOf }: CalendarObject): boolean {
  if (overrides.length > 0) return true
  const series = master && seriesOf(master, zoneOf)
  return series !== undefined && happens(series)
}
