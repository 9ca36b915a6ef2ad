/** Five thousand contacts, through a client: loaded once, then searched in no time. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { rawBook } from '../support/cards.ts'
import { type Harness, startHarness } from '../support/harness.ts'

const COUNT = 5_000
const GIVEN = ['Anna', 'Björn', 'Chloé', 'Dörte', 'Émile', 'Fatma', 'Günther', 'Hana']
const FAMILY = ['Müller', 'Nguyễn', 'O’Brien', 'Petrović', 'Quist', 'Rossi', 'Schäfer', 'Ünal']

let h: Harness
let raw: ReturnType<typeof rawBook>

const vcard = (at: number, note = 'met at the fair, knows a lot about gardens') => {
  const given = GIVEN[at % GIVEN.length]
  const family = `${FAMILY[(at >> 3) % FAMILY.length]}-${at}`
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:large-${at}`,
    `FN:${given} ${family}`,
    `N:${family};${given};;;`,
    `EMAIL;TYPE=HOME:person${at}@example.org`,
    `TEL;TYPE=CELL:+49 171 ${1_000_000 + at}`,
    `ORG:Company ${at % 100};Unit`,
    'ADR;TYPE=HOME:;;Street 1;Town;;12345;Country',
    `NOTE:${note}`,
    'END:VCARD',
    '',
  ].join('\r\n')
}

beforeAll(async () => {
  h = await startHarness({ backend: await demoBackend() })
  await h.ok('nc_contacts_create_addressbook', { name: 'large', display_name: 'Large' })
  raw = rawBook(h.backend, 'large')
  let at = 0
  const write = async () => {
    for (let mine = at++; mine < COUNT; mine = at++) await raw.put(`${mine}.vcf`, vcard(mine))
  }
  await Promise.all(Array.from({ length: 20 }, write))
}, 120_000)
afterAll(() => h.close())

test('each search after the first takes less than 300 ms', async () => {
  const search = async (query: string) => {
    const started = performance.now()
    const { contacts, total_count } = await h.ok('nc_contacts_search_contacts', { query })
    return { took: performance.now() - started, total: total_count, first: contacts[0]?.uid }
  }
  const loaded = await search('person4711@example.org')
  expect(loaded).toMatchObject({ total: 1, first: 'large-4711' })

  const searches = []
  for (const query of ['0171 1004242', 'chloe nguyen', 'company 42', 'gardens fair', 'nobody']) {
    searches.push(await search(query))
  }
  expect(searches.map(({ total }) => total)).toEqual([1, 78, 199, 5_000, 0])

  // After a change by somebody else, once it may be seen: what changed is all that is read.
  await raw.put('77.vcf', vcard(77, 'zebra'))
  await h.ok('nc_contacts_list_addressbooks')
  await expect.poll(async () => (await search('zebra')).first, { timeout: 5_000 }).toBe('large-77')
  const [changed] = [await search('zebra')]
  const slowest = Math.max(...[...searches, changed].map(each => each?.took ?? 0))
  if (process.env.MEASURE) console.log({ loaded: loaded.took, slowest })
  expect(slowest).toBeLessThan(300)
  expect(loaded.took).toBeLessThan(15_000)
})
