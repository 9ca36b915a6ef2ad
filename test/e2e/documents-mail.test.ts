import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mail } from '../../src/apps/mail/api.ts'
import { createMailDocuments } from '../../src/apps/mail/documents.ts'
import type { DemoMail } from '../../src/demo/index.ts'
import type { Session } from '../../src/nextcloud/session.ts'
import { demoBackend, isReal } from '../support/backend.ts'
import { type Listing, listingOf, type SourceBench, startSources } from '../support/sources.ts'

let s: SourceBench
const source = createMailDocuments()
const carol = { label: 'Carol Meyer', email: 'carol@example.org' }

/** Mail servers that take what a test wants are the demo's alone. */
beforeAll(async () => {
  s = await startSources(await demoBackend())
})
afterEach(() => s.proxy.plan(undefined))
afterAll(() => s.close())

async function boxesOf(session: Session): Promise<Record<string, number>> {
  const [account] = await mail(session).accounts()
  const boxes = await mail(session).mailboxes(account?.id ?? 0)
  return Object.fromEntries(
    boxes.flatMap(({ specialUse, databaseId }) => specialUse.map(use => [use, databaseId])),
  )
}

/** Brings a mail to alice's inbox, and has Nextcloud fetch it. */
async function deliver(more: Partial<DemoMail>, ...others: Partial<DemoMail>[]): Promise<void> {
  for (const each of [more, ...others])
    s.backend.demo?.deliverMail('alice', { from: carol, ...each })
  await mail(s.direct.alice).sync((await boxesOf(s.direct.alice)).inbox ?? 0, true)
}

/** Ids by subject of what was listed. */
async function bySubject(listing: Listing): Promise<Record<string, string>> {
  const read = await Promise.all(
    [...listing.found.values()].map(async document => {
      const content = await source.read(s.direct.alice, document)
      return [content?.title ?? '', document.id] as const
    }),
  )
  return Object.fromEntries(read)
}

test('a mail is its text with who wrote it to whom', async () => {
  await deliver({
    to: [{ label: 'Alice', email: 'alice@example.org' }],
    subject: 'Green roof',
    date: 1_790_000_000,
    text: 'plain words',
    html: '<h1>Roof</h1><p>With <b>herbs</b>.</p><style>x{}</style>',
    parts: [{ id: '2', name: 'offer.pdf', type: 'application/pdf', content: Buffer.from('x') }],
  })
  const listing = await listingOf(source, s.alice)
  expect(listing.kind).toBe('all')
  const id = (await bySubject(listing))['Green roof'] ?? ''
  const document = listing.found.get(id)
  const { inbox } = await boxesOf(s.direct.alice)
  expect(document).toEqual({ id, etag: expect.stringMatching(/./), ref: `${inbox}/INBOX` })
  if (document === undefined) throw new Error('not listed')
  let content: unknown
  const requests = await s.requestsOf(async () => {
    content = await source.read(s.alice, document)
  })
  expect(requests).toHaveLength(1)
  expect(content).toEqual({
    title: 'Green roof',
    text: 'From: Carol Meyer <carol@example.org>\nTo: Alice <alice@example.org>\nAttachments: offer.pdf\n\n# Roof\n\nWith **herbs**.',
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category: 'INBOX',
    path: undefined,
    modifiedAt: 1_790_000_000_000,
    url: expect.stringMatching(new RegExp(`/index\\.php/apps/mail/box/${inbox}/thread/${id}$`)),
  })
  await deliver({ subject: 'Plain', text: 'a < b\n\nc' })
  const again = await listingOf(source, s.alice, listing.state)
  const plain = again.found.get((await bySubject(again)).Plain ?? '')
  if (plain === undefined) throw new Error('not listed')
  expect(await source.read(s.alice, plain)).toMatchObject({
    format: 'plain',
    text: expect.stringMatching(/\n\na < b\n\nc$/),
  })
  expect(await source.read(s.alice, { ...plain, id: '99999999' })).toBeUndefined()
})

test('an unchanged account is two requests, a changed mailbox one more', async () => {
  await deliver({ subject: 'Before' })
  const first = await listingOf(source, s.alice)
  const quiet = await s.requestsOf(async () => {
    expect(await listingOf(source, s.alice, first.state)).toMatchObject({
      kind: 'unchanged',
      state: first.state,
    })
  })
  expect(quiet).toHaveLength(2)
  await deliver({ subject: 'After' })
  let second = first
  const requests = await s.requestsOf(async () => {
    second = await listingOf(source, s.alice, first.state)
  })
  expect(requests).toHaveLength(3)
  expect(second.kind).toBe('all')
  const named = [...second.found.keys(), ...second.unchanged]
  expect(named).toEqual(expect.arrayContaining([...first.found.keys()]))
  expect(named).toHaveLength(first.found.size + 1)
  for (const [id, { etag }] of first.found) expect(second.found.get(id)?.etag ?? etag).toBe(etag)
})

test('a mail that is moved has another id; trash and junk are left out', async () => {
  await deliver({ subject: 'To the archive' }, { subject: 'To the trash' })
  const first = await listingOf(source, s.alice)
  const ids = await bySubject(first)
  const [moved, thrown] = [ids['To the archive'] ?? '', ids['To the trash'] ?? '']
  const boxes = await boxesOf(s.direct.alice)
  await mail(s.direct.alice).move(Number(moved), boxes.archive ?? 0)
  await mail(s.direct.alice).delete(Number(thrown))
  for (const box of [boxes.archive, boxes.trash]) await mail(s.direct.alice).sync(box ?? 0, true)
  const verdicts = await source.verify(s.alice, [{ id: moved }, { id: thrown }])
  expect([...verdicts.values()]).toEqual([{ state: 'gone' }, { state: 'gone' }])
  const requests = await s.requestsOf(async () => {
    const second = await listingOf(source, s.alice, first.state)
    expect(second.kind).toBe('all')
    const named = [...second.found.keys(), ...second.unchanged]
    expect(named).not.toContain(moved)
    expect(named).not.toContain(thrown)
    const now = await bySubject(second)
    expect(second.found.get(now['To the archive'] ?? '')?.ref).toMatch(/\/Archive$/)
    expect(now['To the trash']).toBeUndefined()
  })
  expect(requests.filter(each => each.includes(`mailboxId=${boxes.trash}`))).toEqual([])
})

test('only the newest are listed, in pages, and none is lost where many are of one second', async () => {
  const date = 1_700_000_000
  await deliver(
    {},
    ...Array.from({ length: 230 }, (_, at) => ({
      subject: `Old ${at}`,
      date: date - Math.floor(at / 30),
    })),
  )
  const all = await listingOf(source, s.alice)
  const few = createMailDocuments(150)
  const { inbox } = await boxesOf(s.direct.alice)
  const ofInbox = (listing: Listing) =>
    [...listing.found.values()].filter(({ ref }) => ref === `${inbox}/INBOX`)
  expect(ofInbox(all).length).toBeGreaterThan(230)
  expect(all.largestBatch).toBeLessThanOrEqual(100)
  const newest = ofInbox(await listingOf(few, s.alice))
  expect(newest).toHaveLength(150)
  const dates = ofInbox(all)
    .map(({ etag }) => Number(etag))
    .toSorted((a, b) => b - a)
  expect(Math.min(...newest.map(({ etag }) => Number(etag)))).toBe(dates[149])
})

describe('what fails', () => {
  test('a mailbox that cannot be listed is as it was, and listed the next time', async () => {
    await deliver({ subject: 'Safe' })
    const first = await listingOf(source, s.alice)
    const { inbox, archive } = await boxesOf(s.direct.alice)
    const ids = await bySubject(first)
    await deliver({ subject: 'New' })
    await mail(s.direct.alice).move(Number(ids['Green roof']), archive ?? 0)
    await mail(s.direct.alice).sync(archive ?? 0, true)
    s.proxy.plan(({ path }) => (path.includes(`mailboxId=${inbox}`) ? 500 : undefined))
    const partly = await listingOf(source, s.alice, first.state)
    s.proxy.plan(undefined)
    expect(partly.kind).toBe('changes')
    expect(partly.unchanged).toContain(ids.Safe)
    const later = await listingOf(source, s.alice, partly.state)
    expect(later.kind).toBe('all')
    expect((await bySubject(later)).New).toBeDefined()
  })

  test('an account that cannot be asked is as it was', async () => {
    const first = await listingOf(source, s.alice)
    s.proxy.plan(({ path }) => (path.includes('/mailboxes') ? 500 : undefined))
    await expect(listingOf(source, s.alice, first.state)).rejects.toMatchObject({
      name: 'CodedError',
    })
    const [account] = await mail(s.direct.alice).accounts()
    const more = [account, { id: 77, name: 'Other' }]
    s.proxy.plan(({ path }) => {
      if (path.endsWith('/accounts')) return { json: more }
      return path.includes('accountId=77') ? 500 : undefined
    })
    await deliver({ subject: 'Meanwhile' })
    const second = await listingOf(source, s.alice, first.state)
    expect(second.kind).toBe('changes')
    expect((await bySubject(second)).Meanwhile).toBeDefined()
  })

  test('a mail that cannot be understood is left out, and no other is concluded to be gone', async () => {
    s.proxy.plan(({ path }) =>
      path.includes('/messages?') ? { json: [{ databaseId: 'x' }, { databaseId: 7 }] } : undefined,
    )
    const listing = await listingOf(source, s.alice)
    s.proxy.plan(undefined)
    expect(listing.kind).toBe('changes')
    expect([...listing.found.keys()]).toEqual(['7'])
    expect((await listingOf(source, s.alice, listing.state)).kind).toBe('all')
  })

  test.for([403, 500, 'html', 'truncated'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      s.proxy.plan(() => fault)
      expect(await source.verify(s.alice, [{ id: '1' }])).toEqual(
        new Map([['1', { state: 'unknown' }]]),
      )
      await expect(listingOf(source, s.alice)).rejects.toMatchObject({ name: 'CodedError' })
    },
  )
})

test("other people's mail is nobody else's", async () => {
  await deliver({ subject: 'Private' })
  const listing = await listingOf(source, s.alice)
  const id = (await bySubject(listing)).Private ?? ''
  expect(await source.verify(s.bob, [{ id }])).toEqual(new Map([[id, { state: 'gone' }]]))
  expect(await source.read(s.bob, { id, etag: '', ref: '1/INBOX' })).toBeUndefined()
  const [verdict] = (await source.verify(s.alice, [{ id }, { id }])).values()
  expect(verdict).toEqual({ state: 'readable', title: 'Private' })
})

describe.runIf(isReal)('the mail of a real Nextcloud', () => {
  test('is listed, read, verified, and unchanged for two requests', async () => {
    const real = await startSources()
    const first = await listingOf(source, real.alice)
    expect(first.kind).toBe('all')
    const quiet = await real.requestsOf(async () => {
      expect((await listingOf(source, real.alice, first.state)).kind).toBe('unchanged')
    })
    expect(quiet).toHaveLength(2)
    for (const document of [...first.found.values()].slice(0, 5)) {
      const content = await source.read(real.alice, document)
      const verdicts = await source.verify(real.alice, [document])
      expect(verdicts.get(document.id)).toEqual({ state: 'readable', title: content?.title })
      expect((await source.verify(real.bob, [document])).get(document.id)).toEqual({
        state: 'gone',
      })
    }
    await real.close()
  })
})
