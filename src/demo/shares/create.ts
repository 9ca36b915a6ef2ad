import { integer, text } from '../http.ts'
import type { OcsCall } from '../ocs/envelope.ts'
import type { StoredNode } from '../storage/tree.ts'
import { freeTarget, rightsOf, type View, viewAt } from './mounts.ts'
import { expiryOf, forKindOf, linkPermissions, passwordHash, Refusal } from './policy.ts'
import { kind, may, newToken, type Share, sharesOf, shareWith } from './store.ts'

/** The file at a path that a request names. */
export function viewAtPath(call: OcsCall, path: string): View {
  const { instance, identity } = call
  const found = viewAt(instance.state, identity.account.id, path.split('/').filter(Boolean))
  if (found === undefined) throw new Refusal(404, 'Wrong path, file/folder does not exist')
  return found
}

/** Makes a share, or finds the one that is there already. */
export function createShare(call: OcsCall): { share: Share; node: StoredNode; isNew: boolean } {
  const { parameters, instance, identity } = call
  const path = text(parameters.path)
  if (path === undefined) throw new Refusal(404, 'Please specify a file or folder path')
  const view = viewAtPath(call, path)
  const { node } = view
  const type = integer(parameters.shareType) ?? -1
  const asked = integer(parameters.permissions)
  const isLink = type === kind.link || type === kind.mail
  const permissions = forKindOf(
    node,
    isLink ? linkPermissions(asked ?? may.read) : (asked ?? may.all) | may.read,
  )
  const { state, settings } = instance
  const policy = isLink ? settings.sharing : {}
  const expiration = expiryOf(parameters, { now: settings.now(), policy, malformed: 404 })
  const recipient = recipientOf(call, type)
  if (view.names.length === 0) throw new Refusal(403, 'Failed to create share.')
  const rights = rightsOf(view)
  if ((rights & may.share) === 0) {
    throw new Refusal(404, `You are not allowed to share ${view.names.at(-1)}`)
  }
  const userId = identity.account.id
  const owner = view.mount?.owner ?? userId
  if (view.mount !== undefined && (permissions & ~view.mount.permissions) !== 0) {
    throw new Refusal(404, `Cannot increase permissions of /${view.names.join('/')}`)
  }
  if (type === kind.user && (recipient === owner || recipient === userId)) {
    throw new Refusal(403, 'Failed to create share.')
  }
  const known = isLink && type !== kind.mail ? undefined : identical(call, node, type, recipient)
  if (known !== undefined) {
    if (type === kind.mail) throw new Refusal(403, 'Failed to create share.')
    return { share: known, node, isNew: false }
  }
  const secret = text(parameters.password) ?? ''
  const password = isLink && secret !== '' ? passwordHash(secret) : undefined
  const name = view.names.at(-1) ?? ''
  const members = [...((type === kind.group && state.directory.groups.get(recipient ?? '')) || [])]
  const share = shareWith(state, node, {
    type,
    owner,
    sharer: userId,
    recipient,
    permissions,
    expiration,
    token: isLink ? newToken() : undefined,
    password,
    note: text(parameters.note) ?? '',
    label: isLink ? (text(parameters.label) ?? '') : '',
    attributes: text(parameters.attributes) ?? null,
    target: type === kind.user ? freeTarget(state, recipient ?? '', name) : `/${name}`,
    targets: new Map(
      members.flatMap(id => (id === owner ? [] : [[id, freeTarget(state, id, name)] as const])),
    ),
  })
  // Nextcloud keeps a row for each member too, and these use up ids.
  state.shares.nextId += members.length
  return { share, node, isNew: true }
}

function identical(
  { instance }: OcsCall,
  node: StoredNode,
  type: number,
  recipient: string | undefined,
): Share | undefined {
  return sharesOf(instance.state, node).find(
    share => share.type === type && share.recipient === recipient,
  )
}

function recipientOf({ parameters, instance }: OcsCall, type: number): string | undefined {
  const { directory } = instance.state
  const { sharing } = instance.settings
  const recipient = text(parameters.shareWith)
  switch (type) {
    case kind.user: {
      // Any case will do for Nextcloud, which keeps what it was given: nobody sees such a share.
      const ids = [...directory.accounts.keys()].map(id => id.toLowerCase())
      if (recipient === undefined || !ids.includes(recipient.toLowerCase())) {
        throw new Refusal(404, 'Please specify a valid account to share with')
      }
      return recipient
    }
    case kind.group:
      if (sharing.groups === false) {
        throw new Refusal(404, 'Group sharing is disabled by the administrator')
      }
      if (recipient === undefined || !directory.groups.has(recipient)) {
        throw new Refusal(404, 'Please specify a valid group')
      }
      return recipient
    case kind.link:
    case kind.mail:
      if (sharing.links === false) {
        throw new Refusal(404, 'Public link sharing is disabled by the administrator')
      }
      if (type === kind.link) return undefined
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(recipient ?? '')) {
        throw new Refusal(404, 'Please specify a valid email address')
      }
      return recipient
    case kind.team:
      throw new Refusal(404, 'You cannot share to a Team if the app is not enabled')
    case kind.room:
      throw new Refusal(
        403,
        `Sharing ${text(parameters.path)} failed because the back end does not support room shares`,
      )
    case kind.remote:
      // A demo knows no other cloud, and Nextcloud says no more of one that does not answer.
      throw new Refusal(403, 'Failed to create share.')
  }
  throw new Refusal(400, 'Unknown share type')
}
