/** Tools that make, change, complete and delete todos. */
import { z } from 'zod'
import { reminderList, remindersOf } from '../../../icalendar/reminder-list.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { completeWithSubtasks, deleteTodo as remove, type Subtasks } from '../bulk.ts'
import { writableList } from '../lists.ts'
import * as todos from '../write.ts'
import { etag, listName, status, todoUid } from './shapes.ts'

const PRIORITY = '1 highest, 9 lowest, 0 none'
const priority = z.int().min(0).max(9)
const TIME = 'ISO: date, local time, or with offset'
const categories = z.string().optional().describe('Comma-separated')
const timezone = z.string().optional().describe("IANA; default: the user's")

/** Where local times were taken to be; see {@link told}. */
const Place = z.object({
  timezone: z.string().optional().describe('Where local times were taken to be'),
  message: z.string().optional(),
})

const SubtasksLeft = z
  .array(z.object({ uid: z.string(), code: z.string(), message: z.string() }))
  .optional()
  .describe('Subtasks left as they were, and why')

export const createTodo = defineTool({
  name: 'nc_calendar_create_todo',
  title: 'Create a todo',
  description: 'Creates a todo in a task list, or a subtask of another todo of the list.',
  scopes: ['todo:write', 'calendar:read'],
  effect: 'create',
  input: z.object({
    calendar_name: listName,
    summary: z.string().trim().min(1),
    description: z.string().optional(),
    status,
    priority: priority.default(0).describe(PRIORITY),
    due: z.string().optional().describe(TIME),
    dtstart: z.string().optional(),
    timezone,
    categories,
    reminders: reminderList.optional(),
    parent_uid: z.string().optional(),
    recurrence_rule: z.string().optional().describe('RRULE value'),
  }),
  output: Place.extend({
    uid: z.string(),
    href: z.string(),
    etag: z.string(),
    status_code: z.int(),
  }),
  async run({ session }, { calendar_name, ...given }) {
    const { categories: names, priority: urgency, reminders, ...fields } = given
    const wishes = remindersOf(reminders)
    const list = await writableList(session, calendar_name)
    const result = await todos.createTodo(session, list, {
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')),
      ...(names === undefined ? {} : { categories: listOf(names) }),
      ...(wishes === undefined ? {} : { reminders: wishes }),
      ...(urgency === 0 ? {} : { priority: urgency }),
    })
    return {
      uid: result.todo.uid,
      href: result.path,
      etag: result.etag,
      status_code: result.status,
      ...told(result.place),
    }
  },
})

export const updateTodo = defineTool({
  name: 'nc_calendar_update_todo',
  title: 'Change a todo',
  description:
    'Changes what is given of a todo and keeps all else; "" takes a property away. Of a recurring one it changes the series, or the occurrence named.',
  scopes: ['todo:write', 'calendar:read'],
  effect: 'update',
  input: z.object({
    calendar_name: listName,
    todo_uid: todoUid,
    summary: z.string().trim().min(1).optional(),
    description: z.string().optional(),
    status,
    priority: priority.optional().describe(PRIORITY),
    percent_complete: z.int().min(0).max(100).optional(),
    due: z.string().optional().describe(TIME),
    dtstart: z.string().optional(),
    completed: z.string().optional(),
    timezone,
    categories,
    reminders: reminderList.optional().describe('As for creating; replace all'),
    parent_uid: z.string().optional(),
    recurrence_rule: z.string().optional(),
    recurrence_id: z.string().optional(),
    etag,
  }),
  output: Place.extend({
    uid: z.string(),
    calendar_name: z.string(),
    status: z.string(),
    percent_complete: z.int(),
    href: z.string(),
    etag: z.string(),
  }),
  async run({ session }, { calendar_name, todo_uid, recurrence_id, etag: read, ...given }) {
    const { categories: names, reminders, ...fields } = given
    const changes = {
      ...fields,
      reminders: remindersOf(reminders),
      ...(names === undefined ? {} : { categories: listOf(names) }),
    }
    if (Object.values(changes).every(value => value === undefined)) {
      throw badInput('Nothing to change', 'Give at least one property of the todo.')
    }
    const list = await writableList(session, calendar_name)
    const target = {
      uid: todo_uid,
      recurrenceId: recurrence_id || undefined,
      etag: read || undefined,
    }
    const result = await todos.updateTodo(session, list, target, changes)
    return {
      uid: todo_uid,
      calendar_name: list.name,
      status: result.todo.status,
      percent_complete: result.todo.percent_complete,
      href: result.path,
      etag: result.etag,
      ...told(result.place),
    }
  },
})

export const completeTodo = defineTool({
  name: 'nc_calendar_complete_todo',
  title: 'Complete a todo',
  description:
    'Marks a todo as done; of a recurring one the current occurrence, or the one named. One that is done stays as it is; subtasks stay open unless asked for.',
  scopes: ['todo:write', 'calendar:read'],
  effect: 'update',
  input: z.object({
    calendar_name: listName,
    todo_uid: todoUid,
    completed: z.string().optional().describe('When; default: now'),
    recurrence_id: z.string().optional().describe('Of an occurrence, as listed'),
    series: z.boolean().default(false).describe('All occurrences, for good'),
    with_subtasks: z.boolean().default(false),
    etag,
  }),
  output: Place.extend({
    uid: z.string(),
    calendar_name: z.string(),
    status: z.string().describe('Of what was completed'),
    percent_complete: z.int(),
    completed: z.string(),
    recurrence_id: z.string().optional().describe('Of the occurrence that was completed'),
    current_due: z.string().optional().describe('Recurring: of what is to be done next'),
    current_recurrence_id: z.string().optional(),
    href: z.string(),
    etag: z.string(),
    completed_subtasks: z.array(z.string()).optional().describe('Their uids'),
    left_subtasks: SubtasksLeft,
  }),
  async run({ session }, { calendar_name, todo_uid, ...args }) {
    if (args.series && args.recurrence_id) {
      throw badInput('recurrence_id names one occurrence, series means all: give one of them')
    }
    const list = await writableList(session, calendar_name)
    const result = await completeWithSubtasks(session, list, todo_uid, {
      completed: args.completed || undefined,
      recurrenceId: args.recurrence_id || undefined,
      series: args.series,
      etag: args.etag || undefined,
      withSubtasks: args.with_subtasks,
    })
    const { todo, subtasks } = result
    const place = told(result.place)
    const said = [place.message, ...(result.isNew ? [] : ['It was completed already.'])]
    const message = said.filter(Boolean).join(' ')
    return {
      uid: todo_uid,
      calendar_name: list.name,
      status: 'COMPLETED',
      percent_complete: 100,
      completed: result.completed,
      ...(result.recurrenceId === undefined ? {} : { recurrence_id: result.recurrenceId }),
      ...(todo.recurring
        ? { current_due: todo.current_due, current_recurrence_id: todo.current_recurrence_id }
        : {}),
      href: result.path,
      etag: result.etag,
      ...subtasksTold('completed', subtasks),
      ...place,
      ...(message === '' ? {} : { message }),
    }
  },
})

export const deleteTodo = defineTool({
  name: 'nc_calendar_delete_todo',
  title: 'Delete a todo',
  description:
    'Moves a todo to the trash bin; a recurring one with all its occurrences. One with subtasks needs "subtasks".',
  scopes: ['todo:write', 'calendar:read'],
  effect: 'delete',
  idempotent: true,
  input: z.object({
    calendar_name: listName,
    todo_uid: todoUid,
    subtasks: z.enum(['delete', 'keep']).optional(),
    etag,
  }),
  output: z.object({
    status_code: z.int().nullable(),
    message: z.string().nullable().describe('How to get it back'),
    deleted_uid: z.string(),
    calendar_name: z.string(),
    deleted_subtasks: z.array(z.string()).optional().describe('Their uids'),
    left_subtasks: SubtasksLeft,
  }),
  async run({ session }, { calendar_name, todo_uid, subtasks: choice, etag: read }) {
    const list = await writableList(session, calendar_name)
    const { status: code, subtasks } = await remove(session, list, todo_uid, {
      subtasks: choice,
      etag: read || undefined,
    })
    const who = list.owner === undefined ? 'It' : `${list.owner}, who owns the list,`
    return {
      status_code: code,
      message: `Deleted. ${who} can ${list.owner === undefined ? 'be restored' : 'restore it'} from the trash bin of Tasks or Calendar in Nextcloud, by default for 30 days.`,
      deleted_uid: todo_uid,
      calendar_name: list.name,
      ...subtasksTold('deleted', subtasks),
    }
  },
})

/** Subtasks in the shape of a result. */
function subtasksTold(verb: 'completed' | 'deleted', subtasks: Subtasks | undefined) {
  if (subtasks === undefined) return {}
  return {
    [`${verb}_subtasks`]: [...subtasks.done],
    ...(subtasks.left.length === 0 ? {} : { left_subtasks: [...subtasks.left] }),
  }
}

/** Says where local times were taken to be, and that this is a guess where it is one. */
function told(place: todos.Place | undefined): { timezone?: string; message?: string } {
  if (place === undefined) return {}
  const { timezone, isGuess } = place
  if (!isGuess) return { timezone }
  const message = "The user's time zone is not known: local times were taken as UTC."
  return { timezone, message: `${message} The argument timezone says it.` }
}

function listOf(names: string): string[] {
  return names
    .split(',')
    .map(name => name.trim())
    .filter(Boolean)
}
