/** Tools that tell what is shared. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { shares } from './api.ts'
import type { OpenFiles } from './files.ts'
import { described, Share, ShareSummary, shareOf, summaryOf } from './result.ts'

/** Python's scope for reading is that of writing; both will do. */
export const reading = { scopes: ['sharing:read'], orScopes: ['sharing:write'] } as const

/** The tools of this file, on the files that `open` gives. */
export function readTools(open: OpenFiles): Tool[] {
  const listShares = defineTool({
    name: 'nc_share_list',
    title: 'List shares',
    description: 'Lists what the user shares, or what others share with them.',
    ...reading,
    effect: 'read',
    untrusted: true,
    input: z.object({
      path: z.string().optional().describe('Only of this file or folder'),
      shared_with_me: z.boolean().default(false),
      subfiles: z.boolean().default(false).describe('Of what is in the folder instead'),
      limit: z.int().min(1).max(500).default(100),
      offset: z.int().min(0).default(0),
    }),
    output: z.object({
      result: z.string(),
      shares: z.array(ShareSummary),
      total: z.int(),
      next_offset: z.int().optional().describe('Only where there is more'),
    }),
    async run({ session }, { path, shared_with_me, subfiles, limit, offset }) {
      if (subfiles && (path === undefined || shared_with_me)) {
        throw badInput('subfiles needs the path of a folder, and goes without shared_with_me')
      }
      const files = await open(session)
      // The root cannot be shared: whoever names it means everything.
      const folder = path === undefined ? undefined : files.place(path)
      const all = await shares(session).list({
        path: folder === '/' && !subfiles ? undefined : folder,
        sharedWithMe: shared_with_me,
        subfiles,
      })
      const visible = all.filter(files.shows)
      const end = offset + limit
      const count = visible.length === 1 ? '1 share' : `${visible.length} shares`
      return {
        result: shared_with_me ? `${count} with the user` : count,
        shares: visible.slice(offset, end).map(summaryOf),
        total: visible.length,
        ...(end < visible.length ? { next_offset: end } : {}),
      }
    },
  })

  const getShare = defineTool({
    name: 'nc_share_get',
    title: 'Read a share',
    description: 'Reads one share: with whom, permissions, expiry, link.',
    ...reading,
    effect: 'read',
    untrusted: true,
    input: z.object({ share_id: z.int() }),
    output: Share.extend({ result: z.string() }),
    async run({ session }, { share_id }) {
      const files = await open(session)
      const share = await files.share(share_id)
      return { result: `Shares ${described(share)}`, ...shareOf(share) }
    },
  })

  return [listShares, getShare]
}
