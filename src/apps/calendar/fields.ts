/** The arguments that say what an event is like, and what they mean as changes. */
import { z } from 'zod'
import type { Reminder } from '../../icalendar/alarms.ts'
import type { EditContext, EventChanges, Scope } from '../../icalendar/event-edit.ts'
import type { Calendar } from '../../nextcloud/caldav/calendars.ts'
import { davHomes } from '../../nextcloud/dav/homes.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { inviteesIn } from './attendees.ts'
import { isEmpty, namesIn } from './filters.ts'
import { chooseZone } from './zone.ts'

/** What arguments of the create and update tools say of an event. */
export interface EventFields {
  readonly title?: string | undefined
  readonly start_datetime?: string | undefined
  readonly end_datetime?: string | undefined
  readonly all_day?: boolean | undefined
  readonly description?: string | undefined
  readonly location?: string | undefined
  readonly categories?: string | undefined
  readonly recurring?: boolean | undefined
  readonly recurrence_rule?: string | undefined
  readonly recurrence_end_date?: string | undefined
  readonly reminder_minutes?: number | undefined
  readonly reminder_email?: boolean | undefined
  readonly status?: string | undefined
  readonly priority?: number | undefined
  readonly privacy?: string | undefined
  readonly attendees?: string | undefined
  readonly url?: string | undefined
  readonly color?: string | undefined
  readonly timezone?: string | undefined
  readonly reminders?: readonly Record<string, unknown>[] | undefined
}

/** Kept open for the schema's size; {@link remindersOf} is strict. */
export const reminderList = z
  .array(z.looseObject({}))
  .describe(
    '{action: DISPLAY|EMAIL|AUDIO, minutes_before | trigger: -P1D | trigger_at, description, summary, related: START|END}',
  )

const ReminderArgument = z.strictObject({
  action: z.enum(['DISPLAY', 'EMAIL', 'AUDIO']).default('DISPLAY'),
  minutes_before: z.int().nullish(),
  trigger_at: z.string().nullish(),
  trigger: z.string().nullish(),
  description: z.string().nullish(),
  summary: z.string().nullish(),
  related: z.enum(['START', 'END']).nullish(),
})

/**
 * The changes that a new event is made of: what is empty says nothing.
 * @throws CodedError `BAD_INPUT` that names the field
 */
export function fieldsToCreate(fields: EventFields): EventChanges {
  refuseContradiction(fields)
  if (fields.recurring && isEmpty(fields.recurrence_rule)) {
    throw badInput('recurrence_rule: recurring=true needs it', 'For example FREQ=WEEKLY;BYDAY=MO.')
  }
  const reminders = remindersOf(fields.reminders)
  const isReminded = reminders === undefined && (fields.reminder_minutes ?? 0) > 0
  return {
    ...commonOf(fields, text => (isEmpty(text) ? undefined : text)),
    ...(fields.all_day ? { all_day: true } : {}),
    ...(reminders === undefined ? {} : { reminders }),
    ...(isReminded
      ? { reminder_minutes: fields.reminder_minutes, reminder_email: fields.reminder_email }
      : {}),
  }
}

/**
 * The changes of an update: an empty text takes away what can be missing.
 * @throws CodedError `BAD_INPUT` that names the field, or where nothing is to be changed
 */
export function fieldsToUpdate(fields: EventFields): EventChanges {
  refuseContradiction(fields)
  const reminders =
    remindersOf(fields.reminders) ?? (fields.reminder_minutes === 0 ? [] : undefined)
  const changes: EventChanges = {
    ...commonOf(fields, text => text),
    all_day: fields.all_day,
    ...(fields.recurring === false ? { recurrence_rule: '' } : {}),
    ...(reminders === undefined
      ? { reminder_minutes: fields.reminder_minutes, reminder_email: fields.reminder_email }
      : { reminders }),
  }
  if (Object.values(changes).every(value => value === undefined)) {
    throw badInput('Nothing to change', 'Give at least one field besides the names.')
  }
  return changes
}

/** The event that is meant and who edits it. */
export async function editContext(
  session: Session,
  calendar: Calendar,
  needs: { readonly timezone?: string | undefined; zone: boolean; organizer: boolean },
): Promise<EditContext & { readonly isZoneKnown: boolean }> {
  const [chosen, homes] = await Promise.all([
    needs.zone ? chooseZone(session, needs.timezone, calendar) : undefined,
    davHomes(session),
  ])
  const { addresses, displayName: name } = homes
  const [email] = needs.organizer ? addresses : []
  if (needs.organizer && email === undefined) {
    throw badInput(
      'attendees: nobody can be invited, as this Nextcloud account has no e-mail address',
      'Leave attendees out, or add an address in the personal settings of Nextcloud.',
    )
  }
  return {
    now: Date.now(),
    zone: chosen?.name ?? 'UTC',
    isZoneKnown: chosen?.isKnown ?? true,
    // What is in somebody else's calendar may be organized by them.
    ...(calendar.owner === undefined ? { addresses } : {}),
    ...(email === undefined ? {} : { organizer: name === undefined ? { email } : { email, name } }),
  }
}

/**
 * Which part of a series is meant.
 * @throws CodedError `BAD_INPUT` where the two arguments do not go together
 */
export function scopeOf(scope: Scope['scope'], recurrenceId: string | undefined): Scope {
  if (scope === 'series') {
    if (isEmpty(recurrenceId)) return { scope }
    throw badInput(
      'recurrence_id: it is for scope=occurrence and scope=this_and_future',
      'Say by scope whether this occurrence, or this and all later ones, is meant.',
    )
  }
  if (isEmpty(recurrenceId)) {
    throw badInput(
      `recurrence_id: scope=${scope} needs it`,
      'nc_calendar_list_events and nc_calendar_get_event give the recurrence_id of occurrences.',
    )
  }
  return { scope, recurrenceId: recurrenceId?.trim() ?? '' }
}

function commonOf(
  fields: EventFields,
  text: (value: string | undefined) => string | undefined,
): EventChanges {
  const filled = (value: string | undefined) => (isEmpty(value) ? undefined : value?.trim())
  const categories = text(fields.categories)
  const attendees = text(fields.attendees)
  return {
    title: fields.title,
    start_datetime: filled(fields.start_datetime),
    end_datetime: filled(fields.end_datetime),
    timezone: filled(fields.timezone),
    description: text(fields.description),
    location: text(fields.location),
    categories: categories === undefined ? undefined : namesIn(categories),
    recurrence_rule: text(fields.recurrence_rule),
    recurrence_end_date: text(fields.recurrence_end_date),
    status: filled(fields.status)?.toUpperCase(),
    priority: fields.priority,
    privacy: filled(fields.privacy)?.toUpperCase(),
    attendees: attendees === undefined ? undefined : inviteesIn(attendees),
    url: text(fields.url),
    color: text(fields.color),
  }
}

/** `recurring` says nothing that the rule does not say, but it can contradict it. */
function refuseContradiction({ recurring, recurrence_rule }: EventFields): void {
  if (recurring === false && !isEmpty(recurrence_rule)) {
    throw badInput('recurrence_rule: it contradicts recurring=false')
  }
}

function remindersOf(list: readonly Record<string, unknown>[] | undefined): Reminder[] | undefined {
  if (list === undefined) return undefined
  return list.map((entry, at) => {
    const parsed = ReminderArgument.safeParse(entry)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw badInput(`reminders.${at}.${issue?.path.join('.')}: ${issue?.message}`)
    }
    const reminder = parsed.data
    const { minutes_before, trigger, trigger_at } = reminder
    const given = [minutes_before, trigger, trigger_at].filter(value => value != null)
    if (given.length !== 1) {
      throw badInput(`reminders.${at}: give one of minutes_before, trigger, trigger_at`)
    }
    return reminder as Reminder
  })
}
