/** The user's address books (RFC 6352), with what may be done to each. */

import { deleteResource } from '../dav/delete.ts'
import { davHomes, davPath } from '../dav/homes.ts'
import { type Member, membersOf } from '../dav/members.ts'
import { type DavResource, propertyText } from '../dav/multistatus.ts'
import { nameList } from '../dav/name-list.ts'
import { card, child, dav, document, escapeXml, oc } from '../dav/xml.ts'
import { CodedError, hasCode, withDetails } from '../errors.ts'
import type { Session } from '../session.ts'

/** Where an address book comes from; it decides who else sees what is written to it. */
export type BookSource = 'own' | 'shared' | 'accounts' | 'recent'

/** An address book of the user; tools call it by its name. One without token cannot be synchronised. */
export interface AddressBook extends Member {
  readonly description: string | undefined
  readonly source: BookSource
}

const PROPERTIES = '<card:addressbook-description/><oc:read-only/>'

/** Books seldom come and go; one that is asked for and not there is looked for at once. */
const CACHE_MS = 10 * 60_000
const CACHE_KEY = 'address-books'

/** Nextcloud's own: the accounts of the instance, and whom the user was in touch with. */
const GENERATED = /^z-(?:server|app)-generated--/
const ACCOUNTS = 'z-server-generated--system'

/**
 * The address books, as they were found at most ten minutes ago; one request.
 * @throws CodedError as any request
 */
export function listBooks(session: Session): Promise<readonly AddressBook[]> {
  return session.account.cached(CACHE_KEY, CACHE_MS, () => readBooks(session.detached()))
}

/** The address books as they are now, tags and tokens too; one request. */
export async function refreshBooks(session: Session): Promise<readonly AddressBook[]> {
  forgetBooks(session)
  return listBooks(session)
}

/** To be called after a change of the address books themselves. */
export function forgetBooks(session: Session): void {
  session.account.forget(CACHE_KEY)
}

/**
 * The address book of a name, or of a display name that only one has.
 * @throws CodedError `NOT_FOUND` that lists the names there are, `BAD_INPUT` for several
 */
export async function findBook(session: Session, name: string): Promise<AddressBook> {
  const known = matching(await listBooks(session), name)
  if (known.length === 1 && known[0] !== undefined) return known[0]
  const all = await refreshBooks(session)
  const named = matching(all, name)
  const [only, ...others] = named
  if (only !== undefined && others.length === 0) return only
  const names = nameList(only === undefined ? all : named)
  throw only === undefined
    ? new CodedError('NOT_FOUND', 'addressbook: there is no such address book', {
        status: 404,
        subject: name,
        hint: names === '' ? 'There are none.' : `There are: ${names}.`,
      })
    : new CodedError('BAD_INPUT', `addressbook: several address books are called "${name}"`, {
        subject: name,
        hint: `Use one of the names: ${names}.`,
      })
}

/** @throws CodedError `FORBIDDEN` that says why nothing can be written to the book */
export function requireWritable({ writable, displayName, source, owner }: AddressBook): void {
  if (writable) return
  const why = {
    own: 'is read-only',
    shared: `is shared with you by ${owner ?? 'somebody else'} for reading only`,
    accounts: 'holds the accounts of this Nextcloud: people change theirs in their settings',
    recent: 'is filled by Nextcloud with those you were in touch with',
  }[source]
  throw new CodedError('FORBIDDEN', `The address book ${why}`, {
    subject: displayName,
    hint: 'Choose an address book that is not read-only.',
  })
}

/**
 * Makes an address book; one request.
 * @throws CodedError `CONFLICT` where the name is taken
 */
export async function createBook(
  session: Session,
  name: string,
  displayName: string,
): Promise<{ readonly status: number }> {
  const { addressBooks } = await davHomes(session)
  try {
    const { status } = await session.send({
      method: 'MKCOL',
      path: `${davPath([...addressBooks, name])}/`,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body: document(
        'd:mkcol',
        '<d:set><d:prop><d:resourcetype><d:collection/><card:addressbook/></d:resourcetype>' +
          `<d:displayname>${escapeXml(displayName)}</d:displayname></d:prop></d:set>`,
      ),
      expect: [201],
      subject: name,
    })
    return { status }
  } catch (error) {
    if (!hasCode(error, 'BAD_INPUT') || error.details.status !== 405) throw error
    throw new CodedError('CONFLICT', 'name: an address book of this name exists', {
      ...error.details,
      hint: 'Use that one, or another name.',
    })
  } finally {
    forgetBooks(session)
  }
}

/** Deletes an address book for good, or gives up one that was shared; one request. */
export async function deleteBook(session: Session, book: AddressBook): Promise<number> {
  try {
    return await deleteResource(session, { path: book.path, subject: book.displayName })
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error
    throw withDetails(error, 'This address book cannot be deleted', {})
  } finally {
    forgetBooks(session)
  }
}

/** Whether Nextcloud made the book and fills it. */
export function isGenerated({ name }: AddressBook): boolean {
  return GENERATED.test(name)
}

function matching(books: readonly AddressBook[], name: string): AddressBook[] {
  const wanted = name.trim().replace(/^\/+|\/+$/g, '')
  const exact = books.filter(book => book.name === wanted)
  if (exact.length > 0) return exact
  const folded = wanted.toLowerCase()
  return books.filter(({ displayName }) => displayName.toLowerCase() === folded)
}

async function readBooks(session: Session): Promise<AddressBook[]> {
  const { addressBooks: home } = await davHomes(session)
  const members = await membersOf(session, home, PROPERTIES, 'the address books')
  return members.flatMap(([member, resource]) => bookOf(member, resource))
}

function bookOf(member: Member, resource: DavResource): AddressBook[] {
  const kinds = resource.properties.get(dav('resourcetype'))
  if (child(kinds, card('addressbook')) === undefined) return []
  const { name, owner, writable } = member
  const isForeign = owner !== undefined
  const source =
    name === ACCOUNTS ? 'accounts' : GENERATED.test(name) ? 'recent' : isForeign ? 'shared' : 'own'
  const isMarked = propertyText(resource, oc('read-only')) === '1'
  return [
    {
      ...member,
      description: propertyText(resource, card('addressbook-description')),
      source,
      owner: source === 'shared' ? owner : undefined,
      writable: !isMarked && !GENERATED.test(name) && writable,
    },
  ]
}
