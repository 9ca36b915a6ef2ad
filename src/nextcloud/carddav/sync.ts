/** Whole address books, and what changed in them (RFC 6578, RFC 6352 8.6 and 8.7). */
import { pathBelow } from '../dav/homes.ts'
import { cleanMultistatus, multistatus } from '../dav/multistatus.ts'
import { syncCollection } from '../dav/sync-collection.ts'
import { document, escapeXml } from '../dav/xml.ts'
import type { Session } from '../session.ts'
import type { AddressBook } from './books.ts'
import { type StoredCard, storedCards } from './stored.ts'

/** What is different since a token. */
export interface Changes {
  readonly cards: readonly StoredCard[]
  /** Paths of cards that are no longer there. */
  readonly gone: readonly string[]
  /** For the next time; undefined where the book cannot be synchronised. */
  readonly token: string | undefined
}

const XML = 'application/xml; charset=utf-8'
const DATA = '<d:getetag/><card:address-data/>'
const PHOTO_NS = 'http://nextcloud.com/ns'

/** What lists and searches show and compare; no photos. */
const SHOWN =
  'VERSION UID FN N NICKNAME ORG TITLE ROLE EMAIL TEL ADR URL NOTE BDAY CATEGORIES KIND X-ABLABEL'
    .split(' ')
    .map(name => `<card:prop name="${name}"/>`)
    .join('')

/**
 * The cards as they are stored that changed since `token`, all of them without one. One request.
 * @returns undefined where the token is no longer known: everything has to be read again
 * @throws CodedError `TOO_LARGE` above `maxBytes`
 */
export async function changedCards(
  session: Session,
  book: AddressBook,
  token: string | undefined,
  maxBytes: number,
): Promise<Changes | undefined> {
  const changes = await syncCollection(session, {
    path: book.path,
    token,
    properties: DATA,
    maxBytes,
    subject: book.displayName,
    read: reply => cleanMultistatus(reply).resources,
  })
  if (changes === undefined) return undefined
  const { resources, gone } = changes
  return { cards: storedCards(session, resources), gone, token: changes.token }
}

/** All cards of a book that cannot be synchronised, as they are stored. One request. */
export async function allCards(
  session: Session,
  book: AddressBook,
  maxBytes: number,
): Promise<Changes> {
  const reply = await session.send({
    method: 'PROPFIND',
    path: book.path,
    headers: { depth: '1', 'content-type': XML },
    body: document('d:propfind', `<d:prop>${DATA}</d:prop>`),
    expect: [207],
    maxBytes,
    subject: book.displayName,
  })
  return {
    cards: storedCards(session, cleanMultistatus(reply).resources),
    gone: [],
    token: undefined,
  }
}

/** A card as a query shows it: in version 3.0, and only what lists need. */
export interface ShownCard extends StoredCard {
  readonly hasPhoto: boolean
}

/**
 * Cards without their photos, in version 3.0. One request.
 * @param word in a name, an address, a number or a note of every card; undefined: all cards
 */
export async function shownCards(
  session: Session,
  book: AddressBook,
  word: string | undefined,
  limit: number,
  maxBytes: number,
): Promise<ShownCard[]> {
  const reply = await session.send({
    method: 'REPORT',
    path: book.path,
    headers: { depth: '1', 'content-type': XML },
    body: document(
      'card:addressbook-query',
      `<d:prop><d:getetag/><p:has-photo xmlns:p="${PHOTO_NS}"/>` +
        `<card:address-data>${SHOWN}</card:address-data></d:prop>${filter(word)}` +
        `<card:limit><card:nresults>${limit}</card:nresults></card:limit>`,
    ),
    expect: [207],
    maxBytes,
    subject: book.displayName,
  })
  const { resources } = cleanMultistatus(reply)
  const withPhoto = new Set(
    resources
      .filter(({ properties }) => properties.get(`{${PHOTO_NS}}has-photo`)?.text.trim() === '1')
      .map(({ href }) => pathBelow(session, href)),
  )
  return storedCards(session, resources).map(stored => ({
    ...stored,
    hasPhoto: withPhoto.has(stored.path),
  }))
}

/** The paths of all cards of a book, sorted. One request. */
export async function cardPaths(session: Session, book: AddressBook): Promise<string[]> {
  const reply = await session.send({
    method: 'PROPFIND',
    path: book.path,
    headers: { depth: '1', 'content-type': XML },
    body: document('d:propfind', '<d:prop><d:getetag/><d:getcontenttype/></d:prop>'),
    expect: [207],
    maxBytes: 128 * 1024 * 1024,
    subject: book.displayName,
  })
  const paths = multistatus(reply).map(({ href }) => pathBelow(session, href) ?? '')
  return paths.filter(path => path.startsWith(book.path) && path !== book.path).toSorted()
}

/** The cards at paths of a book, in version 3.0; those that are gone are left out. One request. */
export async function cardsAt(
  session: Session,
  book: AddressBook,
  paths: readonly string[],
): Promise<StoredCard[]> {
  if (paths.length === 0) return []
  const hrefs = paths.map(path => `<d:href>${escapeXml(session.basePath + path)}</d:href>`)
  const reply = await session.send({
    method: 'REPORT',
    path: book.path,
    headers: { depth: '1', 'content-type': XML },
    body: document('card:addressbook-multiget', `<d:prop>${DATA}</d:prop>${hrefs.join('')}`),
    expect: [207],
    subject: book.displayName,
  })
  return storedCards(session, cleanMultistatus(reply).resources)
}

function filter(word: string | undefined): string {
  if (word === undefined) return ''
  const match = `<card:text-match collation="i;unicode-casemap" match-type="contains">${escapeXml(word)}</card:text-match>`
  const filters = ['FN', 'N', 'NICKNAME', 'EMAIL', 'TEL', 'ORG', 'NOTE'].map(
    name => `<card:prop-filter name="${name}">${match}</card:prop-filter>`,
  )
  return `<card:filter test="anyof">${filters.join('')}</card:filter>`
}
