/** The user's address books (RFC 6352), with what may be done to each. */
import { deleteResource } from '../dav/delete.ts'
import { davHomes, davPath } from '../dav/homes.ts'
import { type DavResource, multistatus, propertyText } from '../dav/multistatus.ts'
import { segmentsBelow } from '../dav/paths.ts'
import { davRoot } from '../dav/principal.ts'
import { card, child, children, cs, dav, document, escapeXml, oc } from '../dav/xml.ts'
import { CodedError, hasCode, withDetails } from '../errors.ts'
import type { Session } from '../session.ts'

/** Where an address book comes from; it decides who else sees what is written to it. */
export type BookSource = 'own' | 'shared' | 'accounts' | 'recent'

/** An address book of the user. */
export interface AddressBook {
  /** Name in addresses: `contacts`, `team_shared_by_bob`. What tools call it by. */
  readonly name: string
  readonly displayName: string
  readonly description: string | undefined
  /** Percent-encoded path below the instance's address, with a slash at its end. */
  readonly path: string
  readonly source: BookSource
  /** User id of whom it belongs to, where that is somebody else. */
  readonly owner: string | undefined
  readonly writable: boolean
  readonly ctag: string | undefined
  /** Undefined where the book cannot be synchronised. */
  readonly syncToken: string | undefined
}

const PROPERTIES =
  '<d:prop><d:displayname/><d:resourcetype/><d:sync-token/><d:current-user-privilege-set/>' +
  '<card:addressbook-description/><cs:getctag/><oc:owner-principal/><oc:read-only/></d:prop>'

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
  const names = (only === undefined ? all : named).map(book => book.name).join(', ')
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
  const reply = await session.send({
    method: 'PROPFIND',
    path: `${davPath(home)}/`,
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', PROPERTIES),
    expect: [207],
    subject: 'the address books',
  })
  const root = [...davRoot(session), ...home]
  return multistatus(reply).flatMap(resource => bookOf(resource, root, home))
}

function bookOf(
  resource: DavResource,
  root: readonly string[],
  home: readonly string[],
): AddressBook[] {
  const [name, ...below] = segmentsBelow(resource.href, root) ?? []
  const kinds = resource.properties.get(dav('resourcetype'))
  if (name === undefined || below.length > 0) return []
  if (child(kinds, card('addressbook')) === undefined) return []
  const owner = propertyText(resource, oc('owner-principal'))?.split('/').filter(Boolean).at(-1)
  const isForeign = owner !== undefined && owner !== home.at(-1)
  const source =
    name === ACCOUNTS ? 'accounts' : GENERATED.test(name) ? 'recent' : isForeign ? 'shared' : 'own'
  const isMarked = propertyText(resource, oc('read-only')) === '1'
  return [
    {
      name,
      displayName: propertyText(resource, dav('displayname')) ?? name,
      description: propertyText(resource, card('addressbook-description')),
      path: `${davPath([...home, name])}/`,
      source,
      owner: source === 'shared' ? owner : undefined,
      writable: !isMarked && !GENERATED.test(name) && mayWrite(resource),
      ctag: propertyText(resource, cs('getctag')),
      syncToken: propertyText(resource, dav('sync-token')),
    },
  ]
}

/** Privileges of RFC 3744; a server without them leaves it to the first attempt. */
function mayWrite({ properties }: DavResource): boolean {
  const set = properties.get(dav('current-user-privilege-set'))
  if (set === undefined) return true
  return children(set, dav('privilege')).some(privilege =>
    ['write', 'write-content', 'all'].some(name => child(privilege, dav(name)) !== undefined),
  )
}
