/** What the todo tools take and give. */
import { z } from 'zod'
import { ReminderResult } from '../../../icalendar/reminder-list.ts'
import type { Todo } from '../todos.ts'

export const listName = z.string().describe('Name or display name')
export const todoUid = z.string()
export const etag = z.string().optional().describe('Refuses if changed since')

const STATUSES = ['NEEDS-ACTION', 'IN-PROCESS', 'COMPLETED', 'CANCELLED'] as const
/** In any case; empty for none. */
export const status = z
  .preprocess(
    value => (typeof value === 'string' ? value.trim().toUpperCase() || undefined : value),
    z.enum(STATUSES).optional(),
  )
  .optional()

/** The filters that listing and searching share. */
export const filters = {
  status,
  min_priority: z
    .int()
    .min(0)
    .max(9)
    .optional()
    .describe('As important or more: 1 is highest, 9 lowest'),
  categories: z.string().optional().describe('Comma-separated; one is enough'),
  summary_contains: z.string().optional(),
  due_before: z.string().optional(),
  due_after: z.string().optional().describe('This time or later'),
  include_completed: z.boolean().default(true),
  limit: z.int().min(1).max(1000).default(100),
  offset: z.int().min(0).default(0),
}

const TodoView = z.object({
  uid: z.string(),
  summary: z.string(),
  description: z.string().describe('Ends with "…" where it is longer: todo_uid gives all of it'),
  status: z.string().describe('Of a recurring todo: of the series'),
  priority: z.int().describe('1 highest, 9 lowest, 0 none'),
  percent_complete: z.int(),
  due: z.string().nullable().describe('ISO 8601; a date alone is a whole day'),
  due_tz: z.string().optional(),
  dtstart: z.string().nullable(),
  dtstart_tz: z.string().optional(),
  completed: z.string().nullable(),
  categories: z.string().describe('Comma-separated'),
  location: z.string().optional(),
  url: z.string().optional(),
  parent_uid: z.string().optional().describe('Of the todo that this one is a subtask of'),
  recurring: z.boolean(),
  recurrence_rule: z.string(),
  reminders: z.array(ReminderResult),
  pending_count: z.int().optional().describe('Recurring: open occurrences up to now'),
  oldest_pending_dtstart: z.string().optional(),
  oldest_pending_due: z.string().optional(),
  current_dtstart: z.string().optional().describe('Recurring: of the next open occurrence'),
  current_due: z.string().optional(),
  current_recurrence_id: z.string().optional().describe('Names it for nc_calendar_complete_todo'),
  href: z.string(),
  etag: z.string(),
  calendar_name: z.string().optional().describe('In searches'),
  calendar_display_name: z.string().optional(),
})

export const Todos = z.object({
  todos: z.array(TodoView).describe('Open ones first, by due time, then by priority'),
  calendar_name: z.string().nullable().describe('Null in searches'),
  calendar_display_name: z.string().optional(),
  read_only: z.string().optional().describe('Why nothing can be written to the list'),
  total_count: z.int().describe('All that match'),
  next_offset: z.int().optional().describe('Only where there is more'),
  unreadable_count: z.int().optional().describe('Objects that are broken and left out'),
  failed_calendars: z
    .array(z.object({ calendar_name: z.string(), code: z.string(), message: z.string() }))
    .optional()
    .describe('Lists that could not be searched'),
})

const LONGEST_DESCRIPTION = 200

/** A todo in the shape of a result. */
export function viewOf(
  todo: Todo,
  options: { readonly whole: boolean; readonly named: boolean },
): z.input<typeof TodoView> {
  const { due, due_tz, dtstart, dtstart_tz, completed, location, url, parent_uid, list } = todo
  return {
    uid: todo.uid,
    summary: todo.summary,
    description: options.whole ? todo.description : shortened(todo.description),
    status: todo.status,
    priority: todo.priority,
    percent_complete: todo.percent_complete,
    due: due ?? null,
    ...(due_tz === undefined ? {} : { due_tz }),
    dtstart: dtstart ?? null,
    ...(dtstart_tz === undefined ? {} : { dtstart_tz }),
    completed: completed ?? null,
    categories: todo.categories.join(','),
    ...(location === '' ? {} : { location }),
    ...(url === '' ? {} : { url }),
    ...(parent_uid === undefined ? {} : { parent_uid }),
    recurring: todo.recurring,
    recurrence_rule: todo.recurrence_rule ?? '',
    reminders: [...todo.reminders],
    ...(todo.recurring ? occurrences(todo) : {}),
    href: todo.path,
    etag: todo.etag,
    ...(options.named ? { calendar_name: list.name, calendar_display_name: list.displayName } : {}),
  }
}

function occurrences(todo: Todo): Partial<z.input<typeof TodoView>> {
  const {
    pending_count,
    oldest_pending_dtstart,
    oldest_pending_due,
    current_dtstart,
    current_due,
    current_recurrence_id,
  } = todo
  return {
    pending_count,
    oldest_pending_dtstart,
    oldest_pending_due,
    current_dtstart,
    current_due,
    current_recurrence_id,
  }
}

function shortened(text: string): string {
  if (text.length <= LONGEST_DESCRIPTION) return text
  return `${text.slice(0, LONGEST_DESCRIPTION).toWellFormed()}…`
}
