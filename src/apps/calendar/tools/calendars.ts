/** Making, changing and deleting calendars themselves. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import {
  createCalendar,
  deleteCalendar,
  updateCalendar,
} from '../../../nextcloud/caldav/calendar-changes.ts'
import { type Calendar, findCalendar, listCalendars } from '../../../nextcloud/caldav/calendars.ts'
import { badInput, CodedError } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { isEmpty } from '../filters.ts'
import { CalendarResult, calendarResult } from './read.ts'

const USUAL_COLOR = '#1976D2'
const ACTIONS = ['list', 'create', 'update', 'delete'] as const

interface Arguments {
  readonly calendar_name: string
  readonly display_name?: string | undefined
  readonly description?: string | undefined
  readonly color?: string | undefined
}

export const manageCalendar = defineTool({
  name: 'nc_calendar_manage_calendar',
  title: 'Manage calendars',
  description:
    'Lists, creates or updates calendars, or deletes one, by its exact name, to the trash bin.',
  scopes: ['calendar:write'],
  effect: 'delete',
  input: z.object({
    action: z.enum(ACTIONS),
    calendar_name: z.string().trim().default('').describe('As in addresses, without "/"'),
    display_name: z.string().trim().optional(),
    description: z.string().optional(),
    color: z.string().trim().optional().describe(`#rrggbb; a new one: ${USUAL_COLOR}`),
  }),
  output: z.object({
    calendars: z.array(CalendarResult).optional(),
    total_count: z.int().optional(),
    name: z.string().optional(),
    display_name: z.string().optional(),
    description: z.string().optional(),
    color: z.string().optional(),
    status_code: z.int().optional(),
    message: z.string().optional(),
  }),
  async run({ session }, { action, ...args }) {
    if (action === 'list') {
      const calendars = (await listCalendars(session)).map(each => calendarResult(session, each))
      return { calendars, total_count: calendars.length }
    }
    if (isEmpty(args.calendar_name)) throw badInput(`calendar_name: action=${action} needs it`)
    if (!isEmpty(args.color) && !/^#[0-9a-f]{6}(?:[0-9a-f]{2})?$/i.test(args.color ?? '')) {
      throw badInput(`color: "${args.color}" is no color`, 'Write it as #1976D2.')
    }
    const act = { create, update, delete: remove }[action]
    return act(session, args)
  },
})

async function create(session: Session, { calendar_name: name, ...args }: Arguments) {
  const isAddress = /^[^/\\?#\p{Cc}]+$/u.test(name) && name !== '.' && name !== '..'
  if (!isAddress || name.length > 200) {
    throw badInput(
      `calendar_name: "${name}" cannot be part of an address`,
      'Use letters, digits, - and _; display_name may be anything.',
    )
  }
  const change = {
    displayName: isEmpty(args.display_name) ? name : args.display_name,
    description: isEmpty(args.description) ? undefined : args.description,
    color: isEmpty(args.color) ? USUAL_COLOR : args.color,
  }
  await createCalendar(session, name, change)
  return {
    name,
    display_name: change.displayName ?? name,
    description: change.description ?? '',
    color: change.color ?? '',
    status_code: 201,
  }
}

async function update(session: Session, { calendar_name, ...args }: Arguments) {
  const change = {
    displayName: isEmpty(args.display_name) ? undefined : args.display_name,
    description: isEmpty(args.description) ? undefined : args.description,
    color: isEmpty(args.color) ? undefined : args.color,
  }
  if (Object.values(change).every(value => value === undefined)) {
    throw badInput('Nothing to change', 'Give display_name, description or color.')
  }
  const calendar = await findCalendar(session, calendar_name)
  await updateCalendar(session, calendar, change)
  return {
    name: calendar.name,
    display_name: change.displayName ?? calendar.displayName,
    description: change.description ?? calendar.description ?? '',
    color: change.color ?? calendar.color ?? '',
    status_code: 207,
  }
}

async function remove(session: Session, { calendar_name }: Arguments) {
  const calendar = await findCalendar(session, calendar_name)
  if (calendar.name !== calendar_name) {
    throw badInput(
      `calendar_name: deleting needs the exact name, which is "${calendar.name}"`,
      'Make sure that this calendar is meant, with everything that is in it.',
    )
  }
  if (calendar.source === 'birthdays') {
    throw new CodedError('FORBIDDEN', 'The calendar of birthdays is made of the contacts', {
      subject: calendar.name,
      hint: 'It can be switched off in the settings of the calendar app.',
    })
  }
  await deleteCalendar(session, calendar)
  return { name: calendar.name, status_code: 204, message: deletedMessage(calendar) }
}

function deletedMessage({ source, owner }: Calendar): string {
  if (source === 'shared') return `It is no longer shared with you. ${owner} still has it.`
  if (source === 'subscription') return 'You are no longer subscribed to it.'
  return 'Moved to the trash bin of the calendar app, where it can be restored, usually for 30 days.'
}
