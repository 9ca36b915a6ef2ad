import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { childrenOf, type StoredNode } from '../storage/tree.ts'
import { createShare, viewAtPath } from './create.ts'
import { canDelete, canEdit, formatShare } from './format.ts'
import { leaveShare, mountsOf, rightsOf, viewOf } from './mounts.ts'
import { expiryOf, linkPermissions, passwordHash, Refusal } from './policy.ts'
import { kind, may, reaches, removeShare, type Share, sharedNode, sharesOf } from './store.ts'

/** GET shares: one's own, those of a path, those in a folder, or what others share. */
export const listShares = answering(call => {
  const { parameters, instance, identity } = call
  const path = text(parameters.path) ?? ''
  const view = path === '' ? undefined : viewAtPath(call, path)
  const userId = identity.account.id
  const { state } = instance
  const all = [...state.shares.shares.values()].filter(
    share => sharedNode(state, share) !== undefined,
  )
  const told = (shares: readonly Share[]) => shares.map(share => format(call, share))
  if (text(parameters.shared_with_me) === 'true') {
    const mounts = mountsOf(state, userId).flatMap(({ shares }) => shares)
    return told(
      all.filter(
        share => mounts.includes(share) && (view === undefined || share.fileId === view.node.id),
      ),
    )
  }
  const resharing = view !== undefined && (rightsOf(view) & may.share) !== 0
  const wanted = (share: Share): boolean =>
    share.sharer === userId ||
    (text(parameters.reshares) === 'true' &&
      (share.owner === userId || (resharing && share.recipient !== userId)))
  if (view === undefined) return told(all.filter(wanted))
  if (text(parameters.subfiles) !== 'true') {
    return told(sharesOf(state, view.node).filter(wanted))
  }
  if (view.node.kind === 'file') throw new Refusal(400, 'Not a directory')
  return told(
    childrenOf(view.node)
      .flatMap(child => sharesOf(state, child))
      .filter(({ sharer, owner }) => sharer === userId || owner === userId),
  )
})

/** GET shares/ID, which answers with a list. */
export const getShare = answering(call => [format(call, accessible(call))])

/** POST shares. */
export const postShare = answering(call => {
  const { share, node, isNew } = createShare(call)
  return formatShare(viewerOf(call), share, node, isNew)
})

/** PUT shares/ID: only what is named changes. */
export const putShare = answering(call => {
  const share = accessible(call, false)
  const { parameters, instance, identity } = call
  if (!canEdit(share, identity.account.id)) {
    throw new Refusal(403, 'You are not allowed to edit incoming shares')
  }
  const names = ['permissions', 'password', 'expireDate', 'note', 'label', 'hideDownload']
  if (!names.some(name => parameters[name] !== undefined && parameters[name] !== null)) {
    throw new Refusal(400, 'Wrong or no update parameter given')
  }
  const changed: Partial<Share> = {}
  const { permissions, password, note, label, hideDownload } = parameters
  const isLink = share.type === kind.link || share.type === kind.mail
  if (permissions !== undefined) {
    changed.permissions = changedPermissions(call, share, integer(permissions) ?? 0, isLink)
  }
  if (note !== undefined) changed.note = text(note) ?? ''
  if (isLink) {
    const secret = text(password)
    if (secret !== undefined) changed.password = secret === '' ? undefined : passwordHash(secret)
    if (label !== undefined) changed.label = text(label) ?? ''
    if (hideDownload !== undefined) {
      changed.hideDownload = text(hideDownload) === 'true'
      const value = !changed.hideDownload
      changed.attributes = JSON.stringify([{ scope: 'permissions', key: 'download', value }])
    }
  }
  if (parameters.expireDate !== undefined) {
    const policy = isLink ? instance.settings.sharing : {}
    const now = instance.settings.now()
    changed.expiration = expiryOf(parameters, { now, policy, malformed: 400 })
  }
  Object.assign(share, changed)
  return format(call, share)
})

/** DELETE shares/ID: ends a share, or takes what a group shares out of one's own files. */
export const deleteShare = answering(call => {
  const share = accessible(call)
  const { instance, identity } = call
  const userId = identity.account.id
  if (canDelete(share, userId)) removeShare(instance.state.shares, share)
  else if (reaches(instance.state, share, userId)) leaveShare(instance.state, userId, share)
  else throw new Refusal(403, 'Could not delete share')
  return []
})

/** Runs a handler; what it refuses is answered as Nextcloud does. */
function answering(run: (call: OcsCall) => unknown): (call: OcsCall) => OcsResult {
  return call => {
    try {
      return ocsData(run(call))
    } catch (error) {
      if (error instanceof Refusal) return ocsFailure(error.status, error.message)
      throw error
    }
  }
}

/** The share a request names, if the one who asks may know of it. */
function accessible(call: OcsCall, includingGroups = true): Share {
  const { state } = call.instance
  const userId = call.identity.account.id
  const share = state.shares.shares.get(Number(call.matched[0]))
  const node = share && sharedNode(state, share)
  if (share !== undefined && node !== undefined) {
    if (canDelete(share, userId)) return share
    const view = viewOf(state, userId, node)
    const reshares = view !== undefined && (rightsOf(view) & may.share) !== 0
    const received = includingGroups && reaches(state, share, userId) && view !== undefined
    if (reshares || received) return share
  }
  throw new Refusal(404, 'Wrong share ID, share does not exist')
}

function changedPermissions(call: OcsCall, share: Share, asked: number, isLink: boolean): number {
  const { state } = call.instance
  const node = sharedNode(state, share)
  const permissions = isLink ? linkPermissions(asked) : asked
  const isFile = node?.kind === 'file'
  if (
    permissions > may.all ||
    (!isLink && (permissions & may.read) === 0) ||
    (isFile && (permissions & (may.create | may.delete)) !== 0)
  ) {
    throw new Refusal(400, 'Failed to update share.')
  }
  const mount = node && viewOf(state, call.identity.account.id, node)?.mount
  if (mount !== undefined && (permissions & ~mount.permissions) !== 0) {
    throw new Refusal(404, 'Cannot increase permissions of ')
  }
  return permissions
}

function viewerOf({ instance, identity }: OcsCall) {
  return { world: instance.state, userId: identity.account.id, url: instance.url }
}

function format(call: OcsCall, share: Share): object {
  const node: StoredNode | undefined = sharedNode(call.instance.state, share)
  if (node === undefined) throw new Refusal(404, 'Wrong share ID, share does not exist')
  return formatShare(viewerOf(call), share, node)
}
