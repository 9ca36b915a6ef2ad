import { warmUp } from '../../icalendar/warm-up.ts'
import type { App } from '../../mcp/app.ts'
import { listTodos, searchTodos } from './tools/read.ts'
import { completeTodo, createTodo, deleteTodo, updateTodo } from './tools/write.ts'

/** Task lists: the todos (VTODO) of the user's calendars, which every Nextcloud has. */
export const tasksApp: App = {
  id: 'tasks',
  title: 'Tasks',
  about: 'Todos with subtasks, reminders and recurrence',
  warmUp,
  aliases: ['todo', 'todos'],
  tools: [listTodos, searchTodos, createTodo, updateTodo, completeTodo, deleteTodo],
  essential: ['nc_calendar_list_todos', 'nc_calendar_create_todo', 'nc_calendar_complete_todo'],
  toldBy: {
    read_only: 'nc_calendar_list_calendars',
    etag: 'nc_calendar_list_todos',
    calendar_name: 'nc_calendar_list_calendars',
    todo_uid: 'nc_calendar_search_todos',
  },
}
