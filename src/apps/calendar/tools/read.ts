/** Reading calendars and events. */
import { z } from 'zod'
import { describeEvent } from '../../../icalendar/event.ts'
import { type CalendarObject, readObject } from '../../../icalendar/object.ts'
import { occurrenceAt } from '../../../icalendar/occurrence.ts'
import { expand } from '../../../icalendar/recurrence.ts'
import { ReminderResult } from '../../../icalendar/reminder-list.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { type Calendar, findCalendar, listCalendars } from '../../../nextcloud/caldav/calendars.ts'
import * as caldav from '../../../nextcloud/caldav/objects.ts'
import { zoneOf } from '../../../nextcloud/caldav/user-zone.ts'
import type { Session } from '../../../nextcloud/session.ts'
import {
  ALL_DAY_NOTE,
  detailsOf,
  EventSummary,
  Gaps,
  gapsOf,
  hrefOf,
  spanOf,
  summaryOf,
} from '../event-result.ts'
import { isEmpty, matches } from '../filters.ts'
import { calendarsToRead, occurrencesIn } from '../listing.ts'
import { boundOf, later, windowOf } from '../window.ts'
import { type ChosenZone, chooseZoneToRead } from '../zone.ts'

/** Days that a list covers without dates, and from one date on. */
const USUAL_DAYS = 90
const DAYS_FROM_ONE_END = 365
/** How far the next occurrences of a series are looked for. */
const NEXT_DAYS = 366
const MOST_NEXT = 5

export const CalendarResult = z.object({
  name: z.string(),
  display_name: z.string(),
  description: z.string().nullable(),
  color: z.string().nullable(),
  href: z.string(),
  timezone: z.string().nullable(),
  enabled: z.boolean(),
  ctag: z.string().nullable(),
  read_only: z.boolean(),
  source: z.enum(['own', 'shared', 'subscription', 'birthdays']),
  owner: z.string().optional().describe('User id, where it is somebody else'),
  holds: z.array(z.enum(['events', 'tasks', 'journals'])),
})

export const listCalendarsTool = defineTool({
  name: 'nc_calendar_list_calendars',
  title: 'List calendars',
  description:
    'Lists the calendars and task lists with their names, whose they are and what may be written.',
  scopes: ['calendar:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({ calendars: z.array(CalendarResult), total_count: z.int() }),
  async run({ session }) {
    const calendars = (await listCalendars(session)).map(each => calendarResult(session, each))
    return { calendars, total_count: calendars.length }
  },
})

export const listEvents = defineTool({
  name: 'nc_calendar_list_events',
  title: 'List events',
  description:
    'Lists events by start, each occurrence of a series on its own. Without dates: the next 90 days.',
  scopes: ['calendar:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    calendar_name: z.string().optional().describe('Default: all calendars'),
    start_date: z.string().optional().describe('ISO date or time'),
    end_date: z.string().optional().describe('Of a date, all of it'),
    limit: z.int().min(1).max(500).default(50),
    offset: z.int().min(0).default(0),
    min_attendees: z.int().min(0).optional(),
    min_duration_minutes: z.int().min(0).optional(),
    categories: z.string().optional().describe('Any of them'),
    status: z.string().optional(),
    title_contains: z.string().optional(),
    location_contains: z.string().optional(),
    search_all_calendars: z.boolean().default(false),
    timezone: z.string().optional().describe('IANA'),
  }),
  output: z
    .object({
      events: z.array(EventSummary),
      calendar_name: z.string().nullable(),
      start_date: z.string(),
      end_date: z.string(),
      timezone: z.string().describe('In which dates without an offset were meant'),
      total_found: z.int(),
      next_offset: z.int().optional().describe('Only where there is more'),
    })
    .extend(Gaps.shape),
  async run({ session }, args) {
    const { limit, offset, search_all_calendars, timezone } = args
    const name = search_all_calendars || isEmpty(args.calendar_name) ? '' : args.calendar_name
    const asked = windowOf(
      boundOf(args.start_date, 'start_date', 'start'),
      boundOf(args.end_date, 'end_date', 'end'),
      { start: 'start_date', end: 'end_date' },
      { now: Date.now(), days: USUAL_DAYS, daysFromOneEnd: DAYS_FROM_ONE_END },
    )
    const calendars = await calendarsToRead(session, name)
    const listing = await occurrencesIn(session, calendars, asked, () =>
      chooseZoneToRead(session, timezone, isEmpty(name) ? undefined : calendars[0]),
    )
    const wanted = listing.found.filter(({ event, occurrence: { startInstant, endInstant } }) =>
      matches(event, args, endInstant - startInstant),
    )
    const end = offset + limit
    const events = wanted.slice(offset, end).map(summaryOf)
    return {
      events,
      calendar_name: isEmpty(name) ? null : (calendars[0]?.name ?? null),
      ...spanOf(listing),
      total_found: wanted.length,
      ...(end < wanted.length ? { next_offset: end } : {}),
      ...gapsOf(listing, events),
    }
  },
})

export const getUpcomingEvents = defineTool({
  name: 'nc_calendar_get_upcoming_events',
  title: 'List upcoming events',
  description: 'Lists what is on now and in the next days, by start.',
  scopes: ['calendar:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    calendar_name: z.string().optional().describe('Default: all calendars'),
    days_ahead: z.int().min(1).max(366).default(7),
    limit: z.int().min(1).max(500).default(10),
  }),
  output: z
    .object({
      events: z.array(EventSummary),
      days_ahead: z.int(),
      calendar_name: z.string().nullable(),
      timezone: z.string(),
      total_found: z.int(),
      has_more: z.boolean(),
    })
    .extend(Gaps.shape),
  async run({ session }, { calendar_name, days_ahead, limit }) {
    const now = Date.now()
    const calendars = await calendarsToRead(session, calendar_name)
    const listing = await occurrencesIn(
      session,
      calendars,
      zone => ({ from: now, to: later(zone, now, days_ahead) }),
      () => chooseZoneToRead(session, undefined, isEmpty(calendar_name) ? undefined : calendars[0]),
    )
    const events = listing.found.slice(0, limit).map(summaryOf)
    return {
      events,
      days_ahead,
      calendar_name: isEmpty(calendar_name) ? null : (calendars[0]?.name ?? null),
      timezone: listing.zone.name,
      total_found: listing.found.length,
      has_more: listing.found.length > limit,
      ...gapsOf(listing, events),
    }
  },
})

export const getEvent = defineTool({
  name: 'nc_calendar_get_event',
  title: 'Read an event',
  description:
    'Reads one event in full with its etag; of a series, the series and its next occurrences, or one occurrence.',
  scopes: ['calendar:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    calendar_name: z.string(),
    event_uid: z.string(),
    recurrence_id: z.string().optional().describe('From a list: that occurrence'),
  }),
  output: z.object({
    uid: z.string(),
    title: z.string(),
    description: z.string(),
    location: z.string(),
    status: z.string(),
    priority: z.int(),
    privacy: z.string(),
    url: z.string(),
    start_datetime: z.string().optional().describe('ISO 8601; a date alone is all-day'),
    end_datetime: z.string().optional().describe('Exclusive, for all-day events too'),
    all_day: z.boolean(),
    last_day: z.string().optional().describe('All-day only: the last day, inclusive'),
    start_tz: z.string().optional(),
    end_tz: z.string().optional(),
    categories: z.string().optional(),
    color: z.string().optional(),
    recurring: z.boolean().optional(),
    recurrence_rule: z.string().optional(),
    recurrence_end_date: z.string().optional(),
    recurrence_id: z.string().optional(),
    organizer: z.string().optional(),
    attendees: z.string().optional(),
    attendee_details: z
      .array(
        z.object({
          email: z.string(),
          name: z.string().optional(),
          status: z.string().optional(),
          role: z.string().optional(),
        }),
      )
      .optional(),
    reminders: z.array(ReminderResult).optional(),
    attachment_count: z.int().optional(),
    created: z.string().optional(),
    last_modified: z.string().optional(),
    next_occurrences: z
      .array(z.object({ recurrence_id: z.string(), start: z.string() }))
      .optional(),
    changed_occurrences: z.int().optional().describe('Occurrences that differ from the series'),
    href: z.string(),
    etag: z.string(),
    calendar_name: z.string(),
    read_only: z.boolean().optional(),
    notes: z.array(z.string()).optional(),
  }),
  async run({ session }, { calendar_name, event_uid, recurrence_id }) {
    const calendar = await findCalendar(session, calendar_name, 'VEVENT')
    const [stored, zone] = await Promise.all([
      caldav.readObject(session, calendar, 'VEVENT', event_uid),
      chooseZoneToRead(session, undefined, calendar),
    ])
    const object = readObject(stored.data, { kind: 'VEVENT', uid: event_uid })
    const occurrence = isEmpty(recurrence_id)
      ? undefined
      : occurrenceAt(object, recurrence_id ?? '', { zone: zone.zone })
    const event = describeEvent(object, occurrence)
    const isSeries = event.recurring && occurrence === undefined
    const next = isSeries ? nextOccurrences(object, zone) : []
    return {
      ...detailsOf(event),
      ...(next.length === 0 ? {} : { next_occurrences: next }),
      ...(isSeries && object.overrides.length > 0
        ? { changed_occurrences: object.overrides.length }
        : {}),
      href: hrefOf(session, stored.path),
      etag: stored.etag,
      calendar_name: calendar.name,
      ...(calendar.writable ? {} : { read_only: true }),
      ...(event.all_day ? { notes: [ALL_DAY_NOTE] } : {}),
    }
  },
})

/** A calendar as results show it. */
export function calendarResult(
  session: Session,
  calendar: Calendar,
): z.input<typeof CalendarResult> {
  const { name, displayName, description, color, path, enabled, ctag, writable } = calendar
  return {
    name,
    display_name: displayName,
    description: description ?? null,
    color: color ?? null,
    href: hrefOf(session, path),
    timezone: zoneOf(calendar) ?? null,
    enabled,
    ctag: ctag ?? null,
    read_only: !writable,
    source: calendar.source,
    ...(calendar.owner === undefined ? {} : { owner: calendar.owner }),
    holds: calendar.components.map(
      kind => (({ VEVENT: 'events', VTODO: 'tasks', VJOURNAL: 'journals' }) as const)[kind],
    ),
  }
}

function nextOccurrences(object: CalendarObject, { zone }: ChosenZone) {
  const now = Date.now()
  const { occurrences } = expand(
    object,
    { from: now, to: later(zone, now, NEXT_DAYS) },
    { zone, limit: MOST_NEXT },
  )
  return occurrences.flatMap(occurrence => {
    const { recurrence_id, start } = describeEvent(object, occurrence)
    return recurrence_id === undefined || start === undefined ? [] : [{ recurrence_id, start }]
  })
}
