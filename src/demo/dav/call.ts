import type { Identity } from '../auth.ts'
import { type Exchange, header } from '../http.ts'
import type { Instance } from '../instance.ts'
import { parseXml, type XmlElement } from '../xml.ts'
import { DavError } from './errors.ts'

/** One WebDAV request of a known user. */
export interface DavCall {
  instance: Instance
  identity: Identity
  exchange: Exchange
  /** Decoded names of the path below the WebDAV root: `['files', 'alice', 'a.txt']`. */
  names: string[]
  /** Path of the WebDAV root as clients see it, without trailing slash. */
  root: string
  /** Names the root stands for: `/remote.php/webdav` is the home of the one who asks. */
  prefix: string[]
  /** What the link allows that the request came by; undefined for people who have signed in. */
  linkPermissions?: number
}

/**
 * Percent-encodes a name as sabre/dav does: everything but letters, digits and `-_.~():@`, with
 * lower-case hexadecimal digits.
 */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/%..|[!'*]/g, match => {
    if (match === '%3A') return ':'
    if (match === '%40') return '@'
    return match.length === 1 ? `%${match.charCodeAt(0).toString(16)}` : match.toLowerCase()
  })
}

/** The href of a resource; those of collections end with a slash. */
export function hrefOf(call: DavCall, names: readonly string[], collection: boolean): string {
  const path = names.slice(call.prefix.length).map(encodeName).join('/')
  return `${call.root}/${path}${collection && path !== '' ? '/' : ''}`
}

/**
 * The names of a URI in a Destination or If header, which may be absolute or a path. The host is
 * not looked at, as in sabre/dav: behind a proxy it may be any.
 */
export function namesOfUri(call: DavCall, uri: string): string[] {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/.*)$/i.exec(uri)?.[1] ?? uri
  if (path !== call.root && !path.startsWith(`${call.root}/`)) {
    throw new DavError('Forbidden', `Requested uri (${uri}) is out of base uri (${call.root}/)`)
  }
  return [...call.prefix, ...decodePath(path.slice(call.root.length))]
}

/** The decoded names of a percent-encoded path. */
export function decodePath(path: string): string[] {
  const [withoutQuery = ''] = path.split(/[?#]/, 1)
  try {
    return withoutQuery.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw new DavError('BadRequest', 'The path is not valid UTF-8')
  }
}

/** The XML body of a request; `undefined` when there is none. */
export function bodyXml({ exchange }: DavCall): XmlElement | undefined {
  const text = exchange.body.toString('utf8')
  if (text.trim() === '') return undefined
  try {
    return parseXml(text)
  } catch (error) {
    throw new DavError('BadRequest', error instanceof Error ? error.message : 'Invalid XML')
  }
}

/** Where COPY and MOVE shall put a thing, and whether they may replace what is there. */
export function destinationOf(call: DavCall): { names: string[]; overwrite: boolean } {
  const destination = header(call.exchange, 'destination')
  if (destination === undefined) {
    throw new DavError('BadRequest', 'The destination header was not supplied')
  }
  const overwrite = (header(call.exchange, 'overwrite') ?? 'T').toUpperCase()
  if (overwrite !== 'T' && overwrite !== 'F') {
    throw new DavError('BadRequest', 'The HTTP Overwrite header should be either T or F')
  }
  return { names: namesOfUri(call, destination), overwrite: overwrite === 'T' }
}

/** What sabre/dav says when no plugin takes a method. */
export function unhandledMethod({ exchange }: DavCall): DavError {
  return new DavError(
    'NotImplemented',
    `There was no plugin in the system that was willing to handle this ${exchange.method} method.`,
  )
}

/** What a collection says about a child it does not have. */
export function notInCollection(name: string, collection: string): DavError {
  return new DavError('NotFound', `File not found: ${name} in '${collection}'`)
}
