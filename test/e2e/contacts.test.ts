/** Contacts: complete, found by whatever one knows of them, and never damaged. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { can, needs } from '../support/abilities.ts'
import { type RawBook, rawBook } from '../support/cards.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { NASTY, RECORDED } from '../unit/vcard/fixtures/cards.ts'
import { pieces } from '../unit/vcard/support.ts'

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let h: Harness
let raw: RawBook
/** Everything a test makes is in this book, which is removed again. */
const addressbook = `mcp-test-${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_contacts_create_addressbook', { name: addressbook, display_name: 'MCP tests' })
  raw = rawBook(h.backend, addressbook)
})

afterAll(async () => {
  await h.call('nc_contacts_delete_addressbook', { name: addressbook })
  await h.close()
})

let count = 0
const newUid = () => `uid-${++count}`
const create = async (contact_data: Record<string, unknown>, uid = newUid()) => {
  const made = await h.ok('nc_contacts_create_contact', { addressbook, uid, contact_data })
  return { ...made, uid }
}
const get = async (uid: string) =>
  (await h.ok('nc_contacts_get_contact', { addressbook, uid })).contact
const update = (uid: string, contact_data: Record<string, unknown>, more = {}) =>
  h.call('nc_contacts_update_contact', { addressbook, uid, contact_data, ...more })
const vcard = (uid: string, ...lines: string[]) =>
  ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')

describe('address books', () => {
  test('are listed with what may be done to them', async () => {
    const { addressbooks, total_count } = await h.ok('nc_contacts_list_addressbooks')
    expect(total_count).toBe(addressbooks.length)
    const own = addressbooks.find((book: { uri: string }) => book.uri === addressbook)
    expect(own).toMatchObject({ displayname: 'MCP tests', read_only: false, source: 'own' })
    if (!can('generated books')) return
    const system = addressbooks.find((book: { source: string }) => book.source === 'accounts')
    expect(system).toMatchObject({ uri: 'z-server-generated--system', read_only: true })
  })

  test('one that exists is not made again', async () => {
    const { error } = await h.call('nc_contacts_create_addressbook', {
      name: addressbook,
      display_name: 'again',
    })
    expect(error).toMatchObject({ code: 'CONFLICT', status: 405, subject: addressbook })
  })

  test('a name that cannot be one is refused before anything is sent', async () => {
    const requests = await h.requestsOf(async () => {
      for (const name of ['a/b', '..', '', 'z-server-generated--x', 'a\nb']) {
        const { error } = await h.call('nc_contacts_create_addressbook', {
          name,
          display_name: 'x',
        })
        expect(error?.code, name).toBe('BAD_INPUT')
        expect(error?.message).toMatch(/name/)
      }
    })
    expect(requests).toEqual([])
  })

  test('are found by their display name, and those that are not there are named', async () => {
    const { addressbook: found } = await h.ok('nc_contacts_list_contacts', {
      addressbook: 'mcp TESTS',
    })
    expect(found).toBe(addressbook)
    const { error } = await h.call('nc_contacts_list_contacts', { addressbook: 'nowhere' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'nowhere' })
    expect(error?.hint).toContain(addressbook)
  })

  test('what Nextcloud fills is not written to, and says why', async context => {
    needs(context, 'generated books')
    const book = 'z-server-generated--system'
    h.proxy.forget()
    const answers = [
      await h.call('nc_contacts_create_contact', {
        addressbook: book,
        uid: 'x',
        contact_data: { fn: 'X' },
      }),
      await h.call('nc_contacts_update_contact', {
        addressbook: book,
        uid: 'bob',
        contact_data: { fn: 'X' },
      }),
      await h.call('nc_contacts_delete_contact', { addressbook: book, uid: 'bob' }),
      await h.call('nc_contacts_delete_addressbook', { name: book }),
    ]
    for (const { error } of answers) expect(error).toMatchObject({ code: 'FORBIDDEN' })
    expect(answers[0]?.error?.message).toMatch(/accounts/)
    expect(h.proxy.requests.map(({ method }) => method)).not.toContain('PUT')
    expect(h.proxy.requests.map(({ method }) => method)).not.toContain('DELETE')
  })

  test('one that somebody else deleted meanwhile is missed, and looked for again', async () => {
    const name = `${addressbook}-elsewhere`
    await h.ok('nc_contacts_create_addressbook', { name, display_name: 'Elsewhere' })
    await h.ok('nc_contacts_list_contacts', { addressbook: name })
    await rawBook(h.backend, name).send('DELETE', '')
    const args = { addressbook: name, uid: 'x', contact_data: { fn: 'X' } }
    const { error } = await h.call('nc_contacts_create_contact', args)
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('addressbook'),
    })
    const again = await h.call('nc_contacts_create_contact', args)
    expect(again.error?.hint).toContain(addressbook)
  })

  test('one that is deleted says that there is no way back', async () => {
    const name = `${addressbook}-gone`
    await h.ok('nc_contacts_create_addressbook', { name, display_name: 'Gone soon' })
    const { message, uri } = await h.ok('nc_contacts_delete_addressbook', { name: 'gone SOON' })
    expect(uri).toBe(name)
    expect(message).toMatch(/no way back/)
    const { error } = await h.call('nc_contacts_delete_addressbook', { name })
    expect(error?.code).toBe('NOT_FOUND')
  })
})

describe('create and read', () => {
  test('a contact with everything comes back with everything', async () => {
    // Radicale drops what is behind a comma.
    const url = can('texts as they were written')
      ? 'https://example.org/?a=1,2;b'
      : 'https://example.org/?a=1'
    const data = {
      fn: 'Dr. Änne Müller-Lüdenscheidt',
      given_name: 'Änne',
      family_name: 'Müller-Lüdenscheidt',
      name_prefix: 'Dr.',
      nickname: 'Änni',
      organization: 'Bad, Söhne; & Co.',
      department: 'Wanne',
      title: 'Ente',
      role: 'Haupt\nrolle',
      note: 'Zeile 1\nZeile 2, mit; allem \\ drum',
      birthday: '1978-02-28',
      categories: ['Freunde', 'Ba,d'],
      emails: [
        { value: 'aenne@example.org', type: 'home', preferred: true },
        { value: 'work@example.org', type: 'work', label: 'Büro' },
      ],
      phones: ['+49 30 1234567', { value: '0171 7654321', type: 'cell' }],
      addresses: [
        {
          type: 'home',
          street: 'Wannenweg 1',
          postal_code: '10115',
          city: 'Berlin',
          country: 'Deutschland',
        },
      ],
      urls: [url],
      custom_fields: { 'X-SHOE': '38' },
      photo: PNG,
    }
    const made = await create(data)
    expect(made).toMatchObject({
      addressbook,
      status_code: 201,
      etag: expect.stringMatching(/^\w+$/),
    })
    expect(made.resource_path).toMatch(new RegExp(`/${addressbook}/${made.uid}\\.vcf$`))
    const contact = await get(made.uid)
    expect(contact).toMatchObject({
      ...data,
      uid: made.uid,
      etag: made.etag,
      photo: 'image/png, 70 bytes',
      emails: [
        {
          type: 'home',
          value: 'aenne@example.org',
          label: null,
          preferred: true,
          components: null,
        },
        {
          type: 'work',
          value: 'work@example.org',
          label: 'Büro',
          preferred: false,
          components: null,
        },
      ],
      phones: [
        { type: '', value: '+49 30 1234567' },
        { type: 'cell', value: '0171 7654321' },
      ],
      addresses: [
        {
          type: 'home',
          value: 'Wannenweg 1, 10115 Berlin, Deutschland',
          components: ['', '', 'Wannenweg 1', 'Berlin', '', '10115', 'Deutschland'],
        },
      ],
      urls: [{ value: url }],
    })
  })

  test('a name is made of what there is, and its parts of the name', async () => {
    const one = await create({ given_name: 'Ada', family_name: 'Lovelace' })
    expect(await get(one.uid)).toMatchObject({ fn: 'Ada Lovelace' })
    const two = await create({
      name: 'Grace Brewster Hopper',
      email: 'g@h.example',
      tel: '1',
      org: 'Navy',
    })
    expect(await get(two.uid)).toMatchObject({
      fn: 'Grace Brewster Hopper',
      given_name: 'Grace Brewster',
      family_name: 'Hopper',
      organization: 'Navy',
      emails: [{ value: 'g@h.example' }],
      phones: [{ value: '1' }],
    })
    const three = await create({ organization: 'Acme' })
    expect(await get(three.uid)).toMatchObject({ fn: 'Acme', given_name: null, family_name: null })
  })

  test.each([
    ['1990-12-31', '1990-12-31'],
    ['19901231', '1990-12-31'],
    ['--02-29', '--02-29'],
    ['--0229', '--02-29'],
    ['2000-02-29T12:00:00Z', '2000-02-29'],
  ])('birthday %s', async (birthday, read) => {
    const { uid } = await create({ fn: 'B', birthday })
    expect((await get(uid)).birthday).toBe(read)
  })

  test.each([
    ['BDAY:19531015', '1953-10-15', '4.0'],
    ['BDAY:--0415', '--04-15', '4.0'],
    ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15', '--04-15', '3.0'],
    ['BDAY;VALUE=text:circa 1800', 'circa 1800', '4.0'],
  ])('%s is read as %s', async (line, read, version) => {
    const uid = newUid()
    const text = vcard(uid, 'FN:B D', 'N:D;B;;;', line).replace('VERSION:3.0', `VERSION:${version}`)
    await raw.put(`${uid}.vcf`, text)
    expect((await get(uid)).birthday).toBe(read)
    await update(uid, { birthday: '--12-24' })
    expect((await get(uid)).birthday).toBe('--12-24')
    await update(uid, { birthday: null })
    expect((await get(uid)).birthday).toBeNull()
  })

  test('a photo comes as an image, goes in as base64, and is removed', async () => {
    const { uid } = await create({ fn: 'P', photo: `data:image/png;base64,${PNG}` })
    const shown = await h.client.callTool({
      name: 'nc_contacts_get_contact',
      arguments: { addressbook, uid, include_photo: true },
    })
    expect(shown.content).toContainEqual({ type: 'image', mimeType: 'image/png', data: PNG })
    expect(shown.structuredContent).toMatchObject({ contact: { uid } })
    const { data } = await update(uid, { photo: null })
    expect(data.contact.photo).toBeNull()
    const { error } = await h.call('nc_contacts_get_contact', {
      addressbook,
      uid,
      include_photo: true,
    })
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('include_photo'),
    })
  })

  test('a uid that no address can have is found all the same', async () => {
    const uid = `urn:uuid:${newUid()}/ä b?#%`
    const made = await create({ fn: 'Odd' }, uid)
    expect(made.resource_path).toMatch(/\/[\w-]{36}\.vcf$/)
    expect((await get(uid)).fn).toBe('Odd')
    await h.ok('nc_contacts_delete_contact', { addressbook, uid })
  })

  test('a uid that is taken is a CONFLICT, wherever its card is', async context => {
    needs(context, 'one card for a uid')
    const { uid } = await create({ fn: 'First' })
    const again = await h.call('nc_contacts_create_contact', {
      addressbook,
      uid,
      contact_data: { fn: 'Second' },
    })
    expect(again.error).toMatchObject({ code: 'CONFLICT', subject: uid })
    const other = newUid()
    await raw.put('elsewhere.vcf', vcard(other, 'FN:Elsewhere', 'N:Elsewhere;;;;'))
    const { error } = await h.call('nc_contacts_create_contact', {
      addressbook,
      uid: other,
      contact_data: { fn: 'x' },
    })
    expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('uid') })
    expect((await get(uid)).fn).toBe('First')
    expect((await get(other)).fn).toBe('Elsewhere')
  })
})

describe('update', () => {
  test('changes what is named; an object of another name is found by its uid', async context => {
    needs(context, 'texts as they were written')
    const uid = newUid()
    const text = vcard(
      uid,
      'N:Doe;Jane;;;',
      'FN:Jane Doe',
      'item1.EMAIL;type=INTERNET;type=pref:jane@example.org',
      'item1.X-ABLabel:_$!<Other>!$_',
      'EMAIL;TYPE=WORK:work@example.org',
      'X-SOMETHING;X-P="a:b":kept',
    )
    expect(await raw.put('0AF3-another-name.vcf', text)).toBe(201)
    const { data } = await update(uid, { emails: ['jane@example.org', 'new@example.org'] })
    expect(data.contact.emails).toMatchObject([
      { value: 'jane@example.org', label: 'Other', preferred: true },
      { value: 'new@example.org', type: '' },
    ])
    expect(data.contact.resource_path).toMatch(/0AF3-another-name\.vcf$/)
    expect(await raw.read('0AF3-another-name.vcf')).toBe(
      text.replace('EMAIL;TYPE=WORK:work@example.org', 'EMAIL:new@example.org'),
    )
    await update(uid, { given_name: 'Joan' })
    expect(await raw.read('0AF3-another-name.vcf')).toContain('N:Doe;Joan;;;\r\nFN:Joan Doe\r\n')
    await update(uid, { emails: ['new@example.org'] })
    expect(await raw.read('0AF3-another-name.vcf')).not.toMatch(/item1/i)
  })

  test('version 4.0 stays 4.0', async context => {
    needs(context, 'texts as they were written')
    const uid = newUid()
    const text = `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:Vee Four\r\nTEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555;ext=5\r\nGENDER:F\r\nX-A;B="c,d":e\\,f\r\nEND:VCARD\r\n`
    await raw.put(`${uid}.vcf`, text)
    await update(uid, { note: 'new' })
    expect(await raw.read(`${uid}.vcf`)).toBe(text.replace('END:', 'NOTE:new\r\nEND:'))
  })

  test('every odd card that this Nextcloud takes keeps all but what is changed', {
    timeout: 120_000,
  }, async context => {
    needs(context, 'texts as they were written')
    let taken = 0
    for (const [at, [label, card]] of [...RECORDED, ...NASTY].entries()) {
      const uid = `odd-${at}`
      const text = card.replace(/^UID([^:\r\n]*):[^\r\n]*/im, `UID$1:${uid}`)
      if (!text.includes(uid) || (await raw.put(`${uid}.vcf`, text)) !== 201) continue
      const stored = (await raw.read(`${uid}.vcf`)) ?? ''
      // What Nextcloud repairs when it comes, it repairs again each time.
      if (stored !== text) continue
      const { data, error } = await update(uid, { title: 'Changed; here, too' })
      expect(error, label).toBeUndefined()
      expect(data.contact.title, label).toBe('Changed; here, too')
      const now = (await raw.read(`${uid}.vcf`)) ?? ''
      const others = (each: string) =>
        pieces(each).flatMap(({ name, raw }) => (name === 'TITLE' ? [] : [raw]))
      expect(others(now), label).toEqual(others(stored))
      taken++
    }
    expect(taken).toBeGreaterThan(40) // 2.1 is refused, and some are repaired.
  })

  test('a stale etag is a CONFLICT that tells the current one and writes nothing', async () => {
    const { uid, etag } = await create({ fn: 'Contended' })
    const { data } = await update(uid, { note: 'theirs' }, { etag })
    const { error } = await update(uid, { note: 'lost' }, { etag })
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag: data.contact.etag })
    expect((await get(uid)).note).toBe('theirs')
    const quoted = await update(uid, { note: 'mine' }, { etag: `"${data.contact.etag}"` })
    expect(quoted.data.contact.note).toBe('mine')
  })

  test('a change by somebody else in between is kept', async () => {
    const { uid } = await create({ fn: 'Raced' })
    let interfered = false
    h.proxy.plan(async ({ method }) => {
      if (method !== 'PUT' || interfered) return undefined
      interfered = true
      await raw.put(`${uid}.vcf`, vcard(uid, 'FN:Raced', 'N:Raced;;;;', 'X-THEIRS:1'))
      return undefined
    })
    const { data } = await update(uid, { note: 'mine' })
    h.proxy.plan(undefined)
    expect(data.contact).toMatchObject({ note: 'mine', custom_fields: { 'X-THEIRS': '1' } })
    expect((await get(uid)).etag).toBe(data.contact.etag)
  })

  test('ten changes at the same time are all made', async () => {
    const { uid } = await create({ fn: 'Crowd' })
    await Promise.all(
      Array.from({ length: 10 }, (_, at) => update(uid, { custom_fields: { [`X-N${at}`]: 'y' } })),
    )
    expect(Object.keys((await get(uid)).custom_fields)).toHaveLength(10)
  })

  test('what Nextcloud makes of a card is what is told', async context => {
    needs(context, 'cards without FN')
    const uid = newUid()
    // Without an FN it makes one, and answers without an etag.
    await raw.put(`${uid}.vcf`, vcard(uid, 'N:Repaired;Ruth;;;'))
    const contact = await get(uid)
    expect(contact).toMatchObject({ fn: 'Ruth Repaired', etag: expect.stringMatching(/\w/) })
    const { data } = await update(uid, { note: 'x' }, { etag: contact.etag })
    expect((await get(uid)).etag).toBe(data.contact.etag)
  })

  test('of several values one alone does not take the place of all', async () => {
    const { uid } = await create({ fn: 'Many', emails: ['a@m.example', 'b@m.example'] })
    const { error } = await update(uid, { email: 'c@m.example' })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('emails') })
    const { data } = await update(uid, { emails: null })
    expect(data.contact.emails).toEqual([])
    const one = await update(uid, { email: 'c@m.example' })
    expect(one.data.contact.emails).toMatchObject([{ value: 'c@m.example' }])
  })
})

describe('bad input', () => {
  test('an address as it was read with a new value: its old components would win', async () => {
    const { uid } = await create({ fn: 'Karl', address: { street: 'Lindenweg 7', city: 'Kiel' } })
    const [address] = (await get(uid)).addresses
    const { error } = await update(uid, { addresses: [{ ...address, value: 'Am Markt 1, Kiel' }] })
    expect(error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringMatching(/components/) })
    expect((await get(uid)).addresses).toEqual([address])
    const components = address.components.with(2, 'Am Markt 1')
    const { data } = await update(uid, { addresses: [{ ...address, components }] })
    expect(data.contact.addresses[0].value).toBe('Am Markt 1, Kiel')
  })

  test.each([
    [{ fn: '' }, 'fn'],
    [{ fn: null }, 'fn'],
    [{ fn: ['a'] }, 'fn'],
    [{ fn: 'x', birthday: '31.12.1990' }, 'birthday'],
    [{ fn: 'x', birthday: '1990-02-30' }, 'birthday'],
    [{ fn: 'x', emails: ['nobody'] }, 'emails'],
    [{ fn: 'x', emails: [{ value: 'a@b.c', typ: 'home' }] }, 'typ'],
    [{ fn: 'x', emails: [{ type: 'home' }] }, 'emails[0]'],
    [{ fn: 'x', phones: ['call me'] }, 'phones'],
    [{ fn: 'x', phones: [{ value: '1', type: 'my own' }] }, 'type'],
    [{ fn: 'x', photo: 'no base64!' }, 'photo'],
    [{ fn: 'x', photo: Buffer.from('plain text').toString('base64') }, 'photo'],
    [{ fn: 'x', custom_fields: { UID: 'y' } }, 'custom_fields.UID'],
    [{ fn: 'x', custom_fields: ['y'] }, 'custom_fields'],
    [{ fn: 'x', e_mail: 'y' }, 'e_mail'],
    [{ fn: 'x', addresses: [{ components: [] }] }, 'addresses[0]'],
    [{ fn: 'x', email: 'a@b.c', emails: [] }, 'emails'],
    [{}, 'fn'],
  ])('%j names %s, and nothing is sent', async (contact_data, field) => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_contacts_create_contact', {
        addressbook,
        uid: 'bad',
        contact_data,
      })
      expect(error?.code).toBe('BAD_INPUT')
      expect(error?.message).toContain(field)
    })
    expect(requests).toEqual([])
  })

  test('an update that would be refused writes nothing', async () => {
    const { uid, etag } = await create({ fn: 'Same' })
    for (const contact_data of [{}, { birthday: 'soon' }, { emails: ['x'] }, { fn: ' ' }]) {
      const { error } = await update(uid, contact_data)
      expect(error?.code).toBe('BAD_INPUT')
    }
    expect((await get(uid)).etag).toBe(etag)
  })
})

describe('delete', () => {
  test('says that there is no way back', async () => {
    const { uid } = await create({ fn: 'Gone' })
    const { message, status_code } = await h.ok('nc_contacts_delete_contact', { addressbook, uid })
    expect(status_code).toBeOneOf([200, 204])
    expect(message).toMatch(/no way back/)
    const { error } = await h.call('nc_contacts_delete_contact', { addressbook, uid })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: uid })
  })

  test.each(['html', 'empty', 'malformed-xml'] as const)(
    '%s in answer to it is no success, and leaves open what happened',
    async fault => {
      const { uid } = await create({ fn: 'Kept' })
      h.proxy.plan(({ method }) => (method === 'DELETE' ? fault : undefined))
      const { error } = await h.call('nc_contacts_delete_contact', { addressbook, uid })
      h.proxy.plan(undefined)
      expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
      expect((await get(uid)).fn).toBe('Kept')
    },
  )
})
