/** Making, changing and completing todos; what is not named stays byte for byte. */
import {
  addProperty,
  type Component,
  lineEndIn,
  makeComponent,
  property,
  replacePart,
} from '../contentline/component.ts'
import { changeLine, makeLine } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import type { Reminder } from './alarms.ts'
import {
  type EditContext,
  objectText,
  setText,
  stamp,
  touch,
  uidFor,
  withAdded,
  withComponents,
  withZones,
} from './edit.ts'
import { setReminders } from './edit-alarms.ts'
import { withTimes, writesTimes } from './edit-due.ts'
import { withRecurrence } from './edit-recurrence.ts'
import { followOverride, followStart, isStill } from './edit-series.ts'
import { textOf } from './event.ts'
import { checkedTitle, setPlainFields } from './fields.ts'
import { makeCalendar, yearsOf, zonesOfTimes } from './new-object.ts'
import { type CalendarObject, readObject } from './object.ts'
import { occurrenceAt } from './occurrence.ts'
import { overrideFor, ownOverride } from './scope.ts'
import { isRecurring, startOf } from './series.ts'
import { isoOf } from './time.ts'
import { isOpen, openOccurrences, parentLine, timesOf } from './todo.ts'
import { advanced } from './todo-series.ts'
import { completedAt, setProgress, TODO_STATUSES, wishedStatus } from './todo-status.ts'
import { zoneOrUtc } from './user-time.ts'
import type { Zone } from './zone.ts'

/**
 * As `EventChanges`: names are those of the tools' arguments, undefined leaves a property as it is,
 * an empty text takes it away.
 */
export interface TodoChanges {
  readonly summary?: string | undefined
  readonly description?: string | undefined
  /** NEEDS-ACTION, IN-PROCESS, COMPLETED, CANCELLED. */
  readonly status?: string | undefined
  readonly priority?: number | undefined
  readonly percent_complete?: number | undefined
  readonly due?: string | undefined
  readonly dtstart?: string | undefined
  readonly completed?: string | undefined
  /** IANA, for `due` and `dtstart`. */
  readonly timezone?: string | undefined
  readonly categories?: readonly string[] | undefined
  readonly location?: string | undefined
  readonly url?: string | undefined
  readonly privacy?: string | undefined
  readonly reminders?: readonly Reminder[] | undefined
  /** UID of the todo that this one becomes a part of; empty: of none. */
  readonly parent_uid?: string | undefined
  readonly recurrence_rule?: string | undefined
  readonly recurrence_end_date?: string | undefined
}

/** A new todo. @throws CodedError BAD_INPUT that names the field */
export function createTodo(
  fields: TodoChanges & { readonly uid?: string },
  context: EditContext,
): { uid: string; text: string } {
  const zone = zoneOrUtc(context.zone)
  const uid = fields.uid ?? uidFor(context)
  const time = stamp(context.now)
  const empty = makeComponent('VTODO', [
    makeLine('UID', uid),
    makeLine('DTSTAMP', time),
    makeLine('CREATED', time),
    makeLine('LAST-MODIFIED', time),
    makeLine('SUMMARY', ''),
  ])
  const object = makeCalendar(empty, uid, 'VTODO')
  const status = wishedStatus(fields, empty) ?? 'NEEDS-ACTION'
  const summary = checkedTitle(fields.summary, 'summary')
  const wishes = { ...fields, summary, status }
  return { uid, text: objectText(changed(object, empty, wishes, context, zone, false)) }
}

/**
 * Changes a todo, or one occurrence of it. What would complete a recurring todo completes its
 * current occurrence, as in Nextcloud Tasks.
 * @throws CodedError BAD_INPUT that names the field, NOT_FOUND for an unknown occurrence
 */
export function updateTodo(
  text: string,
  changes: TodoChanges,
  context: EditContext,
  recurrenceId?: string,
): string {
  const object = readObject(text, { kind: 'VTODO' })
  const zone = zoneOrUtc(context.zone)
  if (recurrenceId !== undefined) {
    if (changes.recurrence_rule !== undefined || changes.recurrence_end_date !== undefined) {
      throw badInput('recurrence_rule belongs to the whole series, not to one occurrence')
    }
    const occurrence = occurrenceAt(object, recurrenceId, { zone })
    const own = ownOverride(occurrence)
    const made = own ?? overrideFor(occurrence, object)
    const holding = own === undefined ? withAdded(object, made) : object
    return objectText(changed(holding, made, changes, context, zone))
  }
  const target = targetOf(object)
  const completes = wishedStatus(changes, target) === 'COMPLETED' && isRecurring(target)
  if (!completes) return objectText(changed(object, target, changes, context, zone))
  const { status: _, percent_complete: __, completed, ...others } = changes
  const rest = changed(object, target, others, context, zone)
  return completeTodo(objectText(rest), { completed }, context).text
}

/**
 * Completes a todo. Of a recurring one: the occurrence that is named, else the first open one,
 * which becomes an override; the series then goes on with the next open one, as in Nextcloud Tasks
 * (whose list shows the dates of the series only), and is complete after the last.
 * `series` completes it as a whole.
 * @throws CodedError BAD_INPUT, NOT_FOUND
 */
export function completeTodo(
  text: string,
  options: {
    readonly completed?: string | undefined
    readonly recurrenceId?: string | undefined
    readonly series?: boolean | undefined
  },
  context: EditContext,
): { text: string; completed: string; recurrence_id: string | undefined } {
  const object = readObject(text, { kind: 'VTODO' })
  const zone = zoneOrUtc(context.zone)
  const { now } = context
  const at = completedAt(options.completed, { now, zone })
  const completed = isoOf({ kind: 'utc', wall: Math.floor(at / 1000) * 1000 })
  const progress = { status: 'COMPLETED', completed }
  const done = (component: Component) =>
    touch(setProgress(component, progress, { now, zone }), context, true)
  const { recurrenceId } = options
  const isSeries = object.master !== undefined && isRecurring(object.master)
  const occurrence =
    recurrenceId !== undefined
      ? occurrenceAt(object, recurrenceId, { zone })
      : isSeries && !options.series
        ? openOccurrences(object, { zone, now }).current
        : undefined
  if (occurrence?.recurrenceId === undefined) {
    const open = options.series ? object.overrides.filter(isOpen) : []
    const all = [targetOf(object), ...open]
    const whole = withComponents(object, new Map(all.map(each => [each, done(each)])))
    return { text: objectText(whole), completed, recurrence_id: undefined }
  }
  const own = ownOverride(occurrence)
  const made = own ?? overrideFor(occurrence, object)
  const holding = own === undefined ? withAdded(object, made) : object
  const one = withComponents(holding, new Map([[made, done(made)]]))
  const next = advanced(one, { zone, now }, done, each => touch(each, context, true))
  return {
    text: objectText(next),
    completed,
    recurrence_id: isoOf(occurrence.recurrenceId),
  }
}

function targetOf({ master, overrides }: CalendarObject): Component {
  const [single] = overrides
  const target = master ?? single
  if (target === undefined) throw badInput('the calendar object holds no todo')
  return target
}

function changed(
  object: CalendarObject,
  target: Component,
  changes: TodoChanges,
  context: EditContext,
  zone: Zone,
  isTouched = true,
): CalendarObject {
  const { zoneOf } = object
  let made = target
  if (changes.summary !== undefined) {
    made = setText(made, 'SUMMARY', checkedTitle(changes.summary, 'summary'))
  }
  const { status: _, ...plain } = changes
  made = setPlainFields(made, plain, TODO_STATUSES)
  made = withTimes(object, made, changes, zone)
  const from = startOf(target, zoneOf)
  const to = startOf(made, zoneOf)
  const overrides = new Map<Component, Component | undefined>()
  if (target === object.master && isRecurring(target) && from !== undefined && to !== undefined) {
    const move = { from, to }
    made = followStart(made, move, zoneOf, changes.recurrence_rule === undefined)
    for (const each of isStill(move) ? [] : object.overrides) {
      overrides.set(each, followOverride(each, target, move, zoneOf))
    }
  }
  made = withRecurrence(object, made, changes, zone, 'due')
  if (from !== undefined && startOf(made, zoneOf) === undefined && isRecurring(made)) {
    throw badInput(
      `${changes.due === '' ? 'due' : 'dtstart'}: a recurring todo needs it to recur from`,
      'An empty recurrence_rule ends the recurrence.',
    )
  }
  if (changes.recurrence_rule === '') {
    for (const each of object.overrides) overrides.set(each, undefined)
  }
  made = setProgress(made, changes, { now: context.now, zone })
  if (changes.parent_uid !== undefined) made = setParent(made, changes.parent_uid, object.uid)
  if (changes.reminders !== undefined) {
    const title = textOf(made, 'SUMMARY') ?? ''
    const related = relationOf(made, changes.reminders)
    made = setReminders(made, changes.reminders, { zoneOf, zone, context, title, related })
  }
  if (made === target) return object
  const done = isTouched ? touch(made, context, isSignificant(target, made)) : made
  const replaced = withComponents(object, new Map([[target, done], ...overrides]))
  const times = timesOf(made, zoneOf)
  const start = times.start ?? times.due
  if (start === undefined || !writesTimes(changes)) return replaced
  return withZones(
    replaced,
    zonesOfTimes({ start, end: times.due }),
    yearsOf(made, { start, end: times.due }),
  )
}

/** What reminders are before: the start, else what is due (RFC 5545 3.8.6.3 wants it to be there). */
function relationOf(component: Component, reminders: readonly Reminder[]): 'START' | 'END' {
  const isThere = (name: string) => property(component, name) !== undefined
  const isRelative = reminders.some(({ trigger_at: at }) => at === undefined || at === null)
  if (isRelative && !isThere('DTSTART') && !isThere('DUE')) {
    throw badInput(
      'reminders: before what? The todo has neither due nor dtstart',
      'Give due, or a time of its own to the reminder with trigger_at.',
    )
  }
  return isThere('DTSTART') ? 'START' : 'END'
}

function setParent(component: Component, parent: string, uid: string | undefined): Component {
  const wanted = parent.trim()
  if (wanted !== '' && wanted === uid) throw badInput('parent_uid: a todo is no part of itself')
  if (/\p{Cc}/u.test(wanted)) throw badInput('parent_uid is no UID')
  const line = parentLine(component)
  if (line === undefined) {
    if (wanted === '') return component
    const lineEnd = lineEndIn(component)
    return addProperty(component, makeLine('RELATED-TO', wanted, { lineEnd }))
  }
  if (wanted === '') return replacePart(component, line, undefined)
  return replacePart(component, line, changeLine(line, { value: wanted }))
}

function isSignificant(old: Component, now: Component): boolean {
  return ['DTSTART', 'DUE', 'DURATION', 'RRULE', 'STATUS'].some(
    name => property(old, name)?.raw !== property(now, name)?.raw,
  )
}
