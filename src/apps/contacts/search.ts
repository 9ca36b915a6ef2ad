/** Lists and searches over one book or all of them. */
import type { AddressBook } from '../../nextcloud/carddav/books.ts'
import { cardPaths, cardsAt, shownCards } from '../../nextcloud/carddav/sync.ts'
import { badInput, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type BookContents, byName, contentsOf, type Entry, entryOf } from './directory.ts'
import { parseQuery, type Query, score } from './match.ts'

/** A page of contacts. */
export interface Page {
  readonly entries: readonly Entry[]
  /** Of the whole list; those of books that are too large to be counted are as many as were read. */
  readonly total: number
  /** For the next page; undefined at the end. */
  readonly next: string | undefined
}

/** What was found, best first. */
export interface Found {
  readonly entries: readonly Entry[]
  /** Names of books that could not be read. */
  readonly missing: readonly string[]
}

/** Found by Nextcloud in a book that is too large to be held. */
const MOST_FOUND = 500
const MOST_BYTES = 32 * 1024 * 1024

/**
 * A page of a book in the order of names; of a book that is too large to be held, in that of its
 * objects.
 * @param cursor from the page before
 * @throws CodedError as any request; `BAD_INPUT` for a cursor that is none
 */
export async function listContacts(
  session: Session,
  book: AddressBook,
  options: {
    readonly limit: number
    readonly cursor: string | undefined
    readonly category: string | undefined
  },
): Promise<Page> {
  const { limit, category } = options
  const after = options.cursor === undefined ? undefined : decodeCursor(options.cursor)
  const { entries } = await contentsOf(session, book)
  if (entries === undefined) return listLarge(session, book, limit, after, category)
  const wanted = entries.filter(entry => isIn(entry, category))
  // The one before may be gone: what follows its place is what comes next.
  const start = after === undefined ? 0 : wanted.findIndex(entry => follows(entry, after))
  const page = start < 0 ? [] : wanted.slice(start, start + limit)
  const last = page.at(-1)
  const isMore = last !== undefined && start + limit < wanted.length
  return {
    entries: page,
    total: wanted.length,
    next: isMore ? encodeCursor([last.folded.sort, last.path]) : undefined,
  }
}

/**
 * The contacts of all the books that a query finds. A book that cannot be read is left out and
 * named.
 * @throws CodedError where no book can be read
 */
export async function searchContacts(
  session: Session,
  books: readonly AddressBook[],
  text: string,
): Promise<Found> {
  const query = parseQuery(text)
  const results = await Promise.allSettled(
    books.map(async book => candidates(session, await contentsOf(session, book), query)),
  )
  const failed = results.filter(result => result.status === 'rejected')
  const [failure] = failed
  const coded = failed.find(({ reason }) => isCodedError(reason)) ?? failure
  if (coded !== undefined && failed.length === books.length) throw coded.reason
  const all = results.flatMap(result => (result.status === 'fulfilled' ? result.value : []))
  const missing = books.filter((_, at) => results[at]?.status === 'rejected')
  return { entries: ranked(all, query), missing: missing.map(({ name }) => name) }
}

function ranked(entries: readonly Entry[], query: Query): Entry[] {
  if (query.words.length === 0) return entries.toSorted(byName)
  return entries
    .map(entry => ({ entry, score: score(entry.folded, query) }))
    .filter(each => each.score > 0)
    .toSorted((a, b) => b.score - a.score || byName(a.entry, b.entry))
    .map(({ entry }) => entry)
}

/** All entries of a book, or those that Nextcloud finds where there are too many. */
async function candidates(
  session: Session,
  { book, entries }: BookContents,
  { words, digits }: Query,
): Promise<readonly Entry[]> {
  if (entries !== undefined) return entries
  // Spaces and zeros are written in many ways: the end of a number is what is alike.
  const [longest] = words.toSorted((a, b) => b.length - a.length)
  const word = digits === undefined ? longest : digits.slice(-4)
  const cards = await shownCards(session, book, word, MOST_FOUND, MOST_BYTES)
  return cards.map(stored => entryOf(book, stored))
}

async function listLarge(
  session: Session,
  book: AddressBook,
  limit: number,
  after: Position | undefined,
  category: string | undefined,
): Promise<Page> {
  const paths = await cardPaths(session, book)
  const start = after === undefined ? 0 : paths.findIndex(path => path > after[1])
  const page = start < 0 ? [] : paths.slice(start, start + limit)
  const cards = await cardsAt(session, book, page)
  const last = page.at(-1)
  const isMore = last !== undefined && start + limit < paths.length
  return {
    entries: cards.map(stored => entryOf(book, stored)).filter(entry => isIn(entry, category)),
    total: paths.length,
    next: isMore ? encodeCursor(['', last]) : undefined,
  }
}

/** Name and path of the last one on a page. */
type Position = readonly [sort: string, path: string]

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function decodeCursor(cursor: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string') {
      return [value[0], value[1]]
    }
  } catch {
    // Said below.
  }
  throw badInput('cursor: this is none', 'Pass on next_cursor of the page before as it is.')
}

function follows({ folded, path }: Entry, [sort, last]: Position): boolean {
  return folded.sort > sort || (folded.sort === sort && path > last)
}

function isIn({ contact }: Entry, category: string | undefined): boolean {
  if (category === undefined) return true
  const wanted = category.trim().toLowerCase()
  return contact.categories.some(name => name.toLowerCase() === wanted)
}
