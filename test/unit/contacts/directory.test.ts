/** What is read of address books, when, and what happens where they are odd or large. */
import { describe, expect, test } from 'vitest'
import { contentsOf } from '../../../src/apps/contacts/directory.ts'
import { listContactsTool, searchContactsTool } from '../../../src/apps/contacts/read-tools.ts'
import { listContacts, searchContacts } from '../../../src/apps/contacts/search.ts'
import { refreshBooks } from '../../../src/nextcloud/carddav/books.ts'
import { type MemoryBook, memoryBook } from '../vcard/support.ts'

const vcard = (at: number, ...lines: string[]) =>
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:u${at}`,
    `FN:Person Number${at}`,
    `N:Number${at};Person;;;`,
    ...lines,
    'END:VCARD',
    '',
  ].join('\r\n')
const cards = (count: number, ...lines: string[]): [string, string][] =>
  Array.from({ length: count }, (_, at) => [`${at}.vcf`, vcard(at, ...lines)])

// biome-ignore lint/suspicious/noExplicitAny: results of tools
const run = (tool: { run: (...args: any[]) => Promise<unknown> }, book: MemoryBook, args: object) =>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  tool.run(book.context, args) as Promise<any>
const search = (book: MemoryBook, query: string) =>
  run(searchContactsTool, book, { query, limit: 25, offset: 0 })

async function contents(book: MemoryBook, bounds?: { cards: number; bytes: number }) {
  const [found] = await refreshBooks(book.context.session)
  if (found === undefined) throw new Error('no book')
  return contentsOf(book.context.session, found, bounds)
}
const names = (entries: readonly { contact: { fn: string } }[] | undefined) =>
  entries?.map(({ contact }) => contact.fn)
const reports = (book: MemoryBook) =>
  book.requests.filter(({ method }) => method === 'REPORT').map(({ body }) => String(body))

test('5,000 contacts: read once, then searched in less than 300 ms', async () => {
  const book = memoryBook(
    cards(
      5_000,
      'ORG:Some Company GmbH;Unit',
      'EMAIL;TYPE=HOME:person@example.org',
      'TEL;TYPE=CELL:+49 171 1234567',
      'ADR:;;Street 1;City;;12345;Land',
      'NOTE:Some words about somebody, not many.',
      'CATEGORIES:one,two',
    ),
  )
  const loading = performance.now()
  const first = await search(book, 'number4711')
  const loaded = performance.now() - loading
  expect(first).toMatchObject({ total_count: 1, contacts: [{ uid: 'u4711' }] })
  const times: number[] = []
  for (const query of ['person', 'number49', '0171 1234567', 'some words', 'nobody at all', '']) {
    const started = performance.now()
    await search(book, query)
    times.push(performance.now() - started)
  }
  expect(reports(book)).toHaveLength(1)
  expect(Math.max(...times)).toBeLessThan(300)
  expect(loaded).toBeLessThan(10_000)
  if (process.env.MEASURE) console.log({ loaded, times })
})

describe('what changed', () => {
  test('is asked for with the token, and is all that is read', async () => {
    const book = memoryBook(cards(3))
    await contents(book)
    book.change('1.vcf', vcard(1).replace('Person Number1', 'Renamed'))
    book.change('2.vcf', undefined)
    book.change('9.vcf', vcard(9))
    const { entries } = await contents(book)
    expect(names(entries)).toEqual(['Person Number0', 'Person Number9', 'Renamed'])
    const [all, news, ...more] = reports(book)
    expect(all).toContain('<d:sync-token></d:sync-token>')
    expect(news).toMatch(/<d:sync-token>t\d+<\/d:sync-token>/)
    expect(more).toEqual([])
    expect(book.sent.at(-1)).toBe(3)
    expect(names((await contents(book)).entries)).toHaveLength(3)
    expect(reports(book)).toHaveLength(2)
  })

  test('a token that is refused has all read again', async () => {
    const book = memoryBook(cards(3))
    await contents(book)
    book.forgetTokens()
    book.change('1.vcf', undefined)
    expect(names((await contents(book)).entries)).toEqual(['Person Number0', 'Person Number2'])
    expect(reports(book)).toHaveLength(3)
  })

  test('a token that moved without a change has all read again', async () => {
    const book = memoryBook(cards(3))
    await contents(book)
    book.restore(cards(2))
    expect(names((await contents(book)).entries)).toHaveLength(2)
  })

  test('a book without tokens is read again where its tag is another', async () => {
    const book = memoryBook(cards(2), { isPlain: true })
    await contents(book)
    await contents(book)
    const reads = () =>
      book.requests.filter(
        ({ headers, path }) => headers?.depth === '1' && path.endsWith('/contacts/'),
      )
    expect(reads()).toHaveLength(1)
    book.change('7.vcf', vcard(7))
    expect(names((await contents(book)).entries)).toHaveLength(3)
    expect(reads()).toHaveLength(2)
  })
})

describe('what is odd', () => {
  test('a card that is none degrades itself and no other', async () => {
    const book = memoryBook([
      ...cards(2),
      ['broken.vcf', 'not a card'],
      ['empty.vcf', ''],
      ['half.vcf', 'BEGIN:VCARD\r\nFN:Half\r\n'],
    ])
    const { contacts, total_count } = await run(listContactsTool, book, {
      addressbook: 'contacts',
      limit: 100,
    })
    expect(total_count).toBe(5)
    expect(contacts.find(({ uid }: { uid: string }) => uid === 'broken')).toMatchObject({
      fn: '',
      broken: true,
    })
    expect(contacts.find(({ uid }: { uid: string }) => uid === 'half')).toMatchObject({
      fn: 'Half',
    })
    expect((await search(book, 'number1')).total_count).toBe(1)
  })
})

describe('what is too large', () => {
  test('because of its photos is read without them', async () => {
    const book = memoryBook(cards(10, `PHOTO;ENCODING=b:${'A'.repeat(20_000)}`))
    const { entries } = await contents(book, { cards: 100, bytes: 100_000 })
    expect(entries).toHaveLength(10)
    expect(reports(book)[1]).toContain('addressbook-query')
    expect(reports(book)[1]).not.toContain('"PHOTO"')
    expect(entries?.[0]?.contact.photo).toBe('yes')
  })

  test('for memory is searched by Nextcloud, and listed in pages all the same', async () => {
    const book = memoryBook(cards(50))
    const { entries, book: found } = await contents(book, { cards: 20, bytes: 10_000_000 })
    expect(entries).toBeUndefined()
    const { session } = book.context
    const { entries: hits } = await searchContacts(session, [found], 'number33 person')
    expect(names(hits)).toEqual(['Person Number33'])
    expect(reports(book).at(-1)).toContain('>number33<')
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listContacts(session, found, { limit: 20, cursor, category: undefined })
      seen.push(...(names(page.entries) ?? []))
      cursor = page.next
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(50)
  })
})
