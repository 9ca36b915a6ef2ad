/** Tools that change and end shares. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { type ApiShare, shares, subjectOf } from './api.ts'
import { expiryDate } from './expiry.ts'
import type { OpenFiles } from './files.ts'
import { hasLink, KINDS } from './kinds.ts'
import { BITS, beyondFiles, fitted, permissionBits, permissionNames } from './permissions.ts'
import { refusalOf } from './refusals.ts'
import { described, pathOf, Share, shareOf } from './result.ts'
import { numberOrWords } from './schemas.ts'

const shareId = z.int()

/** The tools of this file, on the files that `open` gives. */
export function changeTools(open: OpenFiles): Tool[] {
  const updateShare = defineTool({
    name: 'nc_share_update',
    title: 'Change a share',
    description: 'Changes a share; what is not given stays. "" removes a text, date or password.',
    scopes: ['sharing:write'],
    effect: 'update',
    openWorld: true,
    idempotent: true,
    input: z.object({
      share_id: shareId,
      permissions: numberOrWords('As in nc_share_create').optional(),
      expire_date: z.string().optional(),
      password: z.string().optional().describe('For link and email'),
      label: z.string().optional().describe('For link and email'),
      hide_download: z.boolean().optional().describe('For link and email'),
      note: z.string().optional(),
    }),
    output: Share.extend({ result: z.string() }),
    async run({ session }, { share_id, ...changes }) {
      if (Object.values(changes).every(value => value === undefined)) {
        throw badInput('Nothing to change was given')
      }
      const { expire_date, password, label, note, hide_download } = changes
      const expireDate = expire_date === undefined ? undefined : expiryDate(expire_date)
      const asked =
        changes.permissions === undefined ? undefined : permissionBits(changes.permissions)
      const share = await (await open(session)).share(share_id)
      if (!hasLink(share.share_type)) refuseLinkFields({ password, label, hide_download })
      const permissions =
        asked === undefined ? undefined : granted(share, changes.permissions ?? asked, asked)
      try {
        const changed = await shares(session).update(share_id, {
          permissions,
          expireDate,
          password,
          label,
          note,
          hideDownload: hide_download === undefined ? undefined : (`${hide_download}` as const),
        })
        return { result: `Shares now ${described(changed)}`, ...shareOf(changed) }
      } catch (error) {
        throw refusalOf(error, subjectOf(share_id))
      }
    },
  })

  const deleteShare = defineTool({
    name: 'nc_share_delete',
    title: 'End a share',
    description: 'Ends a share, or lets go of one that others made; no file is deleted.',
    scopes: ['sharing:write'],
    effect: 'delete',
    idempotent: true,
    input: z.object({ share_id: shareId }),
    output: z.object({
      result: z.string(),
      id: z.int(),
      path: z.string(),
      outcome: z.enum(['ended', 'left']).describe('left: others may still have it'),
    }),
    async run({ session }, { share_id }) {
      const files = await open(session)
      const share = await files.share(share_id)
      try {
        await shares(session).delete(share_id)
      } catch (error) {
        throw refusalOf(error, subjectOf(share_id))
      }
      return { id: share_id, path: pathOf(share), ...ending(share, files.userId) }
    },
  })

  return [updateShare, deleteShare]
}

/** Nextcloud passes over them in silence. */
function refuseLinkFields(fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) throw badInput(`${name}: only for link and email shares`)
  }
}

/** The permissions to set, where Nextcloud would say no more than that it failed. */
function granted(share: ApiShare, asked: number | string, bits: number): number {
  if (!hasLink(share.share_type) && (bits & BITS.read) === 0) {
    throw badInput('permissions: recipients can always read', 'A file drop is a link.')
  }
  const permissions = fitted(asked, bits, share.item_type)
  const beyond = share.item_type === 'file' ? beyondFiles(permissions) : 0
  if (beyond === 0) return permissions
  throw badInput(`permissions: a file cannot have ${permissionNames(beyond).join(', ')}`)
}

/** What an end means depends on whose share it was. */
function ending(share: ApiShare, userId: string): { result: string; outcome: 'ended' | 'left' } {
  if (share.uid_owner === userId || share.uid_file_owner === userId) {
    return { result: `Ended: ${described(share)}`, outcome: 'ended' }
  }
  const sharer = share.displayname_owner || share.uid_owner
  return share.share_type === KINDS.user
    ? {
        result: `"${pathOf(share)}" is out of the user's files; the share by ${sharer} has ended`,
        outcome: 'ended',
      }
    : {
        result: `"${pathOf(share)}" is out of the user's files; others keep the share by ${sharer}`,
        outcome: 'left',
      }
}
