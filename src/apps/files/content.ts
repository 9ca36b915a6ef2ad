/** The content of a file: streamed, capped, as text where it is text. */
import type { Readable } from 'node:stream'
import {
  decodeText,
  type Format,
  formatOf,
  isBinaryType,
  type Stretch,
} from '../../documents/encoding.ts'
import { replyEtag } from '../../nextcloud/dav/etag.ts'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import { type Place, parentOf } from '../../nextcloud/files/home.ts'
import { type StreamedReply, unusable } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import { errorOfTransport } from '../../nextcloud/translate.ts'

/** Text beyond this is given in parts. */
export const TEXT_BYTES = 1024 * 1024
/** Most bytes of anything in one answer. */
export const MOST_BYTES = 5 * 1024 * 1024
/** Enough of a beginning to tell text from other things. */
const SNIFFED_BYTES = 16 * 1024

/** What Nextcloud answers to GET on a folder, with status 200. */
const FOLDER_STUB = 'This is the WebDAV interface'

/** Which part of a file to read, in bytes. */
export interface Part {
  offset: number
  /** Undefined: as much as is sensible; a binary file that is larger is refused. */
  maxBytes: number | undefined
}

/** A file, or a part of one. */
export interface FileContent {
  /** Text, or base64 where `encoding` is `base64`. */
  content: string
  encoding: string
  contentType: string
  etag: string
  lastModified: string | undefined
  /** Of the whole file, in bytes. */
  size: number
  /** Where the content really begins: not inside a character. */
  offset: number
  /** Where to go on; undefined at the end. */
  nextOffset: number | undefined
}

/**
 * Reads a file. One request, two for a later part.
 * @throws CodedError `BAD_INPUT` for a folder and for an offset behind the end, `TOO_LARGE` for a
 *   binary file above 5 MiB of which no part was asked for, `NOT_FOUND`
 */
export async function readContent(file: Place, part: Part): Promise<FileContent> {
  if (file.path === '') throw isFolder(file)
  const range = { offset: part.offset, length: part.maxBytes ?? MOST_BYTES }
  return request(file, range, reply => receive(file, part, reply))
}

/** A file as a whole. */
export interface WholeFile extends Pick<FileContent, 'contentType' | 'etag' | 'lastModified'> {
  bytes: Buffer
}

/**
 * Reads a file as a whole, in one request.
 * @param accept told the size, where the server tells it, before anything is transferred
 * @returns undefined where it is not accepted
 * @throws CodedError `BAD_INPUT` for a folder, `NOT_FOUND`
 */
export async function readWhole(
  file: Place,
  accept: (size: number) => boolean,
): Promise<WholeFile | undefined> {
  if (file.path === '') throw isFolder(file)
  return request(file, undefined, async ({ headers, body }) => {
    const etag = replyEtag(headers)
    if (etag === undefined) throw await withoutEtag(file, body)
    if (!accept(Number(headers['content-length'] ?? 0))) return undefined
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (!accept(size)) return undefined
      chunks.push(chunk)
    }
    const contentType = headers['content-type'] ?? 'application/octet-stream'
    return {
      bytes: Buffer.concat(chunks),
      contentType,
      etag,
      lastModified: headers['last-modified'],
    }
  })
}

/**
 * Downloads a file, in one request.
 * @throws CodedError `TOO_LARGE` for one of more than `maxBytes`, `NOT_FOUND`
 */
export async function download(file: Place, maxBytes: number): Promise<WholeFile> {
  const whole = await readWhole(file, size => size <= maxBytes)
  if (whole !== undefined) return whole
  throw new CodedError('TOO_LARGE', `The file is larger than ${maxBytes} bytes`, {
    subject: file.path,
  })
}

/** Asks for a range or for everything, and lets go of the answer however its reading ends. */
async function request<T>(
  file: Place,
  range: { offset: number; length: number } | undefined,
  read: (reply: StreamedReply) => Promise<T>,
): Promise<T> {
  const { session } = file.home
  const get: HttpRequest = {
    method: 'GET',
    path: file.url,
    headers: {
      ...(range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
      // Ranges and lengths are those of the file, not of a compressed form of it.
      'accept-encoding': 'identity',
    },
    expect: [200, 206],
    subject: file.path,
    signal: session.signal,
  }
  let reply: StreamedReply | undefined
  try {
    reply = await session.stream(get)
    return await read(reply)
  } catch (error) {
    if (!(error instanceof CodedError)) throw errorOfTransport(get, error)
    if (error.details.status !== 416) throw error
    throw badInput(`"${file.path}" has no byte ${range?.offset}`, 'Read it from the start.')
  } finally {
    reply?.body.destroy()
  }
}

async function receive(file: Place, part: Part, reply: StreamedReply): Promise<FileContent> {
  const { headers } = reply
  const etag = replyEtag(headers)
  if (etag === undefined) throw await withoutEtag(file, reply.body)
  const contentType = headers['content-type'] ?? 'application/octet-stream'
  const { start, size } = extent(reply, part.offset)

  let format = part.offset === 0 ? undefined : await formatOfBeginning(file, contentType)
  const bytes = await take(reply.body, part.offset - start, beginning => {
    format ??= formatOf(beginning, contentType)
    if (part.maxBytes !== undefined) return part.maxBytes
    if (format !== 'binary') return TEXT_BYTES
    if (size !== undefined && size - part.offset > MOST_BYTES) throw tooLarge(file, size)
    return MOST_BYTES
  })
  const end = part.offset + bytes.length
  // A file whose size the server did not tell has ended where the body did.
  const whole = size ?? end
  const stretch: Stretch = { atStart: part.offset === 0, atEnd: end >= whole }
  const { text, encoding, skipped, left } =
    format === undefined || format === 'binary'
      ? { text: bytes.toString('base64'), encoding: 'base64', skipped: 0, left: 0 }
      : decodeText(bytes, format, contentType, stretch)
  return {
    content: text,
    encoding,
    contentType,
    etag,
    lastModified: headers['last-modified'],
    size: whole,
    offset: part.offset + skipped,
    nextOffset: stretch.atEnd ? undefined : end - left,
  }
}

/** A part alone does not tell what the file is, and all parts must be given alike. */
async function formatOfBeginning(file: Place, contentType: string): Promise<Format> {
  if (isBinaryType(contentType)) return 'binary'
  return request(file, { offset: 0, length: SNIFFED_BYTES }, async reply =>
    formatOf(await take(reply.body, 0, () => SNIFFED_BYTES), contentType),
  )
}

/**
 * Where the body begins in the file, and how large the file is (RFC 9110, section 14.4). A server
 * that does not do ranges sends everything.
 */
function extent(reply: StreamedReply, offset: number): { start: number; size: number | undefined } {
  if (reply.status === 200) {
    const length = reply.headers['content-length']
    return { start: 0, size: length === undefined ? undefined : Number(length) }
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(reply.headers['content-range'] ?? '')
  if (range === null || Number(range[1]) !== offset) throw unusable('another part of the file')
  return { start: offset, size: Number(range[2]) }
}

/**
 * Reads on after `skip` bytes, until `limit` says that it is enough: it is asked once, with the
 * beginning. Leaves the rest unread.
 */
async function take(
  body: Readable,
  skip: number,
  limit: (head: Buffer) => number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  let toSkip = skip
  let most: number | undefined
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const skipped = Math.min(toSkip, chunk.length)
    toSkip -= skipped
    if (skipped === chunk.length) continue
    chunks.push(chunk.subarray(skipped))
    size += chunk.length - skipped
    if (most === undefined && size >= SNIFFED_BYTES) {
      most = limit(Buffer.concat(chunks).subarray(0, SNIFFED_BYTES))
    }
    if (most !== undefined && size >= most) break
  }
  const all = Buffer.concat(chunks)
  most ??= limit(all.subarray(0, SNIFFED_BYTES))
  return all.subarray(0, most)
}

/** Every file comes with an ETag: without one it is a folder, or not from Nextcloud. */
async function withoutEtag(file: Place, body: Readable): Promise<CodedError> {
  const beginning = await take(body, 0, () => SNIFFED_BYTES)
  if (beginning.toString('utf8').startsWith(FOLDER_STUB)) return isFolder(file)
  return unusable(beginning.length === 0 ? 'an empty body' : 'something that is not the file')
}

function isFolder(file: Place): CodedError {
  return badInput(
    `${file.path === '' ? 'The root' : `"${file.path}"`} is a folder`,
    'List it with nc_webdav_list_directory.',
  )
}

function tooLarge(file: Place, size: number): CodedError {
  const folder = parentOf(file)
  const link = `${file.home.session.baseUrl}/index.php/apps/files/files?dir=/${folder.segments.map(encodeSegment).join('/')}`
  return new CodedError(
    'TOO_LARGE',
    `The file has ${size} bytes, more than the 5 MiB of one answer`,
    {
      subject: file.path,
      hint: `Read parts with offset and max_bytes, or let the user open it: ${link}`,
    },
  )
}
