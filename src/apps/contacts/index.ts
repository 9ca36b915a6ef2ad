import type { App } from '../../mcp/app.ts'
import { createAddressbook, deleteAddressbook, listAddressbooks } from './book-tools.ts'
import { getContact, listContactsTool, searchContactsTool } from './read-tools.ts'
import { createContact, deleteContact, updateContact } from './write-tools.ts'

/** Contacts in address books, by CardDAV, which every Nextcloud has. */
export const contactsApp: App = {
  id: 'contacts',
  title: 'Contacts',
  about: 'Contacts in all address books, with groups and photos',
  tools: [
    listAddressbooks,
    listContactsTool,
    searchContactsTool,
    getContact,
    createAddressbook,
    deleteAddressbook,
    createContact,
    updateContact,
    deleteContact,
  ],
  essential: ['nc_contacts_search_contacts', 'nc_contacts_get_contact'],
  toldBy: {
    read_only: 'nc_contacts_list_addressbooks',
    etag: 'nc_contacts_get_contact',
    addressbook: 'nc_contacts_list_addressbooks',
    uid: 'nc_contacts_search_contacts',
  },
}
