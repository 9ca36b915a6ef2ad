import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import { type Route, route } from '../ocs/route.ts'
import { seconds } from '../storage/tree.ts'
import type { UserStatus } from './store.ts'

const statuses = ['online', 'away', 'dnd', 'busy', 'invisible', 'offline']
const longestMessage = 80

/** The API of the User status app. */
export const statusRoutes: readonly Route[] = [
  on('GET', 'user_status', call => {
    const status = known(call, call.identity.account.id)
    if (status === undefined) throw new OcsRefusal(404, 'No status for the current user')
    return ownStatus(call, status)
  }),
  on('GET', 'statuses/*', others),
  on('PUT', 'user_status/status', setStatus),
  on('PUT', 'user_status/message/custom', setMessage),
  on('DELETE', 'user_status/message', call => {
    const status = known(call, call.identity.account.id)
    if (status !== undefined) Object.assign(status, noMessage)
    return ocsData([])
  }),
]

const noMessage = { message: null, icon: null, clearAt: null }

function on(method: string, path: string, run: (call: OcsCall) => OcsResult): Route {
  return route(method, `apps/user_status/api/v1/${path}`, run, 'user_status')
}

/** The status of a user, without a message whose time has come. */
function known({ instance }: OcsCall, userId: string): UserStatus | undefined {
  const { statuses: all, storage } = instance.state
  const status = all.get(userId)
  if (status?.clearAt != null && status.clearAt < seconds(storage)) {
    Object.assign(status, { ...noMessage, status: 'offline', isChosen: false })
  }
  return status
}

function ofCaller(call: OcsCall): UserStatus {
  const { id } = call.identity.account
  const status = known(call, id) ?? { status: 'offline', isChosen: false, ...noMessage }
  call.instance.state.statuses.set(id, status)
  return status
}

function setStatus(call: OcsCall): OcsResult {
  const wanted = text(call.parameters.statusType)
  if (wanted === undefined) throw new OcsFault()
  if (!statuses.includes(wanted)) {
    throw new OcsRefusal(400, `Status-type "${wanted}" is not supported`)
  }
  const status = ofCaller(call)
  Object.assign(status, { status: wanted, isChosen: true })
  return ownStatus(call, status)
}

function setMessage(call: OcsCall): OcsResult {
  const message = text(call.parameters.message) || null
  const icon = text(call.parameters.statusIcon) || null
  const clearAt = integer(call.parameters.clearAt) ?? null
  if (icon !== null && [...new Intl.Segmenter().segment(icon)].length !== 1) {
    throw new OcsRefusal(400, 'Status-Icon is longer than one character')
  }
  if (message !== null && [...message].length > longestMessage) {
    const limit = String(longestMessage)
    throw new OcsRefusal(400, `Message is longer than supported length of ${limit} characters`)
  }
  if (clearAt !== null && clearAt < seconds(call.instance.state.storage)) {
    throw new OcsRefusal(400, 'ClearAt is in the past')
  }
  const status = ofCaller(call)
  Object.assign(status, { message, icon, clearAt })
  return ownStatus(call, status)
}

function ownStatus({ identity }: OcsCall, status: UserStatus): OcsResult {
  return ocsData({
    userId: identity.account.id,
    message: status.message,
    messageId: null,
    messageIsPredefined: false,
    icon: status.icon,
    clearAt: status.clearAt,
    status: status.status,
    statusIsUserDefined: status.isChosen,
  })
}

function others(call: OcsCall): OcsResult {
  const userId = call.matched[0] ?? ''
  const found = known(call, userId)
  if (found === undefined) throw new OcsRefusal(404, 'No status for the requested userId')
  const { message, icon, clearAt } = found
  const status = found.status === 'invisible' ? 'offline' : found.status
  return ocsData({ userId, message, icon, clearAt, status })
}
