/** Many events: finding them, and doing the same to each. */
import { z } from 'zod'
import { describeEvent, type EventDescription } from '../../icalendar/event.ts'
import { type EventChanges, updateEvent } from '../../icalendar/event-edit.ts'
import { UTC } from '../../icalendar/iana.ts'
import { expand } from '../../icalendar/recurrence.ts'
import { errorBody } from '../../mcp/result.ts'
import type { ToolContext } from '../../mcp/tool.ts'
import { type Calendar, findCalendar, requireWritable } from '../../nextcloud/caldav/calendars.ts'
import {
  type CalendarObject,
  deleteObject,
  moveObject,
  queryObjects,
  uidOf,
} from '../../nextcloud/caldav/objects.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { changeObject } from './changes.ts'
import { gapsOf } from './event-result.ts'
import { editContext } from './fields.ts'
import { type EventFilters, matches } from './filters.ts'
import { calendarsToRead, eventIn, readCalendars } from './listing.ts'
import { type AskedWindow, boundOf, serverWindow, windowOf } from './window.ts'
import { chooseZone } from './zone.ts'

const DAYS_FROM_ONE_END = 365
/** After these the next request can only fail in the same way. */
const HOPELESS: readonly string[] = ['UNAUTHORIZED', 'NOT_PROVISIONED', 'RATE_LIMITED', 'CANCELLED']

/** Operations, and what is said of an event when they are done. */
export const DONE = { update: 'updated', delete: 'deleted', move: 'moved' } as const
export type Operation = keyof typeof DONE

/** Where events are moved to. */
export interface Target {
  readonly calendar: Calendar
  /** UIDs of what it holds. */
  readonly uids: ReadonlySet<string>
}

/** An event that the filters match. */
export interface Item {
  readonly calendar: Calendar
  readonly stored: CalendarObject
  readonly event: EventDescription
}

/** What is told of an event. */
export const Row = z.object({
  uid: z.string(),
  status: z.string(),
  title: z.string(),
  start: z.string().optional(),
  recurring: z.boolean().optional(),
  calendar_name: z.string(),
  from_calendar: z.string().optional(),
  to_calendar: z.string().optional(),
  error: z.string().optional(),
})
export type Row = z.input<typeof Row>

/** Which events are meant, and when. */
export interface Filters extends EventFilters {
  readonly calendar_name?: string | undefined
  readonly start_date?: string | undefined
  readonly end_date?: string | undefined
}

/** The events that filters match, as a whole; those of the calendar to move to left out. */
export async function itemsFor(session: Session, filters: Filters, target: Calendar | undefined) {
  const asked = windowAsked(filters)
  const now = Date.now()
  const [calendars, zone] = await Promise.all([
    calendarsToRead(session, filters.calendar_name),
    chooseZone(session, undefined),
  ])
  const sources = calendars.filter(({ name }) => name !== target?.name)
  if (sources.length === 0) {
    throw badInput('target_calendar: it is the calendar that the events are in')
  }
  const server = asked === undefined ? undefined : serverWindow(asked, UTC, now)
  const { read, failed } = await readCalendars(session, sources, server)
  const window = asked?.(zone.zone)
  const items: Item[] = []
  let broken = 0
  for (const { calendar, stored } of read) {
    const object = eventIn(stored.data)
    if (object === undefined) {
      broken++
      continue
    }
    const event = describeEvent(object)
    const isThen =
      window === undefined ||
      expand(object, window, { zone: zone.zone, limit: 1 }).occurrences.length > 0
    if (isThen && matches(event, filters)) items.push({ calendar, stored, event })
  }
  items.sort((one, other) => (one.event.start ?? '').localeCompare(other.event.start ?? ''))
  return { items, ...gapsOf({ failed, broken, incomplete: [], zone }) }
}

function windowAsked({ start_date, end_date }: Filters): AskedWindow | undefined {
  const start = boundOf(start_date, 'start_date', 'start')
  const end = boundOf(end_date, 'end_date', 'end')
  if (start === undefined && end === undefined) return undefined
  const fields = { start: 'start_date', end: 'end_date' }
  return windowOf(start, end, fields, {
    now: Date.now(),
    days: DAYS_FROM_ONE_END,
    daysFromOneEnd: DAYS_FROM_ONE_END,
  })
}

/** One after the other, so that what was done and what was not is certain whatever happens. */
export async function perform(
  { session, progress }: ToolContext,
  items: readonly Item[],
  operation: Operation,
  changes: EventChanges,
  target: Target | undefined,
) {
  const results: Row[] = []
  let hopeless: string | undefined
  for (const item of items) {
    if (hopeless === undefined) {
      try {
        await performOne(session, item, changes, target, operation)
        results.push(row(item, DONE[operation], target))
      } catch (error) {
        // Whatever it is: what has been done already must be told.
        const { code, message } = errorBody(error)
        results.push(row(item, 'failed', target, `${code}: ${message}`))
        if (HOPELESS.includes(code)) hopeless = message
      }
    } else {
      results.push(row(item, 'failed', target, `Not tried: ${hopeless}`))
    }
    progress(results.length, items.length)
  }
  return results
}

async function performOne(
  session: Session,
  { calendar, stored, event: { uid } }: Item,
  changes: EventChanges,
  target: Target | undefined,
  operation: Operation,
): Promise<void> {
  refuseItem(calendar, uid, target)
  const object = { path: stored.path, etag: stored.etag, uid }
  if (target !== undefined) await moveObject(session, calendar, target.calendar, object)
  else if (operation === 'delete') await deleteObject(session, calendar, object)
  else {
    const context = await editContext(session, calendar, { zone: true, organizer: false })
    // The etag of the listing: what somebody changed since then may no longer match.
    await changeObject(session, { calendar, uid, etag: stored.etag }, text =>
      updateEvent(text, changes, { scope: 'series' }, context),
    )
  }
}

/** @throws CodedError `NOT_FOUND`, `FORBIDDEN` */
export async function targetOf(session: Session, name: string): Promise<Target> {
  const calendar = await findCalendar(session, name, 'VEVENT')
  requireWritable(calendar, 'VEVENT')
  // Nextcloud moves an object beside another one of its UID, and programs then show one of them.
  const objects = await queryObjects(session, calendar, { component: 'VEVENT' })
  return { calendar, uids: new Set(objects.flatMap(({ data }) => uidOf(data) ?? [])) }
}

/** @throws CodedError saying why an item must be left alone */
function refuseItem(calendar: Calendar, uid: string, target: Target | undefined): void {
  requireWritable(calendar, 'VEVENT')
  if (target?.uids.has(uid)) {
    throw new CodedError('CONFLICT', 'The target calendar has an event with this uid')
  }
}

/** What would be done with an item, as far as it can be known before. */
export function preview(item: Item, operation: Operation, target: Target | undefined): Row {
  try {
    refuseItem(item.calendar, item.event.uid, target)
    return row(item, `would be ${DONE[operation]}`, target)
  } catch (error) {
    return row(item, 'would fail', target, errorBody(error).message)
  }
}

function row({ calendar, event }: Item, status: string, target?: Target, error?: string): Row {
  return {
    uid: event.uid,
    status,
    title: event.title,
    ...(event.start === undefined ? {} : { start: event.start }),
    ...(event.recurring ? { recurring: true } : {}),
    calendar_name: calendar.name,
    ...(target === undefined
      ? {}
      : { from_calendar: calendar.name, to_calendar: target.calendar.name }),
    ...(error === undefined ? {} : { error }),
  }
}
