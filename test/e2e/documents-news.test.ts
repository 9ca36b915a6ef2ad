import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { news } from '../../src/apps/news/api.ts'
import { createNewsDocuments } from '../../src/apps/news/documents.ts'
import { startBackend } from '../support/backend.ts'
import { type Pages, startPages } from '../support/pages.ts'
import { listingOf, type SourceBench, startSources } from '../support/sources.ts'

let s: SourceBench
let pages: Pages
const mark = `mcp-test-${process.pid}-${Date.now()}`
let now = Date.now()
const source = createNewsDocuments(() => now)
const feeds: number[] = []

beforeAll(async () => {
  pages = await startPages()
  s = await startSources(await startBackend({ web: pages.web }))
})

afterAll(async () => {
  for (const id of feeds)
    await news(s.direct.alice)
      .unsubscribe(id)
      .catch(() => {})
  await s.close()
  await pages.close()
})

/** Subscribes to a feed of articles; gives its id, and theirs by title. */
async function feedOf(name: string, articles: Record<string, string>) {
  const items = Object.entries(articles).map(
    ([title, body]) =>
      `<item><title>${title}</title><link>https://site.example/${title}</link>` +
      `<guid>${mark}-${name}-${title}</guid><author>ann@example.com (Ann)</author>` +
      `<pubDate>Tue, 20 Oct 2026 00:00:00 GMT</pubDate><description><![CDATA[${body}]]></description></item>`,
  )
  const body = `<?xml version="1.0"?><rss version="2.0"><channel><title>${name}</title><link>https://site.example/</link><description>d</description>${items.join('')}</channel></rss>`
  pages.set(`/${mark}/${name}`, { type: 'application/rss+xml', body })
  if (pages.base === undefined) throw new Error('this Nextcloud has no way to pages of the test')
  const { id } = await news(s.direct.alice).subscribe(`${pages.base}/${mark}/${name}`, undefined)
  feeds.push(id)
  const listed = await news(s.direct.alice).items({ type: 'feed', id, limit: 500, offset: 0 })
  return { id, ids: Object.fromEntries(listed.map(({ title, id }) => [title, String(id)])) }
}

/** Until what happened is of a second that is over. */
const settle = async () => {
  const until = Date.now() + 2_100
  await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(until)
}

test('an item is its text without markup and links', async () => {
  const { ids } = await feedOf('Garden', {
    Roof: '<h2>Green roofs</h2><p>With <a href="https://tracker.example/x">many</a> <b>herbs</b>.</p><script>x()</script>',
    Empty: '',
  })
  const listing = await listingOf(source, s.alice)
  expect(listing.kind).toBe('all')
  const document = listing.found.get(ids.Roof ?? '')
  expect(document?.content).toEqual({
    title: 'Roof',
    text: expect.stringMatching(/## Green roofs\n\nWith many \*\*herbs\*\*\.$/),
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category: 'Garden',
    path: undefined,
    modifiedAt: Date.UTC(2026, 9, 20),
    url: 'https://site.example/Roof',
  })
  expect(document?.content?.text).not.toContain('tracker')
  expect(listing.found.get(ids.Empty ?? '')?.content?.text).toMatch(/Empty|Ann/)
  if (document === undefined) throw new Error('not listed')
  expect(await source.read(s.alice, document)).toEqual(document.content)
  expect(await source.read(s.alice, { id: '99999999', etag: '' })).toBeUndefined()
  expect(await source.read(s.bob, document)).toBeUndefined()
})

test('later only what changed is told, and an unchanged account costs two requests', async () => {
  const { ids } = await feedOf('Later', { One: 'first', Two: 'second' })
  const [one = '', two = ''] = [ids.One, ids.Two]
  await settle()
  const first = await listingOf(source, s.alice)
  // The second in which a full listing ended may not be over, and is looked at once more.
  const second = await listingOf(source, s.alice, first.state)
  for (const [id, { etag }] of second.found) expect(etag).toBe(first.found.get(id)?.etag)
  const requests = await s.requestsOf(async () => {
    expect((await listingOf(source, s.alice, second.state)).kind).toBe('unchanged')
  })
  expect(requests).toHaveLength(2)
  // Reading changes nothing of an item.
  await news(s.direct.alice).mark([Number(one)], 'read')
  const third = await listingOf(source, s.alice, second.state)
  expect(third.kind).toBe('changes')
  expect([...third.found.keys()]).toEqual([one])
  expect(third.found.get(one)?.etag).toBe(first.found.get(one)?.etag)
  // Within the same second.
  await news(s.direct.alice).mark([Number(two)], 'star')
  const more = await feedOf('Another', { Three: 'third' })
  const fourth = await listingOf(source, s.alice, third.state)
  expect([...fourth.found.keys()]).toEqual(expect.arrayContaining([two, more.ids.Three]))
})

test('a feed that is gone, and a day that is over, have all listed', async () => {
  const [kept, gone] = [await feedOf('Kept', { K: 'k' }), await feedOf('Gone', { G: 'g' })]
  const first = await listingOf(source, s.alice)
  await news(s.direct.alice).unsubscribe(gone.id)
  const second = await listingOf(source, s.alice, first.state)
  expect(second.kind).toBe('all')
  expect(second.found.has(kept.ids.K ?? '')).toBe(true)
  expect(second.found.has(gone.ids.G ?? '')).toBe(false)
  expect((await source.verify(s.alice, [{ id: gone.ids.G ?? '' }])).get(gone.ids.G ?? '')).toEqual({
    state: 'gone',
  })
  now += 25 * 3_600_000
  expect((await listingOf(source, s.alice, second.state)).kind).toBe('all')
})

test('only the latest are listed, in pages', async () => {
  const item = (id: number) => ({ id, title: `Item ${id}`, body: 'b', feedId: 1, lastModified: 5 })
  s.proxy.plan(({ path }) => {
    const url = new URL(path, 'http://x')
    if (!url.pathname.endsWith('/items')) return undefined
    const [offset, size] = ['offset', 'batchSize'].map(name => Number(url.searchParams.get(name)))
    const from = offset || 1_000_000
    return { json: { items: Array.from({ length: size ?? 0 }, (_, at) => item(from - 1 - at)) } }
  })
  const listing = await listingOf(source, s.alice)
  s.proxy.plan(undefined)
  expect(listing.found.size).toBe(2_000)
  expect(listing.largestBatch).toBe(200)
  expect(listing.found.has('999999')).toBe(true)
})

test('an item that cannot be understood is left out, and no other is concluded to be gone', async () => {
  const items = [
    { id: 'x' },
    { id: 7, title: 'T', body: null, url: 'javascript:alert(1)', feedId: 9 },
  ]
  s.proxy.plan(({ path }) => (path.includes('/items') ? { json: { items } } : undefined))
  const listing = await listingOf(source, s.alice)
  const verdicts = await source.verify(s.alice, [{ id: '7' }, { id: '5' }])
  s.proxy.plan(undefined)
  expect(listing.kind).toBe('changes')
  expect(listing.found.get('7')?.content).toMatchObject({ text: 'T', url: undefined, category: '' })
  expect(verdicts).toEqual(
    new Map([
      ['7', { state: 'readable', title: 'T' }],
      ['5', { state: 'unknown' }],
    ]),
  )
})

describe('verify', () => {
  test('one request for items that are near each other', async () => {
    const { ids } = await feedOf('Near', { A: 'a', B: 'b', C: 'c' })
    const near = Object.values(ids).map(id => ({ id }))
    const requests = await s.requestsOf(async () => {
      const verdicts = await source.verify(s.alice, [...near, ...near, { id: '90000000' }])
      expect(verdicts.size).toBe(4)
      expect(verdicts.get(ids.B ?? '')).toEqual({ state: 'readable', title: 'B' })
      expect(verdicts.get('90000000')).toEqual({ state: 'gone' })
    })
    expect(requests).toHaveLength(2)
    const foreign = await source.verify(s.bob, near)
    expect(new Set([...foreign.values()].map(({ state }) => state))).toEqual(new Set(['gone']))
  })

  test.for([403, 500, 'html', 'truncated'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      s.proxy.plan(() => fault)
      expect(await source.verify(s.alice, [{ id: '1' }])).toEqual(
        new Map([['1', { state: 'unknown' }]]),
      )
      await expect(listingOf(source, s.alice)).rejects.toMatchObject({ name: 'CodedError' })
      s.proxy.plan(undefined)
    },
  )
})
