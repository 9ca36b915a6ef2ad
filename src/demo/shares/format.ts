import { hasPreview } from '../storage/file-types.ts'
import { type StoredNode, sizeOf } from '../storage/tree.ts'
import { type View, viewOf } from './mounts.ts'
import { kind, may, reaches, type Share, type ShareWorld } from './store.ts'

/** Who looks at a share, and where the instance is. */
export interface Viewer {
  world: ShareWorld
  userId: string
  /** Address of the instance without trailing slash. */
  url: string
}

/** What the sharing API says of a share; `mailed` only of one that was just made. */
export function formatShare(
  viewer: Viewer,
  share: Share,
  node: StoredNode,
  mailed = false,
): Record<string, unknown> {
  const { world, userId } = viewer
  const view = viewOf(world, userId, node) ?? { node, names: [node.name], mount: undefined }
  return {
    id: String(share.id),
    share_type: share.type,
    uid_owner: share.sharer,
    displayname_owner: displayName(world, share.sharer),
    permissions: share.permissions,
    can_edit: canEdit(share, userId),
    can_delete: canDelete(share, userId),
    stime: share.created,
    parent: null,
    expiration: share.expiration === undefined ? null : `${share.expiration} 00:00:00`,
    token: share.token ?? null,
    uid_file_owner: share.owner,
    note: share.note,
    label: share.label,
    displayname_file_owner: displayName(world, share.owner),
    ...itemOf(viewer, share, view),
    ...recipientOf(viewer, share),
    mail_send: mailed ? 1 : 0,
    hide_download: share.hideDownload ? 1 : 0,
    attributes: share.attributes,
  }
}

/** Whether a user may change a share. */
export function canEdit(share: Share, userId: string): boolean {
  return share.owner === userId || share.sharer === userId
}

/** Whether a user may end a share, be it for themselves; leaving a group's is something else. */
export function canDelete(share: Share, userId: string): boolean {
  return canEdit(share, userId) || (share.type === kind.user && share.recipient === userId)
}

function itemOf({ world, userId }: Viewer, share: Share, { node, names, mount }: View): object {
  const leaves = canDelete(share, userId) || reaches(world, share, userId)
  const permissions =
    share.owner === userId
      ? node.kind === 'folder'
        ? may.all
        : may.all & ~may.create
      : share.permissions | (leaves ? may.delete : 0) | (canEdit(share, userId) ? may.update : 0)
  const path = `/${names.join('/')}`
  return {
    path,
    item_type: node.kind,
    item_permissions: permissions,
    'is-mount-root': mount?.node === node,
    'mount-type': mount === undefined ? '' : 'shared',
    mimetype: node.kind === 'file' ? node.type : 'httpd/unix-directory',
    has_preview: node.kind === 'file' && hasPreview(node.type),
    storage_id: mount === undefined ? `home::${userId}` : `shared::/${mount.names.join('/')}`,
    storage: 10,
    item_source: node.id,
    file_source: node.id,
    file_parent: node.parent?.id ?? 1,
    file_target: share.type === kind.mail ? null : (share.targets.get(userId) ?? share.target),
    item_size: sizeOf(node),
    item_mtime: node.mtime,
  }
}

function recipientOf({ world, url }: Viewer, share: Share): object {
  const { recipient = '', password, token } = share
  const secret = { password: password ?? null, send_password_by_talk: false }
  switch (share.type) {
    case kind.user: {
      const account = world.directory.accounts.get(recipient.toLowerCase())
      return {
        share_with: recipient,
        share_with_displayname: account?.displayName ?? recipient,
        share_with_displayname_unique: account?.email || recipient,
      }
    }
    case kind.mail:
      return {
        share_with: recipient,
        password_expiration_time: null,
        ...secret,
        share_with_displayname: recipient,
      }
    case kind.link:
      return {
        // The hash of the password, which clients are better off not to look at.
        share_with: password ?? null,
        share_with_displayname: '(Shared link)',
        ...secret,
        url: `${url}/s/${token}`,
      }
  }
  return { share_with: recipient, share_with_displayname: recipient }
}

function displayName({ directory }: ShareWorld, userId: string): string {
  return directory.accounts.get(userId)?.displayName ?? userId
}
