/**
 * The contacts of an account, in memory: each book is read once, and of what changed afterwards
 * only that. One request tells which books changed; it is made every few seconds at most.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { type AddressBook, listBooks, refreshBooks } from '../../nextcloud/carddav/books.ts'
import { rememberCard } from '../../nextcloud/carddav/cards.ts'
import { identity, type StoredCard } from '../../nextcloud/carddav/stored.ts'
import {
  allCards,
  type Changes,
  changedCards,
  type ShownCard,
  shownCards,
} from '../../nextcloud/carddav/sync.ts'
import { hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Contact, describeText } from '../../vcard/contact.ts'
import { type Folded, foldContact } from './match.ts'

/** A contact with where it is and what searches compare. */
export interface Entry {
  readonly contact: Contact
  readonly book: AddressBook
  readonly path: string
  /** Bare. */
  readonly etag: string
  readonly folded: Folded
}

/** A book whose contacts are at hand, or one that is too large for that. */
export type BookContents =
  | { readonly book: AddressBook; readonly entries: readonly Entry[] }
  | { readonly book: AddressBook; readonly entries: undefined }

/** What is kept of a book. */
interface Kept {
  /** Token or tag of the book when it was looked at: the same again means nothing is new. */
  readonly mark: string | undefined
  /** What the next question for changes begins with. */
  readonly token: string | undefined
  readonly entries: ReadonlyMap<string, Entry>
  /** By name, for lists. */
  readonly sorted: readonly Entry[]
}

/** Bounds for one book; a larger one is searched by Nextcloud. */
export interface Bounds {
  readonly cards: number
  /** Of an answer; a book with larger photos is read without them. */
  readonly bytes: number
}

const BOUNDS: Bounds = { cards: 20_000, bytes: 32 * 1024 * 1024 }
/** How long changes by others may stay unseen. */
const FRESH_MS = 2_000
/** How long a book that is too large is taken to be so. */
const LARGE_MS = 10 * 60_000
/** All users together; books are cheap to read again. */
const MOST_CHARACTERS = 96 * 1024 * 1024
const kept = new LRUCache<string, Kept>({
  maxSize: MOST_CHARACTERS,
  sizeCalculation: ({ entries }) => [...entries.values()].reduce(addSize, 500),
})

/** What is remembered beside the contacts. */
interface State {
  /** When the books were last looked at. */
  checked: number
  /** For all that ask meanwhile. */
  checking: Promise<readonly AddressBook[]> | undefined
  readonly large: Map<string, number>
}

/** To be called after a change: the next search sees it. */
export function touch(session: Session): void {
  const state = stateOf(session)
  state.checked = 0
  // What is on its way may have left before the change.
  state.checking = undefined
}

/** The address books, with tags that are a few seconds old at most. */
export function currentBooks(session: Session): Promise<readonly AddressBook[]> {
  const state = stateOf(session)
  if (Date.now() - state.checked < FRESH_MS) return listBooks(session)
  state.checking ??= check(session, state)
  return state.checking
}

function check(session: Session, state: State): Promise<readonly AddressBook[]> {
  const started = Date.now()
  const checking = refreshBooks(session).then(
    books => {
      if (state.checking !== checking) return books
      state.checked = started
      state.checking = undefined
      return books
    },
    (error: unknown) => {
      if (state.checking === checking) state.checking = undefined
      throw error
    },
  )
  return checking
}

/**
 * The contacts of a book.
 * @throws CodedError as any request
 */
export function contentsOf(
  session: Session,
  book: AddressBook,
  bounds = BOUNDS,
): Promise<BookContents> {
  return session.account.serialised(`contacts/${book.path}`, async () => {
    const state = stateOf(session)
    if ((state.large.get(book.path) ?? 0) > Date.now()) return { book, entries: undefined }
    const key = `${session.account.key} ${book.path}`
    const mark = book.syncToken ?? book.ctag
    const before = kept.get(key)
    const isSame = mark !== undefined && (before?.mark === mark || before?.token === mark)
    if (before !== undefined && isSame) return { book, entries: before.sorted }
    const now = await read(session, book, before, bounds)
    if (now === undefined || now.entries.size > bounds.cards) {
      kept.delete(key)
      state.large.set(book.path, Date.now() + LARGE_MS)
      return { book, entries: undefined }
    }
    kept.set(key, now)
    return { book, entries: now.sorted }
  })
}

/** An entry for a card as it came. */
export function entryOf(book: AddressBook, stored: StoredCard | ShownCard): Entry {
  const described = describeText(stored.data, identity(stored))
  const hasPhoto = 'hasPhoto' in stored && stored.hasPhoto && described.photo === null
  const contact = hasPhoto ? { ...described, photo: 'yes' } : described
  const { path, etag } = stored
  return { contact, book, path, etag, folded: foldContact(contact) }
}

/** In the order of names. */
export function byName(a: Entry, b: Entry): number {
  if (a.folded.sort !== b.folded.sort) return a.folded.sort < b.folded.sort ? -1 : 1
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}

/** What a book is now, read as sparingly as can be; undefined where it is too large. */
async function read(
  session: Session,
  book: AddressBook,
  before: Kept | undefined,
  bounds: Bounds,
): Promise<Kept | undefined> {
  try {
    const from = before?.token
    if (before !== undefined && from !== undefined && book.syncToken !== undefined) {
      const changes = await news(session, book, from, bounds)
      if (changes !== undefined) return await merged(session, book, before, changes)
    }
    const all = await whole(session, book, bounds)
    return await merged(session, book, undefined, all)
  } catch (error) {
    if (hasCode(error, 'TOO_LARGE')) return undefined
    throw error
  }
}

/** What changed since a token; undefined where all has to be read again. */
async function news(
  session: Session,
  book: AddressBook,
  from: string,
  { bytes }: Bounds,
): Promise<Changes | undefined> {
  try {
    const changes = await changedCards(session, book, from, bytes)
    const count = changes === undefined ? 0 : changes.cards.length + changes.gone.length
    // A token that moved without a change may be one of before a backup was restored.
    return count > 0 || changes?.token === from ? changes : undefined
  } catch (error) {
    if (hasCode(error, 'TOO_LARGE')) return undefined
    throw error
  }
}

async function whole(
  session: Session,
  book: AddressBook,
  { cards, bytes }: Bounds,
): Promise<Changes> {
  if (book.syncToken === undefined) {
    return allCards(session, book, bytes)
  }
  try {
    const all = await changedCards(session, book, undefined, bytes)
    if (all !== undefined) return all
    return { ...(await allCards(session, book, bytes)), token: undefined }
  } catch (error) {
    if (!hasCode(error, 'TOO_LARGE')) throw error
    // The photos are what is large. The token is older than the cards: changes in between come twice.
    const shown = await shownCards(session, book, undefined, cards + 1, bytes)
    return { cards: shown, gone: [], token: book.syncToken }
  }
}

async function merged(
  session: Session,
  book: AddressBook,
  before: Kept | undefined,
  { cards, gone, token }: Changes,
): Promise<Kept> {
  const entries = new Map(before?.entries)
  for (const path of gone) entries.delete(path)
  let read = 0
  for (const stored of cards) {
    const entry = entryOf(book, stored)
    entries.set(stored.path, entry)
    rememberCard(session, book, entry.contact.uid, stored.path)
    // Others are served in between.
    if (++read % 200 === 0) await pause()
  }
  const mark = book.syncToken ?? book.ctag
  return { mark, token, entries, sorted: [...entries.values()].toSorted(byName) }
}

function addSize(sum: number, { contact }: Entry): number {
  // A contact is about as large as what is said of it, and what is compared once more.
  const { note, emails, phones, addresses, urls, categories } = contact
  const values = emails.length + phones.length + 3 * addresses.length + urls.length
  return sum + 1_500 + 3 * (note?.length ?? 0) + 400 * values + 50 * categories.length
}

function stateOf(session: Session): State {
  return session.account.state('contacts', () => ({
    checked: 0,
    checking: undefined,
    large: new Map(),
  }))
}
