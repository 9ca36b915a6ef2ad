import { type Reply, reply } from '../http.ts'
import type { View } from '../shares/mounts.ts'
import { type StoredNode, sizeOf } from '../storage/tree.ts'
import { childOf, parseXml, type XmlElement } from '../xml.ts'
import { type DavCall, encodeName, namesOfUri } from './call.ts'
import { DavError } from './errors.ts'
import { fileResource } from './file-properties.ts'
import { everythingIn, locateView, viewIn } from './locate.ts'
import { multistatus, ns } from './multistatus.ts'
import { describe, multistatusReply } from './propfind.ts'

const contentType = 'application/xml; charset="utf-8"'
/** Results when the client sets no limit. */
const defaultLimit = 100
const operatorLimit = 100

type Value = string | number
type Test = (node: StoredNode) => boolean

/** Properties that can be searched by and their values. */
const searchable = new Map<string, (node: StoredNode, call: DavCall) => Value>([
  [`{${ns.d}}displayname`, node => node.name],
  [`{${ns.d}}getcontenttype`, node => (node.kind === 'file' ? node.type : folderType)],
  [`{${ns.d}}getlastmodified`, node => node.mtime],
  [`{${ns.d}}creationdate`, () => 0],
  [`{${ns.nc}}upload_time`, node => node.uploaded],
  [`{${ns.oc}}size`, node => sizeOf(node)],
  [`{${ns.oc}}favorite`, node => (node.favorite ? 1 : 0)],
  [`{${ns.oc}}fileid`, node => node.id],
  [`{${ns.oc}}owner-id`, (_, { identity }) => identity.account.id],
])
const folderType = 'httpd/unix-directory'
const dates = new Set([
  `{${ns.d}}getlastmodified`,
  `{${ns.d}}creationdate`,
  `{${ns.nc}}upload_time`,
])

/** A query that Nextcloud refuses with a line of plain text. */
class SearchError extends Error {
  override name = 'SearchError'
}

/** Answers SEARCH (RFC 5323 basicsearch) over the files of the one who asks. */
export function search(call: DavCall): Reply {
  try {
    return run(call, parse(call))
  } catch (error) {
    if (!(error instanceof SearchError)) throw error
    return reply(400, { 'Content-Type': contentType }, error.message)
  }
}

function parse(call: DavCall): XmlElement {
  let root: XmlElement
  try {
    root = parseXml(call.exchange.body.toString('utf8'))
  } catch (error) {
    throw new SearchError(`Parse error: ${error instanceof Error ? error.message : 'invalid'}`)
  }
  if (root.name !== `{${ns.d}}searchrequest`) {
    throw new SearchError(
      `Unexpected document type: ${root.name} for this Content-Type, ` +
        'expected {DAV:}searchrequest or {DAV:}query-schema-discovery',
    )
  }
  const search = childOf(root, `{${ns.d}}basicsearch`)
  if (search === undefined) {
    throw new SearchError('Unexpected xml content for searchrequest, expected basicsearch')
  }
  for (const part of ['select', 'from', 'where']) {
    if (childOf(search, `{${ns.d}}${part}`) === undefined) {
      throw new SearchError(`Parse error: Missing {DAV:}${part} from query`)
    }
  }
  return search
}

function run(call: DavCall, search: XmlElement): Reply {
  const { folder, deep } = scopeOf(call, search)
  const where = childOf(search, `{${ns.d}}where`)?.children[0]
  // An empty condition is a PHP type error in Nextcloud, so it has no better answer than this.
  if (where === undefined) return reply(500, { 'Content-Type': 'text/html; charset=UTF-8' })
  if (countOperators(where) > operatorLimit) {
    throw new SearchError(
      `Invalid search query, maximum operator limit of ${operatorLimit} exceeded`,
    )
  }
  const test = testOf(call, where)
  const nodes = everythingIn(call, folder, deep)
  const found = [...nodes].filter(test).toSorted(orderOf(call, search))
  const { first, count } = limitOf(search)
  const wanted = (childOf(childOf(search, `{${ns.d}}select`), `{${ns.d}}prop`)?.children ?? []).map(
    ({ name }) => name,
  )
  const responses = found
    .slice(first, first + count)
    .flatMap(node => viewIn(call, node) ?? [])
    .map(found => describe(fileResource(call, found), wanted))
  return multistatusReply(multistatus(responses), { 'Content-Type': contentType })
}

function scopeOf(call: DavCall, search: XmlElement): { folder: View; deep: boolean } {
  const scope = childOf(childOf(search, `{${ns.d}}from`), `{${ns.d}}scope`)
  const href = childOf(scope, `{${ns.d}}href`)?.text.trim()
  if (href === undefined) throw new SearchError('You need to specify a scope for the search.')
  // Only a whole URL is decoded; a path is taken literally, percent signs and all.
  const names = href.includes('://') ? namesOfUri(call, href) : href.split('/').filter(Boolean)
  const [root, owner] = names
  if (root !== 'files' || owner !== call.identity.account.id) {
    throw new DavError('NotFound', `File not found: ${names.map(encodeName).join('/')} in 'root'`)
  }
  const folder = locateView(call, names)
  if (folder.node.kind === 'file') {
    throw new DavError('InvalidArgumentException', 'Search is only supported on directories')
  }
  return { folder, deep: childOf(scope, `{${ns.d}}depth`)?.text.trim() !== '1' }
}

function countOperators(operator: XmlElement): number {
  if (!/\}(and|or|not)$/.test(operator.name)) return 1
  return operator.children.reduce((sum, child) => sum + countOperators(child), 0)
}

function testOf(call: DavCall, operator: XmlElement): Test {
  const name = operator.name.replace(`{${ns.d}}`, '')
  switch (name) {
    case 'and': {
      const tests = operator.children.map(child => testOf(call, child))
      return node => tests.every(test => test(node))
    }
    case 'or': {
      const tests = operator.children.map(child => testOf(call, child))
      return node => tests.some(test => test(node))
    }
    case 'not': {
      const [inner] = operator.children
      if (inner === undefined)
        throw new SearchError('Invalid number of arguments for not operation')
      const test = testOf(call, inner)
      return node => !test(node)
    }
    case 'is-collection':
      return node => node.kind === 'folder'
    case 'is-defined':
      return () => propertyOf(operator) !== undefined
  }
  const property = propertyOf(operator)
  const read = searchable.get(property)
  const literal = childOf(operator, `{${ns.d}}literal`)?.text
  if (read === undefined || literal === undefined) {
    throw new SearchError(`Invalid arguments for ${name} operation`)
  }
  const compare = comparison(name, property, literal)
  return node => compare(read(node, call))
}

function propertyOf(operator: XmlElement): string {
  const property = childOf(operator, `{${ns.d}}prop`)?.children[0]?.name
  if (property === undefined || !searchable.has(property)) {
    throw new SearchError('requested search property is not a valid property for this scope')
  }
  return property
}

function comparison(name: string, property: string, literal: string): (value: Value) => boolean {
  if (name === 'like') {
    const pattern = likePattern(literal)
    return value => pattern.test(String(value))
  }
  const wanted = castLiteral(property, literal)
  switch (name) {
    case 'eq':
      return value => value === wanted(value)
    case 'gt':
      return value => value > wanted(value)
    case 'lt':
      return value => value < wanted(value)
    case 'gte':
      return value => value >= wanted(value)
    case 'lte':
      return value => value <= wanted(value)
  }
  throw new SearchError(`Unsupported operator: ${name}`)
}

/** Reads a literal as the property's type: dates as text or Unix seconds, yes and no as 1 and 0. */
function castLiteral(property: string, literal: string): (like: Value) => Value {
  let number = Number(literal)
  if (dates.has(property) && Number.isNaN(number)) number = Math.floor(Date.parse(literal) / 1000)
  if (property === `{${ns.oc}}favorite`) number = /^(1|true|yes|on)$/i.test(literal) ? 1 : 0
  return like => (typeof like === 'number' ? number : literal)
}

/** SQL LIKE, ignoring case: `%` any text, `_` one character, a backslash makes either literal. */
function likePattern(literal: string): RegExp {
  const source = literal.replace(/\\([%_\\])|[%_]|[.*+?^${}()|[\]\\]/gs, (match, escaped) => {
    if (typeof escaped === 'string') return escaped === '\\' ? '\\\\' : escaped
    if (match === '%') return '.*'
    return match === '_' ? '.' : `\\${match}`
  })
  return new RegExp(`^${source}$`, 'isu')
}

function orderOf(call: DavCall, search: XmlElement): (a: StoredNode, b: StoredNode) => number {
  const orders = (childOf(search, `{${ns.d}}orderby`)?.children ?? []).map(order => {
    const read = searchable.get(propertyOf(order))
    const sign = childOf(order, `{${ns.d}}descending`) === undefined ? 1 : -1
    return (a: StoredNode, b: StoredNode) => {
      const left = read?.(a, call) ?? ''
      const right = read?.(b, call) ?? ''
      return left === right ? 0 : left < right ? -sign : sign
    }
  })
  return (a, b) => {
    for (const order of orders) {
      const result = order(a, b)
      if (result !== 0) return result
    }
    // Paging needs a stable order among equals.
    return a.id - b.id
  }
}

function limitOf(search: XmlElement): { first: number; count: number } {
  const limit = childOf(search, `{${ns.d}}limit`)
  const count = Number(childOf(limit, `{${ns.d}}nresults`)?.text ?? 0)
  // Not part of RFC 5323: an extension of the SearchDAV library that Nextcloud uses.
  const extension = '{https://github.com/icewind1991/SearchDAV/ns}firstresult'
  const first = Number(childOf(limit, extension)?.text ?? 0)
  return { first: first || 0, count: count > 0 ? count : defaultLimit }
}
