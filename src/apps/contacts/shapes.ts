/** Results of the contact tools. */
import { z } from 'zod'
import type { AddressBook } from '../../nextcloud/carddav/books.ts'
import type { Contact } from '../../vcard/contact.ts'
import type { Entry } from './directory.ts'

const Typed = z.object({
  type: z.string().describe('As in `home` or `work,cell`; empty for none'),
  value: z.string(),
  label: z.string().nullable().describe('What the user calls it'),
  preferred: z.boolean(),
  components: z
    .array(z.string())
    .nullable()
    .describe('Of an address: po_box, extended, street, city, region, postal_code, country'),
})

/** A contact as tools give it. */
export const ContactResult = z.object({
  uid: z.string(),
  addressbook: z.string().describe('Name of the address book'),
  resource_path: z.string().nullable(),
  etag: z.string().nullable(),
  fn: z.string().describe('Name to show'),
  given_name: z.string().nullable(),
  family_name: z.string().nullable(),
  additional_names: z.string().optional(),
  name_prefix: z.string().optional(),
  name_suffix: z.string().optional(),
  nickname: z.string().optional(),
  organization: z.string().nullable(),
  department: z.string().optional(),
  title: z.string().nullable(),
  role: z.string().optional(),
  emails: z.array(Typed),
  phones: z.array(Typed),
  addresses: z.array(Typed),
  urls: z.array(Typed),
  note: z.string().nullable().describe('Cut in lists'),
  photo: z.string().nullable().describe('What kind of photo there is, or its address'),
  birthday: z.string().nullable().describe('YYYY-MM-DD, or --MM-DD without a year'),
  categories: z.array(z.string()).describe('Groups'),
  custom_fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  kind: z.string().optional().describe('`group`, `org`; left out for a person'),
  members: z.array(z.string()).optional().describe('UIDs of those in a group'),
  broken: z.boolean().optional().describe('True where the card cannot be read'),
})

/** Longer texts are cut in lists. */
const LONGEST_IN_LISTS = 300

/** A contact in full. */
export function fullContact(
  contact: Contact,
  { name }: AddressBook,
  stored: { readonly path: string; readonly etag: string },
): z.input<typeof ContactResult> {
  const { uid, ...rest } = contact
  return { uid, addressbook: name, resource_path: stored.path, etag: stored.etag, ...rest }
}

/** A contact in a list. */
export function listedContact({ contact, book, ...stored }: Entry) {
  const custom = Object.entries(contact.custom_fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? cut(value) : value.map(cut),
  ])
  return fullContact(
    {
      ...contact,
      note: contact.note === null ? null : cut(contact.note),
      custom_fields: Object.fromEntries(custom),
    },
    book,
    stored,
  )
}

function cut(text: string): string {
  return text.length > LONGEST_IN_LISTS
    ? `${text.slice(0, LONGEST_IN_LISTS).toWellFormed()}…`
    : text
}
