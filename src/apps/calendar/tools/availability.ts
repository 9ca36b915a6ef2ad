/** When there is time: between the user's own events and those of the people to meet. */
import { z } from 'zod'
import { type Busy, freeSlots, readHours } from '../../../icalendar/freebusy.ts'
import { MINUTE } from '../../../icalendar/wall.ts'
import { instantAt, wallAt, type Zone } from '../../../icalendar/zone.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { isBusy, othersBusy, ownAddresses } from '../busy.ts'
import { Gaps, gapsOf } from '../event-result.ts'
import { calendarsToRead, occurrencesIn } from '../listing.ts'
import { type AskedWindow, boundOf, shown, type Window, windowOf } from '../window.ts'
import { chooseZone } from '../zone.ts'

const USUAL_DAYS = 7
const MOST_DAYS = 92
const DAY_MS = 24 * 60 * MINUTE
const STEP_MINUTES = 30
const BUSINESS_HOURS = { from: 9 * 60, to: 17 * 60 }

const Slot = z.object({
  start: z.string(),
  end: z.string(),
  weekday: z.string(),
  preferred: z.boolean().optional(),
})

export const findAvailability = defineTool({
  name: 'nc_calendar_find_availability',
  title: 'Find free time',
  description:
    "Finds free slots between the user's own events and what Nextcloud tells of the attendees' ones. Default: the next 7 days.",
  scopes: ['calendar:read'],
  effect: 'read',
  input: z.object({
    duration_minutes: z
      .int()
      .min(1)
      .max(7 * 24 * 60),
    attendees: z.string().optional().describe('Comma-separated addresses'),
    date_range_start: z.string().optional().describe('ISO date or time'),
    date_range_end: z.string().optional().describe('Of a date, all of it'),
    business_hours_only: z.boolean().default(true).describe('9 to 17 h'),
    exclude_weekends: z.boolean().default(true),
    preferred_times: z.string().optional().describe('09:00-12:00, afternoon'),
    timezone: z.string().optional().describe('IANA'),
    limit: z.int().min(1).max(200).default(20),
  }),
  output: z
    .object({
      slots: z.array(Slot).describe('By start, preferred ones first'),
      has_more: z.boolean(),
      timezone: z.string(),
      date_range_start: z.string(),
      date_range_end: z.string(),
      calendars: z.array(z.string()).describe('Whose events count as busy'),
      attendees_considered: z.array(z.string()).optional(),
      attendees_unknown: z
        .array(z.object({ attendee: z.string(), reason: z.string() }))
        .optional()
        .describe('They may be busy at any time'),
    })
    .extend(Gaps.shape),
  async run({ session }, args) {
    const { duration_minutes, attendees, limit } = args
    const now = Date.now()
    const preferred = readHours(args.preferred_times ?? '')
    if (args.business_hours_only && duration_minutes > BUSINESS_HOURS.to - BUSINESS_HOURS.from) {
      throw badInput(
        'duration_minutes: longer than the business hours of a day (9 to 17 h)',
        'Give business_hours_only=false.',
      )
    }
    const range = windowOf(
      boundOf(args.date_range_start, 'date_range_start', 'start'),
      boundOf(args.date_range_end, 'date_range_end', 'end'),
      { start: 'date_range_start', end: 'date_range_end' },
      { now, days: USUAL_DAYS, daysFromOneEnd: USUAL_DAYS },
    )
    const asked: AskedWindow = (zone, isRough) => fromNow(range(zone, isRough), zone, now)
    const [calendars, chosen] = await Promise.all([
      calendarsToRead(session, undefined),
      chooseZone(session, args.timezone),
    ])
    const { zone, name } = chosen
    const window = asked(zone)
    const own = calendars.filter(({ source, transparent }) => source === 'own' && !transparent)
    const [listing, others, addresses] = await Promise.all([
      occurrencesIn(session, own, asked, async () => chosen),
      othersBusy(session, attendees, window),
      ownAddresses(session),
    ])
    const busy: Busy[] = listing.found
      .filter(found => isBusy(found, addresses))
      .map(({ occurrence: { startInstant, endInstant } }) => ({
        from: startInstant,
        to: endInstant,
        type: 'BUSY',
      }))
    const slots = freeSlots([...busy, ...others.busy], {
      ...window,
      durationMinutes: duration_minutes,
      zone,
      hours: args.business_hours_only ? BUSINESS_HOURS : undefined,
      excludeWeekends: args.exclude_weekends,
      preferred,
      stepMinutes: STEP_MINUTES,
      limit: limit + 1,
    })
    return {
      slots: slots.slice(0, limit).map(({ from, to, isPreferred }) => ({
        start: shown(zone, from),
        end: shown(zone, to),
        weekday: weekday(wallAt(zone, from)),
        ...(isPreferred && preferred.length > 0 ? { preferred: true } : {}),
      })),
      has_more: slots.length > limit,
      timezone: name,
      date_range_start: shown(zone, window.from),
      date_range_end: shown(zone, window.to),
      calendars: own.map(calendar => calendar.name),
      ...(others.asked.length === 0 ? {} : { attendees_considered: [...others.asked] }),
      ...(others.unknown.length === 0 ? {} : { attendees_unknown: [...others.unknown] }),
      ...gapsOf(listing),
    }
  },
})

/** What is left of a range from the next half hour on; a range in the past is left as it is. */
function fromNow({ from, to }: Window, zone: Zone, now: number): Window {
  if (to - from > MOST_DAYS * DAY_MS + DAY_MS) {
    throw badInput(
      `date_range_end: more than ${MOST_DAYS} days after date_range_start`,
      'Ask for a shorter range.',
    )
  }
  if (from >= now || to <= now) return { from, to }
  const step = STEP_MINUTES * MINUTE
  const next = instantAt(zone, Math.ceil(wallAt(zone, now) / step) * step)
  return next < to ? { from: next, to } : { from, to }
}

function weekday(wall: number): string {
  return new Date(wall).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
}
