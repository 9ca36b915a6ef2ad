import { createHash } from 'node:crypto'
import { type Collection, type Member, newCollection, noteChange } from '../dav/collection.ts'

/** An address book. */
export interface AddressBook extends Collection<Member> {
  /** What the server fills itself: the accounts, or whom one was in touch with. */
  generated: 'system' | 'recent' | undefined
}

/** All address books of the instance. */
export interface ContactStore {
  books: AddressBook[]
  /** User ids that have been given their first address book. */
  begun: Set<string>
  /** User id to the one that lists whom the user was in touch with. */
  recent: Map<string, AddressBook>
}

/** Names of the books Nextcloud makes itself. */
export const systemUri = 'z-server-generated--system'
export const recentUri = 'z-app-generated--contactsinteraction--recent'

/** A store without any address book. */
export function createContacts(): ContactStore {
  return { books: [], begun: new Set(), recent: new Map() }
}

/** A new address book of a user. */
export function addBook(store: ContactStore, owner: string, uri: string): AddressBook {
  const book: AddressBook = { ...newCollection<Member>(owner, uri), generated: undefined }
  store.books.push(book)
  return book
}

/** Gives a user the address book everybody has. */
export function beginContacts(store: ContactStore, userId: string): void {
  if (store.begun.has(userId)) return
  store.begun.add(userId)
  addBook(store, userId, 'contacts').displayName = 'Contacts'
}

/** Writes a card, new or in place of another one. `now` is in Unix seconds. */
export function writeCard(
  book: AddressBook,
  uri: string,
  { uid, data, now }: { uid: string; data: string; now: number },
): Member {
  const known = book.members.has(uri)
  const card = { uri, uid, data, etag: md5(data), modified: now }
  book.members.set(uri, card)
  noteChange(book, uri, known ? 'modified' : 'added')
  return card
}

/** Deletes a card. */
export function removeCard(book: AddressBook, { uri }: Member): void {
  book.members.delete(uri)
  noteChange(book, uri, 'deleted')
}

function md5(data: string): string {
  return createHash('md5').update(data).digest('hex')
}
