import { z } from 'zod'
import type { App } from '../../mcp/app.ts'
import { defineTool } from '../../mcp/tool.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { notifications } from './api.ts'
import { mentioned, resolved } from './rich.ts'

const Mentioned = z.object({
  type: z.string(),
  id: z.string(),
  name: z.string(),
  link: z.string().nullable(),
})

export const listNotifications = defineTool({
  name: 'nc_notifications_list',
  title: 'List notifications',
  description:
    "Lists the user's latest notifications, newest first (Nextcloud tells 25), with whom and what they are about.",
  scopes: ['notifications:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    app: z.string().optional().describe('Only of this app, as in "spreed"'),
    limit: z.int().min(1).max(500).default(25),
    offset: z.int().min(0).default(0),
  }),
  output: z.object({
    notifications: z.array(
      z.object({
        id: z.int(),
        app: z.string(),
        datetime: z.string(),
        subject: z.string(),
        message: z.string().optional(),
        link: z.string().optional(),
        object_type: z.string(),
        object_id: z.string(),
        about: z.array(Mentioned),
        actions: z.array(z.string()).describe('What Nextcloud offers to do, in its words'),
      }),
    ),
    total: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { app, limit, offset }) {
    const all = await notifications(session).list()
    const found = app === undefined ? all : all.filter(notification => notification.app === app)
    const end = offset + limit
    return {
      notifications: found.slice(offset, end).map(notification => {
        const { notification_id: id, datetime, object_type, object_id, link } = notification
        const { subjectRichParameters, messageRichParameters } = notification
        const message = resolved(
          notification.messageRich,
          messageRichParameters,
          notification.message,
        )
        return {
          id,
          app: notification.app,
          datetime,
          subject: resolved(notification.subjectRich, subjectRichParameters, notification.subject),
          ...(message === '' ? {} : { message }),
          ...(link === '' ? {} : { link }),
          object_type,
          object_id,
          about: mentioned(subjectRichParameters, messageRichParameters),
          actions: notification.actions.map(({ label }) => label),
        }
      }),
      total: found.length,
      ...(end < found.length ? { next_offset: end } : {}),
    }
  },
})

export const dismissNotifications = defineTool({
  name: 'nc_notifications_dismiss',
  title: 'Dismiss notifications',
  description:
    'Takes one notification away for good, or all of them, older ones than are listed as well.',
  scopes: ['notifications:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({
    notification_id: z.int().min(1).optional(),
    all: z.boolean().default(false),
  }),
  output: z.object({ dismissed: z.union([z.int(), z.literal('all')]) }),
  async run({ session }, { notification_id, all }) {
    if (all === (notification_id !== undefined)) {
      throw badInput('Which one is not clear', 'Give either notification_id or all: true.')
    }
    if (notification_id === undefined) {
      await notifications(session).dismissAll()
      return { dismissed: 'all' as const }
    }
    await notifications(session).dismiss(notification_id)
    return { dismissed: notification_id }
  },
})

/** Nextcloud's notifications to the user. */
export const notificationsApp: App = {
  id: 'notifications',
  title: 'Notifications',
  about: 'What Nextcloud has to tell the user',
  requires: 'notifications',
  tools: [listNotifications, dismissNotifications],
  toldBy: {
    notification_id: 'nc_notifications_list',
  },
}
