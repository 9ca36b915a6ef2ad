/** Attachments and whole mails as files: read from the mail server, in parts. */
import type { Readable } from 'node:stream'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import { Reply, type StreamedReply, unusable } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { errorOfTransport } from '../../nextcloud/translate.ts'
import { refusal } from './refusals.ts'

/** A part of a file. */
export interface Download {
  /** Null where it has a line break, which no header can have. */
  name: string | null
  mime: string | undefined
  bytes: Buffer
  /** Bytes of the whole file; undefined where it was not told and the end was not reached. */
  size: number | undefined
  next: number | undefined
}

/** Which part to read, in bytes. */
export interface Part {
  offset: number
  most: number
}

/** What the Mail app serves files as. */
const FILE_TYPE = /^(?:application\/octet-stream|message\/rfc822)\b/i

/**
 * Reads a part of what the Mail app gives as a file. It knows no ranges: what is before the part
 * is passed over, what is behind it is not waited for. One request.
 * @throws CodedError `NOT_FOUND`, and `BAD_INPUT` for an offset behind the end
 */
export async function download(
  session: Session,
  path: string,
  subject: string,
  { offset, most }: Part,
): Promise<Download> {
  const request: HttpRequest = {
    method: 'GET',
    path,
    // Compressed, the length would be another one.
    headers: { 'accept-encoding': 'identity' },
    expect: [200, 403, 500],
    subject,
    signal: session.signal,
  }
  let reply: StreamedReply | undefined
  try {
    reply = await session.stream(request)
    if (reply.status !== 200) throw refusal(request, await whole(reply))
    const { 'content-disposition': disposition, 'content-type': type } = reply.headers
    const name = filename(disposition) ?? null
    // Pages that something else answers with have neither.
    if (name === null && !FILE_TYPE.test(type ?? '')) {
      throw unusable('something that is not the file')
    }
    const bytes = await take(reply.body, offset, most + 1)
    const ended = bytes.length <= most
    const length = reply.headers['content-length']
    const size = length === undefined ? (ended ? offset + bytes.length : undefined) : Number(length)
    if (bytes.length === 0 && offset > 0) {
      throw badInput(`offset: the file has no byte ${offset}`, 'Read it from 0.')
    }
    return {
      name,
      mime: type,
      bytes: bytes.subarray(0, most),
      size,
      next: ended ? undefined : offset + most,
    }
  } catch (error) {
    throw error instanceof CodedError ? error : errorOfTransport(request, error)
  } finally {
    reply?.body.destroy()
  }
}

async function whole({ status, headers, body }: StreamedReply): Promise<Reply> {
  return new Reply(status, headers, await take(body, 0, 8_192))
}

/** Up to `most` bytes behind the first `skip`; leaves the rest unread. */
async function take(body: Readable, skip: number, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(size < skip ? chunk.subarray(skip - size) : chunk)
    size += chunk.length
    if (size >= skip + most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}

/** The name in a header that has it as UTF-8, which HTTP libraries read as Latin-1. */
function filename(disposition: string | undefined): string | undefined {
  const quoted = /^attachment; filename="((?:[^"\\]|\\.)*)"/.exec(disposition ?? '')?.[1]
  return (
    quoted && Buffer.from(quoted.replaceAll(/\\(.)/g, '$1'), 'latin1').toString('utf8').normalize()
  )
}
