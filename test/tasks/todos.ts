import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const tasksOf = ({ read }: World): Promise<string> =>
  read('/remote.php/dav/calendars/alice/tasks?export')

export const todos: TaskGroup = {
  title: 'Tasks',
  tasks: [
    {
      says: 'I have replaced the router: tick it off.',
      steps: [
        {
          tool: 'nc_calendar_search_todos',
          seeking: 'find a task',
          with: () => ({ summary_contains: 'router' }),
        },
        {
          tool: 'nc_calendar_complete_todo',
          seeking: 'mark a task as done',
          with: ({ todos: [todo] }) => ({
            calendar_name: todo.calendar_name,
            todo_uid: todo.uid,
          }),
        },
      ],
      async outcome({ read }) {
        const text = await read('/remote.php/dav/calendars/alice/tasks/router.ics')
        assert.match(text, /STATUS:COMPLETED/)
      },
    },
    {
      says: 'To send the garden house offer I must first "Order blinds", due on Friday: make it a subtask of that.',
      steps: [
        {
          tool: 'nc_calendar_search_todos',
          seeking: 'search my tasks',
          with: () => ({ summary_contains: 'garden house offer' }),
        },
        {
          tool: 'nc_calendar_create_todo',
          seeking: 'add a subtask',
          with: ({ todos: [offer] }) => ({
            calendar_name: offer.calendar_name,
            parent_uid: offer.uid,
            summary: 'Order blinds',
            due: '2026-10-16',
          }),
        },
      ],
      async outcome(world) {
        const text = await tasksOf(world)
        const [todo = ''] =
          /BEGIN:VTODO(?:(?!END:VTODO)[\s\S])*SUMMARY:Order blinds[\s\S]*?END:VTODO/.exec(text) ??
          []
        assert.match(todo, /RELATED-TO.*:offer@example.org/)
        assert.match(todo, /DUE;VALUE=DATE:20261016/)
      },
    },
    {
      says: 'Put "Buy nails" on my shopping list of tasks.',
      steps: [
        {
          tool: 'nc_calendar_create_todo',
          seeking: 'add something to my todo list',
          with: () => ({ calendar_name: 'shopping', summary: 'Buy nails' }),
          fails: 'NOT_FOUND',
        },
        {
          tool: 'nc_calendar_create_todo',
          hears: 'Then take "Tasks".',
          with: ({ error }) => ({
            calendar_name: /(\w+) \(Tasks\)/.exec(error.hint)?.[1],
            summary: 'Buy nails',
          }),
        },
      ],
      async outcome(world) {
        assert.match(await tasksOf(world), /SUMMARY:Buy nails/)
      },
    },
  ],
}
