/** Finding contacts, and with how few requests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { can, needs } from '../support/abilities.ts'
import { type RawBook, rawBook } from '../support/cards.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let raw: RawBook
const addressbook = `mcp-search-${process.pid}-${Date.now()}`
/** What contacts of this run alone are called, so that others do not get in the way. */
const mark = `zq${Date.now().toString(36)}`

const vcard = (uid: string, ...lines: string[]) =>
  ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_contacts_create_addressbook', { name: addressbook, display_name: 'MCP search' })
  raw = rawBook(h.backend, addressbook)
  await raw.put(
    '1.vcf',
    vcard(
      's1',
      `FN:Zoë Groß ${mark}`,
      `N:Groß;Zoë;;;`,
      'EMAIL:zoe@firma.example',
      'TEL:+49 (0)30 / 123-4567',
      'CATEGORIES:Friends,Team',
    ),
  )
  await raw.put(
    '2.vcf',
    vcard(
      's2',
      `FN:Max Zoeller ${mark}`,
      'N:Zoeller;Max;;;',
      'ORG:Wörks GmbH;Einkauf',
      'TEL;TYPE=CELL:0171 555 12 34',
      'CATEGORIES:Team',
    ),
  )
  await raw.put(
    '3.vcf',
    vcard('s3', `FN:Anna Nym ${mark}`, 'N:Nym;Anna;;;', 'NICKNAME:Zozo', 'NOTE:knows Zoë'),
  )
  // A character that no XML document can have.
  await raw.put('4.vcf', vcard('s4', `FN:Odd\u001F One ${mark}`, 'N:One;Odd;;;'))
})

afterAll(async () => {
  await h.call('nc_contacts_delete_addressbook', { name: addressbook })
  await h.close()
})

const search = async (query: string, more = {}) => {
  const { contacts, ...rest } = await h.ok('nc_contacts_search_contacts', { query, ...more })
  return { uids: contacts.map(({ uid }: { uid: string }) => uid), contacts, ...rest }
}

describe('search', () => {
  test('by name in all books, best first, whatever the accents and the case', async () => {
    const { uids, contacts, addressbook: where } = await search(`ZOE ${mark}`)
    expect(uids).toEqual(['s1', 's2', 's3'])
    expect(where).toBe('')
    expect(contacts[0]).toMatchObject({ addressbook, fn: `Zoë Groß ${mark}`, given_name: 'Zoë' })
    expect((await search(`gross ${mark}`)).uids).toEqual(['s1'])
  })

  test.each([
    ['a mail address', 'zoe@firma.example', ['s1']],
    ['an organisation', 'worKS gmbh', ['s2']],
    ['a unit', 'einkauf', ['s2']],
    ['a nickname', 'zozo', ['s3']],
    ['a number with a country', '+49 30 1234567', ['s1']],
    ['a number with zeros', '0049301234567', ['s1']],
    ['a number as one dials it there', '030 1234567', ['s1']],
    ['a number written otherwise', '(0171) 5551234', ['s2']],
    ['a number with a country that is not written', '+49 171 5551234', ['s2']],
    ['the end of a number', '5551234', ['s2']],
  ])('by %s', async (_, query, wanted) => {
    expect((await search(query, { addressbook })).uids).toEqual(wanted)
  })

  test('all words have to be there', async () => {
    expect((await search(`zoe anna ${mark}`)).uids).toEqual(['s3'])
    expect((await search(`zoe nobody ${mark}`)).uids).toEqual([])
  })

  test('nothing to look for gives all, by name, in pages', async () => {
    const first = await search('', { addressbook, limit: 3 })
    expect(first).toMatchObject({ uids: ['s3', 's2', 's4'], total_count: 4, next_offset: 3 })
    const last = await search('', { addressbook, limit: 3, offset: 3 })
    expect(last.uids).toEqual(['s1'])
    expect(last.next_offset).toBeUndefined()
  })

  test('what was written here is found at once', async () => {
    await h.ok('nc_contacts_create_contact', {
      addressbook,
      uid: 'new',
      contact_data: { fn: `Newly ${mark}` },
    })
    expect((await search(`newly ${mark}`)).uids).toEqual(['new'])
    await h.ok('nc_contacts_update_contact', {
      addressbook,
      uid: 'new',
      contact_data: { fn: `Renamed ${mark}` },
    })
    expect((await search(`newly ${mark}`)).uids).toEqual([])
    expect((await search(`renamed ${mark}`)).uids).toEqual(['new'])
    await h.ok('nc_contacts_delete_contact', { addressbook, uid: 'new' })
    expect((await search(`renamed ${mark}`)).uids).toEqual([])
  })
})

describe('lists', () => {
  test('are by name, in pages that go on after what is gone', async () => {
    const { contacts, next_cursor, total_count } = await h.ok('nc_contacts_list_contacts', {
      addressbook,
      limit: 2,
    })
    expect(contacts.map(({ uid }: { uid: string }) => uid)).toEqual(['s3', 's2'])
    expect(total_count).toBe(4)
    const rest = await h.ok('nc_contacts_list_contacts', {
      addressbook,
      limit: 2,
      cursor: next_cursor,
    })
    expect(rest.contacts.map(({ uid }: { uid: string }) => uid)).toEqual(['s4', 's1'])
    expect(rest.next_cursor).toBeUndefined()
  })

  test('of a group', async () => {
    const { contacts } = await h.ok('nc_contacts_list_contacts', { addressbook, category: 'team' })
    expect(contacts.map(({ uid }: { uid: string }) => uid)).toEqual(['s2', 's1'])
  })

  test('a cursor that is none is refused', async () => {
    const { error } = await h.call('nc_contacts_list_contacts', { addressbook, cursor: 'abc' })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('cursor') })
  })

  test('a card that breaks the answer breaks nothing else, and keeps its characters', async () => {
    await h.ok('nc_contacts_update_contact', {
      addressbook,
      uid: 's4',
      contact_data: { note: 'x' },
    })
    const reply = await raw.send('GET', '4.vcf')
    expect(await reply.text()).toContain(`FN:Odd\u001F One ${mark}\r\n`)
  })
})

describe('requests', () => {
  const methods = async (work: () => Promise<unknown>) =>
    (await h.requestsOf(work)).map(request => request.split(' ')[0])

  test('a second search within two seconds makes none', async () => {
    await search(mark)
    expect(await methods(() => search('zoe'))).toEqual([])
    expect(await methods(() => h.ok('nc_contacts_list_contacts', { addressbook }))).toEqual([])
  })

  test('after a change one tells that there is one, and one brings it alone', async context => {
    needs(context, 'sync of address books')
    await search(mark)
    await h.ok('nc_contacts_update_contact', {
      addressbook,
      uid: 's3',
      contact_data: { title: mark },
    })
    let bytes = 0
    expect(await methods(async () => (bytes = JSON.stringify(await search(mark)).length))).toEqual([
      'PROPFIND',
      'REPORT',
    ])
    expect(bytes).toBeGreaterThan(0)
  })

  test.for([
    ['nc_contacts_get_contact', { uid: 's1' }, ['PROPFIND']],
    ['nc_contacts_create_contact', { uid: 'r1', contact_data: { fn: 'R' } }, ['PUT']],
    ['nc_contacts_update_contact', { uid: 'r1', contact_data: { note: 'x' } }, ['PROPFIND', 'PUT']],
    ['nc_contacts_update_contact', { uid: 'r1', contact_data: { note: 'x' } }, ['PROPFIND']],
    ['nc_contacts_delete_contact', { uid: 'r1' }, ['PROPFIND', 'DELETE']],
  ] as const)('%s %j: %j', async ([name, args, wanted], context) => {
    needs(context, 'cards as properties')
    expect(await methods(() => h.ok(name, { addressbook, ...args }))).toEqual(wanted)
  })

  test('who, where and which books is asked once', async () => {
    const fresh = await startHarness({ backend: { ...h.backend, close: async () => {} } })
    const requests = await fresh.requestsOf(async () => {
      await fresh.ok('nc_contacts_get_contact', { addressbook, uid: 's2' })
      await fresh.ok('nc_contacts_get_contact', { addressbook, uid: 's3' })
      await fresh.ok('nc_contacts_get_contact', { addressbook, uid: 's2' })
    })
    await fresh.close()
    const home = h.backend.homes.addressBooks(h.backend.alice)
    const places = requests.filter(request => !request.includes(`${home}${addressbook}/`))
    expect(places).toHaveLength(3)
    expect(places[0]).toMatch(/\/remote\.php\/dav\/$/)
    // Whose home it is, and the home.
    expect(places[2]).toBe(`PROPFIND ${home}`)
    // Their addresses are not their uids: one that is not there, one question, one answer; then known.
    expect(requests.filter(request => request.startsWith('REPORT'))).toHaveLength(2)
    const answers = can('cards as properties') ? 0 : 3
    expect(requests).toHaveLength(3 + 3 + 3 + 1 + answers)
  })
})

describe('shared address books', () => {
  test('are told apart, and one for reading only is left alone', async context => {
    needs(context, 'shares')
    const { bob } = h.backend
    if (bob === undefined) return
    const name = `mcp-shared-${process.pid}-${Date.now()}`
    const theirs = rawBook(h.backend, name, bob)
    const made = await theirs.send(
      'MKCOL',
      '',
      '<d:mkcol xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:displayname>Theirs</d:displayname></d:prop></d:set></d:mkcol>',
      { 'content-type': 'application/xml' },
    )
    expect(made.status).toBe(201)
    try {
      await theirs.put('1.vcf', vcard('b1', `FN:Bobs Friend ${mark}`, 'N:Friend;Bobs;;;'))
      const shared = await theirs.send(
        'POST',
        '',
        `<o:share xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><o:set><d:href>principal:principals/users/${h.backend.alice.loginName}</d:href></o:set></o:share>`,
        { 'content-type': 'application/xml' },
      )
      expect(shared.status).toBe(200)
      const { addressbooks } = await h.ok('nc_contacts_list_addressbooks')
      const book = addressbooks.find(({ uri }: { uri: string }) => uri.startsWith(name))
      expect(book).toMatchObject({ source: 'shared', owner: bob.loginName, read_only: true })
      expect(
        (await h.ok('nc_contacts_get_contact', { addressbook: book.uri, uid: 'b1' })).contact.fn,
      ).toContain('Friend')
      const { error } = await h.call('nc_contacts_update_contact', {
        addressbook: book.uri,
        uid: 'b1',
        contact_data: { note: 'x' },
      })
      expect(error).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('for reading only'),
      })
      const gone = await h.ok('nc_contacts_delete_addressbook', { name: book.uri })
      expect(gone.message).toMatch(/share it again/)
      expect(await theirs.read('1.vcf')).toContain('Bobs Friend')
    } finally {
      await theirs.send('DELETE', '')
    }
  })
})
