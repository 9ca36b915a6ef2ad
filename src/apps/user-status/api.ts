/**
 * The User status app's HTTP interface.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-status-api.html
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { davUserId } from '../../nextcloud/dav/principal.ts'
import { hasCode } from '../../nextcloud/errors.ts'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { number, text } from '../../nextcloud/tolerant.ts'

const API = '/apps/user_status/api/v1'

/** What users may choose; without a choice they are online, away or offline as they are. */
export const STATUSES = ['online', 'away', 'busy', 'dnd', 'invisible'] as const

const ApiStatus = z.object({
  userId: z.string(),
  status: text('offline'),
  message: text(null),
  icon: text(null),
  /** Seconds since 1970. */
  clearAt: number(null),
})
/** How somebody is, and what they say about it. */
export type ApiStatus = z.infer<typeof ApiStatus>

/** The message beside a status; given as a whole. */
export interface StatusMessage {
  message: string | null
  icon: string | null
  /** Seconds since 1970; null: it stays. */
  clearAt: number | null
}

/** Statuses as the user of `session` sees and sets them; one request for each method. */
export function userStatus(session: Session) {
  const own = `${API}/user_status`
  const subject = 'the status'
  return {
    /** The user's own; one who never had any is offline. */
    async own(): Promise<ApiStatus> {
      try {
        return await ocs(session, ApiStatus, { path: own, subject })
      } catch (error) {
        const said = hasCode(error, 'NOT_FOUND') ? error.details.serverMessage : undefined
        if (said?.startsWith('No status') !== true) throw error
        const userId = await davUserId(session)
        return { userId, status: 'offline', message: null, icon: null, clearAt: null }
      }
    },

    /** Somebody else's. @throws CodedError `NOT_FOUND` also for who never had any */
    of: (userId: string) =>
      ocs(session, ApiStatus, {
        path: `${API}/statuses/${encodeSegment(userId)}`,
        subject: `the status of "${userId}"`,
      }),

    set: (statusType: (typeof STATUSES)[number]) =>
      ocs(session, ApiStatus, {
        method: 'PUT',
        path: `${own}/status`,
        json: { statusType },
        subject,
      }),

    setMessage: ({ message, icon, clearAt }: StatusMessage) =>
      ocs(session, ApiStatus, {
        method: 'PUT',
        path: `${own}/message/custom`,
        json: { message, statusIcon: icon, clearAt },
        subject,
      }),

    async clearMessage(): Promise<void> {
      await ocs(session, z.unknown(), { method: 'DELETE', path: `${own}/message`, subject })
    },
  }
}
