import { header, httpDate, query, type Reply, reply } from '../http.ts'
import { isLocked } from '../instance.ts'
import { downloadType } from '../storage/file-types.ts'
import {
  childrenOf,
  type FileNode,
  type FolderNode,
  namesOf,
  type StoredNode,
} from '../storage/tree.ts'
import { type ZipEntry, zip } from '../zip.ts'
import type { DavCall } from './call.ts'
import { DavError } from './errors.ts'

/** Answers GET and HEAD on a file or folder. */
export function download(call: DavCall, node: StoredNode): Reply {
  if (node.kind === 'folder') return downloadFolder(call, node)
  const path = `/${namesOf(node).join('/')}`
  if (isLocked(call.instance, call.identity.account.id, path)) {
    throw new DavError('FileLocked', `"${path}" is locked`)
  }
  return fileReply(call, node, {
    ETag: `"${node.etag}"`,
    'OC-ETag': `"${node.etag}"`,
    'Content-Disposition': disposition(node.name),
    ...(node.checksum !== undefined && { 'OC-Checksum': node.checksum }),
  })
}

/** What GET needs to know of a file. */
export type Downloadable = Pick<FileNode, 'content' | 'type' | 'mtime' | 'etag'>

/** The content of a file, or the part of it that a Range header asks for. */
export function fileReply(
  call: DavCall,
  { content, type, mtime, etag }: Downloadable,
  headers: Record<string, string>,
): Reply {
  const basic = {
    'Content-Type': downloadType(type),
    'Last-Modified': httpDate(mtime * 1000),
    ...headers,
  }
  const range = requestedRange(call, content.length, `"${etag}"`, basic)
  if (range === undefined) return reply(200, basic, content)
  const [from, to] = range
  return reply(
    206,
    { ...basic, 'Content-Range': `bytes ${from}-${to}/${content.length}` },
    content.subarray(from, to + 1),
  )
}

/** First and last byte asked for; several ranges at once are not served, as in sabre/dav. */
function requestedRange(
  call: DavCall,
  size: number,
  etag: string,
  { 'Last-Modified': modified, ETag }: Record<string, string>,
): [number, number] | undefined {
  const [, first = '', last = ''] =
    /^bytes=(\d*)-(\d*)$/i.exec(header(call.exchange, 'range') ?? '') ?? []
  // Of an empty file there is no part: sabre/dav sends it whole, whatever was asked for.
  if ((first === '' && last === '') || size === 0) return undefined
  const ifRange = header(call.exchange, 'if-range')
  if (ifRange !== undefined && ifRange !== etag && ifRange !== modified) return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  const headers = { 'Last-Modified': modified ?? '', ETag: ETag ?? '' }
  if (from >= size) {
    const message = `The start offset (${from}) exceeded the size of the entity (${size})`
    throw new DavError('RequestedRangeNotSatisfiable', message, headers)
  }
  if (to < from) {
    const message = `The end offset (${to}) is lower than the start offset (${from})`
    throw new DavError('RequestedRangeNotSatisfiable', message, headers)
  }
  return [from, to]
}

/** A folder has nothing to read, unless the client takes an archive. */
function downloadFolder(call: DavCall, folder: FolderNode): Reply {
  const accept = query(call.exchange).get('accept') ?? header(call.exchange, 'accept') ?? ''
  if (!/^(application\/)?zip\b/.test(accept)) {
    return collectionStub()
  }
  const name = folder.parent === undefined ? 'download' : folder.name
  return reply(
    200,
    {
      'Content-Type': 'application/zip',
      'Last-Modified': httpDate(call.instance.settings.now()),
      'Accept-Ranges': 'bytes',
      'Content-Disposition': disposition(`${name}.zip`),
    },
    zip([...zipEntries(folder, name)]),
  )
}

/** What Nextcloud answers to GET on a collection. */
export function collectionStub(): Reply {
  return reply(
    200,
    { 'Content-Type': 'text/html; charset=UTF-8' },
    'This is the WebDAV interface. It can only be accessed by WebDAV clients such as the ' +
      'Nextcloud desktop sync client.',
  )
}

function* zipEntries(folder: FolderNode, path: string): Generator<ZipEntry> {
  yield { name: `${path}/`, mtime: folder.mtime, content: Buffer.alloc(0) }
  for (const child of childrenOf(folder)) {
    const name = `${path}/${child.name}`
    if (child.kind === 'folder') yield* zipEntries(child, name)
    else yield { name, mtime: child.mtime, content: child.content }
  }
}

/** The Content-Disposition that makes a browser save a file. */
export function disposition(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename*=UTF-8''${encoded}; filename="${encoded}"`
}
