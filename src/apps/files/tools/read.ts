/** The tools that look around and into files. */
import { z } from 'zod'
import type { DocumentReader } from '../../../documents/document.ts'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { Entry } from '../entry.ts'
import { listFolder } from '../listing.ts'
import { readFileTool } from './read-file.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

/** The tools of this file, on the files that `open` gives. */
export function readTools(open: OpenHome, reader: DocumentReader | undefined): Tool[] {
  const listDirectory = defineTool({
    name: 'nc_webdav_list_directory',
    title: 'List a folder',
    description: 'Lists the files and folders directly in a folder.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      path: z.string().default('').describe('"" is the root'),
      limit: z.int().min(1).max(5_000).default(500),
      offset,
    }),
    output: z.object({
      path: z.string(),
      files: z.array(Entry),
      total_count: z.int().describe('Of the whole folder, as are the other totals'),
      directories_count: z.int(),
      files_count: z.int(),
      total_size: z.int().describe('Bytes of the files, folders not included'),
      next_offset: nextOffset,
    }),
    async run({ session }, { path, limit, offset }) {
      const folder = (await open(session)).place(path)
      const entries = await listFolder(folder)
      const files = entries.filter(entry => !entry.is_directory)
      const end = offset + limit
      return {
        path: folder.path,
        files: entries.slice(offset, end),
        total_count: entries.length,
        directories_count: entries.length - files.length,
        files_count: files.length,
        total_size: files.reduce((sum, { size }) => sum + (size ?? 0), 0),
        ...(end < entries.length ? { next_offset: end } : {}),
      }
    },
  })

  return [listDirectory, readFileTool(open, reader)]
}
