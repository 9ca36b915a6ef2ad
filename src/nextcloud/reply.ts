import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { z } from 'zod'
import { CodedError } from './errors.ts'

/** Header names in lower case; a header that came several times keeps its first value. */
export type ReplyHeaders = Readonly<Record<string, string>>

/** A reply whose body has not been read. */
export interface StreamedReply {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: Readable
}

/** A reply read to its end. */
export class Reply {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: Buffer
  /** Whether the request could have changed something. */
  readonly #effect: boolean

  constructor(status: number, headers: ReplyHeaders, body: Buffer, effect = false) {
    this.#effect = effect
    this.status = status
    this.headers = headers
    this.body = body
  }

  /** Media type in lower case without parameters; `''` where none was named. */
  get mediaType(): string {
    return (this.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  }

  text(): string {
    return this.body.toString('utf8')
  }

  /**
   * The body as JSON of the given shape.
   *
   * Looks at media type and emptiness first: several Nextcloud apps answer 200 with an empty or
   * an HTML body when something is wrong.
   * @throws CodedError `UNREACHABLE` when the body is not JSON of that shape
   */
  json<T>(schema: z.ZodType<T>): T {
    if (this.body.length === 0) throw this.unusable('an empty body')
    if (this.mediaType !== '' && !this.mediaType.includes('json')) {
      throw this.unusable(`${this.mediaType} instead of JSON`)
    }
    let value: unknown
    try {
      value = JSON.parse(this.text())
    } catch (cause) {
      throw this.unusable('a body that is not JSON', cause)
    }
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw this.unusable('JSON of an unexpected shape', parsed.error)
    return parsed.data
  }

  /**
   * The error for an answer with a good status that cannot have come from Nextcloud as it should.
   * @param what completes "Nextcloud answered with …"
   */
  unusable(what: string, cause?: unknown): CodedError {
    return unusable(what, cause, this.#effect)
  }
}

/** See {@link Reply.unusable}, for answers that are not at hand as a whole. */
export function unusable(what: string, cause?: unknown, effect = false): CodedError {
  const next = effect
    ? 'The change may or may not have been made. Read it again before repeating.'
    : 'Try again; if it stays, run `nextcloud-mcp-server doctor`.'
  return new CodedError('UNREACHABLE', `Nextcloud answered with ${what}`, {
    ...(effect ? { outcomeUnknown: true } : {}),
    hint: `Something between this server and Nextcloud (a proxy, a login page, maintenance) may have answered instead. ${next}`,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Lower-cased names, first values. */
export function replyHeaders(headers: IncomingHttpHeaders): ReplyHeaders {
  const flat: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : (value[0] ?? '')
  }
  return flat
}

/** The body without its content coding (RFC 9110, section 8.4). */
export function decoded(body: Readable, headers: ReplyHeaders): Readable {
  const decoder = decoderFor(headers['content-encoding'])
  if (decoder === undefined) return body
  body.on('error', error => decoder.destroy(error))
  decoder.on('close', () => body.destroy())
  return body.pipe(decoder)
}

function decoderFor(coding: string | undefined) {
  switch (coding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      return undefined
  }
}
