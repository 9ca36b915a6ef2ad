/** Making, changing and deleting single events. */
import { z } from 'zod'
import { isInvitation } from '../../../icalendar/edit.ts'
import { describeEvent } from '../../../icalendar/event.ts'
import {
  createEvent,
  deleteEvent,
  type EditContext,
  type Scope,
  updateEvent,
} from '../../../icalendar/event-edit.ts'
import { readObject } from '../../../icalendar/object.ts'
import { defineTool } from '../../../mcp/tool.ts'
import {
  type Calendar,
  findCalendar,
  requireWritable,
} from '../../../nextcloud/caldav/calendars.ts'
import type { Written } from '../../../nextcloud/caldav/objects.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { addObject, changeObject, deleteTarget } from '../changes.ts'
import { ALL_DAY_NOTE, hrefOf } from '../event-result.ts'
import {
  type EventFields,
  editContext,
  fieldsToCreate,
  fieldsToUpdate,
  reminderList,
  scopeOf,
} from '../fields.ts'
import { isEmpty } from '../filters.ts'
import { eventIn } from '../listing.ts'
import { ZONE_NOTE } from '../zone.ts'

export const EventWritten = z.object({
  uid: z.string(),
  href: z.string(),
  etag: z.string(),
  status_code: z.int(),
  start: z.string().optional().describe('As it is now; a date alone is all-day'),
  end: z.string().optional().describe('Exclusive, for all-day events too'),
  last_day: z.string().optional().describe('All-day only: the last day, inclusive'),
  timezone: z.string().optional(),
  new_uid: z.string().optional().describe('With this_and_future: of the new series from then on'),
  new_href: z.string().optional(),
  new_etag: z.string().optional(),
  notes: z.array(z.string()).optional(),
})

const scope = z.enum(['series', 'occurrence', 'this_and_future']).default('series')
const recurrenceId = z.string().optional().describe('From a list')

export const createEventTool = defineTool({
  name: 'nc_calendar_create_event',
  title: 'Create an event',
  description: 'Creates an event. Nextcloud invites the attendees.',
  scopes: ['calendar:write'],
  effect: 'create',
  openWorld: true,
  input: z.object({
    calendar_name: z.string(),
    title: z.string(),
    start_datetime: z
      .string()
      .describe("ISO 8601; local times in the user's zone; a date: all-day"),
    end_datetime: z.string().optional().describe('All-day: the last day'),
    all_day: z.boolean().default(false),
    description: z.string().optional(),
    location: z.string().optional(),
    categories: z.string().optional().describe('Comma-separated'),
    recurring: z.boolean().optional(),
    recurrence_rule: z.string().optional().describe('FREQ=WEEKLY;BYDAY=MO'),
    recurrence_end_date: z.string().optional(),
    reminder_minutes: z.int().min(0).default(15).describe('0: none'),
    reminder_email: z.boolean().default(false),
    status: z.string().default('CONFIRMED'),
    priority: z.int().min(0).max(9).default(5),
    privacy: z.string().default('PUBLIC'),
    attendees: z.string().optional().describe('a@b.org, Name <c@d.org>'),
    url: z.string().optional(),
    color: z.string().optional(),
    timezone: z.string().optional().describe('IANA'),
    reminders: reminderList.optional(),
  }),
  output: EventWritten,
  run: ({ session }, { calendar_name, ...fields }) => create(session, calendar_name, fields),
})

export const updateEventTool = defineTool({
  name: 'nc_calendar_update_event',
  title: 'Change an event',
  description:
    'Changes the given fields of an event and nothing else; an empty text clears one. Of a series: all of it, one occurrence, or this and all later ones.',
  scopes: ['calendar:write'],
  effect: 'update',
  openWorld: true,
  input: z.object({
    calendar_name: z.string(),
    event_uid: z.string(),
    title: z.string().optional(),
    start_datetime: z.string().optional().describe('As for creating'),
    end_datetime: z.string().optional(),
    all_day: z.boolean().optional(),
    description: z.string().optional(),
    location: z.string().optional(),
    categories: z.string().optional(),
    recurring: z.boolean().optional(),
    recurrence_rule: z.string().optional(),
    recurrence_end_date: z.string().optional(),
    reminder_minutes: z.int().min(0).optional().describe('0: none'),
    reminder_email: z.boolean().optional(),
    status: z.string().optional(),
    priority: z.int().min(0).max(9).optional(),
    privacy: z.string().optional(),
    attendees: z.string().optional().describe('All of them'),
    url: z.string().optional(),
    color: z.string().optional(),
    timezone: z.string().optional(),
    reminders: reminderList.optional().describe('As for create_event; replace all'),
    etag: z.string().optional().describe('From the last read'),
    scope,
    recurrence_id: recurrenceId,
  }),
  output: EventWritten,
  async run({ session }, { calendar_name, event_uid, etag, scope, recurrence_id, ...fields }) {
    const part = scopeOf(scope, recurrence_id)
    const changes = fieldsToUpdate(fields)
    const calendar = await findCalendar(session, calendar_name, 'VEVENT')
    requireWritable(calendar, 'VEVENT')
    const context = await editContext(session, calendar, {
      timezone: fields.timezone,
      zone: needsZone(fields, part),
      organizer: !isEmpty(fields.attendees),
    })
    const target = { calendar, uid: event_uid, etag }
    const changed = await changeObject(session, target, text =>
      updateEvent(text, changes, part, context),
    )
    if ('deletedStatus' in changed) throw new Error('an update leaves something')
    const { written, text, added } = changed
    const result = writtenResult(session, event_uid, written, text)
    return {
      ...result,
      status_code: 200,
      ...(added === undefined
        ? {}
        : {
            new_uid: added.uid,
            new_href: hrefOf(session, added.written.path),
            new_etag: added.written.etag,
          }),
      ...notesOf(result, calendar, {
        isZoneKnown: context.isZoneKnown,
        isInviting: !isEmpty(fields.attendees),
        organizer: organizerElse(text, context),
      }),
    }
  },
})

export const deleteEventTool = defineTool({
  name: 'nc_calendar_delete_event',
  title: 'Delete an event',
  description:
    "Moves an event to the calendar's trash bin, or takes occurrences out of a series. Attendees are told by Nextcloud.",
  scopes: ['calendar:write'],
  effect: 'delete',
  openWorld: true,
  input: z.object({
    calendar_name: z.string(),
    event_uid: z.string(),
    scope,
    recurrence_id: recurrenceId,
    etag: z.string().optional().describe('From the last read'),
  }),
  output: z.object({
    status_code: z.int(),
    message: z.string(),
    deleted_uid: z.string(),
    calendar_name: z.string(),
    etag: z.string().optional().describe('Of what is left of the series'),
  }),
  async run({ session }, { calendar_name, event_uid, scope, recurrence_id, etag }) {
    const part = scopeOf(scope, recurrence_id)
    const calendar = await findCalendar(session, calendar_name, 'VEVENT')
    requireWritable(calendar, 'VEVENT')
    const target = { calendar, uid: event_uid, etag }
    const about = { deleted_uid: event_uid, calendar_name: calendar.name }
    const isSeries = part.scope === 'series'
    const context = await editContext(session, calendar, { zone: !isSeries, organizer: false })
    if (isSeries) {
      const { status, text } = await deleteTarget(session, target)
      const organizer = organizerElse(text, context)
      const told = organizer && `If the user is invited, Nextcloud tells ${organizer} of a refusal.`
      const message = [restoreHint(calendar), told].filter(Boolean).join(' ')
      return { status_code: status, message, ...about }
    }
    const changed = await changeObject(session, target, text => {
      const left = deleteEvent(text, part, context)
      return left === undefined ? undefined : { text: left }
    })
    if ('deletedStatus' in changed) {
      const message = `Nothing was left of the series. ${restoreHint(calendar)}`
      return { status_code: changed.deletedStatus, message, ...about }
    }
    const what = part.scope === 'occurrence' ? 'The occurrence was' : 'This and later ones were'
    return {
      status_code: changed.written.status,
      message: `${what} taken out of the series. They are not in the trash bin.`,
      ...about,
      etag: changed.written.etag,
    }
  },
})

/** Makes an event from arguments; see {@link fieldsToCreate}. */
export async function create(session: Session, calendarName: string, fields: EventFields) {
  const changes = fieldsToCreate(fields)
  const calendar = await findCalendar(session, calendarName, 'VEVENT')
  requireWritable(calendar, 'VEVENT')
  const isInviting = !isEmpty(fields.attendees)
  const context = await editContext(session, calendar, {
    timezone: fields.timezone,
    zone: true,
    organizer: isInviting,
  })
  const made = createEvent(changes, context)
  const written = await addObject(session, calendar, made)
  const result = writtenResult(session, made.uid, written, made.text)
  const { isZoneKnown } = context
  return { ...result, ...notesOf(result, calendar, { isZoneKnown, isInviting }) }
}

/** What is said of an object that was written. */
function writtenResult(
  session: Session,
  uid: string,
  { path, etag, status }: Written,
  text: string,
): z.input<typeof EventWritten> {
  const { start, end, last_day, start_tz } = describeEvent(readObject(text, { uid }))
  return {
    uid,
    href: hrefOf(session, path),
    etag,
    status_code: status,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(last_day === undefined ? {} : { last_day }),
    ...(start_tz === undefined ? {} : { timezone: start_tz }),
  }
}

/** Who organizes an event of the user's own calendar, where that is somebody else. */
function organizerElse(text: string, context: EditContext): string | undefined {
  const object = eventIn(text)
  const event = object?.master ?? object?.overrides[0]
  if (object === undefined || event === undefined || context.addresses === undefined)
    return undefined
  return isInvitation(event, context) ? describeEvent(object).organizer?.email : undefined
}

/** Whether a local time, or the name of an occurrence, has to be understood. */
function needsZone(fields: EventFields, part: Scope): boolean {
  const { start_datetime, end_datetime, all_day, timezone, recurrence_rule } = fields
  const { recurrence_end_date } = fields
  const timely = [start_datetime, end_datetime, timezone, recurrence_rule, recurrence_end_date]
  return part.scope !== 'series' || all_day !== undefined || !timely.every(isEmpty)
}

function notesOf(
  { last_day }: { readonly last_day?: string | undefined },
  calendar: Calendar,
  {
    isZoneKnown,
    isInviting,
    organizer,
  }: {
    readonly isZoneKnown: boolean
    readonly isInviting: boolean
    readonly organizer?: string | undefined
  },
) {
  const notes = [
    ...(last_day === undefined ? [] : [ALL_DAY_NOTE]),
    ...(isZoneKnown ? [] : [ZONE_NOTE]),
    ...(isInviting ? ['Nextcloud sends the invitations.'] : []),
    ...(organizer === undefined
      ? []
      : [`${organizer} organizes this event: only the user's own copy of it was changed.`]),
    ...(calendar.source === 'shared'
      ? [`The calendar belongs to ${calendar.owner}, who sees this too.`]
      : []),
  ]
  return notes.length === 0 ? {} : { notes }
}

/** How to get an event back. */
export function restoreHint({ source, owner }: Calendar): string {
  return source === 'shared'
    ? `Moved to the trash bin of ${owner}, who can restore it in the calendar app.`
    : 'Moved to the trash bin of the calendar app, where it can be restored, usually for 30 days.'
}
