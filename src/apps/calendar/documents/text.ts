/** An event in words, as people would look for it. */
import { type Attendee, describeEvent, type EventDescription } from '../../../icalendar/event.ts'
import type { CalendarObject } from '../../../icalendar/object.ts'
import { parseRule } from '../../../icalendar/rule.ts'

/** Changed occurrences of a series that are told of. */
const MOST_CHANGED = 50

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** All that an event says, and of a series what single occurrences say otherwise. */
export function eventText(object: CalendarObject): string {
  const event = describeEvent(object)
  const lines = [
    event.title,
    `When: ${whenText(event)}`,
    labelled('Repeats', repetition(event)),
    labelled('Location', event.location),
    labelled('Organizer', event.organizer && personText(event.organizer)),
    labelled('Attendees', event.attendees.map(personText).join(', ')),
    labelled('Categories', event.categories.join(', ')),
    event.status === 'CONFIRMED' ? '' : labelled('Status', event.status.toLowerCase()),
    labelled('Address', event.url),
  ]
  const changed = object.master === undefined ? [] : object.overrides.slice(0, MOST_CHANGED)
  const others = changed.flatMap(component => {
    const own = describeEvent({ ...object, master: component, overrides: [] })
    const different = [
      own.title === event.title ? '' : own.title,
      own.location === event.location ? '' : own.location,
      own.description === event.description ? '' : own.description,
    ].filter(text => text.trim() !== '')
    return different.length === 0 ? [] : [`${whenText(own)}: ${different.join('. ')}`]
  })
  return [lines.filter(line => line.trim() !== '').join('\n'), event.description, ...others]
    .map(part => part.trim())
    .filter(part => part !== '')
    .join('\n\n')
}

/** `Monday, 2 March 2026, 10:00 to 11:00 (Europe/Berlin)` */
function whenText({ start, end, last_day, all_day, start_tz }: EventDescription): string {
  if (start === undefined) return ''
  const day = dayText(start)
  if (all_day) {
    return last_day === undefined || last_day === start ? day : `${day} to ${dayText(last_day)}`
  }
  const zone = start_tz === undefined ? '' : ` (${start_tz})`
  if (end === undefined || end === start) return `${day}, ${clockText(start)}${zone}`
  const until = isSameDay(start, end) ? clockText(end) : `${dayText(end)}, ${clockText(end)}`
  return `${day}, ${clockText(start)} to ${until}${zone}`
}

function repetition({ recurring, recurrence_rule, recurrence_end_date }: EventDescription): string {
  if (!recurring) return ''
  const rule = parseRule(recurrence_rule ?? '').rule
  const often = rule?.frequency.toLowerCase() ?? 'on several days'
  const every = rule === undefined || rule.interval === 1 ? '' : `, every ${rule.interval}`
  const until = recurrence_end_date === undefined ? '' : `, until ${dayText(recurrence_end_date)}`
  return `${often}${every}${until}`
}

/** The name, or the address of who has none. */
function personText({ name, email }: Attendee): string {
  return name?.trim() || email
}

function labelled(label: string, text: string | undefined): string {
  return text === undefined || text.trim() === '' ? '' : `${label}: ${text.trim()}`
}

/** Of an ISO text: what the calendar of its own zone shows. */
function dayText(iso: string): string {
  const time = Date.parse(`${iso.slice(0, 10)}T00:00:00Z`)
  return Number.isNaN(time) ? iso : DAY.format(time)
}

function clockText(iso: string): string {
  return iso.slice(11, 16)
}

function isSameDay(one: string, other: string): boolean {
  return one.slice(0, 10) === other.slice(0, 10)
}
