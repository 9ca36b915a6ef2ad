import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { notes } from '../../src/apps/notes/api.ts'
import { noteDocuments as source } from '../../src/apps/notes/documents.ts'
import { demoBackend, isReal } from '../support/backend.ts'
import {
  filesOf,
  listingOf,
  type SourceBench,
  shareWithBob,
  startSources,
} from '../support/sources.ts'

let s: SourceBench
const category = `mcp-test-${process.pid}-${Date.now()}`

beforeAll(async () => {
  s = await startSources()
})

afterAll(async () => {
  await filesOf(s.direct.alice, s.backend.alice).remove(`Notes/${category}`)
  await s.close()
})

const make = (title: string, content = 'text') =>
  notes(s.direct.alice).create({ title, content, category })

test('a first listing brings every note with what people search for', async () => {
  const made = await make('Garden house', '# Roof\n\nGreen, with herbs.')
  const listing = await listingOf(source, s.alice)
  expect(listing.kind).toBe('all')
  expect(listing.unchanged).toEqual([])
  expect(listing.found.get(String(made.id))).toEqual({
    id: String(made.id),
    etag: made.etag,
    content: {
      title: 'Garden house',
      text: '# Roof\n\nGreen, with herbs.',
      format: 'markdown',
      pages: [],
      pageCount: undefined,
      category,
      path: `/Notes/${category}/Garden house.md`,
      modifiedAt: made.modified * 1_000,
      url: expect.stringMatching(new RegExp(`/apps/notes/note/${made.id}$`)),
    },
  })
})

test('a note is read as it was listed; one without a text says its title', async () => {
  const made = await make('Call Anna', '')
  const { found } = await listingOf(source, s.alice)
  const listed = found.get(String(made.id))
  expect(listed?.content).toMatchObject({ title: 'Call Anna', text: 'Call Anna' })
  expect(await source.read(s.alice, { id: String(made.id), etag: '' })).toEqual(listed?.content)
})

test('what is not there is read as nothing', async () => {
  expect(await source.read(s.alice, { id: '99999999', etag: '' })).toBeUndefined()
})

test('changes have another etag, and every note is named each time', async () => {
  const [kept, changed, moved, deleted] = await Promise.all(
    ['Kept', 'Changed', 'Moved', 'Deleted'].map(title => make(title)),
  )
  if (!kept || !changed || !moved || !deleted) throw new Error('not made')
  const first = await listingOf(source, s.alice)
  const api = notes(s.direct.alice)
  // Within the second in which the listing was made.
  await api.update(changed.id, changed.etag, { content: 'other' })
  await api.update(moved.id, moved.etag, { category: `${category}/Sub`, title: 'Renamed' })
  await api.delete(deleted.id)
  const second = await listingOf(source, s.alice, first.state)
  expect(second.kind).toBe('all')
  const named = new Set([...second.found.keys(), ...second.unchanged])
  expect(named.has(String(kept.id))).toBe(true)
  expect(named.has(String(deleted.id))).toBe(false)
  const etag = (listing: typeof first, { id }: { id: number }) =>
    listing.found.get(String(id))?.etag
  expect(etag(second, changed)).toEqual(expect.any(String))
  expect(etag(second, changed)).not.toBe(etag(first, changed))
  expect(second.found.get(String(changed.id))?.content?.text).toBe('other')
  expect(second.found.get(String(moved.id))?.content).toMatchObject({
    title: 'Renamed',
    category: `${category}/Sub`,
    path: `/Notes/${category}/Sub/Renamed.md`,
  })
})

test('a state of another version lists everything', async () => {
  for (const state of ['', 'x', '{"since":"?"}', '[]']) {
    expect((await listingOf(source, s.alice, state)).found.size).toBeGreaterThan(0)
  }
})

describe('verify', () => {
  test('says what is there, under its title of now, and what is gone', async () => {
    const [here, gone] = await Promise.all([make('Here'), make('Gone')])
    const api = notes(s.direct.alice)
    await api.update(here.id, here.etag, { title: 'Here now' })
    await api.delete(gone.id)
    const ids = [here, gone, here].map(({ id }) => ({ id: String(id) }))
    let verdicts: ReadonlyMap<string, unknown> = new Map()
    const requests = await s.requestsOf(async () => {
      verdicts = await source.verify(s.alice, ids)
    })
    expect(requests).toHaveLength(2)
    expect(verdicts).toEqual(
      new Map([
        [
          String(here.id),
          { state: 'readable', title: 'Here now', path: `/Notes/${category}/Here now.md` },
        ],
        [String(gone.id), { state: 'gone' }],
      ]),
    )
    // Many are told by one listing, and alike.
    const many = [
      ...ids,
      ...Array.from({ length: 12 }, (_, at) => ({ id: String(99_990_000 + at) })),
    ]
    const one = await s.requestsOf(async () => {
      const all = await source.verify(s.alice, many)
      expect(all.size).toBe(14)
      for (const [id, verdict] of verdicts) expect(all.get(id)).toEqual(verdict)
      expect(all.get('99990003')).toEqual({ state: 'gone' })
    })
    expect(one).toHaveLength(1)
  })

  test('other people have nothing to say about them', async () => {
    const made = await make('Private')
    const verdicts = await source.verify(s.bob, [{ id: String(made.id) }])
    expect(verdicts.get(String(made.id))).toEqual({ state: 'gone' })
    expect(await source.read(s.bob, { id: String(made.id), etag: '' })).toBeUndefined()
  })

  // The demo's Notes app knows only a user's own files; Nextcloud's puts shared notes among theirs.
  test.runIf(isReal)('a shared note is there for its reader until that is withdrawn', async () => {
    const name = `Shared ${category}`
    const made = await make(name, 'for both')
    const withdraw = await shareWithBob(s, `/Notes/${category}/${name}.md`)
    const id = String(made.id)
    const before = await listingOf(source, s.bob)
    expect(before.found.get(id)?.content).toMatchObject({ text: 'for both', category: '' })
    expect((await source.verify(s.bob, [{ id }])).get(id)).toMatchObject({ state: 'readable' })
    await withdraw()
    expect((await source.verify(s.bob, [{ id }])).get(id)).toEqual({ state: 'gone' })
    const after = await listingOf(source, s.bob, before.state)
    expect([...after.found.keys(), ...after.unchanged]).not.toContain(id)
  })

  test.for([403, 500, 'html', 'truncated'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      s.proxy.plan(() => fault)
      try {
        for (const count of [1, 30]) {
          const ids = Array.from({ length: count }, (_, at) => ({ id: String(at + 1) }))
          const verdicts = await source.verify(s.alice, ids)
          expect(new Set([...verdicts.values()].map(({ state }) => state))).toEqual(
            new Set(['unknown']),
          )
        }
        await expect(listingOf(source, s.alice)).rejects.toMatchObject({ name: 'CodedError' })
      } finally {
        s.proxy.plan(undefined)
      }
    },
  )
})

describe('odd answers', () => {
  const odd = async (json: unknown, state?: string) => {
    s.proxy.plan(() => ({ json }))
    try {
      return await listingOf(source, s.alice, state)
    } finally {
      s.proxy.plan(undefined)
    }
  }

  test('an element that cannot be read is left out, and no other is concluded to be gone', async () => {
    const listing = await odd([{ id: 'x' }, { id: 7, etag: 'e', title: 'T', content: 'c' }, 3])
    expect(listing.kind).toBe('changes')
    expect([...listing.found.keys()]).toEqual(['7'])
  })

  test('a note whose file cannot be read is listed, and reading it fails', async () => {
    const broken = { id: 7, etag: 'e', title: 'T', content: 'Error: X', error: true }
    const listing = await odd([broken])
    expect(listing.found.get('7')).toEqual({ id: '7', etag: 'e' })
    s.proxy.plan(() => ({ json: broken }))
    await expect(source.read(s.alice, { id: '7', etag: 'e' })).rejects.toMatchObject({
      code: 'UPSTREAM_ERROR',
    })
    s.proxy.plan(undefined)
  })

  test('a listing that is cancelled fails', async () => {
    const controller = new AbortController()
    s.proxy.plan(() => {
      controller.abort()
      return 'delay'
    })
    await expect(listingOf(source, s.open('alice', controller.signal))).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    await expect(
      source.verify(s.open('alice', controller.signal), [{ id: '1' }]),
    ).rejects.toMatchObject({ code: 'CANCELLED' })
    s.proxy.plan(undefined)
  })
})

describe('ten thousand notes', () => {
  let large: SourceBench
  let now = Date.UTC(2026, 4, 1)

  beforeAll(async () => {
    large = await startSources(await demoBackend({ now: () => now }))
    const api = notes(large.direct.alice)
    for (let from = 0; from < 10_000; from += 50) {
      const titles = Array.from({ length: 50 }, (_, at) => `Note ${from + at}`)
      await Promise.all(
        titles.map(title => api.create({ title, content: `${title}: ${'word '.repeat(40)}` })),
      )
    }
    now += 600_000
  }, 120_000)
  afterAll(() => large.close())

  test('come in pages, and cost one small request while nothing changes', async () => {
    let listing = await listingOf(source, large.alice)
    expect(listing.found.size).toBeGreaterThan(10_000)
    expect(listing.largestBatch).toBeLessThanOrEqual(500)
    // The last page names those of the others once more.
    expect(listing.unchanged).toEqual([])
    expect([...listing.found.values()].every(({ content }) => content !== undefined)).toBe(true)
    for (const kind of ['all', 'unchanged', 'unchanged']) {
      now += 300_000
      const requests = await large.requestsOf(async () => {
        listing = await listingOf(source, large.alice, listing.state)
      })
      expect(requests).toHaveLength(1)
      expect(listing.kind).toBe(kind)
      expect([...listing.found.values()].filter(({ content }) => content)).toEqual([])
    }
    now += 300_000
    const made = await notes(large.direct.alice).create({ title: 'New', content: 'one more' })
    const [id] = listing.unchanged
    expect(id).toBeUndefined()
    const requests = await large.requestsOf(async () => {
      listing = await listingOf(source, large.alice, listing.state)
    })
    expect(requests).toHaveLength(1)
    expect([...listing.found.keys()]).toEqual([String(made.id)])
    expect(listing.found.get(String(made.id))?.content?.text).toBe('one more')
    expect(listing.unchanged.length).toBeGreaterThanOrEqual(10_000)
  })

  test('a listing right after a large one sends no text twice', async () => {
    const first = await listingOf(source, large.bob)
    const second = await listingOf(source, large.alice)
    expect(first.found.size).toBeLessThan(500)
    const requests = await large.requestsOf(async () => {
      const third = await listingOf(source, large.alice, second.state)
      expect([...third.found.values()].filter(({ content }) => content)).toEqual([])
      expect(third.found.size + third.unchanged.length).toBe(second.found.size)
    })
    expect(requests).toHaveLength(1)
    expect(requests[0]).toContain('exclude=content')
  })
})
