/** A meeting: an event with a date, a time and people. */
import { z } from 'zod'
import { checkedWallOf, isoDate, isoTime } from '../../../icalendar/wall.ts'
import { instantAt } from '../../../icalendar/zone.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { findCalendar } from '../../../nextcloud/caldav/calendars.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { shown } from '../window.ts'
import { chooseZone } from '../zone.ts'
import { create, EventWritten } from './write.ts'

const MINUTE_MS = 60_000

export const createMeeting = defineTool({
  name: 'nc_calendar_create_meeting',
  title: 'Create a meeting',
  description:
    "Creates a meeting at a date and time of the user's own zone. Nextcloud invites the attendees.",
  scopes: ['calendar:write'],
  effect: 'create',
  openWorld: true,
  input: z.object({
    title: z.string(),
    date: z.string().describe('2026-03-01'),
    time: z.string().describe('14:30'),
    duration_minutes: z
      .int()
      .min(1)
      .max(7 * 24 * 60)
      .default(60),
    calendar_name: z.string().default('personal'),
    attendees: z.string().optional().describe('Comma-separated addresses'),
    location: z.string().optional(),
    description: z.string().optional(),
    reminder_minutes: z.int().min(0).default(15).describe('0: none'),
  }),
  output: EventWritten,
  async run({ session }, { date, time, duration_minutes, calendar_name, ...fields }) {
    const wall = wallOfArguments(date, time)
    const calendar = await findCalendar(session, calendar_name, 'VEVENT')
    const { zone } = await chooseZone(session, undefined, calendar)
    // An hour is an hour on the night the clocks change, too.
    const end = instantAt(zone, wall) + duration_minutes * MINUTE_MS
    return create(session, calendar_name, {
      ...fields,
      start_datetime: `${isoDate(wall)}T${isoTime(wall)}`,
      end_datetime: shown(zone, end),
    })
  },
})

function wallOfArguments(date: string, time: string): number {
  const [, year, month, day] = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(date) ?? []
  const [, hour, minute] = /^\s*(\d{1,2}):(\d{2})(?::00)?\s*$/.exec(time) ?? []
  const numbers = { year: Number(year), month: Number(month), day: Number(day) }
  if (year === undefined || checkedWallOf(numbers) === undefined) {
    throw badInput(`date: "${date}" is no date`, 'Write it as 2026-03-01.')
  }
  const wall = checkedWallOf({ ...numbers, hour: Number(hour), minute: Number(minute) })
  if (hour === undefined || wall === undefined) {
    throw badInput(`time: "${time}" is no time`, 'Write it as 14:30.')
  }
  return wall
}
