import { warmUp } from '../../icalendar/warm-up.ts'
import type { App } from '../../mcp/app.ts'
import { findAvailability } from './tools/availability.ts'
import { bulkOperations } from './tools/bulk.ts'
import { manageCalendar } from './tools/calendars.ts'
import { createMeeting } from './tools/meeting.ts'
import { getEvent, getUpcomingEvents, listCalendarsTool, listEvents } from './tools/read.ts'
import { createEventTool, deleteEventTool, updateEventTool } from './tools/write.ts'

/** Calendars and events, by CalDAV; every Nextcloud has them, with the calendar app or without. */
export const calendarApp: App = {
  id: 'calendar',
  title: 'Calendar',
  about: 'Events in all calendars, single occurrences too; meetings, free times, calendars',
  warmUp,
  tools: [
    listCalendarsTool,
    listEvents,
    getUpcomingEvents,
    getEvent,
    createEventTool,
    createMeeting,
    updateEventTool,
    deleteEventTool,
    findAvailability,
    bulkOperations,
    manageCalendar,
  ],
  essential: [
    'nc_calendar_list_calendars',
    'nc_calendar_list_events',
    'nc_calendar_create_event',
    'nc_calendar_update_event',
  ],
  toldBy: {
    read_only: 'nc_calendar_list_calendars',
    etag: 'nc_calendar_get_event',
    calendar_name: 'nc_calendar_list_calendars',
    event_uid: 'nc_calendar_list_events',
  },
}
