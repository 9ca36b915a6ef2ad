import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCardDocuments } from '../../src/apps/deck/documents.ts'
import { type DeckAnswer, rawDeck } from '../support/deck.ts'
import { listingOf, type SourceBench, startSources } from '../support/sources.ts'

let s: SourceBench
const boards: number[] = []
/** An hour ahead: all that has happened has settled. */
const source = createCardDocuments(() => Date.now() + 3_600_000)

beforeAll(async () => {
  s = await startSources()
})

afterAll(async () => {
  for (const id of boards) await rawDeck(s.backend, s.backend.alice, 'DELETE', `/boards/${id}`)
  await s.close()
})

async function raw(method: string, path: string, body?: object): Promise<DeckAnswer['body']> {
  const answer = await rawDeck(s.backend, s.backend.alice, method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer.body
}

/** A board of its own for a test, with a stack. */
async function stage(title = 'mcp-test Garden') {
  const board = (await raw('POST', '/boards', { title, color: '0087C5' })).id as number
  boards.push(board)
  const stack = (await raw('POST', `/boards/${board}/stacks`, { title: 'To do', order: 1 }))
    .id as number
  const at = `/boards/${board}/stacks/${stack}/cards`
  return {
    board,
    stack,
    at,
    ref: `${board}/${stack}`,
    async card(title: string, more: object = {}): Promise<string> {
      return String((await raw('POST', at, { title, type: 'plain', order: 1, ...more })).id)
    },
  }
}

const put = (at: string, id: string, fields: object) =>
  raw('PUT', `${at}/${id}`, {
    type: 'plain',
    order: 1,
    owner: s.backend.alice.loginName,
    ...fields,
  })

/** Passes a second, in which Deck's times are. */
const nextSecond = async () => {
  const second = Math.floor(Date.now() / 1_000)
  await expect
    .poll(() => Math.floor(Date.now() / 1_000), { timeout: 3_000 })
    .toBeGreaterThan(second)
}

test('a card is its text with what is attached to it', async () => {
  const { board, stack, at, ref, card } = await stage()
  const id = await card('Roof', {
    description: '# Green roof\n\nWith herbs.',
    duedate: '2026-05-01T10:00:00+00:00',
  })
  const { labels } = await raw('GET', `/boards/${board}`)
  await raw('PUT', `${at}/${id}/assignLabel`, { labelId: labels[0].id })
  const listing = await listingOf(source, s.alice)
  expect(listing.kind).toBe('all')
  const content = {
    title: 'Roof',
    text: `# Green roof\n\nWith herbs.\n\nStack: To do\nLabels: ${labels[0].title}\nDue: 2026-05-01 10:00 UTC`,
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category: 'mcp-test Garden',
    path: undefined,
    modifiedAt: expect.any(Number),
    url: expect.stringMatching(new RegExp(`/apps/deck/board/${board}/card/${id}$`)),
  }
  expect(listing.found.get(id)).toEqual({ id, etag: expect.any(String), ref, content })
  expect(await source.read(s.alice, { id, etag: '', ref: `${board}/${stack}` })).toEqual(content)
  expect(await source.read(s.alice, { id: '99999999', etag: '', ref })).toBeUndefined()
})

test('an unchanged account is one request, a changed board two more', async () => {
  const one = await stage('mcp-test one')
  const two = await stage('mcp-test two')
  const [a, b, c, archived] = [
    await one.card('A', { description: 'a' }),
    await one.card('B'),
    await two.card('C'),
    await one.card('Old'),
  ]
  await raw('PUT', `${one.at}/${archived}/archive`, {})
  const first = await listingOf(source, s.alice)
  expect(first.found.get(archived)?.content?.text).toMatch(/Archived$/)
  const quiet = await s.requestsOf(async () => {
    expect(await listingOf(source, s.alice, first.state)).toMatchObject({ kind: 'unchanged' })
  })
  expect(quiet).toHaveLength(1)
  await nextSecond()
  await put(one.at, a, { title: 'A', description: 'changed' })
  await raw('DELETE', `${one.at}/${b}`)
  let second = first
  const requests = await s.requestsOf(async () => {
    second = await listingOf(source, s.alice, first.state)
  })
  expect(requests).toHaveLength(3)
  expect(second.kind).toBe('all')
  expect(second.unchanged).toContain(c)
  expect([...second.found.keys()].toSorted()).toEqual([a, archived].toSorted())
  expect(second.found.get(a)?.etag).not.toBe(first.found.get(a)?.etag)
  expect(second.found.get(archived)?.etag).toBe(first.found.get(archived)?.etag)
  expect(await listingOf(source, s.alice, second.state)).toMatchObject({ kind: 'unchanged' })
})

test('a board that changed just now is read again, and no second change is missed', async () => {
  const { at, card } = await stage()
  const id = await card('Twice', { description: 'one' })
  const live = createCardDocuments()
  const first = await listingOf(live, s.alice)
  await put(at, id, { title: 'Twice', description: 'two' })
  const second = await listingOf(live, s.alice, first.state)
  expect(second.found.get(id)?.content?.text).toMatch(/^two/)
  expect(second.found.get(id)?.etag).not.toBe(first.found.get(id)?.etag)
})

test('a card that moves to another board is named there alone; a renamed board changes its cards', async () => {
  const [from, to] = [await stage('mcp-test from'), await stage('mcp-test to')]
  const [moved, stays] = [await from.card('Moved'), await from.card('Stays')]
  const first = await listingOf(source, s.alice)
  await nextSecond()
  await raw('PUT', `/boards/${to.board}/stacks/${to.stack}/cards/${moved}`, {
    title: 'Moved',
    type: 'plain',
    order: 1,
    owner: s.backend.alice.loginName,
  })
  await raw('PUT', `/boards/${from.board}`, {
    title: 'mcp-test renamed',
    color: '0087C5',
    archived: false,
  })
  const second = await listingOf(source, s.alice, first.state)
  expect(second.found.get(moved)).toMatchObject({
    ref: to.ref,
    content: { category: 'mcp-test to' },
  })
  expect(second.unchanged).not.toContain(moved)
  expect(second.found.get(stays)?.content?.category).toBe('mcp-test renamed')
  expect(second.found.get(stays)?.etag).not.toBe(first.found.get(stays)?.etag)
})

test('a card is named once, where it was found, whatever is known of other boards', async () => {
  const [from, to] = [await stage('mcp-test quiet'), await stage('mcp-test target')]
  const [stays, moved] = [await from.card('Stays'), await to.card('Moved')]
  const first = await listingOf(source, s.alice)
  // As after a move of which Deck says nothing at the board that it was from.
  const state = JSON.parse(first.state)
  state[from.board].cards.push(moved)
  await nextSecond()
  await put(to.at, moved, { title: 'Moved', description: 'here' })
  for (const known of [JSON.stringify(state), first.state]) {
    const second = await listingOf(source, s.alice, known)
    expect(second.found.has(moved)).toBe(true)
    expect(second.unchanged).not.toContain(moved)
    expect(second.unchanged).toContain(stays)
    expect(JSON.parse(second.state)[from.board].cards).toEqual([stays])
  }
})

test('a board that is gone takes its cards with it', async () => {
  const { board, ref, card } = await stage()
  const id = await card('Lost')
  const first = await listingOf(source, s.alice)
  await raw('DELETE', `/boards/${board}`)
  expect(await source.verify(s.alice, [{ id, ref }])).toEqual(new Map([[id, { state: 'gone' }]]))
  const second = await listingOf(source, s.alice, first.state)
  expect(second.kind).toBe('all')
  expect([...second.found.keys(), ...second.unchanged]).not.toContain(id)
})

test('what cannot be understood concludes nothing', async () => {
  const { board } = await stage()
  const first = await listingOf(source, s.alice)
  await nextSecond()
  await raw('PUT', `/boards/${board}`, { title: 'mcp-test odd', color: '0087C5', archived: false })
  const stack = { id: 1, title: 'S', cards: [{ id: 'x' }, { id: 7, stackId: 1, title: 'Seven' }] }
  s.proxy.plan(({ path }) => (path.endsWith('/stacks') ? { json: [stack] } : undefined))
  const odd = await listingOf(source, s.alice, first.state)
  s.proxy.plan(undefined)
  expect(odd.kind).toBe('changes')
  expect(odd.found.has('7')).toBe(true)
  expect((await listingOf(source, s.alice, odd.state)).kind).toBe('all')
  s.proxy.plan(() => ({ json: [{ id: 'no board' }] }))
  expect((await listingOf(source, s.open('alice', new AbortController().signal))).kind).toBe(
    'changes',
  )
  s.proxy.plan(undefined)
})

describe('verify', () => {
  test('a few cards are asked for one by one, many by their board', async () => {
    const { at, ref, card } = await stage()
    const ids: string[] = []
    for (let at = 0; at < 8; at++) ids.push(await card(`Card ${at}`))
    await raw('DELETE', `${at}/${ids[1]}`)
    await raw('PUT', `${at}/${ids[2]}/archive`, {})
    const asked = (count: number) => ids.slice(0, count).map(id => ({ id, ref }))
    for (const [count, requests] of [
      [3, 3],
      [8, 2],
    ] as const) {
      const sent = await s.requestsOf(async () => {
        const verdicts = await source.verify(s.alice, [...asked(count), ...asked(1)])
        expect(verdicts.size).toBe(count)
        expect(verdicts.get(ids[0] ?? '')).toEqual({ state: 'readable', title: 'Card 0' })
        expect(verdicts.get(ids[1] ?? '')).toEqual({ state: 'gone' })
        expect(verdicts.get(ids[2] ?? '')).toMatchObject({ state: 'readable' })
      })
      expect(sent).toHaveLength(requests)
    }
    expect(await source.verify(s.alice, [{ id: '1' }])).toEqual(
      new Map([['1', { state: 'unknown' }]]),
    )
  })

  test('a shared board is there until the share is withdrawn', async () => {
    const { board, ref, card } = await stage('mcp-test shared')
    const ids = [await card('Ours')]
    for (let at = 0; at < 7; at++) ids.push(await card(`More ${at}`))
    const [id = ''] = ids
    const both = async () => {
      const one = (await source.verify(s.bob, [{ id, ref }])).get(id)?.state
      const many = await source.verify(
        s.bob,
        ids.map(each => ({ id: each, ref })),
      )
      return [one, many.get(id)?.state]
    }
    expect(await both()).toEqual(['gone', 'gone'])
    const acl = await raw('POST', `/boards/${board}/acl`, {
      type: 0,
      participant: s.backend.bob?.loginName,
      permissionEdit: false,
      permissionShare: false,
      permissionManage: false,
    })
    const shared = await listingOf(source, s.bob)
    expect(shared.found.get(id)?.content?.title).toBe('Ours')
    expect(await both()).toEqual(['readable', 'readable'])
    await raw('DELETE', `/boards/${board}/acl/${acl.id}`)
    expect(await both()).toEqual(['gone', 'gone'])
    expect(await source.read(s.bob, { id, etag: '', ref })).toBeUndefined()
    const after = await listingOf(source, s.bob, shared.state)
    expect([...after.found.keys(), ...after.unchanged]).not.toContain(id)
  })

  test.for([500, 'html', 'truncated'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      const { board, at, ref, card } = await stage()
      const id = await card('Safe')
      const first = await listingOf(source, s.alice)
      await nextSecond()
      await put(at, id, { title: 'Safe', description: 'changed' })
      s.proxy.plan(({ path }) => (path.includes(`/boards/${board}/`) ? fault : undefined))
      for (const documents of [
        [{ id, ref }],
        Array.from({ length: 9 }, (_, each) => ({ id: String(each), ref })),
      ]) {
        const verdicts = await source.verify(s.alice, documents)
        expect(new Set([...verdicts.values()].map(({ state }) => state))).toEqual(
          new Set(['unknown']),
        )
      }
      await expect(listingOf(source, s.alice, first.state)).rejects.toMatchObject({
        name: 'CodedError',
      })
      const other = await stage()
      await other.card('Fine')
      const partly = await listingOf(source, s.alice, first.state)
      expect(partly.kind).toBe('changes')
      expect(partly.unchanged).toContain(id)
      s.proxy.plan(undefined)
      expect((await listingOf(source, s.alice, partly.state)).found.has(id)).toBe(true)
    },
  )
})
