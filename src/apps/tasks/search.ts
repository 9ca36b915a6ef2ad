/** Todos of one list or of all, filtered, in order, page by page. */
import { UTC } from '../../icalendar/iana.ts'
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { type CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { byUrgency, type Filter, matcher, type Placed, placed, requireTimes } from './filter.ts'
import { taskLists } from './lists.ts'
import { readTodos, type Todo } from './todos.ts'

/** What was found in some lists. */
export interface Found {
  /** Open ones first, by due time, then by priority. */
  readonly todos: readonly Todo[]
  readonly unreadable: number
  /** Lists that could not be read, and why. */
  readonly failed: readonly { readonly list: Calendar; readonly error: CodedError }[]
}

/**
 * The todos of a list that match; one request.
 * @throws CodedError `BAD_INPUT` that names an argument, else as any request
 */
export async function findInList(
  session: Session,
  list: Calendar,
  filter: Filter,
  uid?: string,
): Promise<Found> {
  requireTimes(filter, UTC)
  const { found, unreadable } = await matches(session, list, filter, uid)
  return { todos: inOrder(found), unreadable, failed: [] }
}

/**
 * The todos of all lists that match; one request for each list, at the same time. A list that
 * fails is named, and fails the others only if none could be read.
 * @throws CodedError as {@link findInList}
 */
export async function findEverywhere(session: Session, filter: Filter): Promise<Found> {
  requireTimes(filter, UTC)
  const lists = await taskLists(session)
  const outcomes = await Promise.allSettled(lists.map(list => matches(session, list, filter)))
  const found: Placed[] = []
  const failed: { list: Calendar; error: CodedError }[] = []
  let unreadable = 0
  for (const [at, outcome] of outcomes.entries()) {
    const list = lists[at]
    if (outcome.status === 'fulfilled') {
      found.push(...outcome.value.found)
      unreadable += outcome.value.unreadable
    } else if (list !== undefined) {
      failed.push({ list, error: namedFailure(outcome.reason) })
    }
  }
  const [first] = failed
  if (first !== undefined && failed.length === lists.length) throw first.error
  return { todos: inOrder(found), unreadable, failed }
}

async function matches(
  session: Session,
  list: Calendar,
  filter: Filter,
  uid?: string,
): Promise<{ found: Placed[]; unreadable: number }> {
  const { todos, unreadable, clock } = await readTodos(session, list, { uid })
  const isMatch = matcher(filter, clock.zone)
  return {
    found: todos.filter(isMatch).map(todo => placed(todo, clock.zone)),
    unreadable,
  }
}

function inOrder(found: readonly Placed[]): Todo[] {
  return found.toSorted(byUrgency).map(({ todo }) => todo)
}

/** What is said of one list among others. What concerns the whole call, or is a fault, is thrown. */
function namedFailure(error: unknown): CodedError {
  if (!isCodedError(error) || ['CANCELLED', 'UNAUTHORIZED', 'BAD_INPUT'].includes(error.code)) {
    throw error
  }
  return error
}
