/**
 * The Notifications app's HTTP interface, version 2.
 * @see https://github.com/nextcloud/notifications/blob/master/docs/ocs-endpoint-v2.md
 */
import { z } from 'zod'
import { ocs, ocsData, ocsHttp } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list, looseRecord, text } from '../../nextcloud/tolerant.ts'

const API = '/apps/notifications/api/v2/notifications'

const Action = z.object({ label: text(''), link: text('') })
const Notification = z.object({
  notification_id: z.coerce.number().int(),
  app: text(''),
  datetime: text(''),
  object_type: text(''),
  object_id: text(''),
  subject: text(''),
  message: text(''),
  link: text(''),
  subjectRich: text(''),
  subjectRichParameters: looseRecord(),
  messageRich: text(''),
  messageRichParameters: looseRecord(),
  actions: list(Action).catch([]),
})
/** A notification as the API gives it. */
export type ApiNotification = z.infer<typeof Notification>

/** The notifications of the session's user; one request for each method. */
export function notifications(session: Session) {
  return {
    /** The latest 25, newest first; Nextcloud gives no others. */
    async list(): Promise<ApiNotification[]> {
      const subject = 'the notifications'
      const reply = await session.send(ocsHttp({ path: API, subject }))
      // No app has anything to tell.
      return reply.status === 204 ? [] : ocsData(reply, list(Notification), subject)
    },

    /** Takes one away; one that is not there is taken away already. */
    async dismiss(id: number): Promise<void> {
      const path = `${API}/${id}`
      await ocs(session, z.unknown(), { method: 'DELETE', path, subject: `notification ${id}` })
    },

    /** Takes all away, those that are not listed as well. */
    async dismissAll(): Promise<void> {
      await ocs(session, z.unknown(), { method: 'DELETE', path: API, subject: 'the notifications' })
    },
  }
}
