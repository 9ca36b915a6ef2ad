/** Tools for address books. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import {
  createBook,
  deleteBook,
  findBook,
  isGenerated,
  refreshBooks,
} from '../../nextcloud/carddav/books.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import { touch } from './directory.ts'

export const listAddressbooks = defineTool({
  name: 'nc_contacts_list_addressbooks',
  title: 'List address books',
  description: 'Lists the address books, also those that are shared or read-only.',
  scopes: ['contacts:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({
    addressbooks: z.array(
      z.object({
        uri: z.string().describe('The name that other tools take'),
        displayname: z.string(),
        description: z.string().nullable(),
        ctag: z.string().nullable(),
        read_only: z.boolean(),
        source: z.enum(['own', 'shared', 'accounts', 'recent']),
        owner: z.string().optional().describe('User id, where it is shared by somebody else'),
      }),
    ),
    total_count: z.int(),
  }),
  async run({ session }) {
    const books = await refreshBooks(session)
    return {
      addressbooks: books.map(book => ({
        uri: book.name,
        displayname: book.displayName,
        description: book.description ?? null,
        ctag: book.ctag ?? null,
        read_only: !book.writable,
        source: book.source,
        ...(book.owner === undefined ? {} : { owner: book.owner }),
      })),
      total_count: books.length,
    }
  },
})

export const createAddressbook = defineTool({
  name: 'nc_contacts_create_addressbook',
  title: 'Create an address book',
  description: 'Creates an empty address book.',
  scopes: ['contacts:write'],
  effect: 'create',
  input: z.object({
    name: z.string().describe('Short name in addresses: letters, digits, - and _'),
    display_name: z.string().trim().min(1).max(255),
  }),
  output: z.object({ uri: z.string(), displayname: z.string(), status_code: z.int() }),
  async run({ session }, { name, display_name }) {
    const { status } = await createBook(session, bookName(name), display_name)
    touch(session)
    return { uri: bookName(name), displayname: display_name, status_code: status }
  },
})

export const deleteAddressbook = defineTool({
  name: 'nc_contacts_delete_addressbook',
  title: 'Delete an address book',
  description:
    'Deletes an address book with all its contacts, for good; one that is shared with the user is only given up.',
  scopes: ['contacts:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ name: z.string().min(1).describe('Name or display name') }),
  output: z.object({ uri: z.string(), status_code: z.int(), message: z.string() }),
  async run({ session }, { name }) {
    const book = await findBook(session, name)
    if (isGenerated(book)) {
      throw new CodedError('FORBIDDEN', 'This address book is made by Nextcloud and stays', {
        subject: book.displayName,
      })
    }
    const status = await deleteBook(session, book)
    touch(session)
    const owner = book.owner ?? 'its owner'
    return {
      uri: book.name,
      status_code: status,
      message:
        book.source === 'shared'
          ? `Given up. ${owner} still has it and can share it again.`
          : 'Deleted with all its contacts. There is no way back: Nextcloud keeps no copy of them.',
    }
  },
})

function bookName(name: string): string {
  const text = name.trim().replace(/^\/+|\/+$/g, '')
  if (/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,99}$/u.test(text) && !/^z-(?:server|app)-/.test(text)) {
    return text
  }
  throw badInput(
    `name: "${name}" cannot be the name of an address book`,
    'Use letters, digits, "-" and "_"; what people read is display_name.',
  )
}
