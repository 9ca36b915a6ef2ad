/** Which todos are asked for, and what comes first. */

import { instantOfText } from '../../icalendar/user-time.ts'
import type { Instant, Zone } from '../../icalendar/zone.ts'
import { fold } from '../../text/fold.ts'
import type { Todo } from './todos.ts'

/** What a todo has to be like; undefined and empty texts say nothing. */
export interface Filter {
  readonly status?: string | undefined
  /** As important as this or more: 1 is the highest priority, 9 the lowest, 0 none. */
  readonly min_priority?: number | undefined
  /** Separated by commas; one of them is enough. */
  readonly categories?: string | undefined
  readonly summary_contains?: string | undefined
  readonly due_before?: string | undefined
  readonly due_after?: string | undefined
  /** Empty: those that are part of none. */
  readonly parent_uid?: string | undefined
  readonly include_completed: boolean
}

/** Whether there is nothing left to do. */
export function isClosed({ status }: { readonly status: string }): boolean {
  return status === 'COMPLETED' || status === 'CANCELLED'
}

/**
 * A test for todos, on the clocks of a zone.
 * @throws CodedError `BAD_INPUT` that names the argument that is no time
 */
export function matcher(filter: Filter, zone: Zone): (todo: Todo) => boolean {
  const { status, min_priority: lowest, parent_uid: parent } = filter
  const before = bound('due_before', filter.due_before, zone)
  const after = bound('due_after', filter.due_after, zone)
  const words = (filter.categories ?? '').split(',').map(folded).filter(Boolean)
  const text = folded(filter.summary_contains ?? '')
  return todo => {
    if (status !== undefined ? todo.status !== status : !filter.include_completed && isClosed(todo))
      return false
    if (lowest && (todo.priority < 1 || todo.priority > lowest)) return false
    if (words.length > 0 && !todo.categories.some(name => words.includes(folded(name))))
      return false
    if (!folded(todo.summary).includes(text)) return false
    if (parent !== undefined && (todo.parent_uid ?? '') !== parent) return false
    if (before === undefined && after === undefined) return true
    const due = dueOf(todo, zone)
    if (due === undefined) return false
    return (before === undefined || due < before) && (after === undefined || due >= after)
  }
}

/** Checks the times of a filter before anything is asked for. @throws CodedError `BAD_INPUT` */
export function requireTimes(filter: Filter, zone: Zone): void {
  bound('due_before', filter.due_before, zone)
  bound('due_after', filter.due_after, zone)
}

/** A todo with what decides its place. */
export interface Placed {
  readonly todo: Todo
  readonly due: Instant | undefined
}

export function placed(todo: Todo, zone: Zone): Placed {
  return { todo, due: dueOf(todo, zone) }
}

/** Open ones first; then by due time, those without one last; then by priority, then by name. */
export function byUrgency(one: Placed, other: Placed): number {
  return (
    Number(isClosed(one.todo)) - Number(isClosed(other.todo)) ||
    compare(one.due ?? Number.POSITIVE_INFINITY, other.due ?? Number.POSITIVE_INFINITY) ||
    (one.todo.priority || 10) - (other.todo.priority || 10) ||
    compare(one.todo.summary, other.todo.summary)
  )
}

/** When it is due; of a recurring one, the occurrence that is next to be done. */
function dueOf(todo: Todo, zone: Zone): Instant | undefined {
  const text = todo.recurring ? (todo.current_due ?? todo.due) : todo.due
  return text === undefined ? undefined : instantOfText(text, zone, 'due')
}

function bound(name: string, text: string | undefined, zone: Zone): Instant | undefined {
  return text === undefined || text.trim() === '' ? undefined : instantOfText(text, zone, name)
}

function compare<T extends number | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Without regard to case and diacritics. */
function folded(text: string): string {
  return fold(text).trim()
}
