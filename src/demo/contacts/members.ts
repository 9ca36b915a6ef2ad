import { noNode } from '../calendars/access.ts'
import { followContact } from '../calendars/birthdays.ts'
import { type DavCall, destinationOf, hrefOf, unhandledMethod } from '../dav/call.ts'
import type { Access, Member } from '../dav/collection.ts'
import { disposition, fileReply } from '../dav/download.ts'
import { DavError } from '../dav/errors.ts'
import { forgetOwnProperties, setOwnProperty } from '../dav/own-properties.ts'
import { checkPreconditions } from '../dav/preconditions.ts'
import { propfind } from '../dav/propfind.ts'
import { proppatch } from '../dav/proppatch.ts'
import { allowed, options } from '../dav/resource.ts'
import { header, query, type Reply, reply } from '../http.ts'
import { booksOf } from './books.ts'
import { checkCard, inVersion, photoOf } from './cards.ts'
import { cardResource, cardType } from './properties.ts'
import { type AddressBook, removeCard, writeCard } from './store.ts'

/** An address book as the one who asks has it. */
export type BookAccess = Access<AddressBook>

const html = { 'Content-Type': 'text/html; charset=UTF-8' }

/** What Nextcloud says of an address book one may not see or not change. */
export function noBook(uri: string): DavError {
  return new DavError('NotFound', `Addressbook with name '${uri}' could not be found`)
}

/** The address book of a name in the own home. */
export function findBook(call: DavCall, uri: string): BookAccess | undefined {
  return booksOf(call.instance, call.identity.account.id).find(access => access.uri === uri)
}

/** What sabre/dav says when something is to be made where there is something already. */
export function exists(): DavError {
  const message = 'The resource you tried to create already exists'
  return new DavError('MethodNotAllowed', message, { Allow: allowed })
}

/** Answers a request on a card. */
export function onCard(call: DavCall, access: BookAccess, file: string): Reply {
  const { collection } = access
  const member = collection.members.get(file)
  const ended = checkPreconditions(call, names => {
    const found = names[4] === undefined ? undefined : collection.members.get(names[4])
    return found && { kind: 'file', etag: found.etag, mtime: found.modified }
  })
  if (ended !== undefined) return ended
  const { method } = call.exchange
  if (method === 'OPTIONS') return options(call, member !== undefined)
  if (method === 'PUT') return putCard(call, access, file)
  if (member === undefined) throw new DavError('NotFound', 'Card not found')
  switch (method) {
    case 'GET':
    case 'HEAD':
      return query(call.exchange).has('photo') ? photo(call, member) : readCard(call, member)
    case 'PROPFIND':
      return propfind(call, cardResource(call, access, member))
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, false), change => () => {
        setOwnProperty(call, call.names, change)
      })
    case 'DELETE':
      checkWritable(access)
      discard(call, access, member)
      return reply(204, html)
    case 'COPY':
    case 'MOVE':
      return transferCard(call, access, member)
    case 'MKCOL':
      throw exists()
  }
  throw unhandledMethod(call)
}

function checkWritable({ collection, writable, uri }: BookAccess): void {
  if (collection.generated === 'recent') throw new DavError('Forbidden', 'Access denied')
  if (collection.generated === 'system') throw noNode(uri)
  if (!writable) throw noBook(uri)
}

function putCard(call: DavCall, access: BookAccess, file: string): Reply {
  checkWritable(access)
  const { collection } = access
  const known = collection.members.get(file)
  const { uid, data, mended } = checkCard(call.exchange.body.toString('utf8'))
  if (known?.uid !== uid) checkUid(collection, uid)
  const made = write(call, collection, file, { uid, data })
  const status = known === undefined ? 201 : 204
  return reply(status, { ...html, ...(mended ? {} : etags(made)) })
}

function checkUid(collection: AddressBook, uid: string): void {
  if ([...collection.members.values()].some(member => member.uid === uid)) {
    const message = 'VCard object with uid already exists in this addressbook collection.'
    throw new DavError('BadRequest', message)
  }
}

function write(
  call: DavCall,
  collection: AddressBook,
  file: string,
  content: { uid: string; data: string },
): Member {
  const now = Math.floor(call.instance.settings.now() / 1000)
  const made = writeCard(collection, file, { ...content, now })
  follow(call, collection, file, content.data)
  return made
}

/** Tells the birthday calendar of the book's owner what became of a card. */
export function follow(
  call: DavCall,
  { owner, uri: book }: AddressBook,
  uri: string,
  data?: string,
): void {
  const { calendars } = call.instance.state
  followContact(calendars, { owner, book, uri }, data, call.instance.settings.now())
}

function discard(call: DavCall, { collection, uri }: BookAccess, member: Member): void {
  removeCard(collection, member)
  forgetOwnProperties(call, ['addressbooks', 'users', call.identity.account.id, uri, member.uri])
  follow(call, collection, member.uri)
}

function transferCard(call: DavCall, access: BookAccess, member: Member): Reply {
  const moving = call.exchange.method === 'MOVE'
  const { names, overwrite } = destinationOf(call)
  const [root, , user, uri = '', file] = names
  if (names.join('/') === call.names.join('/')) {
    throw new DavError('Forbidden', 'Source and destination uri are identical.')
  }
  const target = findBook(call, uri)
  if (
    root !== 'addressbooks' ||
    user !== call.identity.account.id ||
    file === undefined ||
    !target
  ) {
    throw new DavError('Conflict', 'The destination node is not found')
  }
  const occupant = target.collection.members.get(file)
  if (occupant !== undefined && !overwrite) {
    const message = 'The destination node already exists, and the overwrite header is set to false'
    throw new DavError('PreconditionFailed', message, {}, 'Overwrite')
  }
  if (moving) checkWritable(access)
  if (moving && target.collection === access.collection) {
    throw new DavError('Forbidden', 'Permission denied to rename file')
  }
  checkWritable(target)
  if (occupant !== undefined) discard(call, target, occupant)
  if (!moving) checkUid(target.collection, member.uid)
  if (moving) discard(call, access, member)
  write(call, target.collection, file, member)
  return reply(occupant === undefined ? 201 : 204, html)
}

function readCard(call: DavCall, member: Member): Reply {
  const wants4 = /version="?4\.0/.test(header(call.exchange, 'accept') ?? '')
  const content = Buffer.from(inVersion(member.data, wants4 ? '4.0' : '3.0'))
  const file = { content, type: cardType, mtime: member.modified, etag: member.etag }
  return fileReply(call, file, {
    ...etags(member),
    'Content-Type': wants4 ? 'text/vcard; version=4.0; charset=utf-8' : cardType,
    'Content-Disposition': disposition(member.uri),
  })
}

function photo(call: DavCall, member: Member): Reply {
  const found = photoOf(member.data)
  if (found === undefined) {
    const { 'Last-Modified': _, ...headers } = readCard(call, member).headers
    return reply(204, { ...headers, ...html })
  }
  const extension = found.type === 'image/jpeg' ? 'jpg' : found.type.slice('image/'.length)
  return reply(
    200,
    {
      'Content-Type': found.type,
      ...etags(member),
      'Content-Disposition': `attachment; filename=${member.uri}.${extension}`,
    },
    found.content,
  )
}

function etags({ etag }: Member): Record<string, string> {
  return { ETag: `"${etag}"`, 'OC-ETag': `"${etag}"` }
}
