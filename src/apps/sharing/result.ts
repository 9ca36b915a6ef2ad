/** Shares as the tools tell of them. */
import { z } from 'zod'
import { segmentsOf } from '../../nextcloud/dav/paths.ts'
import { isoTime } from '../../nextcloud/tolerant.ts'
import type { ApiShare } from './api.ts'
import { hasLink, KINDS, kindName } from './kinds.ts'
import { permissionNames } from './permissions.ts'

const only = 'Only where there is one'

/** What lists say of a share. */
export const ShareSummary = z.object({
  id: z.int(),
  type: z.string().describe('user, group, link, email, federated, team, federated_group, room'),
  path: z.string().describe("In the signed-in user's files"),
  permissions: z.int(),
  can: z.array(z.string()).describe('The permissions in words'),
  share_with: z.string().optional().describe('Id of whom it is shared with'),
  share_with_name: z.string().optional().describe('Where it differs from the id'),
  shared_by: z.string().describe('User id'),
  url: z.string().optional().describe(only),
  expires_at: z.string().optional().describe("Access ends; in the user's time zone"),
  label: z.string().optional().describe(only),
  note: z.string().optional().describe(only),
})

/** All that is said of a share. */
export const Share = ShareSummary.extend({
  share_type: z.int(),
  item_type: z.enum(['file', 'folder']),
  file_id: z.int().nullable(),
  shared_by_name: z.string(),
  owner: z.string().describe('User id; whose file it is'),
  shared_at: z.string().nullable().describe('ISO 8601'),
  token: z.string().optional().describe(only),
  has_password: z.boolean().optional().describe('Of links and mail shares'),
  hide_download: z.boolean().optional().describe('Of links and mail shares'),
})

/** A share in a list. */
export function summaryOf(share: ApiShare): z.input<typeof ShareSummary> {
  const { share_with: id, share_with_displayname: name } = share
  return {
    id: share.id,
    type: kindName(share.share_type),
    path: pathOf(share),
    permissions: share.permissions,
    can: permissionNames(share.permissions),
    ...(id ? { share_with: id } : {}),
    ...(id && name && name !== id ? { share_with_name: name } : {}),
    shared_by: share.uid_owner,
    ...(share.url ? { url: share.url } : {}),
    ...(share.expiration ? { expires_at: expiryOf(share.expiration) } : {}),
    ...(share.label ? { label: share.label } : {}),
    ...(share.note ? { note: share.note } : {}),
  }
}

/** A share in full. */
export function shareOf(share: ApiShare): z.input<typeof Share> {
  return {
    ...summaryOf(share),
    share_type: share.share_type,
    item_type: share.item_type === 'folder' ? 'folder' : 'file',
    file_id: share.file_source,
    shared_by_name: share.displayname_owner || share.uid_owner,
    owner: share.uid_file_owner || share.uid_owner,
    shared_at: isoTime(share.stime),
    ...(hasLink(share.share_type) && share.token ? { token: share.token } : {}),
    ...(hasLink(share.share_type)
      ? { has_password: share.hasPassword, hide_download: share.hide_download }
      : {}),
  }
}

/** `2030-12-31 00:00:00`, as Nextcloud has it, as ISO 8601 without a zone. */
export function expiryOf(expiration: string): string {
  return expiration.replace(' ', 'T')
}

/** The path of a share as the file tools have it. */
export function pathOf({ path }: ApiShare): string {
  return segmentsOf(path).join('/')
}

/** With whom, what and how: the end of a sentence. */
export function described(share: ApiShare): string {
  const { share_type: type, share_with: id, share_with_displayname: name, expiration } = share
  const who =
    type === KINDS.link
      ? 'by link'
      : `with ${kindName(type)} ${name && name !== id ? `${name} (${id})` : (id ?? '')}`
  const until = expiration ? ` until ${expiration.slice(0, 10)} 00:00` : ''
  return `"${pathOf(share)}" ${who}: ${permissionNames(share.permissions).join(', ')}${until}`
}
