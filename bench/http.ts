/** Just enough of HTTP/1.1 for one request at a time on a keep-alive connection. */

/** An answer; the body as it came over the wire, chunk framing included. */
export interface HttpResponse {
  readonly status: number
  /** Status line and headers, in lower case. */
  readonly head: string
  readonly body: Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** The bytes of a request; Host and Content-Length are added. */
export function requestBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body = '',
): Buffer {
  const lines = [`${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Takes what a socket receives and calls back with each complete answer. */
export function createResponseReader(
  onResponse: (response: HttpResponse) => void,
): (chunk: Buffer) => void {
  let pending: Buffer | undefined
  return chunk => {
    const received = pending ? Buffer.concat([pending, chunk]) : chunk
    const response = parse(received)
    pending = response ? undefined : received
    if (response) onResponse(response)
  }
}

/** The text of an answer, without chunk framing. */
export function bodyText({ head, body }: HttpResponse): string {
  if (!isChunked(head)) return body.toString('utf8')
  const parts: Buffer[] = []
  let at = 0
  while (true) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(parts).toString('utf8')
    const begin = lineEnd + 2
    parts.push(body.subarray(begin, begin + size))
    at = begin + size + 2
  }
}

function parse(received: Buffer): HttpResponse | undefined {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = received.toString('latin1', 0, headEnd).toLowerCase()
  const body = received.subarray(headEnd + HEAD_END.length)
  if (!isComplete(head, body)) return undefined
  return { status: Number(head.slice('http/1.1 '.length, 'http/1.1 200'.length)), head, body }
}

function isComplete(head: string, body: Buffer): boolean {
  // Only one request is under way, so what ends like the last chunk is the last chunk.
  if (isChunked(head)) return body.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
  return body.length >= Number(length ?? 0)
}

function isChunked(head: string): boolean {
  return head.includes('\r\ntransfer-encoding: chunked')
}
