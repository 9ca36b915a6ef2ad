/** Reading todos: a list in one request, or one of them byte for byte to be changed. */
import { componentsOf, property } from '../../contentline/component.ts'
import { type CalendarObject as ParsedObject, readObject as parse } from '../../icalendar/object.ts'
import { describeTodo, type TodoDescription } from '../../icalendar/todo.ts'
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import {
  type CalendarObject,
  queryObjects,
  readObject,
  uidOf,
} from '../../nextcloud/caldav/objects.ts'
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { UNKNOWN_CLOCK, type UserClock, userClock } from './lists.ts'

/** A todo, where it is, and in which state it was read. */
export interface Todo extends TodoDescription {
  readonly list: Calendar
  /** Percent-encoded path. */
  readonly path: string
  /** Bare. */
  readonly etag: string
  /** Seen in part only, being another user's and confidential. */
  readonly isHidden: boolean
}

/** What a list holds. */
export interface Listing {
  readonly todos: readonly Todo[]
  /** Objects that cannot be understood. */
  readonly unreadable: number
  readonly clock: UserClock
}

/**
 * The todos of a list, or only that of a UID; one request, and what finding out the user's time
 * zone takes once an hour. A broken object is counted and fails nothing.
 * @throws CodedError as any request
 */
export async function readTodos(
  session: Session,
  list: Calendar,
  options: { readonly uid?: string | undefined } = {},
): Promise<Listing> {
  const { uid } = options
  const [objects, clock] = await Promise.all([
    queryObjects(session, list, { component: 'VTODO', uid }),
    // Without the zone it is only days that are a few hours off.
    userClock(session, list).catch(() => UNKNOWN_CLOCK),
  ])
  const todos: Todo[] = []
  let unreadable = 0
  for (const object of objects) {
    // Servers may answer with more than was asked for.
    if (isOther(object) || (uid !== undefined && uidOf(object.data) !== uid)) continue
    const todo = understood(object, list, clock)
    if (todo === undefined) unreadable++
    else todos.push(todo)
  }
  return { todos, unreadable, clock }
}

/**
 * A todo to be changed: its text exactly as it is stored.
 * @param etag of the caller's last read; undefined for whatever there is now
 * @throws CodedError `NOT_FOUND`, `CONFLICT` with the current etag, `FORBIDDEN` for what this user
 *   is shown in part only
 */
export async function readTodo(
  session: Session,
  list: Calendar,
  uid: string,
  etag?: string,
): Promise<CalendarObject> {
  const object = await readObject(session, list, 'VTODO', uid)
  if (!isTodo(object)) throw noTodo(list, uid)
  requireEtag(object, uid, etag)
  requireWhole(isHidden(list, parse(object.data, { kind: 'VTODO', uid })), list, uid)
  return object
}

/** What a text says of its todo. @throws CodedError `UPSTREAM_ERROR` for one that is broken */
export function describe(text: string, uid: string, { zone }: UserClock): TodoDescription {
  return describeTodo(parse(text, { kind: 'VTODO', uid }), { zone, now: Date.now() })
}

/** @throws CodedError `CONFLICT` with the current etag where it is not the one that was read */
export function requireEtag(object: { readonly etag: string }, uid: string, read?: string): void {
  if (read === undefined || bareEtag(read) === object.etag) return
  throw new CodedError('CONFLICT', 'The todo has been changed since it was read', {
    status: 412,
    subject: uid,
    hint: 'Read it again, merge, and repeat with the current etag.',
    etag: object.etag,
  })
}

/**
 * Nextcloud shows a confidential todo of a shared list without its text: written back, that would
 * be lost to its owner.
 */
export function requireWhole(isHidden: boolean, list: Calendar, uid: string): void {
  if (!isHidden) return
  throw new CodedError('FORBIDDEN', 'The todo is confidential: you are shown a part of it only', {
    subject: uid,
    hint: `Only ${list.owner ?? 'its owner'} can change it.`,
  })
}

/** The error for a UID that no todo of the list has. */
export function noTodo({ displayName }: Calendar, uid: string): CodedError {
  return new CodedError('NOT_FOUND', `The list ${displayName} has no todo with this uid`, {
    status: 404,
    subject: uid,
    hint: 'List or search todos to find it.',
  })
}

function understood(object: CalendarObject, list: Calendar, { zone }: UserClock): Todo | undefined {
  const { path, etag, data } = object
  try {
    const parsed = parse(data, { kind: 'VTODO' })
    const todo = describeTodo(parsed, { zone, now: Date.now() })
    return { ...todo, list, path, etag, isHidden: isHidden(list, parsed) }
  } catch {
    return undefined
  }
}

function isTodo({ data }: CalendarObject): boolean {
  return /^BEGIN:VTODO\s*$/im.test(data)
}

/** An event, a journal entry: no todo, and nothing broken. */
function isOther(object: CalendarObject): boolean {
  return !isTodo(object) && /^BEGIN:V(?:EVENT|JOURNAL)\s*$/im.test(object.data)
}

function isHidden({ owner }: Calendar, { calendar }: ParsedObject): boolean {
  if (owner === undefined) return false
  return componentsOf(calendar.parts, 'VTODO').some(
    todo => property(todo, 'CLASS')?.value.trim().toUpperCase() === 'CONFIDENTIAL',
  )
}
