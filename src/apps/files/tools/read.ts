/** Tools that list and read. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { type FileContent, MOST_BYTES, readContent } from '../content.ts'
import { Entry } from '../entry.ts'
import { listFolder } from '../listing.ts'
import { versionPlace } from '../versions.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

const ReadResult = z.object({
  path: z.string(),
  content: z.string(),
  content_type: z.string(),
  size: z.int().describe('Bytes of the whole file'),
  encoding: z.string().nullable().describe('The charset of text, else base64'),
  content_format: z.enum(['text', 'markdown', 'base64']),
  offset: z.int().optional().describe('Where the content begins, unless at the start'),
  next_offset: nextOffset,
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  parsed: z.boolean(),
  parse_status: z.enum(['parsed', 'failed', 'skipped', 'not_applicable']),
  parse_tier: z.string().nullable(),
  parse_processor: z.string().nullable(),
  parse_notes: z.array(z.string()),
  parsing_metadata: z.record(z.string(), z.unknown()).nullable(),
})

/** The tools of this file, on the files that `open` gives. */
export function readTools(open: OpenHome): Tool[] {
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

  const readFile = defineTool({
    name: 'nc_webdav_read_file',
    title: 'Read a file',
    description:
      'Reads a file: text as text, 1 MiB at a time; anything else as base64, up to 5 MiB. Go on with offset=next_offset.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      path: z.string(),
      offset: offset.describe('Bytes'),
      version: z.string().optional().describe('From nc_webdav_list_versions'),
      max_bytes: z.int().min(16).max(MOST_BYTES).optional(),
      parse_document: z
        .enum(['auto', 'markdown', 'raw'])
        .default('auto')
        .describe('No effect: documents are not converted'),
    }),
    output: ReadResult,
    async run({ session }, { path, offset, version, max_bytes, parse_document }) {
      const file = (await open(session)).place(path)
      const place = version === undefined ? file : await versionPlace(file, version)
      const content = await readContent(place, { offset, maxBytes: max_bytes })
      return readResult(file.path, content, parse_document)
    },
  })

  return [listDirectory, readFile]
}

function readResult(path: string, read: FileContent, asked: string): z.input<typeof ReadResult> {
  const isText = read.encoding !== 'base64'
  return {
    path,
    content: read.content,
    content_type: read.contentType,
    size: read.size,
    encoding: read.encoding,
    content_format: isText ? 'text' : 'base64',
    ...(read.offset > 0 ? { offset: read.offset } : {}),
    ...(read.nextOffset === undefined ? {} : { next_offset: read.nextOffset }),
    etag: read.etag,
    last_modified: read.lastModified ?? null,
    parsed: false,
    parse_status: isText ? 'not_applicable' : 'skipped',
    parse_tier: null,
    parse_processor: null,
    parse_notes:
      !isText && asked === 'markdown'
        ? ['Documents are not converted; this is the file itself.']
        : [],
    parsing_metadata: null,
  }
}
