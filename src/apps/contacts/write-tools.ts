/** Tools that change contacts: property by property, only over what was read. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { type AddressBook, findBook, requireWritable } from '../../nextcloud/carddav/books.ts'
import { createCard, deleteCard, readCard, replaceCard } from '../../nextcloud/carddav/cards.ts'
import { isSafeName, type StoredCard } from '../../nextcloud/carddav/stored.ts'
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { badInput, CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { cardText, parseCard } from '../../vcard/card.ts'
import { type Contact, describeContact, describeText } from '../../vcard/contact.ts'
import { newContact } from '../../vcard/create.ts'
import { changeContact } from '../../vcard/edit.ts'
import { type ContactData, parseContactData } from './contact-data.ts'
import { touch } from './directory.ts'
import { checkNewValues } from './new-values.ts'
import { ContactResult, fullContact } from './shapes.ts'

const addressbook = z.string().min(1).describe('Name or display name')
const uid = z.string().min(1)
const FIELDS =
  'Fields as in results: fn, given_name, family_name, nickname, organization, department, title, role, emails, phones, addresses, urls, note, photo (base64), birthday, categories, custom_fields. Lists hold strings or {value, type, label, preferred}'
/** Tries of a change that was made without an etag. */
const MOST_TRIES = 3

export const createContact = defineTool({
  name: 'nc_contacts_create_contact',
  title: 'Create a contact',
  description: 'Creates a contact; search first whether there is one.',
  scopes: ['contacts:write'],
  effect: 'create',
  input: z.object({
    addressbook,
    uid: z.string().trim().min(1).max(255).describe('New and unique, as a UUID is'),
    contact_data: z.record(z.string(), z.unknown()).describe(`${FIELDS}.`),
  }),
  output: z.object({
    uid: z.string(),
    addressbook: z.string(),
    resource_path: z.string(),
    etag: z.string(),
    status_code: z.int(),
  }),
  async run({ session }, { addressbook, uid, contact_data }) {
    const { change } = parseContactData(contact_data)
    checkNewValues(change)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\u0000-\u001F\u007F]/.test(uid)) throw badInput('uid: one line of text is needed')
    const card = newContact(uid, change)
    const book = await findBook(session, addressbook)
    requireWritable(book)
    const name = isSafeName(uid) ? `${uid}.vcf` : `${randomUUID()}.vcf`
    const { path, etag, status } = await createCard(session, book, name, uid, cardText(card))
    touch(session)
    return {
      uid,
      addressbook: book.name,
      resource_path: path,
      etag,
      status_code: status,
    }
  },
})

export const updateContact = defineTool({
  name: 'nc_contacts_update_contact',
  title: 'Change a contact',
  description:
    'Changes the given fields of a contact and nothing else; null removes. A list replaces the whole list: give all that shall stay.',
  scopes: ['contacts:write'],
  effect: 'update',
  input: z.object({
    addressbook,
    uid,
    contact_data: z.record(z.string(), z.unknown()).describe('Fields as in results'),
    etag: z.string().default('').describe('From the last read, to overwrite no later change'),
  }),
  output: z.object({ contact: ContactResult, addressbook: z.string() }),
  async run({ session }, { addressbook, uid, contact_data, etag }) {
    const data = parseContactData(contact_data)
    if (Object.keys(data.change).length === 0) {
      throw badInput('contact_data: nothing to change', FIELDS)
    }
    const book = await findBook(session, addressbook)
    requireWritable(book)
    return exclusively(session, book, uid, async () => {
      const { contact, stored } = await update(session, book, uid, data, etag)
      return { contact: fullContact(contact, book, stored), addressbook: book.name }
    })
  },
})

export const deleteContact = defineTool({
  name: 'nc_contacts_delete_contact',
  title: 'Delete a contact',
  description: 'Deletes a contact for good: Nextcloud has no bin for contacts.',
  scopes: ['contacts:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ addressbook, uid }),
  output: z.object({
    uid: z.string(),
    addressbook: z.string(),
    status_code: z.int(),
    message: z.string(),
  }),
  async run({ session }, { addressbook, uid }) {
    const book = await findBook(session, addressbook)
    requireWritable(book)
    return exclusively(session, book, uid, async () => {
      const { path, etag } = await readCard(session, book, uid)
      const status = await deleteCard(session, book, { path, etag, uid })
      touch(session)
      return {
        uid,
        addressbook: book.name,
        status_code: status,
        message: 'Deleted. There is no way back: Nextcloud keeps no copy of contacts.',
      }
    })
  },
})

/**
 * Changes the card that is there. Without an etag somebody else's change in between is kept and
 * the change is made again: it concerns the named fields only.
 */
async function update(
  session: Session,
  book: AddressBook,
  uid: string,
  data: ContactData,
  etag: string,
): Promise<{ contact: Contact; stored: Pick<StoredCard, 'path' | 'etag'> }> {
  for (let tries = 1; ; tries++) {
    const stored = await readCard(session, book, uid)
    if (etag !== '' && bareEtag(etag) !== stored.etag) throw changedMeanwhile(uid, stored.etag)
    if (!stored.isExact) throw unreadable(uid)
    const text = changedText(stored.data, uid, data)
    if (text === stored.data) return { contact: describeText(text, uid), stored }
    try {
      const written = await replaceCard(session, book, { ...stored, uid }, text)
      touch(session)
      return { contact: describeText(written.data ?? text, uid), stored: written }
    } catch (error) {
      const isRace = hasCode(error, 'CONFLICT') && error.details.status === 412
      if (!isRace || etag !== '' || tries === MOST_TRIES) throw error
    }
  }
}

function changedText(text: string, uid: string, { change, single }: ContactData): string {
  const card = parseCard(text)
  if (card === undefined) throw unreadable(uid)
  const contact = describeContact(card, uid)
  for (const kind of single) {
    if (contact[kind].length < 2) continue
    throw badInput(
      `${kind}: the contact has ${contact[kind].length}, and one was given`,
      `Give ${kind} as a list with all that shall stay.`,
    )
  }
  checkNewValues(change, contact)
  return cardText(changeContact(card, change))
}

function unreadable(uid: string): CodedError {
  return new CodedError('UNSUPPORTED', 'The card cannot be read exactly and is left as it is', {
    subject: uid,
    hint: 'It is broken. Delete it, or repair it in Nextcloud.',
  })
}

function changedMeanwhile(uid: string, etag: string): CodedError {
  return new CodedError('CONFLICT', 'The contact has been changed since it was read', {
    status: 412,
    subject: uid,
    hint: 'Read it again, and update with the current etag.',
    etag,
  })
}

/** One write to a contact at a time. */
function exclusively<T>(
  session: Session,
  { path }: AddressBook,
  uid: string,
  task: () => Promise<T>,
): Promise<T> {
  return session.account.serialised(`contact/${path}/${uid}`, task)
}
