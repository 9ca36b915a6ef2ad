import { header, type Reply, reply } from '../http.ts'
import { type DavCall, namesOfUri } from './call.ts'
import { DavError } from './errors.ts'

/** What conditions can be about; `mtime` in Unix seconds. */
export interface Conditional {
  kind: 'file' | 'folder'
  etag: string
  mtime: number
}

/** Finds what a path from the WebDAV root leads to; `undefined` when there is nothing. */
export type Lookup = (names: readonly string[]) => Conditional | undefined

/**
 * Checks If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since and If, in the order and
 * with the words of sabre/dav. Folders have no ETag here: a condition on one never holds.
 *
 * @returns an answer when the request ends here (304), nothing when it may go on
 * @throws DavError PreconditionFailed
 */
export function checkPreconditions(call: DavCall, find: Lookup): Reply | undefined {
  const { exchange, names } = call
  const ifMatch = header(exchange, 'if-match')
  const ifNoneMatch = header(exchange, 'if-none-match')
  const node = find(names)
  const etag = node?.kind === 'file' ? `"${node.etag}"` : undefined

  if (ifMatch !== undefined) {
    if (node === undefined) {
      throw failed('An If-Match header was specified and the resource did not exist', 'If-Match')
    }
    if (ifMatch !== '*' && !matches(ifMatch, etag)) {
      const message = 'An If-Match header was specified, but none of the specified ETags matched.'
      throw failed(message, 'If-Match', etag)
    }
  }
  if (ifNoneMatch !== undefined && node !== undefined) {
    const any = ifNoneMatch === '*'
    if (any || matches(ifNoneMatch, etag)) {
      const shown = any ? undefined : etag
      if (exchange.method === 'GET') return notModified(shown)
      const message =
        'An If-None-Match header was specified, but the ETag matched (or * was specified).'
      throw failed(message, 'If-None-Match', shown)
    }
  }
  const since = Date.parse(header(exchange, 'if-modified-since') ?? '')
  if (ifNoneMatch === undefined && node !== undefined && node.mtime * 1000 <= since) {
    if (exchange.method === 'GET') return notModified(etag)
  }
  const unmodifiedSince = Date.parse(header(exchange, 'if-unmodified-since') ?? '')
  if (node !== undefined && node.mtime * 1000 > unmodifiedSince) {
    const message =
      'An If-Unmodified-Since header was specified, but the entity has been changed since the ' +
      'specified date.'
    throw failed(message, 'If-Unmodified-Since')
  }
  checkIfHeader(call, find)
  return undefined
}

/** RFC 4918 10.4: every resource named in the header must meet one of its conditions. */
function checkIfHeader(call: DavCall, find: Lookup): void {
  const value = header(call.exchange, 'if')
  if (value === undefined) return
  const conditions: { uri: string | undefined; met: boolean }[] = []
  const list = /(?:<([^>]*)>\s)?\((Not\s)?(?:<([^>]*)>)?\s?(?:\[([^\]]*)\])?\)/gi
  for (const [, uri, not, token, etag] of value.matchAll(list)) {
    if (uri !== undefined || conditions.length === 0) conditions.push({ uri, met: false })
    const condition = conditions.at(-1)
    if (condition === undefined) continue
    // Without a locking app no lock token is ever valid.
    const tokenValid = token === undefined
    const holds = tokenValid && (etag === undefined || etagOf(call, find, condition.uri) === etag)
    if (holds !== (not !== undefined)) condition.met = true
  }
  for (const { uri, met } of conditions) {
    if (met) continue
    const names = uri === undefined ? call.names : namesOfUri(call, uri)
    throw failed(`Failed to find a valid token/etag combination for ${names.join('/')}`, 'If')
  }
}

function etagOf(call: DavCall, find: Lookup, uri: string | undefined): string | undefined {
  const names = uri === undefined ? call.names : namesOfUri(call, uri)
  const node = find(names)
  if (node === undefined) {
    const path = `/${names.slice(2).join('/')}`
    throw new DavError('NotFound', `File with name ${path} could not be located`)
  }
  return node?.kind === 'file' ? `"${node.etag}"` : undefined
}

function matches(list: string, etag: string | undefined): boolean {
  return list.split(',').some(item => {
    // Apache adds "-gzip" inside the quotes of ETags it has sent; sabre/dav forgives that.
    return (
      item
        .trim()
        .replaceAll('\\"', '"')
        .replace(/-gzip"$/, '"') === etag
    )
  })
}

function failed(message: string, name: string, etag?: string): DavError {
  const headers: Record<string, string> = etag === undefined ? {} : { ETag: etag }
  return new DavError('PreconditionFailed', message, headers, name)
}

function notModified(etag: string | undefined): Reply {
  return reply(304, etag === undefined ? {} : { ETag: etag })
}
