/** Tools for what was deleted. */
import { z } from 'zod'
import { errorBody } from '../../../mcp/result.ts'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { isoTime } from '../../../nextcloud/tolerant.ts'
import { emptyTrash, listTrash, purge, restore, type TrashEntry } from '../trash.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

const trashId = z.string().min(1).describe('From nc_webdav_list_trash')

const Deleted = z.object({
  trash_id: z.string(),
  name: z.string(),
  original_path: z.string(),
  deleted_at: z.string().nullable().describe('ISO 8601'),
  is_directory: z.boolean(),
  size: z.int().nullable().describe('Bytes'),
})

/** The tools of this file, on the files that `open` gives. */
export function trashTools(open: OpenHome): Tool[] {
  const list = defineTool({
    name: 'nc_webdav_list_trash',
    title: 'List deleted files',
    description: 'Lists deleted files and folders, the latest first.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      path_contains: z.string().optional().describe('Part of the original path'),
      limit: z.int().min(1).max(500).default(50),
      offset,
    }),
    output: z.object({ results: z.array(Deleted), total: z.int(), next_offset: nextOffset }),
    async run({ session }, { path_contains = '', limit, offset }) {
      const wanted = path_contains.toLowerCase()
      const all = await listTrash(await open(session))
      const found = all.filter(entry => entry.originalPath.toLowerCase().includes(wanted))
      const end = offset + limit
      return {
        results: found.slice(offset, end).map(deleted),
        total: found.length,
        ...(end < found.length ? { next_offset: end } : {}),
      }
    },
  })

  const restoreTool = defineTool({
    name: 'nc_webdav_restore_from_trash',
    title: 'Restore a deleted file',
    description: 'Puts a deleted file or folder back where it was; nothing is replaced.',
    scopes: ['files:write'],
    effect: 'create',
    input: z.object({ trash_id: trashId }),
    output: z.object({
      path: z.string().nullable().describe('Where it is now; null where that is not known'),
      original_path: z.string(),
      message: z.string(),
    }),
    async run({ session }, { trash_id }) {
      const { entry, path } = await restore(await open(session), trash_id)
      const original_path = entry.originalPath
      if (path === original_path) return { path, original_path, message: 'Restored' }
      const message =
        path === null
          ? 'Restored; where it is now could not be found out: search for it by name.'
          : 'Restored elsewhere: its place was taken or its folder is gone.'
      return { path, original_path, message }
    },
  })

  const purgeTool = defineTool({
    name: 'nc_webdav_delete_from_trash',
    title: 'Delete for good',
    description:
      'Deletes things from the trash for good: those named, or all. Nothing brings them back.',
    scopes: ['files:write'],
    effect: 'delete',
    input: z.object({
      trash_ids: z.array(trashId).min(1).max(100).optional(),
      everything: z.boolean().default(false),
    }),
    output: z.object({
      deleted: z.array(z.string()).describe('Names in the trash; empty with everything=true'),
      failed: z.array(z.object({ trash_id: z.string(), code: z.string(), error: z.string() })),
      message: z.string(),
    }),
    async run({ session, progress }, { trash_ids = [], everything }) {
      if (everything === trash_ids.length > 0) {
        throw badInput('Give either trash_ids or everything=true')
      }
      const home = await open(session)
      if (everything) {
        await emptyTrash(home)
        return { deleted: [], failed: [], message: 'The trash is empty.' }
      }
      const deleted: string[] = []
      const failed: { trash_id: string; code: string; error: string }[] = []
      for (const trash_id of new Set(trash_ids)) {
        try {
          await purge(home, trash_id)
          deleted.push(trash_id)
        } catch (error) {
          // A single one fails as any call does; of several, those that are gone must be told.
          if (trash_ids.length === 1) throw error
          const { code, message } = errorBody(error)
          failed.push({ trash_id, code, error: message })
        }
        progress(deleted.length + failed.length, trash_ids.length)
      }
      return { deleted, failed, message: `${deleted.length} deleted, ${failed.length} failed` }
    },
  })

  return [list, restoreTool, purgeTool]
}

function deleted(entry: TrashEntry): z.input<typeof Deleted> {
  return {
    trash_id: entry.trashId,
    name: entry.name,
    original_path: entry.originalPath,
    deleted_at: isoTime(entry.deleted),
    is_directory: entry.isDirectory,
    size: entry.size,
  }
}
