import { notListed } from '../calendars/routes.ts'
import { bodyXml, type DavCall, hrefOf, notInCollection, unhandledMethod } from '../dav/call.ts'
import { noteChange, sortedMembers } from '../dav/collection.ts'
import { collectionStub } from '../dav/download.ts'
import { DavError } from '../dav/errors.ts'
import { forgetOwnProperties, setOwnProperty } from '../dav/own-properties.ts'
import { propfind } from '../dav/propfind.ts'
import { proppatch } from '../dav/proppatch.ts'
import { unsupportedReport } from '../dav/report.ts'
import { allowed, collectionProperty, options } from '../dav/resource.ts'
import { leaveShare, shareCollection } from '../dav/sharing.ts'
import { query, type Reply, reply } from '../http.ts'
import { parseDocument, serialise } from '../vobject/document.ts'
import { type BookAccess, exists, findBook, follow, noBook, onCard } from './members.ts'
import { bookResource, card, d, homeResource } from './properties.ts'
import { reportOnBook } from './reports.ts'
import { addBook } from './store.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }

/** Answers a request below `addressbooks`. */
export function handleContacts(call: DavCall): Reply {
  const [, kind, user, uri, file] = call.names
  const { method } = call.exchange
  if (kind === undefined || user === undefined) return onRoot(call)
  if (kind !== 'users') throw notInCollection(kind, 'addressbooks')
  if (method === 'MKCALENDAR') throw unhandledMethod(call)
  if (user !== call.identity.account.id) {
    if (uri === undefined || method === 'MKCOL') {
      throw new DavError('NotFound', `Node with name '${user}' could not be found`)
    }
    throw noBook(uri)
  }
  if (uri === undefined) return onHome(call)
  if (file !== undefined) return onCard(call, locateBook(call, uri), file)
  return onBook(call, uri)
}

function locateBook(call: DavCall, uri: string): BookAccess {
  const found = findBook(call, uri)
  if (found === undefined) throw noBook(uri)
  return found
}

function onRoot(call: DavCall): Reply {
  const [, kind] = call.names
  switch (call.exchange.method) {
    case 'OPTIONS':
      return options(call, true)
    case 'PROPFIND': {
      if (kind !== undefined && call.exchange.headers.depth !== '0') throw notListed()
      const resource = (names: string[]) => ({
        href: hrefOf(call, names, true),
        defaults: [d('resourcetype')],
        property: (name: string) => collectionProperty(call, name),
      })
      return propfind(call, {
        ...resource(call.names),
        children: () => ['users', 'system'].map(name => resource([...call.names, name])),
      })
    }
  }
  throw unhandledMethod(call)
}

function onHome(call: DavCall): Reply {
  switch (call.exchange.method) {
    case 'OPTIONS':
      return options(call, true)
    case 'PROPFIND':
      return propfind(call, homeResource(call))
    case 'GET':
    case 'HEAD':
      return collectionStub()
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, false), change => () => {
        setOwnProperty(call, call.names, change)
      })
    case 'REPORT':
      throw unsupportedReport(bodyXml(call))
    case 'DELETE':
      throw new DavError('MethodNotAllowed', '', { Allow: allowed })
    case 'MKCOL':
      throw exists()
  }
  throw unhandledMethod(call)
}

function onBook(call: DavCall, uri: string): Reply {
  const { method } = call.exchange
  const known = findBook(call, uri)
  if (method === 'OPTIONS') return options(call, known !== undefined)
  if (method === 'MKCOL') return makeBook(call, uri, known)
  if (known === undefined) {
    if (method !== 'PUT') throw noBook(uri)
    const message = 'Creating new files in this collection is not supported'
    throw new DavError('MethodNotAllowed', message, { Allow: `${allowed}, MKCOL` })
  }
  switch (method) {
    case 'PROPFIND':
      return propfind(call, bookResource(call, known))
    case 'GET':
    case 'HEAD':
      return query(call.exchange).has('export') ? exportBook(call, known) : collectionStub()
    case 'REPORT':
      return reportOnBook(call, known)
    case 'PROPPATCH':
      return patchBook(call, known)
    case 'DELETE':
      return removeBook(call, known)
    case 'PUT':
      throw new DavError('Conflict', 'PUT is not allowed on non-files.')
    case 'POST':
      if (call.exchange.body.length === 0) throw unhandledMethod(call)
      if (!known.writable) throw noBook(uri)
      return shareCollection(call, known.collection, bodyXml(call))
  }
  throw unhandledMethod(call)
}

function makeBook(call: DavCall, uri: string, known: BookAccess | undefined): Reply {
  if (known !== undefined) throw exists()
  const properties = (bodyXml(call)?.children ?? []).flatMap(set =>
    set.children.flatMap(({ children }) => children),
  )
  const types = properties.find(({ name }) => name === d('resourcetype'))?.children ?? []
  if (!types.some(({ name }) => name === card('addressbook'))) {
    throw new DavError('InvalidResourceType', 'Unknown resourceType for this collection')
  }
  if (uri.startsWith('z-app-generated--') || uri.startsWith('z-server-generated--')) {
    throw new DavError('MethodNotAllowed', 'The resource you tried to create has a reserved name', {
      Allow: `${allowed}, MKCOL`,
    })
  }
  const book = addBook(call.instance.state.contacts, call.identity.account.id, uri)
  for (const { name, text } of properties) {
    if (name === d('displayname')) book.displayName = text
    if (name === card('addressbook-description')) book.description = text
  }
  return reply(201, html)
}

function patchBook(call: DavCall, { collection, owned }: BookAccess): Reply {
  let changed = false
  const answer = proppatch(call, hrefOf(call, call.names, false), change => {
    const { name, value } = change
    if (name === d('resourcetype') || name === d('sync-token')) return undefined
    const own = name === d('displayname') || name === card('addressbook-description')
    if (!own || !owned) return () => setOwnProperty(call, call.names, change)
    return () => {
      changed = true
      if (name === d('displayname')) collection.displayName = value
      else collection.description = value
    }
  })
  if (changed) noteChange(collection, '', 'modified')
  return answer
}

function removeBook(call: DavCall, { collection, owned }: BookAccess): Reply {
  if (collection.generated === 'recent') {
    throw new DavError('Exception', 'This addressbook is immutable')
  }
  if (collection.generated === 'system') throw new DavError('Forbidden')
  const { contacts } = call.instance.state
  forgetOwnProperties(call, call.names)
  if (owned) {
    for (const member of collection.members.values()) follow(call, collection, member.uri)
    contacts.books = contacts.books.filter(book => book !== collection)
  } else {
    leaveShare(collection, call.identity.account.id)
  }
  return reply(204, html)
}

function exportBook(call: DavCall, { collection, uri }: BookAccess): Reply {
  const cards = sortedMembers(collection).map(({ data }) => serialise(parseDocument(data).document))
  const date = new Date(call.instance.settings.now()).toISOString().slice(0, 10)
  return reply(
    200,
    {
      'Content-Type': 'text/directory;charset=UTF-8',
      'Content-Disposition': `attachment; filename="${uri}-${date}.vcf"`,
    },
    cards.join(''),
  )
}
