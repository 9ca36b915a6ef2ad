import type { Identity } from '../auth.ts'
import { type Exchange, header, type Parameters, query, type Reply, reply } from '../http.ts'
import type { Instance } from '../instance.ts'
import { escapeXml } from '../xml.ts'

/** Status codes of the OCS envelope that are not HTTP status codes. */
export const ocsCode = {
  serverError: 996,
  unauthorised: 997,
  notFound: 998,
} as const

/** What an OCS route gets to work with. */
export interface OcsCall {
  instance: Instance
  exchange: Exchange
  identity: Identity
  parameters: Parameters
  /** Path segments matched by `*` in the pattern, decoded. */
  matched: string[]
}

/** What an OCS route answers: data for the envelope, or a failure with its own words. */
export interface OcsResult {
  statuscode: number
  message: string
  data: unknown
  headers?: Record<string, string>
  /** Answered without an envelope: by an empty page. */
  bare?: true
  /** Answered as what fails before the format is looked at. */
  early?: true
}

/** A successful OCS result. */
export function ocsData(data: unknown, headers: Record<string, string> = {}): OcsResult {
  return { statuscode: 200, message: 'OK', data, headers }
}

/** A failed OCS result. */
export function ocsFailure(statuscode: number, message = ''): OcsResult {
  return { statuscode, message, data: [] }
}

/** Wraps a result into the envelope of OCS v1 or v2, as JSON or XML, as the client asked. */
export function ocsReply(exchange: Exchange, version: 1 | 2, result: OcsResult): Reply {
  if (result.statuscode === 304) return reply(304)
  if (result.early) {
    const { statuscode, message } = result
    return earlyOcsReply(version, httpStatus(version, statuscode), statuscode, message)
  }
  if (result.bare) return reply(result.statuscode, { 'Content-Type': 'text/html; charset=UTF-8' })
  const envelope = { ocs: { meta: metaOf(version, result), data: result.data } }
  const json = wantsJson(exchange)
  return reply(
    httpStatus(version, result.statuscode),
    {
      'Content-Type': `application/${json ? 'json' : 'xml'}; charset=utf-8`,
      ...result.headers,
    },
    json ? JSON.stringify(envelope) : `<?xml version="1.0"?>\n${toXml(envelope, 0)}`,
  )
}

/**
 * An answer given before any route is reached: always XML, whatever the client asked for, because
 * Nextcloud fails here before it looks at the format.
 */
export function earlyOcsReply(
  version: 1 | 2,
  status: number,
  statuscode: number,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  const meta = metaOf(version, { statuscode, message, data: [] })
  return reply(
    version === 1 && status === 404 ? 200 : status,
    { 'Content-Type': 'text/xml; charset=UTF-8', ...headers },
    `<?xml version="1.0"?>\n${toXml({ ocs: { meta, data: [] } }, 0)}`,
  )
}

/** The answer to a route OCS does not know. */
export function unknownRoute(version: 1 | 2): Reply {
  const message =
    'Invalid query, please check the syntax. API specifications are here: ' +
    'http://www.freedesktop.org/wiki/Specifications/open-collaboration-services.\n'
  return earlyOcsReply(version, 404, ocsCode.notFound, message)
}

function metaOf(version: 1 | 2, { statuscode, message }: OcsResult): Record<string, unknown> {
  const ok = statuscode >= 200 && statuscode < 300
  const code = version === 1 && statuscode === 200 ? 100 : statuscode
  const meta = { status: ok ? 'ok' : 'failure', statuscode: code, message }
  return version === 1 ? { ...meta, totalitems: '', itemsperpage: '' } : meta
}

/** OCS v1 answers HTTP 200 for nearly everything; v2 maps its codes to HTTP. */
function httpStatus(version: 1 | 2, statuscode: number): number {
  if (statuscode === ocsCode.unauthorised) return 401
  if (version === 1) return statuscode === 403 ? 401 : 200
  if (statuscode === ocsCode.notFound) return 404
  if (statuscode === ocsCode.serverError) return 500
  return statuscode < 200 || statuscode > 599 ? 400 : statuscode
}

function wantsJson(exchange: Exchange): boolean {
  const format = query(exchange).get('format')
  if (format === 'json' || format === 'xml') return format === 'json'
  return (header(exchange, 'accept') ?? '').includes('application/json')
}

function toXml(value: object, depth: number): string {
  const indent = ' '.repeat(depth)
  let xml = ''
  for (const [key, child] of Object.entries(value)) {
    // Nextcloud's writer leaves out keys like `$comment`, which are no XML names.
    if (key.startsWith('$')) continue
    const name = /^\d+$/.test(key) ? 'element' : key
    if (typeof child === 'object' && child !== null) {
      const inner = toXml(child, depth + 1)
      xml +=
        inner === '' ? `${indent}<${name}/>\n` : `${indent}<${name}>\n${inner}${indent}</${name}>\n`
    } else if (child === null || child === undefined) {
      xml += `${indent}<${name}/>\n`
    } else {
      // PHP writes true as 1 and false as nothing.
      const written = typeof child === 'boolean' ? (child ? '1' : '') : String(child)
      xml += `${indent}<${name}>${escapeXml(written)}</${name}>\n`
    }
  }
  return xml
}
