import { z } from 'zod'
import type { App } from '../../mcp/app.ts'
import { defineTool } from '../../mcp/tool.ts'
import { isEmoji } from '../../nextcloud/emoji.ts'
import { badInput, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import { isoTime } from '../../nextcloud/tolerant.ts'
import { type ApiStatus, STATUSES, userStatus } from './api.ts'

/** Characters, as people count them; longer ones are refused by Nextcloud. */
const LONGEST_MESSAGE = 80

const Status = z.object({
  user_id: z.string(),
  status: z.string().describe('online, away, busy, dnd, invisible or offline'),
  message: z.string().nullable(),
  emoji: z.string().nullable(),
  clear_at: z.string().nullable().describe('When the message goes away, ISO 8601'),
})

export const getStatus = defineTool({
  name: 'nc_user_status_get',
  title: 'Read a status',
  description: "The user's own status and status message, or somebody else's.",
  scopes: ['status:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ user_id: z.string().min(1).optional().describe('From nc_users_search') }),
  output: Status,
  async run({ session }, { user_id }) {
    const api = userStatus(session)
    if (user_id === undefined) return result(await api.own())
    try {
      return result(await api.of(user_id))
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error
      throw withDetails(error, 'There is no such user, or they have never had a status', {
        hint: 'nc_users_search finds user ids.',
      })
    }
  },
})

export const setStatus = defineTool({
  name: 'nc_user_status_set',
  title: 'Set the own status',
  description:
    'Sets the status, the message beside it, or both. Message, emoji and clear_at go together: what is left out of them is empty.',
  scopes: ['status:write'],
  effect: 'update',
  idempotent: true,
  // Everybody at the instance reads it.
  openWorld: true,
  input: z.object({
    status: z.enum(STATUSES).optional(),
    message: z
      .string()
      .trim()
      .refine(
        message => [...message].length <= LONGEST_MESSAGE,
        `has more than ${LONGEST_MESSAGE} characters`,
      )
      .optional()
      .describe('Up to 80 characters'),
    emoji: z.string().trim().optional(),
    clear_at: z
      .union([z.int().min(1), z.string()])
      .optional()
      .describe('Minutes from now, or ISO 8601 with a time zone'),
    clear: z.boolean().default(false).describe('Takes the message away'),
  }),
  output: Status,
  async run({ session }, { status, message = '', emoji = '', clear_at, clear }) {
    const hasMessage = message !== '' || emoji !== ''
    if (emoji !== '' && !isEmoji(emoji)) throw badInput(`"${emoji}" is not one emoji`)
    if (clear_at !== undefined && !hasMessage) {
      throw badInput('clear_at needs a message or an emoji')
    }
    if (clear && hasMessage) throw badInput('Give either clear or a message')
    if (status === undefined && !clear && !hasMessage) {
      throw badInput('Nothing to set', 'Give status, message, emoji or clear.')
    }
    const clearAt = clear_at === undefined ? null : moment(clear_at)

    const api = userStatus(session)
    const set = status === undefined ? undefined : await api.set(status)
    try {
      if (hasMessage) {
        const icon = emoji || null
        return result(await api.setMessage({ message: message || null, icon, clearAt }))
      }
      if (clear) {
        await api.clearMessage()
        const now = set ?? (await api.own())
        return result({ ...now, message: null, icon: null, clearAt: null })
      }
    } catch (error) {
      if (set === undefined || !isCodedError(error)) throw error
      const isUnclear = error.details.outcomeUnknown === true
      const message = isUnclear
        ? 'its message may have been changed or not'
        : 'its message was not changed'
      throw withDetails(error, `The status is ${status} now, but ${message}`, {})
    }
    return result(set ?? (await api.own()))
  },
})

/** What dates can be of at most. */
const LATEST_MS = 8.64e15

/** A point in time in seconds since 1970, which has to come yet. */
function moment(given: number | string): number {
  const minutes = typeof given === 'number' || /^\d+$/.test(given) ? Number(given) : undefined
  if (minutes === undefined && !/[T ].*(Z|[+-]\d\d:?\d\d)$/i.test(String(given))) {
    throw badInput(
      `clear_at "${given}" has no time zone`,
      'As in 2030-01-31T17:00:00+01:00, or 30.',
    )
  }
  const at = minutes === undefined ? Date.parse(String(given)) : Date.now() + minutes * 60_000
  if (!(at > Date.now() && at <= LATEST_MS)) {
    throw badInput(`clear_at "${given}" is not a time to come`)
  }
  return Math.floor(at / 1_000)
}

function result({ userId, status, message, icon, clearAt }: ApiStatus): z.input<typeof Status> {
  return {
    user_id: userId,
    status,
    message: message || null,
    emoji: icon || null,
    clear_at: isoTime(clearAt),
  }
}

/** How people are, as they say. */
export const statusApp: App = {
  id: 'user_status',
  title: 'User status',
  about: "The user's status and that of others",
  aliases: ['status'],
  requires: 'user_status',
  tools: [getStatus, setStatus],
}
