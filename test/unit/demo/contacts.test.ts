import { describe, expect, test } from 'vitest'
import { clientOf, demoForTest, hrefsIn, type Send } from './client.ts'

const home = '/remote.php/dav/addressbooks/users/alice'
const book = `${home}/contacts`

function card(uid: string, ...lines: string[]): string {
  const version = lines.some(line => line.startsWith('VERSION')) ? [] : ['VERSION:3.0']
  return ['BEGIN:VCARD', ...version, `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')
}

async function emptyBook(): Promise<Send> {
  return clientOf(await demoForTest({ sampleData: false }))
}

function query(filter: string, more = ''): { headers: Record<string, string>; body: string } {
  return {
    headers: { Depth: '1' },
    body:
      '<card:addressbook-query xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav">' +
      `<d:prop><d:getetag/><card:address-data/></d:prop>${filter}${more}</card:addressbook-query>`,
  }
}

const names = (hrefs: string[]) => hrefs.map(href => href.split('/').at(-1))

describe('cards', () => {
  test('of version 4 are kept, and handed out as version 3 to who does not ask', async () => {
    const send = await emptyBook()
    const photo = 'iVBORw0KGgo='
    const sent = card(
      'c',
      'VERSION:4.0',
      'FN:Cee',
      'KIND:group',
      'BDAY:--0501',
      `PHOTO:data:image/png;base64,${photo}`,
    )
    expect((await send('PUT', `${book}/c.vcf`, { body: sent })).status).toBe(201)
    const plain = await send('GET', `${book}/c.vcf`, { headers: { Accept: '*/*' } })
    expect(plain.body.split('\r\n').slice(1, -2)).toEqual([
      'VERSION:3.0',
      'PRODID:-//Sabre//Sabre VObject 4.5.6//EN',
      'UID:c',
      'FN:Cee',
      'X-ADDRESSBOOKSERVER-KIND:GROUP',
      'BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-01',
      `PHOTO;ENCODING=b;TYPE=PNG:${photo}`,
    ])
    const accept = { Accept: 'text/vcard; version=4.0' }
    expect((await send('GET', `${book}/c.vcf`, { headers: accept })).body).toBe(sent)
  })

  test('get the name they lack', async () => {
    const send = await emptyBook()
    const made = await send('PUT', `${book}/c.vcf`, { body: card('c', 'N:Doe;Jane;;;') })
    expect([made.status, made.headers.get('etag')]).toEqual([201, null])
    expect((await send('GET', `${book}/c.vcf`)).body).toContain('\r\nFN:Jane Doe\r\n')
  })

  test('of one UID exist once in a book', async () => {
    const send = await emptyBook()
    const put = (name: string) =>
      send('PUT', `${book}/${name}.vcf`, { body: card('c', 'FN:C') }).then(({ status }) => status)
    expect([await put('a'), await put('b'), await put('a')]).toEqual([201, 400, 204])
  })

  test('give their picture', async () => {
    const send = clientOf(await demoForTest())
    const { status, headers } = await send('GET', `${book}/jane-doe.vcf?photo`)
    expect([status, headers.get('content-type')]).toEqual([200, 'image/png'])
    expect((await send('GET', `${book}/karl-kaefer.vcf?photo`)).status).toBe(204)
  })
})

describe('queries', () => {
  async function found(filter: string, more?: string): Promise<(string | undefined)[]> {
    const send = clientOf(await demoForTest())
    return names(hrefsIn(await send('REPORT', `${book}/`, query(filter, more))))
  }
  const where = (name: string, text: string, kind = 'contains') =>
    `<card:prop-filter name="${name}"><card:text-match match-type="${kind}">${text}` +
    '</card:text-match></card:prop-filter>'

  test.each<[filter: string, wanted: string[]]>([
    ['', ['city-office.vcf', 'jane-doe.vcf', 'karl-kaefer.vcf']],
    [`<card:filter>${where('FN', 'KÄFER')}</card:filter>`, ['karl-kaefer.vcf']],
    [`<card:filter>${where('FN', 'jane', 'starts-with')}</card:filter>`, ['jane-doe.vcf']],
    [`<card:filter>${where('FN', 'jane', 'equals')}</card:filter>`, []],
    [`<card:filter>${where('CATEGORIES', 'Family')}</card:filter>`, ['karl-kaefer.vcf']],
    [
      `<card:filter test="allof">${where('FN', 'a')}${where('EMAIL', 'doe')}</card:filter>`,
      ['jane-doe.vcf'],
    ],
    [
      '<card:filter><card:prop-filter name="EMAIL"><card:is-not-defined/></card:prop-filter></card:filter>',
      ['city-office.vcf'],
    ],
  ])('%s', async (filter, wanted) => {
    expect(await found(filter)).toEqual(wanted)
  })

  test('end at a limit', async () => {
    const limit = '<card:limit><card:nresults>2</card:nresults></card:limit>'
    expect(await found('<card:filter/>', limit)).toHaveLength(2)
  })
})

test('birthdays stand in a calendar nobody can write to', async () => {
  const send = await emptyBook()
  const birthdays = '/remote.php/dav/calendars/alice/contact_birthdays'
  expect((await send('PROPFIND', `${birthdays}/`)).status).toBe(404)
  await send('PUT', `${book}/c.vcf`, { body: card('c', 'FN:Cee', 'BDAY:1990-01-02') })
  const { body } = await send('GET', `${birthdays}/contacts-c.vcf.ics`)
  expect(body).toContain('SUMMARY:🎂 Cee (1990)')
  expect((await send('PUT', `${birthdays}/x.ics`, { body })).status).toBe(403)
  await send('DELETE', `${book}/c.vcf`)
  expect((await send('GET', `${birthdays}/contacts-c.vcf.ics`)).status).toBe(404)
})

test('the accounts of the instance are a book of cards', async () => {
  const send = await emptyBook()
  const system = `${home}/z-server-generated--system`
  const { body } = await send('GET', `${system}/Database:bob.vcf`)
  expect(body).toContain(':Bob Example\r\n')
  expect((await send('DELETE', `${system}/Database:bob.vcf`)).status).toBe(404)
})
