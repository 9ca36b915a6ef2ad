/** What is done to a todo together with its subtasks. */
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { deleteObject } from '../../nextcloud/caldav/objects.ts'
import { CodedError, hasCode, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { descendants } from './family.ts'
import { isClosed } from './filter.ts'
import { noTodo, readTodos, requireEtag, requireWhole, type Todo } from './todos.ts'
import { type Completed, type Completion, completeTodo, exclusively } from './write.ts'

/** A subtask that was left as it was, and why. */
export interface Left {
  readonly uid: string
  readonly code: string
  readonly message: string
}

/** What became of subtasks. */
export interface Subtasks {
  readonly done: readonly string[]
  readonly left: readonly Left[]
}

/**
 * Completes a todo and then, where asked, all that is open below it. Recurring subtasks are left:
 * each of their occurrences is a matter of its own.
 * @throws CodedError where the todo itself cannot be completed; nothing has been written then
 */
export function completeWithSubtasks(
  session: Session,
  list: Calendar,
  uid: string,
  options: Completion & { readonly etag?: string | undefined; readonly withSubtasks: boolean },
): Promise<Completed & { readonly subtasks: Subtasks | undefined }> {
  const { etag, withSubtasks, ...completion } = options
  return exclusively(session, list, async () => {
    const below = withSubtasks ? descendants((await readTodos(session, list)).todos, uid) : []
    const completed = await completeTodo(session, list, uid, completion, etag)
    if (!withSubtasks) return { ...completed, subtasks: undefined }
    const { completed: when } = completion
    const subtasks = await eachOf(
      below.filter(todo => !isClosed(todo)),
      async todo => {
        if (todo.recurring) throw new CodedError('BAD_INPUT', 'Recurring: complete it by itself')
        await completeTodo(session, list, todo.uid, { completed: when }, todo.etag)
      },
    )
    return { ...completed, subtasks }
  })
}

/** What a deletion does with what is below the todo. */
export type SubtaskChoice = 'delete' | 'keep' | undefined

/**
 * Deletes a todo, if it is as it was read: one request to see it and what is below it, one for each
 * todo that is deleted.
 * @throws CodedError `BAD_INPUT` where it has subtasks and nothing is said of them
 */
export function deleteTodo(
  session: Session,
  list: Calendar,
  uid: string,
  options: { readonly etag?: string | undefined; readonly subtasks: SubtaskChoice },
): Promise<{ readonly status: number; readonly subtasks: Subtasks | undefined }> {
  return exclusively(session, list, async () => {
    const { todos } = await readTodos(session, list)
    const todo = todos.find(each => each.uid === uid)
    if (todo === undefined) throw noTodo(list, uid)
    requireEtag(todo, uid, options.etag)
    const below = descendants(todos, uid)
    if (below.length > 0 && options.subtasks === undefined) throw hasSubtasks(todo, below)
    const status = await deleteObject(session, list, todo)
    if (below.length === 0 || options.subtasks === 'keep') return { status, subtasks: undefined }
    const subtasks = await eachOf(below, async child => {
      await deleteObject(session, list, child).catch((error: unknown) => {
        if (!hasCode(error, 'NOT_FOUND')) throw error
      })
    })
    return { status, subtasks }
  })
}

/** One after the other: a list takes one write at a time. What fails is said and stops nothing. */
async function eachOf(
  todos: readonly Todo[],
  work: (todo: Todo) => Promise<void>,
): Promise<Subtasks> {
  const done: string[] = []
  const left: Left[] = []
  for (const todo of todos) {
    try {
      requireWhole(todo.isHidden, todo.list, todo.uid)
      await work(todo)
      done.push(todo.uid)
    } catch (error) {
      if (!isCodedError(error)) throw error
      left.push({ uid: todo.uid, code: error.code, message: error.message })
    }
  }
  return { done, left }
}

function hasSubtasks({ summary, uid }: Todo, below: readonly Todo[]): CodedError {
  const names = below.slice(0, 5).map(child => `"${child.summary}"`)
  const more = below.length > names.length ? ` and ${below.length - names.length} more` : ''
  return new CodedError(
    'BAD_INPUT',
    `subtasks: "${summary}" has some: ${names.join(', ')}${more}`,
    {
      subject: uid,
      hint: 'Say delete to delete them with it, or keep to keep them as todos of their own.',
    },
  )
}
