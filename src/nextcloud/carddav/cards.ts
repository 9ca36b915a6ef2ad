/**
 * Cards (RFC 6352): found by UID whatever their address, read as they are stored, written only
 * over what was read.
 */
import { isUtf8 } from 'node:buffer'
import type { LRUCache } from 'lru-cache'
import { deleteResource } from '../dav/delete.ts'
import { quotedEtag, replyEtag } from '../dav/etag.ts'
import { cleanMultistatus } from '../dav/multistatus.ts'
import { encodeSegment } from '../dav/paths.ts'
import { document, escapeXml } from '../dav/xml.ts'
import { CodedError, hasCode, unlessMissing, withDetails } from '../errors.ts'
import { recentlyUsed } from '../recently-used.ts'
import type { Session } from '../session.ts'
import { type AddressBook, forgetBooks } from './books.ts'
import { identity, type StoredCard, storedCards, uidOf, withoutLoss } from './stored.ts'

/** A card that was read to be changed. */
export interface ReadCard extends StoredCard {
  /** False where what came is not all that is stored: it must not be written back. */
  readonly isExact: boolean
}

/** What was written. */
export interface Written {
  readonly path: string
  /** Bare. */
  readonly etag: string
  readonly status: number
  /** What is stored now, where Nextcloud made something else of what it was given. */
  readonly data: string | undefined
}

const MOST_KNOWN = 50_000
const XML = 'application/xml; charset=utf-8'
const VCARD = 'text/vcard; charset=utf-8'
const EXACT = '<d:prop><d:getetag/><d:getcontentlength/><card:address-data/></d:prop>'
const DATA = '<d:prop><d:getetag/><card:address-data/></d:prop>'

/**
 * The card of a UID as it is stored; one request where its address is known or is the UID, else
 * three, and one more where the text may have lost something on the way.
 *
 * Asked for as a property: GET and the reports of RFC 6352 turn a card into the version that is
 * asked for, and what comes back is another text than what is stored.
 * @throws CodedError `NOT_FOUND`
 */
export async function readCard(
  session: Session,
  book: AddressBook,
  uid: string,
): Promise<ReadCard> {
  const known = knownPaths(session)
  const key = keyOf(book, uid)
  const remembered = known.get(key)
  const likely = [remembered, ...(uid.includes('/') ? [] : [pathOf(book, `${uid}.vcf`)])]
  for (const path of new Set(likely)) {
    if (path === undefined) continue
    const found = await readAt(session, path, uid)
    if (found !== undefined && identity(found) === uid) {
      known.set(key, path)
      return found
    }
    known.delete(key)
  }
  const path = await findPath(session, book, uid)
  const found = path === undefined ? undefined : await readAt(session, path, uid)
  if (path === undefined || found === undefined) throw notFound(book, uid)
  known.set(key, path)
  return found
}

/** Remembers where cards were seen. */
export function rememberCard(session: Session, book: AddressBook, uid: string, path: string) {
  knownPaths(session).set(keyOf(book, uid), path)
}

/**
 * Writes a new card; nothing is ever replaced.
 * @throws CodedError `CONFLICT` where the UID or the name is taken
 */
export function createCard(
  session: Session,
  book: AddressBook,
  name: string,
  uid: string,
  data: string,
): Promise<Written> {
  const path = pathOf(book, name)
  return put(session, book, { path, uid, data, headers: { 'if-none-match': '*' } })
}

/**
 * Writes a card in place of the one that was read.
 * @param etag of what was read; somebody else's change meanwhile is not overwritten
 * @throws CodedError `CONFLICT` with the current etag
 */
export function replaceCard(
  session: Session,
  book: AddressBook,
  stored: { readonly path: string; readonly etag: string; readonly uid: string },
  data: string,
): Promise<Written> {
  const { path, etag, uid } = stored
  return put(session, book, { path, uid, data, headers: { 'if-match': quotedEtag(etag) } })
}

/** Deletes a card that was read; Nextcloud keeps no copy. */
export async function deleteCard(
  session: Session,
  book: AddressBook,
  stored: { readonly path: string; readonly etag: string; readonly uid: string },
): Promise<number> {
  const { path, etag, uid } = stored
  const headers = { 'if-match': quotedEtag(etag) }
  const status = await deleteResource(session, { path, headers, subject: uid })
  knownPaths(session).delete(keyOf(book, uid))
  return status
}

interface Put {
  readonly path: string
  readonly uid: string
  readonly data: string
  readonly headers: Readonly<Record<string, string>>
}

async function put(session: Session, book: AddressBook, request: Put): Promise<Written> {
  const { path, uid, data } = request
  try {
    const { status, headers } = await session.send({
      method: 'PUT',
      path,
      headers: { ...request.headers, 'content-type': VCARD },
      body: data,
      expect: [201, 204],
      subject: uid,
    })
    const etag = replyEtag(headers)
    rememberCard(session, book, uid, path)
    if (etag !== undefined) return { path, status, etag, data: undefined }
    // A server that changed what it was given tells no etag (RFC 6352 6.3.2.3).
    const stored = await readAt(session, path, uid)
    if (stored === undefined) throw notFound(book, uid)
    return { path, status, etag: stored.etag, data: stored.data }
  } catch (error) {
    const refused = error instanceof CodedError ? explained(error, book, request) : error
    if (hasCode(refused, 'NOT_FOUND')) forgetBooks(session)
    throw refused
  }
}

function explained(error: CodedError, { displayName }: AddressBook, { headers }: Put): CodedError {
  const { status, serverMessage } = error.details
  if (status === 412 && 'if-none-match' in headers) {
    return withDetails(error, 'uid: the address book has a contact with this uid', {
      hint: 'Update that one, or use another uid.',
    })
  }
  if ((status === 400 || status === 409) && /uid/i.test(serverMessage ?? '')) {
    return new CodedError('CONFLICT', 'uid: the address book has a contact with this uid', {
      ...error.details,
      hint: 'Update that one, or use another uid.',
    })
  }
  // RFC 4918 9.7.1 wants 409 for it.
  if (status === 404 || status === 409) {
    return new CodedError('NOT_FOUND', `addressbook: ${displayName} is no longer there`, {
      ...error.details,
      hint: 'List the address books.',
    })
  }
  if (status === 415) {
    return new CodedError('BAD_INPUT', 'Nextcloud does not accept the card', {
      ...error.details,
      hint: 'Nothing was changed. See server_message; a card of version 2.1 has to be imported anew.',
    })
  }
  if (status === 403) {
    const isTooLarge = /exceeds \d+ bytes/.test(serverMessage ?? '')
    return isTooLarge
      ? new CodedError('TOO_LARGE', 'photo: the card gets too large', error.details)
      : withDetails(error, `Nothing may be written to the address book ${displayName}`, {})
  }
  return error
}

/** The card at a path, byte for byte; undefined where there is none. */
async function readAt(session: Session, path: string, uid: string): Promise<ReadCard | undefined> {
  const asked = session.send({
    method: 'PROPFIND',
    path,
    headers: { depth: '0', 'content-type': XML },
    body: document('d:propfind', EXACT),
    expect: [207],
    subject: uid,
  })
  const reply = await unlessMissing(asked)
  if (reply === undefined) return undefined
  const { resources, isExact } = cleanMultistatus(reply)
  const [stored] = storedCards(session, resources)
  // Some servers tell the text by GET and in reports only (RFC 6352 does not ask for more).
  if (stored === undefined) return downloadAt(session, path, uid)
  if (isExact && isWhole(stored)) return { ...stored, isExact }
  const data = await download(session, stored, uid)
  const isSame = data !== undefined && withoutLoss(data) === withoutLoss(stored.data)
  return isSame ? { ...stored, data, isExact: true } : { ...stored, isExact: false }
}

async function downloadAt(
  session: Session,
  path: string,
  uid: string,
): Promise<ReadCard | undefined> {
  const reply = await session.send({ method: 'GET', path, expect: [200, 404], subject: uid })
  if (reply.status === 404) return undefined
  const etag = replyEtag(reply.headers)
  if (etag === undefined || !/^BEGIN:VCARD/i.test(reply.text())) {
    throw reply.unusable('something that is no card')
  }
  return { path, etag, data: reply.text(), isExact: isUtf8(reply.body) }
}

/** A CR that is not sent as a reference, and what XML has no place for, do not come through. */
function isWhole({ data, length }: StoredCard): boolean {
  return length === undefined ? data.includes('\r') : length === Buffer.byteLength(data)
}

/** The card as GET has it, which keeps the version that is asked for. */
async function download(
  session: Session,
  stored: StoredCard,
  uid: string,
): Promise<string | undefined> {
  const isFour = /^VERSION:4/im.test(stored.data)
  const { body, headers } = await session.send({
    method: 'GET',
    path: stored.path,
    headers: { accept: isFour ? 'text/vcard; version=4.0' : 'text/vcard; version=3.0' },
    expect: [200],
    subject: uid,
  })
  const isCurrent = replyEtag(headers) === stored.etag
  return isCurrent && isUtf8(body) ? body.toString() : undefined
}

/** Where the card of a UID is. */
async function findPath(
  session: Session,
  book: AddressBook,
  uid: string,
): Promise<string | undefined> {
  const request = { path: book.path, expect: [207], subject: book.displayName }
  const headers = { depth: '1', 'content-type': XML }
  const body = document(
    'card:addressbook-query',
    '<d:prop><d:getetag/><card:address-data><card:prop name="UID"/></card:address-data></d:prop>' +
      '<card:filter><card:prop-filter name="UID"><card:text-match collation="i;octet" ' +
      `match-type="equals">${escapeXml(uid)}</card:text-match></card:prop-filter></card:filter>`,
  )
  const reply = await session
    .send({ ...request, method: 'REPORT', headers, body })
    .catch((error: unknown) => {
      // One card that Nextcloud cannot read fails the whole query.
      if (!hasCode(error, 'UPSTREAM_ERROR') && !hasCode(error, 'BAD_INPUT')) throw error
      const all = document('d:propfind', DATA)
      return session.send({ ...request, method: 'PROPFIND', headers, body: all })
    })
  const stored = storedCards(session, cleanMultistatus(reply).resources)
  return stored.find(({ data }) => uidOf(data) === uid)?.path
}

/** Addresses of cards by book and UID, as far as they were seen. */
function knownPaths(session: Session): LRUCache<string, string> {
  return session.account.state('cards', () => recentlyUsed(MOST_KNOWN))
}

function keyOf({ path }: AddressBook, uid: string): string {
  return `${path} ${uid}`
}

function pathOf({ path }: AddressBook, name: string): string {
  return path + encodeSegment(name)
}

function notFound({ displayName }: AddressBook, uid: string): CodedError {
  return new CodedError('NOT_FOUND', `The address book ${displayName} has no contact of this uid`, {
    status: 404,
    subject: uid,
    hint: 'Take the uid from a list or a search, and the address book with it.',
  })
}
