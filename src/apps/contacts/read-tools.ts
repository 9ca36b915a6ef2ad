/** Tools that read contacts. */
import { z } from 'zod'
import { content } from '../../mcp/result.ts'
import { defineTool } from '../../mcp/tool.ts'
import { type AddressBook, findBook } from '../../nextcloud/carddav/books.ts'
import { readCard } from '../../nextcloud/carddav/cards.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { parseCard } from '../../vcard/card.ts'
import { brokenContact, describeContact } from '../../vcard/contact.ts'
import { photoOf } from '../../vcard/photo.ts'
import { currentBooks } from './directory.ts'
import { listContacts, searchContacts } from './search.ts'
import { ContactResult, fullContact, listedContact } from './shapes.ts'

const limit = z.int().min(1).max(500)
/** What a client can be expected to take in one answer. */
const LARGEST_PHOTO = 4 * 1024 * 1024

export const listContactsTool = defineTool({
  name: 'nc_contacts_list_contacts',
  title: 'List contacts',
  description: 'Lists the contacts of one address book by name. To find somebody, search.',
  scopes: ['contacts:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    addressbook: z.string().min(1).describe('Name or display name'),
    limit: limit.default(100),
    cursor: z.string().optional().describe('next_cursor of the page before'),
    category: z.string().optional().describe('Only those in this group'),
  }),
  output: z.object({
    contacts: z.array(ContactResult),
    addressbook: z.string(),
    total_count: z.int(),
    next_cursor: z.string().optional().describe('Only where there is more'),
  }),
  async run({ session }, { addressbook, limit, cursor, category }) {
    const book = await freshBook(session, addressbook)
    const { entries, total, next } = await listContacts(session, book, { limit, cursor, category })
    return {
      contacts: entries.map(listedContact),
      addressbook: book.name,
      total_count: total,
      ...(next === undefined ? {} : { next_cursor: next }),
    }
  },
})

export const searchContactsTool = defineTool({
  name: 'nc_contacts_search_contacts',
  title: 'Search contacts',
  description:
    'Finds contacts in all address books by name, mail address, phone number, organisation, nickname, group or note, best first. All words must match; case, accents and the way numbers are written do not count.',
  scopes: ['contacts:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    query: z.string(),
    addressbook: z.string().optional().describe('Only in this one'),
    limit: limit.default(25),
    offset: z.int().min(0).default(0),
  }),
  output: z.object({
    contacts: z.array(ContactResult),
    addressbook: z.string().describe('Empty for all'),
    total_count: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
    unavailable: z.array(z.string()).optional().describe('Address books that could not be read'),
  }),
  async run({ session }, { query, addressbook, limit, offset }) {
    const isAll = addressbook === undefined || addressbook.trim() === ''
    const books = isAll ? await currentBooks(session) : [await freshBook(session, addressbook)]
    const { entries, missing } = await searchContacts(session, books, query)
    const end = offset + limit
    return {
      contacts: entries.slice(offset, end).map(listedContact),
      addressbook: isAll ? '' : (books[0]?.name ?? ''),
      total_count: entries.length,
      ...(end < entries.length ? { next_offset: end } : {}),
      ...(missing.length === 0 ? {} : { unavailable: [...missing] }),
    }
  },
})

export const getContact = defineTool({
  name: 'nc_contacts_get_contact',
  title: 'Read a contact',
  description: 'Reads one contact in full, with the etag for an update and the photo if wanted.',
  scopes: ['contacts:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    addressbook: z.string().min(1),
    uid: z.string().min(1),
    include_photo: z.boolean().default(false).describe('The photo as an image'),
  }),
  output: z.object({ contact: ContactResult, addressbook: z.string() }),
  async run({ session }, { addressbook, uid, include_photo }) {
    const book = await findBook(session, addressbook)
    const stored = await readCard(session, book, uid)
    const card = parseCard(stored.data)
    const contact = card === undefined ? brokenContact(uid) : describeContact(card, uid)
    const result = { contact: fullContact(contact, book, stored), addressbook: book.name }
    if (!include_photo) return result
    const photo = card === undefined ? undefined : photoOf(card)
    if (photo?.kind !== 'bytes') {
      const hint = photo === undefined ? 'It has none.' : `It is kept elsewhere: ${photo.url}`
      throw badInput('include_photo: the contact has no photo of its own', hint)
    }
    if (photo.bytes.length > LARGEST_PHOTO) {
      throw new CodedError('TOO_LARGE', 'The photo is larger than 4 MiB', { subject: uid })
    }
    const data = photo.bytes.toString('base64')
    const image = { type: 'image' as const, data, mimeType: photo.mimeType }
    return content([image], result)
  },
})

/** A book with tags that are a few seconds old at most. */
async function freshBook(session: Session, name: string): Promise<AddressBook> {
  await currentBooks(session)
  return findBook(session, name)
}
