/** Reminders as tools take and give them. */
import { z } from 'zod'
import { badInput } from '../nextcloud/errors.ts'
import { ACTIONS, type Reminder } from './alarms.ts'

/**
 * The argument as it is listed: twice in every list of tools, and so in words that are shorter than
 * a schema. {@link remindersOf} is strict.
 */
export const reminderList = z
  .array(z.looseObject({}))
  .describe(
    '{action: DISPLAY|EMAIL|AUDIO, minutes_before | trigger: -P1D | trigger_at, description, summary, related: START|END}',
  )

const fields = {
  minutes_before: z.int().nullish(),
  trigger_at: z.string().nullish(),
  trigger: z.string().nullish(),
  description: z.string().nullish(),
  summary: z.string().nullish(),
  related: z.enum(['START', 'END']).nullish(),
}

/** A reminder in a result. */
export const ReminderResult = z.object({ action: z.enum(ACTIONS), ...fields })

const ReminderArgument = z
  .strictObject({ action: z.enum(ACTIONS).default('DISPLAY'), ...fields })
  .refine(
    ({ minutes_before, trigger, trigger_at }) =>
      [minutes_before, trigger, trigger_at].filter(value => value != null).length === 1,
    'give one of minutes_before, trigger, trigger_at',
  )

/**
 * The reminders of an argument.
 * @throws CodedError `BAD_INPUT` that names the reminder and the field
 */
export function remindersOf(
  list: readonly Record<string, unknown>[] | undefined,
): Reminder[] | undefined {
  return list?.map((entry, at) => {
    const parsed = ReminderArgument.safeParse(entry)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const place = ['reminders', at, ...(issue?.path ?? [])].join('.')
    throw badInput(`${place}: ${issue?.message}`)
  })
}
