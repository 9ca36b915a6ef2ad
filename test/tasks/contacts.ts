import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const book = ({ read }: World): Promise<string> =>
  read('/remote.php/dav/addressbooks/users/alice/contacts/?export')

export const contacts: TaskGroup = {
  title: 'Contacts',
  tasks: [
    {
      says: 'Jane Doe has a new mobile number: +49 170 7654321.',
      steps: [
        {
          tool: 'nc_contacts_search_contacts',
          seeking: 'find a contact',
          with: () => ({ query: 'Jane Doe' }),
        },
        {
          tool: 'nc_contacts_update_contact',
          seeking: 'change the phone number of a contact',
          with: ({ contacts: [jane] }) => ({
            addressbook: jane.addressbook,
            uid: jane.uid,
            etag: jane.etag,
            contact_data: { phones: [{ ...jane.phones[0], value: '+49 170 7654321' }] },
          }),
        },
      ],
      async outcome({ read }) {
        const text = await read('/remote.php/dav/addressbooks/users/alice/contacts/jane-doe.vcf')
        assert.match(text, /TEL;TYPE=CELL:\+49 170 7654321/)
        assert.doesNotMatch(text, /1234567/)
        assert.match(text, /ORG:Doe Timber;Sales/)
      },
    },
    {
      says: 'Note down Mia Berg, mia@example.org, in my address book "Club".',
      given: ({ alice }) =>
        alice('nc_contacts_create_addressbook', { name: 'club-7', display_name: 'Club members' }),
      steps: [
        {
          tool: 'nc_contacts_create_contact',
          seeking: 'add a new contact',
          with: () => ({
            addressbook: 'Club',
            uid: 'b1946ac9-2492-4d23-8f7c-2f7f0a1b5e11',
            contact_data: { fn: 'Mia Berg', emails: ['mia@example.org'] },
          }),
          infers: { uid: 'new and unique, as the schema asks' },
          fails: 'NOT_FOUND',
        },
        {
          tool: 'nc_contacts_create_contact',
          with: ({ error }) => ({
            addressbook: /([\w-]+) \(Club members\)/.exec(error.hint)?.[1],
            uid: 'b1946ac9-2492-4d23-8f7c-2f7f0a1b5e11',
            contact_data: { fn: 'Mia Berg', emails: ['mia@example.org'] },
          }),
          infers: { uid: 'new and unique, as the schema asks' },
        },
      ],
      async outcome({ read }, _, made) {
        const text = await read(
          `/remote.php/dav/addressbooks/users/alice/club-7/${made.resource_path.split('/').at(-1)}`,
        )
        assert.match(text, /FN:Mia Berg/)
        assert.match(text, /EMAIL.*:mia@example.org/)
      },
    },
    {
      says: 'Karl Käfer has moved to Lübeck, Gartenstraße 2: correct his address.',
      steps: [
        {
          tool: 'nc_contacts_search_contacts',
          seeking: 'look up a person in my address book',
          with: () => ({ query: 'Karl Käfer' }),
        },
        {
          tool: 'nc_contacts_update_contact',
          seeking: 'change a contact',
          with: ({ contacts: [karl] }) => ({
            addressbook: karl.addressbook,
            uid: karl.uid,
            etag: karl.etag,
            contact_data: { location: 'Gartenstraße 2, Lübeck' },
          }),
          infers: { contact_data: 'a field that seems likely' },
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_contacts_update_contact',
          with: ({ contacts: [karl] }, { error }) => ({
            addressbook: karl.addressbook,
            uid: karl.uid,
            etag: karl.etag,
            contact_data: {
              [/\baddresses\b/.exec(error.hint)?.[0] ?? '']: [
                {
                  ...karl.addresses[0],
                  value: karl.addresses[0].value.replace('Lindenweg 7', 'Gartenstraße 2'),
                },
              ],
            },
          }),
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_contacts_update_contact',
          with: ({ contacts: [karl] }) => ({
            addressbook: karl.addressbook,
            uid: karl.uid,
            etag: karl.etag,
            contact_data: {
              addresses: karl.addresses.map(({ type, components }: Answer) => ({
                type,
                components: components.map((part: string) =>
                  part === 'Lindenweg 7' ? 'Gartenstraße 2' : part,
                ),
              })),
            },
          }),
        },
      ],
      async outcome(world) {
        const text = await book(world)
        assert.match(text, /ADR;TYPE=HOME:;;Gartenstraße 2;Lübeck;;23552;Germany/)
        assert.doesNotMatch(text, /Lindenweg/)
      },
    },
  ],
}
