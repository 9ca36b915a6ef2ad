/** Tools that read todos. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { readOnlyReason, taskList } from '../lists.ts'
import { type Found, findEverywhere, findInList } from '../search.ts'
import { noTodo } from '../todos.ts'
import { filters, listName, Todos, viewOf } from './shapes.ts'

export const listTodos = defineTool({
  name: 'nc_calendar_list_todos',
  title: 'List todos',
  description:
    'Lists the todos of a task list, open and urgent ones first. Long descriptions are cut; todo_uid gives one in full.',
  scopes: ['todo:read', 'calendar:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    calendar_name: listName,
    ...filters,
    parent_uid: z.string().optional().describe('Its subtasks; "": no subtasks'),
    todo_uid: z.string().optional(),
  }),
  output: Todos,
  async run({ session }, { calendar_name, todo_uid: uid, limit, offset, ...filter }) {
    const todo_uid = uid || undefined
    const list = await taskList(session, calendar_name)
    const asked = todo_uid === undefined ? filter : { include_completed: true }
    const found = await findInList(session, list, asked, todo_uid)
    const { todos, unreadable } = found
    if (todo_uid !== undefined && todos.length + unreadable === 0) throw noTodo(list, todo_uid)
    const reason = readOnlyReason(list)
    return {
      ...page(found, limit, offset, { whole: todo_uid !== undefined, named: false }),
      calendar_name: list.name,
      calendar_display_name: list.displayName,
      ...(reason === undefined ? {} : { read_only: reason }),
    }
  },
})

export const searchTodos = defineTool({
  name: 'nc_calendar_search_todos',
  title: 'Search todos',
  description: 'Finds todos in all task lists, open and urgent ones first.',
  scopes: ['todo:read', 'calendar:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(filters),
  output: Todos,
  async run({ session }, { limit, offset, ...filter }) {
    const found = await findEverywhere(session, filter)
    const failed = found.failed.map(({ list, error: { code, message } }) => ({
      calendar_name: list.name,
      code,
      message,
    }))
    return {
      ...page(found, limit, offset, { whole: false, named: true }),
      calendar_name: null,
      ...(failed.length === 0 ? {} : { failed_calendars: failed }),
    }
  },
})

function page(
  { todos, unreadable }: Found,
  limit: number,
  offset: number,
  view: { readonly whole: boolean; readonly named: boolean },
) {
  const end = offset + limit
  return {
    todos: todos.slice(offset, end).map(todo => viewOf(todo, view)),
    total_count: todos.length,
    ...(end < todos.length ? { next_offset: end } : {}),
    ...(unreadable === 0 ? {} : { unreadable_count: unreadable }),
  }
}
