import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

/** The text of an object in a calendar of alice's. */
const stored = ({ read }: World, path: string): Promise<string> =>
  read(`/remote.php/dav/calendars/alice/${path}`)

/** All of a calendar as one text. */
const exported = ({ read }: World, calendar: string): Promise<string> =>
  read(`/remote.php/dav/calendars/alice/${calendar}?export`)

export const calendar: TaskGroup = {
  title: 'Calendar',
  tasks: [
    {
      says: 'Book an hour with Bob, called "Budget", when we are both free on Thursday.',
      given: ({ bob }) =>
        bob('nc_calendar_create_event', {
          calendar_name: 'personal',
          title: 'Workshop',
          start_datetime: '2026-10-15T09:00:00',
          end_datetime: '2026-10-15T13:00:00',
          timezone: 'Europe/Berlin',
        }),
      steps: [
        { tool: 'nc_users_search', seeking: 'find a person', with: () => ({ query: 'Bob' }) },
        {
          tool: 'nc_calendar_find_availability',
          seeking: 'when are we both free',
          with: ({ results }) => ({
            duration_minutes: 60,
            attendees: results[0].detail,
            date_range_start: '2026-10-15',
            date_range_end: '2026-10-15',
          }),
          infers: { duration_minutes: 'an hour' },
        },
        {
          tool: 'nc_calendar_create_meeting',
          seeking: 'create a meeting with somebody',
          with: ({ results }, { slots }) => ({
            title: 'Budget',
            date: slots[0].start.slice(0, 10),
            time: slots[0].start.slice(11, 16),
            attendees: results[0].detail,
          }),
        },
      ],
      async outcome(world, _, availability, made) {
        const text = await stored(world, `personal/${made.href.split('/').at(-1)}`)
        assert.match(text, /SUMMARY:Budget/)
        assert.match(text.replace(/\r\n /g, ''), /ATTENDEE.*mailto:bob@example.org/)
        const [slot] = availability.slots
        assert.ok(slot.start >= '2026-10-15T13', slot.start)
        assert.match(text, new RegExp(slot.start.slice(0, 16).replace(/[-:]/g, '')))
      },
    },
    {
      says: 'My dentist appointment moves to Monday at 9:15.',
      steps: [
        {
          tool: 'nc_calendar_list_events',
          seeking: 'find an event in my calendar',
          with: () => ({ title_contains: 'dentist' }),
        },
        {
          tool: 'nc_calendar_update_event',
          seeking: 'move an event to another time',
          with: ({ events: [event] }) => ({
            calendar_name: event.calendar_name,
            event_uid: event.uid,
            etag: event.etag,
            start_datetime: '2026-10-19T09:15:00',
          }),
        },
      ],
      async outcome(world) {
        const text = await stored(world, 'personal/dentist.ics')
        assert.match(text, /DTSTART;TZID=Europe\/Berlin:20261019T091500/)
        assert.match(text, /DTEND;TZID=Europe\/Berlin:20261019T100000/)
      },
    },
    {
      says: 'Put "Choir" into my calendar "Familly" on Saturday at 19:30.',
      given: ({ alice }) =>
        alice('nc_calendar_manage_calendar', {
          action: 'create',
          calendar_name: 'home-1',
          display_name: 'Family',
        }),
      steps: [
        {
          tool: 'nc_calendar_create_event',
          seeking: 'put an event into a calendar',
          with: () => ({
            calendar_name: 'Familly',
            title: 'Choir',
            start_datetime: '2026-10-17T19:30:00',
          }),
          fails: 'NOT_FOUND',
        },
        {
          tool: 'nc_calendar_create_event',
          with: ({ error }) => ({
            calendar_name: /([\w-]+) \(Family\)/.exec(error.hint)?.[1],
            title: 'Choir',
            start_datetime: '2026-10-17T19:30:00',
          }),
        },
      ],
      async outcome(world) {
        const text = await exported(world, 'home-1')
        assert.match(text, /SUMMARY:Choir/)
        assert.match(text, /DTSTART.*20261017T1930/)
      },
    },
    {
      says: 'There is no team meeting on Monday. Take out only that one.',
      steps: [
        {
          tool: 'nc_calendar_list_events',
          seeking: 'list the events of a day',
          with: () => ({
            title_contains: 'team meeting',
            start_date: '2026-10-19',
            end_date: '2026-10-19',
          }),
        },
        {
          tool: 'nc_calendar_delete_event',
          seeking: 'cancel one occurrence of an event',
          with: ({ events: [event] }) => ({
            calendar_name: event.calendar_name,
            event_uid: event.uid,
            scope: 'occurrence',
            recurrence_id: event.recurrence_id,
          }),
        },
      ],
      async outcome(world) {
        const text = await stored(world, 'personal/team-meeting.ics')
        assert.match(text, /EXDATE.*20261019T093000/)
        assert.match(text, /RRULE:FREQ=WEEKLY/)
      },
    },
    {
      says: 'Make a calendar "Trips", and move everything with the category Travel there.',
      steps: [
        {
          tool: 'nc_calendar_manage_calendar',
          seeking: 'create a calendar',
          with: () => ({ action: 'create', calendar_name: 'Trips' }),
        },
        {
          tool: 'nc_calendar_bulk_operations',
          seeking: 'move several events to another calendar',
          with: () => ({
            operation: 'move',
            categories: 'Travel',
            target_calendar: 'Trips',
            dry_run: true,
          }),
        },
        {
          tool: 'nc_calendar_bulk_operations',
          with: ({ name }) => ({
            operation: 'move',
            categories: 'Travel',
            target_calendar: name,
          }),
        },
      ],
      async outcome(world, _, rehearsal) {
        assert.equal(rehearsal.total_found, 1)
        assert.match(await exported(world, 'Trips'), /SUMMARY:Holiday in Norway/)
        assert.doesNotMatch(await exported(world, 'personal'), /SUMMARY:Holiday in Norway/)
      },
    },
  ],
}
