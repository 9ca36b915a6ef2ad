import { createHash } from 'node:crypto'
import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsRefusal } from '../ocs/failures.ts'
import { type Route, route } from '../ocs/route.ts'
import { seconds } from '../storage/tree.ts'
import { type Notification, notify, type RichObject } from './store.ts'

/** The API of the Notifications app, with the one for administrators. */
export const notificationRoutes: readonly Route[] = [
  on('GET', 'v2/notifications', list),
  on('DELETE', 'v2/notifications', call => dismiss(call, () => true)),
  on('GET', 'v2/notifications/*', call => {
    const id = integer(call.matched[0])
    const found = own(call).find(notification => notification.id === id)
    return found === undefined
      ? { statuscode: 404, message: '', data: null }
      : ocsData(json(call, found))
  }),
  on('DELETE', 'v2/notifications/*', call => {
    const id = integer(call.matched[0])
    return dismiss(call, notification => notification.id === id)
  }),
  on('POST', 'v2/admin_notifications/*', call => {
    announce(call, text(call.parameters.shortMessage), text(call.parameters.longMessage))
    return ocsData([])
  }),
  on('POST', 'v3/admin_notifications/*', call => {
    const { subject, message } = call.parameters
    return ocsData({ id: announce(call, text(subject), text(message)).id })
  }),
]

function on(method: string, path: string, run: (call: OcsCall) => OcsResult): Route {
  return route(method, `apps/notifications/api/${path}`, run, 'notifications')
}

function own({ instance, identity }: OcsCall): Notification[] {
  const { all } = instance.state.notifications
  return all.filter(({ user }) => user === identity.account.id)
}

/** Older ones are told when newer ones are gone. */
const mostListed = 25

function list(call: OcsCall): OcsResult {
  const found = own(call).toReversed().slice(0, mostListed)
  const hash = createHash('md5')
    .update(JSON.stringify(found.map(({ id }) => id)))
    .digest('hex')
  return ocsData(
    found.map(notification => json(call, notification)),
    { ETag: `"${hash}"` },
  )
}

function dismiss(call: OcsCall, chosen: (notification: Notification) => boolean): OcsResult {
  const gone = new Set(own(call).filter(chosen))
  const { notifications } = call.instance.state
  notifications.all = notifications.all.filter(notification => !gone.has(notification))
  return ocsData([])
}

function announce(call: OcsCall, subject = '', message = ''): Notification {
  const { state } = call.instance
  const user = call.matched[0] ?? ''
  if (!call.identity.account.admin) {
    throw new OcsRefusal(403, 'Logged in account must be an admin')
  }
  if (!state.directory.accounts.has(user)) throw new OcsRefusal(404)
  if (subject === '') throw new OcsRefusal(400)
  return notify(state.notifications, {
    app: 'admin_notifications',
    user,
    time: seconds(state.storage),
    subject,
    subjectParameters: objects(call.parameters.subjectParameters),
    message,
    messageParameters: objects(call.parameters.messageParameters),
    link: '',
  })
}

function objects(value: unknown): Record<string, RichObject> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([key, object]) => [
      key,
      Object.fromEntries(
        Object.entries({ ...(object as object) }).map(([name, part]) => [name, String(part)]),
      ),
    ]),
  )
}

function json({ instance }: OcsCall, notification: Notification): object {
  const { id, app, user, time, subject, message, link } = notification
  const { subjectParameters, messageParameters } = notification
  const isOfAdmin = app === 'admin_notifications'
  return {
    notification_id: id,
    app,
    user,
    datetime: `${new Date(time * 1000).toISOString().slice(0, 19)}+00:00`,
    object_type: isOfAdmin ? 'admin_notifications' : app,
    object_id: isOfAdmin ? time.toString(16) : String(id),
    subject: plain(subject, subjectParameters),
    message: plain(message, messageParameters),
    link,
    subjectRich: subject,
    subjectRichParameters: orEmpty(subjectParameters),
    messageRich: message,
    messageRichParameters: orEmpty(messageParameters),
    icon: `${instance.url}/apps/notifications/img/notifications-dark.svg`,
    shouldNotify: true,
    actions: [],
  }
}

function plain(rich: string, parameters: Record<string, RichObject>): string {
  return rich.replace(/\{(\w+)\}/g, (placeholder, key: string) => {
    const object = parameters[key]
    if (object === undefined) return placeholder
    return object.type === 'user' ? `@${object.name ?? ''}` : (object.name ?? placeholder)
  })
}

/** PHP writes an empty array for an empty object. */
function orEmpty(parameters: object): object {
  return Object.keys(parameters).length === 0 ? [] : parameters
}
