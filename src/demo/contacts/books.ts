import { type Access, accessible, type Member, newCollection } from '../dav/collection.ts'
import type { Instance } from '../instance.ts'
import { productId, property, serialise } from '../vobject/document.ts'
import { type AddressBook, beginContacts, recentUri, systemUri, writeCard } from './store.ts'

/** The address books in a user's home. */
export function booksOf(instance: Instance, userId: string): Access<AddressBook>[] {
  const { contacts: store } = instance.state
  beginContacts(store, userId)
  const readOnly = (collection: AddressBook): Access<AddressBook> => ({
    collection,
    uri: collection.uri,
    owned: false,
    writable: false,
  })
  return [
    ...accessible(instance.state.directory, store.books, userId),
    readOnly(systemBook(instance)),
    readOnly(recentBook(instance, userId)),
  ]
}

/** The accounts of the instance as cards; made anew each time, it follows them by itself. */
function systemBook({ state, settings, url }: Instance): AddressBook {
  const book: AddressBook = {
    ...newCollection<Member>('system', systemUri),
    displayName: 'Accounts',
    description: 'System address book which holds all accounts',
    generated: 'system',
  }
  const now = Math.floor(settings.now() / 1000)
  const scope: [string, string][] = [['X-NC-SCOPE', 'v2-federated']]
  for (const { id, displayName, email } of state.directory.accounts.values()) {
    const names = displayName.split(' ')
    const last = names.length > 1 ? names.pop() : undefined
    const data = serialise({
      name: 'VCARD',
      components: [],
      properties: [
        property('VERSION', '3.0'),
        property('PRODID', productId),
        property('UID', id),
        property('FN', displayName, scope),
        property('N', `${last ?? ''};${names.join(' ')};;;`, scope),
        ...(email === '' ? [] : [property('EMAIL', email, [['TYPE', 'OTHER'], ...scope])]),
        property('CLOUD', `${id}@${url}`),
      ],
    })
    writeCard(book, `Database:${id}.vcf`, { uid: id, data, now })
  }
  return book
}

function recentBook({ state, settings }: Instance, userId: string): AddressBook {
  const { recent } = state.contacts
  const known = recent.get(userId)
  if (known !== undefined) return known
  const book: AddressBook = {
    ...newCollection<Member>(userId, recentUri),
    displayName: 'Recently contacted',
    generated: 'recent',
    token: Math.floor(settings.now() / 1000),
  }
  recent.set(userId, book)
  return book
}
