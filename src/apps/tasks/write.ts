/**
 * Making, changing and completing todos: what is not named stays as it is stored, and nothing is
 * written over what somebody else changed meanwhile.
 */
import type { EditContext } from '../../icalendar/event-edit.ts'
import type { TodoDescription } from '../../icalendar/todo.ts'
import {
  completeTodo as completed,
  createTodo as made,
  type TodoChanges,
  updateTodo as updated,
} from '../../icalendar/todo-edit.ts'
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { createObject, replaceObject, type Written } from '../../nextcloud/caldav/objects.ts'
import type { Session } from '../../nextcloud/session.ts'
import { requireParent } from './family.ts'
import { type UserClock, userClock } from './lists.ts'
import { isLocalTime } from './moment.ts'
import { describe, readTodo } from './todos.ts'

/** A todo after a write. */
export interface Changed extends Pick<Written, 'path' | 'etag'> {
  readonly todo: TodoDescription
  /** Where local times of the arguments are; undefined where there were none. */
  readonly place: Place | undefined
}

/** Where local times were taken to be. */
export interface Place {
  readonly timezone: string
  /** True where it is UTC for want of anything better. */
  readonly isGuess: boolean
}

/** What {@link completeTodo} is asked for. */
export interface Completion {
  /** When it was done; undefined: now. */
  readonly completed?: string | undefined
  /** Of a recurring todo: this occurrence; undefined: the current one. */
  readonly recurrenceId?: string | undefined
  /** Of a recurring todo: all of it, with what is to come. */
  readonly series?: boolean | undefined
}

/** A todo after it was completed. */
export interface Completed extends Changed {
  readonly completed: string
  readonly recurrenceId: string | undefined
  /** False where it was done already. */
  readonly isNew: boolean
}

/**
 * One write to a list at a time: two that make todos part of each other would form a circle, and
 * Nextcloud on SQLite fails on parallel ones.
 */
export function exclusively<T>(session: Session, list: Calendar, task: () => Promise<T>) {
  return session.account.serialised(`calendar-objects/${list.path}`, task)
}

/** Makes a todo; two requests with a parent, else one. @throws CodedError `BAD_INPUT`, `CONFLICT` */
export async function createTodo(
  session: Session,
  list: Calendar,
  fields: TodoChanges,
): Promise<Changed & { readonly status: number }> {
  const clock = await userClock(session, list)
  const { uid, text } = made(fields, contextOf(clock))
  // Described before it is written: what was written is no error any more.
  const todo = describe(text, uid, clock)
  return exclusively(session, list, async () => {
    if (fields.parent_uid) await requireParent(session, list, fields.parent_uid)
    const { path, etag, status } = await createObject(session, list, `${uid}.ics`, uid, text)
    return { path, etag, status, todo, place: placeOf(fields, clock, todo) }
  })
}

/** Which todo an update is meant for. */
export interface Target {
  readonly uid: string
  /** Of a recurring todo: one occurrence; undefined: the series. */
  readonly recurrenceId?: string | undefined
  /** Of the caller's last read. */
  readonly etag?: string | undefined
}

/**
 * Changes what is named of a todo.
 * @throws CodedError `BAD_INPUT` that names the field, `CONFLICT`, `NOT_FOUND`, `FORBIDDEN`
 */
export function updateTodo(
  session: Session,
  list: Calendar,
  { uid, recurrenceId, etag }: Target,
  changes: TodoChanges,
): Promise<Changed> {
  return exclusively(session, list, async () => {
    if (changes.parent_uid) await requireParent(session, list, changes.parent_uid, uid)
    const [clock, object] = await Promise.all([
      userClock(session, list),
      readTodo(session, list, uid, etag),
    ])
    const text = updated(object.data, changes, contextOf(clock), recurrenceId)
    const todo = describe(text, uid, clock)
    const isSame = text === object.data
    const { path, etag: current } = isSame
      ? object
      : await replaceObject(session, list, { ...object, uid }, text)
    return { path, etag: current, todo, place: placeOf(changes, clock, todo) }
  })
}

/**
 * Completes a todo, or one occurrence of it; what is done already stays as it is. Not to be called
 * but within {@link exclusively}.
 * @throws CodedError as {@link updateTodo}
 */
export async function completeTodo(
  session: Session,
  list: Calendar,
  uid: string,
  options: Completion,
  etag?: string,
): Promise<Completed> {
  const [clock, object] = await Promise.all([
    userClock(session, list),
    readTodo(session, list, uid, etag),
  ])
  const before = describe(object.data, uid, clock)
  const isDone = before.status === 'COMPLETED' && before.current_recurrence_id === undefined
  const done = isDone ? before.completed : undefined
  const isAsked = options.completed !== undefined || options.recurrenceId !== undefined
  if (done !== undefined && !isAsked) {
    return {
      path: object.path,
      etag: object.etag,
      todo: before,
      place: undefined,
      completed: done,
      recurrenceId: undefined,
      isNew: false,
    }
  }
  const result = completed(object.data, options, contextOf(clock))
  const todo = describe(result.text, uid, clock)
  const isNew = result.text !== object.data
  const { path, etag: current } = isNew
    ? await replaceObject(session, list, { ...object, uid }, result.text)
    : object
  return {
    path,
    etag: current,
    todo,
    place: placeOf({ completed: options.completed }, clock, todo),
    completed: result.completed,
    recurrenceId: result.recurrence_id,
    isNew,
  }
}

function contextOf({ zone }: UserClock): EditContext {
  return { now: Date.now(), zone: zone.iana ?? 'UTC' }
}

/** Start and due are in the zone of the todo where it has one, all else is in that of the user. */
function placeOf(
  fields: TodoChanges,
  { zone, isKnown }: UserClock,
  { due_tz, dtstart_tz }: TodoDescription,
): Place | undefined {
  const isLocal = (text: string | null | undefined) => typeof text === 'string' && isLocalTime(text)
  if (fields.timezone) return undefined
  const { due, dtstart, completed: done, recurrence_end_date, reminders = [] } = fields
  const timezone = isLocal(due)
    ? due_tz
    : isLocal(dtstart)
      ? dtstart_tz
      : [done, recurrence_end_date, ...reminders.map(each => each.trigger_at)].some(isLocal)
        ? zone.tzid
        : undefined
  if (timezone === undefined) return undefined
  return { timezone, isGuess: !isKnown && timezone === zone.tzid }
}
