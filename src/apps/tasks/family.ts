/** Subtasks: todos that name another one, their parent (RELATED-TO), in the same list. */
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { readTodos, type Todo } from './todos.ts'

/** All that is below a todo, parents before their own subtasks. Ends where they form a circle. */
export function descendants(todos: readonly Todo[], uid: string): Todo[] {
  const seen = new Set([uid])
  const found: Todo[] = []
  const waiting = [uid]
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift()) {
    for (const child of todos) {
      if (child.parent_uid !== parent || seen.has(child.uid)) continue
      seen.add(child.uid)
      found.push(child)
      waiting.push(child.uid)
    }
  }
  return found
}

/**
 * Makes sure that a todo can be a part of another one; one request.
 * @param uid of the todo; undefined for one that does not exist yet
 * @throws CodedError `BAD_INPUT` that names parent_uid
 */
export async function requireParent(
  session: Session,
  list: Calendar,
  parent: string,
  uid?: string,
): Promise<void> {
  if (parent === uid) throw badInput('parent_uid: a todo cannot be a part of itself')
  // What is below the todo takes the whole list to know.
  const only = uid === undefined ? parent : undefined
  const { todos } = await readTodos(session, list, { uid: only })
  if (!todos.some(todo => todo.uid === parent)) {
    throw badInput(
      `parent_uid: the list ${list.displayName} has no todo "${parent}"`,
      'A todo and its subtasks are in the same list.',
    )
  }
  if (uid !== undefined && descendants(todos, uid).some(todo => todo.uid === parent)) {
    throw badInput(
      `parent_uid: "${parent}" is itself below this todo`,
      'Take it out of there first.',
    )
  }
}
