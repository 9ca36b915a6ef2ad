import type { IncomingHttpHeaders } from 'node:http'

/** One HTTP request as the demo's rooms see it: already read, stripped of the base path. */
export interface Exchange {
  method: string
  /** Path below the base path, still percent-encoded, without the query. */
  path: string
  /** Query with its leading `?`, or an empty string. */
  search: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Address of the peer, for brute-force protection. */
  address: string
}

/** One HTTP answer. `Content-Length` and the session cookies are added by the server. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: string | Buffer
  /** Id of a browser session, where the answer begins or changes it; null is no cookies at all. */
  session?: string | null
}

/** Parameters of a request, from the query and from a JSON or form body. */
export type Parameters = Record<string, unknown>

/** Builds an answer; the default is one without body. */
export function reply(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Reply {
  return { status, headers, body }
}

/** Builds a JSON answer with the content type Nextcloud's app framework uses. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

/** What Nextcloud answers for a route it does not know: 404 and an empty HTML document. */
export function unknownRoute(): Reply {
  return reply(404, { 'Content-Type': 'text/html; charset=UTF-8' })
}

/** One header as a string; repeated headers are joined as RFC 9110 5.3 has it. */
export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** Name a client gives itself, or an empty string. Node reads headers as Latin-1, PHP as UTF-8. */
export function userAgent(exchange: Exchange): string {
  return Buffer.from(header(exchange, 'user-agent') ?? '', 'latin1').toString('utf8')
}

/** One cookie of a request, as it was sent. */
export function cookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(/;\s*/)
  return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** The parsed query of a request. */
export function query(exchange: Exchange): URLSearchParams {
  return new URLSearchParams(exchange.search)
}

/**
 * Query and body parameters in one record. As in PHP, a repeated `name[]` gives an array, and a
 * body that is not valid JSON is the same as no body at all.
 */
export function parameters(exchange: Exchange): Parameters {
  const found: Parameters = {}
  collect(found, query(exchange))
  const type = header(exchange, 'content-type') ?? ''
  if (exchange.body.length === 0) return found
  if (type.includes('json')) {
    const parsed = parseJson(exchange.body.toString('utf8'))
    if (typeof parsed === 'object' && parsed !== null) Object.assign(found, parsed)
  } else if (type.includes('x-www-form-urlencoded')) {
    collect(found, new URLSearchParams(exchange.body.toString('utf8')))
  }
  return found
}

/** Parses JSON; `undefined` when it is malformed. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function collect(into: Parameters, from: URLSearchParams): void {
  for (const [key, value] of from) {
    const list = /^(.+)\[\d*\]$/.exec(key)?.[1]
    if (list === undefined) {
      into[key] = value
      continue
    }
    const known = into[list]
    if (Array.isArray(known)) known.push(value)
    else into[list] = [value]
  }
}

/** A parameter as text; numbers and booleans are converted, anything else is `undefined`. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.toWellFormed()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A parameter as whole number; `undefined` when it is not one. */
export function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}

/** Milliseconds as an HTTP date (RFC 9110 5.6.7). */
export function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString()
}
