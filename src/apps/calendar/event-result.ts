/** Events as results show them. */
import { z } from 'zod'
import type { EventDescription } from '../../icalendar/event.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Found, Listing } from './listing.ts'
import { shown } from './window.ts'
import { ZONE_NOTE } from './zone.ts'

/** Of a description in a list; get_event gives all of it. */
const LONGEST_EXCERPT = 200

export const EventSummary = z.object({
  uid: z.string(),
  summary: z.string(),
  start: z.string().describe('ISO 8601; a date alone is all-day'),
  end: z.string().nullable().describe('Exclusive, for all-day events too'),
  last_day: z.string().optional().describe('All-day only: the last day, inclusive'),
  start_tz: z.string().nullable(),
  end_tz: z.string().nullable(),
  all_day: z.boolean(),
  location: z.string(),
  description: z.string().describe('The beginning of it'),
  categories: z.array(z.string()),
  status: z.string(),
  attendee_count: z.int().optional(),
  recurring: z.boolean(),
  recurrence_id: z.string().optional().describe('Names this occurrence of a series'),
  calendar_name: z.string(),
  calendar_display_name: z.string(),
  etag: z.string(),
})

/** What a listing could not show. */
export const Gaps = z.object({
  failed_calendars: z
    .array(z.object({ calendar_name: z.string(), code: z.string(), error: z.string() }))
    .optional(),
  broken_objects: z.int().optional().describe('Left out because nothing can be read from them'),
  incomplete_series: z.array(z.string()).optional().describe('With too many occurrences to show'),
  notes: z.array(z.string()).optional(),
})

/** One occurrence for a list. */
export function summaryOf({ calendar, stored, event }: Found): z.input<typeof EventSummary> {
  return {
    uid: event.uid,
    summary: event.title,
    start: event.start ?? '',
    end: event.end ?? null,
    ...(event.last_day === undefined ? {} : { last_day: event.last_day }),
    start_tz: event.start_tz ?? null,
    end_tz: event.end_tz ?? null,
    all_day: event.all_day,
    location: event.location,
    description: excerpt(event.description),
    categories: [...event.categories],
    status: event.status,
    ...(event.attendees.length === 0 ? {} : { attendee_count: event.attendees.length }),
    recurring: event.recurring,
    ...(event.recurrence_id === undefined ? {} : { recurrence_id: event.recurrence_id }),
    calendar_name: calendar.name,
    calendar_display_name: calendar.displayName,
    etag: stored.etag,
  }
}

/** How to read the times of all-day events, which models get wrong by a day. */
export const ALL_DAY_NOTE = 'All-day events end with last_day; end is the day after it.'

/** What is missing in a listing, and how to read it; `events` are those that are shown. */
export function gapsOf(
  listing: Pick<Listing, 'failed' | 'broken' | 'incomplete' | 'zone'>,
  events: readonly { readonly all_day: boolean }[] = [],
): z.input<typeof Gaps> {
  const { failed, broken, incomplete, zone } = listing
  const notes = [
    ...(zone.isKnown ? [] : [ZONE_NOTE]),
    ...(events.some(event => event.all_day) ? [ALL_DAY_NOTE] : []),
  ]
  return {
    ...(failed.length === 0
      ? {}
      : {
          failed_calendars: failed.map(({ calendar, error }) => ({
            calendar_name: calendar.name,
            code: error.code,
            error: error.message,
          })),
        }),
    ...(broken === 0 ? {} : { broken_objects: broken }),
    ...(incomplete.length === 0 ? {} : { incomplete_series: [...incomplete] }),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

/** The window that a listing covers, and the zone in which it was meant. */
export function spanOf({ window, zone }: Listing) {
  return {
    start_date: shown(zone.zone, window.from),
    end_date: shown(zone.zone, window.to),
    timezone: zone.name,
  }
}

/** One event in full, in the shape of the tools' arguments. */
export function detailsOf(event: EventDescription) {
  return {
    uid: event.uid,
    title: event.title,
    description: event.description,
    location: event.location,
    status: event.status,
    priority: event.priority,
    privacy: event.privacy,
    url: event.url,
    ...(event.start === undefined ? {} : { start_datetime: event.start }),
    ...(event.end === undefined ? {} : { end_datetime: event.end }),
    all_day: event.all_day,
    ...(event.last_day === undefined ? {} : { last_day: event.last_day }),
    ...optional('start_tz', event.start_tz),
    ...optional('end_tz', event.end_tz),
    ...optional('categories', event.categories.join(', ')),
    ...optional('color', event.color),
    ...(event.recurring ? { recurring: true } : {}),
    ...optional('recurrence_rule', event.recurrence_rule),
    ...optional('recurrence_end_date', event.recurrence_end_date),
    ...optional('recurrence_id', event.recurrence_id),
    ...optional('organizer', event.organizer?.email),
    ...optional('attendees', event.attendees.map(({ email }) => email).join(', ')),
    ...(event.attendees.length === 0
      ? {}
      : {
          attendee_details: event.attendees.map(({ email, name, partstat, role }) => ({
            email,
            ...optional('name', name),
            ...optional('status', partstat),
            ...optional('role', role),
          })),
        }),
    ...(event.reminders.length === 0 ? {} : { reminders: [...event.reminders] }),
    ...(event.attachment_count === 0 ? {} : { attachment_count: event.attachment_count }),
    ...optional('created', event.created),
    ...optional('last_modified', event.last_modified),
  }
}

/** The address of an object or a calendar as Nextcloud's own answers have it. */
export function hrefOf(session: Session, path: string): string {
  return session.basePath + path
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [P in K]?: string }
}

function excerpt(text: string): string {
  return text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT).toWellFormed()}…` : text
}
