/** Tools that change files and folders. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { createFolder, remove, transfer } from '../changes.ts'
import { writeFile } from '../upload.ts'
import { preconditionOf } from '../upload-request.ts'
import type { OpenHome } from './shared.ts'

/** The tools of this file, on the files that `open` gives. */
export function writeTools(open: OpenHome): Tool[] {
  const writeFileTool = defineTool({
    name: 'nc_webdav_write_file',
    title: 'Write a file',
    description: 'Creates a file. Replaces an existing one only with if_match.',
    scopes: ['files:write'],
    effect: 'update',
    input: z.object({
      path: z.string(),
      content: z.string().describe('The whole content'),
      content_type: z.string().optional().describe('";base64" at the end: content is base64'),
      encoding: z.enum(['utf-8', 'base64']).optional().describe('Of content'),
      if_match: z.string().min(1).optional().describe('Etag of the last read, or * for any'),
    }),
    output: z.object({
      path: z.string(),
      size: z.int().nullable().describe('Bytes'),
      created: z.boolean(),
      etag: z.string().nullable(),
      status_code: z.int().nullable(),
      message: z.string().nullable(),
    }),
    async run({ session, progress }, { path, content, content_type, encoding, if_match }) {
      const precondition = preconditionOf(if_match)
      const { bytes, contentType } = payload(content, content_type, encoding)
      const file = (await open(session)).place(path)
      if (file.path === '') throw badInput('path must name a file')
      const { status, created, etag } = await writeFile(file, {
        bytes,
        contentType,
        precondition,
        onProgress: progress,
      })
      return {
        path: file.path,
        size: bytes.length,
        created,
        etag,
        status_code: status,
        message: created ? 'Created' : 'Replaced',
      }
    },
  })

  const createDirectory = defineTool({
    name: 'nc_webdav_create_directory',
    title: 'Create a folder',
    description: 'Creates a folder; one that exists is left as it is.',
    scopes: ['files:write'],
    effect: 'create',
    idempotent: true,
    input: z.object({
      path: z.string(),
      parents: z.boolean().default(false).describe('Create missing folders above it too'),
    }),
    output: z.object({
      status_code: z.int().describe('201, or 405 where it existed'),
      message: z.string().optional(),
      created: z.boolean(),
    }),
    async run({ session }, { path, parents }) {
      const created = await createFolder((await open(session)).place(path), parents)
      return created
        ? { status_code: 201, created }
        : { status_code: 405, created, message: 'The folder existed already' }
    },
  })

  const deleteResource = defineTool({
    name: 'nc_webdav_delete_resource',
    title: 'Delete a file or folder',
    description: "Moves a file, or a folder with all it contains, to the user's trash.",
    scopes: ['files:write'],
    effect: 'delete',
    idempotent: true,
    input: z.object({
      path: z.string(),
      if_match: z.string().min(1).optional().describe('Etag; for files only'),
    }),
    output: z.object({ status_code: z.int(), message: z.string() }),
    async run({ session }, { path, if_match }) {
      await remove((await open(session)).place(path), if_match)
      return {
        status_code: 204,
        message: 'Deleted. It can be restored from "Deleted files" in Nextcloud.',
      }
    },
  })

  return [
    writeFileTool,
    createDirectory,
    deleteResource,
    transferTool(open, 'MOVE'),
    transferTool(open, 'COPY'),
  ]
}

function transferTool(open: OpenHome, method: 'MOVE' | 'COPY'): Tool {
  const verb = method === 'MOVE' ? 'move' : 'copy'
  return defineTool({
    name: `nc_webdav_${verb}_resource`,
    title: method === 'MOVE' ? 'Move or rename' : 'Copy',
    description: `${method === 'MOVE' ? 'Moves or renames' : 'Copies'} a file or folder.`,
    scopes: ['files:write'],
    effect: 'update',
    input: z.object({
      source_path: z.string(),
      destination_path: z.string().describe('Whole new path with the name'),
      overwrite: z.boolean().default(false),
      if_destination_match: z
        .string()
        .min(1)
        .optional()
        .describe('With overwrite: only if the destination has this etag'),
    }),
    output: z.object({
      status_code: z.int().nullable(),
      message: z.string().nullable(),
      source_path: z.string(),
      destination_path: z.string(),
      overwrite: z.boolean().describe('Whether something was allowed to be replaced'),
      replaced: z.boolean(),
      etag: z.string().optional(),
    }),
    async run({ session }, args) {
      const home = await open(session)
      const source = home.place(args.source_path)
      const destination = home.place(args.destination_path)
      const { status, replaced, etag } = await transfer(method, source, destination, {
        overwrite: args.overwrite,
        ifDestinationMatch: args.if_destination_match,
      })
      const done = method === 'MOVE' ? 'Moved' : 'Copied'
      return {
        status_code: status,
        message: replaced ? `${done}; what was at the destination is replaced` : done,
        source_path: source.path,
        destination_path: destination.path,
        overwrite: args.overwrite,
        replaced,
        ...(etag === undefined ? {} : { etag }),
      }
    },
  })
}

/** The bytes that `content` stands for, and the type to send them with. */
function payload(
  content: string,
  contentType = '',
  encoding?: 'utf-8' | 'base64',
): { bytes: Buffer; contentType: string } {
  if (!/^[\x20-\x7E]*$/.test(contentType)) throw badInput('content_type is not a media type')
  const suffix = /;\s*base64\s*$/i
  const type = contentType.replace(suffix, '').trim()
  if ((encoding ?? (suffix.test(contentType) ? 'base64' : 'utf-8')) === 'base64') {
    return { bytes: decodeBase64(content), contentType: type || 'application/octet-stream' }
  }
  if (!content.isWellFormed()) throw badInput('content has half a surrogate pair')
  return { bytes: Buffer.from(content), contentType: type || 'text/plain; charset=utf-8' }
}

/** Node skips what is not base64, which would store something else than was meant. */
function decodeBase64(content: string): Buffer {
  const text = content.replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1) {
    throw badInput('content is not base64')
  }
  return Buffer.from(text, 'base64')
}
