/** Boards, stacks, labels, and the cards in their lists. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage

beforeAll(async () => {
  h = await startHarness()
  deck = await deckStage(h)
})
afterAll(async () => {
  await deck.clear()
  await h.close()
})

const titles = (list: { title: string }[]) => list.map(({ title }) => title)

describe('boards', () => {
  test('are listed, read, and have an address', async () => {
    const { boards, total } = await h.ok('deck_get_boards')
    expect(boards).toHaveLength(total)
    const listed = boards.find(({ id }: { id: number }) => id === deck.boardId)
    expect(listed).toMatchObject({
      title: 'mcp-test board',
      color: '0087C5',
      archived: false,
      owner: { uid: h.backend.alice.loginName },
      permissions: { PERMISSION_MANAGE: true },
      url: expect.stringMatching(/\/index\.php\/apps\/deck\/board\/\d+$/),
    })
    const board = await h.ok('deck_get_board', { board_id: deck.boardId })
    expect(titles(board.labels)).toEqual(['Finished', 'To review', 'Action needed', 'Later'])
    expect(board.users.map(({ uid }: { uid: string }) => uid)).toEqual([h.backend.alice.loginName])
    const bare = await h.ok('deck_get_board', {
      board_id: deck.boardId,
      include_acl: false,
      include_users: false,
      include_labels: false,
    })
    expect(bare).toEqual({ ...board, acl: [], users: [], labels: [] })
  })

  test('that are deleted are not listed, and archived ones need not be', async () => {
    const [gone, old] = [await deck.board('gone'), await deck.board('old')]
    await deck.raw('DELETE', `/boards/${gone.boardId}`)
    const archived = { title: 'mcp-test old', color: '000000', archived: true }
    await deck.raw('PUT', `/boards/${old.boardId}`, archived)
    const ids = async (args = {}) =>
      (await h.ok('deck_get_boards', args)).boards.map(({ id }: { id: number }) => id)
    const all = await ids()
    expect(all).not.toContain(gone.boardId)
    expect(all).toContain(old.boardId)
    expect(await ids({ include_archived: false })).not.toContain(old.boardId)
  })

  test('take a colour with or without #', async () => {
    const made = await h.ok('deck_create_board', { title: 'mcp-test colour', color: '#AbCdEf' })
    expect(made).toMatchObject({ title: 'mcp-test colour', color: 'AbCdEf' })
    await deck.raw('DELETE', `/boards/${made.id}`)
  })

  test('are not sent again while nothing has changed, and a change is seen at once', async () => {
    const { boardId } = await deck.board('kept')
    const read = () => h.ok('deck_get_board', { board_id: boardId })
    const isRemembered = async () => {
      await read()
      return h.proxy.requests.at(-1)?.headers['if-none-match'] !== undefined
    }
    // Deck's ETags are times in seconds: only what has been still for two is remembered.
    await expect.poll(isRemembered, { timeout: 10_000, interval: 700 }).toBe(true)
    expect(h.proxy.requests.every(({ headers }) => !headers['if-modified-since'])).toBe(true)
    await deck.raw('PUT', `/boards/${boardId}`, { title: 'mcp-test new', color: '000000' })
    expect((await read()).title).toBe('mcp-test new')
    await deck.raw('PUT', `/boards/${boardId}`, { title: 'mcp-test newer', color: '000000' })
    expect((await read()).title).toBe('mcp-test newer')
  })
})

describe('stacks', () => {
  test('are listed from left to right, with and without cards', async () => {
    const { boardId } = await deck.board('three')
    await h.ok('deck_create_stack', { board_id: boardId, title: 'Last', order: 9 })
    await h.ok('deck_create_stack', { board_id: boardId, title: 'First', order: 0 })
    const { stacks, total } = await h.ok('deck_get_stacks', { board_id: boardId })
    expect(titles(stacks)).toEqual(['First', 'There', 'Last'])
    expect(total).toBe(3)
    expect(stacks[0]).toMatchObject({ boardId, cards: [], card_count: 0 })
    const bare = await h.ok('deck_get_stacks', { board_id: boardId, include_cards: false })
    expect(titles(bare.stacks)).toEqual(['First', 'There', 'Last'])
    expect(bare.stacks[0].cards).toBeNull()
  })

  test('an update keeps what it does not mention', async () => {
    const { boardId, stackId } = await deck.board('stacks')
    const stack = { board_id: boardId, stack_id: stackId }
    const read = async () => (await deck.raw('GET', `/boards/${boardId}/stacks`)).body[0]
    await h.ok('deck_update_stack', { ...stack, order: 7 })
    expect(await read()).toMatchObject({ title: 'There', order: 7 })
    await h.ok('deck_update_stack', { ...stack, title: 'Elsewhere' })
    expect(await read()).toMatchObject({ title: 'Elsewhere', order: 7, boardId })
  })

  test('that are deleted do not come back by an update, nor move to another board', async () => {
    const [one, other] = [await deck.board('one'), await deck.board('two')]
    const foreign = { board_id: other.boardId, stack_id: one.stackId, title: 'stolen' }
    const { error } = await h.call('deck_update_stack', foreign)
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/^stack_id/) })
    expect((await h.call('deck_delete_stack', foreign)).error).toBeDefined()
    const wrong = { board_id: other.boardId, stack_id: one.stackId }
    expect((await h.call('deck_delete_stack', wrong)).error?.code).toBe('NOT_FOUND')
    const stack = { board_id: one.boardId, stack_id: one.stackId }
    expect((await deck.raw('GET', `/boards/${one.boardId}/stacks`)).body).toHaveLength(1)
    await h.ok('deck_delete_stack', stack)
    expect((await h.call('deck_delete_stack', stack)).error?.code).toBe('NOT_FOUND')
    const lost = await h.call('deck_create_card', { ...stack, title: 'Lost' })
    expect(lost.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^stack_id/),
    })
    const late = await h.call('deck_update_stack', { ...stack, title: 'back' })
    expect(late.error?.code).toBe('NOT_FOUND')
    expect((await deck.raw('GET', `/boards/${one.boardId}/stacks`)).body).toEqual([])
  })
})

describe('labels', () => {
  test('are made, changed in part and deleted', async () => {
    const board = { board_id: deck.boardId }
    const made = await h.ok('deck_create_label', { ...board, title: 'Bug', color: '#FF0000' })
    expect(made).toMatchObject({ title: 'Bug', color: 'FF0000' })
    const label = { ...board, label_id: made.id }
    await h.ok('deck_update_label', { ...label, title: 'Defect' })
    expect(await h.ok('deck_get_label', label)).toMatchObject({ title: 'Defect', color: 'FF0000' })
    await h.ok('deck_update_label', { ...label, color: '00ff00' })
    expect(await h.ok('deck_get_label', label)).toMatchObject({ title: 'Defect', color: '00ff00' })
    expect(titles((await h.ok('deck_get_labels', board)).labels)).toContain('Defect')
    const taken = await h.call('deck_create_label', { ...board, title: 'Defect', color: '000000' })
    expect(taken.error).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/^title/),
    })
    await h.ok('deck_delete_label', label)
    expect((await h.call('deck_get_label', label)).error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^label_id/),
    })
  })

  test('of another board are left alone', async () => {
    const { boardId } = await deck.board('labelled')
    const label = { board_id: boardId, label_id: deck.labels.Later }
    for (const [tool, more] of [
      ['deck_get_label', {}],
      ['deck_update_label', { title: 'x' }],
      ['deck_delete_label', {}],
    ] as const) {
      const { error } = await h.call(tool, { ...label, ...more })
      expect(error, tool).toMatchObject({ code: 'NOT_FOUND' })
    }
    const own = await h.ok('deck_get_label', { ...label, board_id: deck.boardId })
    expect(own.title).toBe('Later')
  })
})

describe('lists of cards', () => {
  let board: { board_id: number }
  let stackId: number
  const ids: Record<string, number> = {}

  beforeAll(async () => {
    const made = await deck.board('lists')
    board = { board_id: made.boardId }
    stackId = made.stackId
    const { labels } = await h.ok('deck_get_labels', board)
    const text = `${'word '.repeat(60)}end`
    for (const [order, title] of ['open', 'labelled', 'mine', 'done', 'archived'].entries()) {
      const place = { ...board, stack_id: stackId }
      const description = title === 'open' ? text : ''
      const { id } = await h.ok('deck_create_card', { ...place, title, order, description })
      ids[title] = id
    }
    const at = (title: string) => ({ ...board, stack_id: stackId, card_id: ids[title] })
    await h.ok('deck_assign_label_to_card', { ...at('labelled'), label_id: labels[0].id })
    const user_id = h.backend.alice.loginName
    for (const title of ['mine', 'archived']) {
      await h.ok('deck_assign_user_to_card', { ...at(title), user_id })
    }
    await h.ok('deck_update_card', { ...at('done'), done: 'now' })
    await h.ok('deck_archive_card', at('archived'))
  })

  const list = async (args = {}) => h.ok('deck_get_cards', { ...board, stack_id: stackId, ...args })

  test('show what is open, in short', async () => {
    const { cards, total } = await list()
    expect(titles(cards)).toEqual(['open', 'labelled', 'mine'])
    expect(total).toBe(3)
    expect(cards[0]).toEqual({
      id: ids.open,
      title: 'open',
      stackId,
      archived: false,
      duedate: null,
      done: null,
      labels: [],
      assignedUsers: [],
      attachmentCount: 0,
      commentsUnread: 0,
      hasDescription: true,
      descriptionPreview: `${'word '.repeat(28)}…`,
      url: expect.stringMatching(/\/board\/\d+\/card\/\d+$/),
    })
    expect(cards[1].labels).toEqual(['Finished'])
    expect(cards[2].assignedUsers).toEqual([h.backend.alice.loginName])
  })

  test.each([
    ['open', ['open', 'labelled', 'mine']],
    ['done', ['done']],
    ['archived', ['archived']],
    ['all', ['open', 'labelled', 'mine', 'done', 'archived']],
  ])('status %s', async (status, expected) => {
    expect(titles((await list({ status })).cards)).toEqual(expected)
    const stack = await h.ok('deck_get_stack', { ...board, stack_id: stackId, status })
    expect(titles(stack.cards)).toEqual(expected)
    const { stacks } = await h.ok('deck_get_stacks', { ...board, status })
    expect(titles(stacks[0].cards)).toEqual(expected)
    const overview = await h.ok('deck_get_board_overview', { ...board, status })
    expect(titles(overview.stacks[0].cards)).toEqual(expected)
    expect(overview.total_cards).toBe(expected.length)
  })

  test('by label and by who is to do it, also of archived cards', async () => {
    expect(titles((await list({ label: 'fINISHED' })).cards)).toEqual(['labelled'])
    expect(titles((await list({ label: 'nothing' })).cards)).toEqual([])
    const assigned_to = h.backend.alice.loginName
    expect(titles((await list({ assigned_to })).cards)).toEqual(['mine'])
    expect(titles((await list({ assigned_to, status: 'all' })).cards)).toEqual(['mine', 'archived'])
    const archived = await h.ok('deck_get_archived_stacks', { ...board, assigned_to })
    expect(titles(archived.stacks[0].cards)).toEqual(['archived'])
    const nobody = await h.ok('deck_get_archived_stacks', { ...board, assigned_to: 'nobody' })
    expect(nobody.stacks[0].cards).toEqual([])
  })

  test('say that they do not know who is to do an archived card', async () => {
    const { stacks } = await h.ok('deck_get_archived_stacks', board)
    expect(stacks[0].cards[0]).toMatchObject({ title: 'archived', assignedUsers: null })
  })

  test('in full, cut as asked', async () => {
    const { cards } = await list({ detail: 'full', description_max_length: 8 })
    expect(cards[0]).toMatchObject({
      description: 'word wor…',
      owner: { uid: h.backend.alice.loginName },
      type: 'plain',
      order: 0,
      ETag: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    const short = await list({ description_preview_length: 3 })
    expect(short.cards[0].descriptionPreview).toBe('wor…')
  })

  test('page by page', async () => {
    const first = await list({ limit: 2 })
    expect(first).toMatchObject({ total: 3, next_offset: 2 })
    const second = await list({ limit: 2, offset: 2 })
    expect(titles([...first.cards, ...second.cards])).toEqual(['open', 'labelled', 'mine'])
    expect(second.next_offset).toBeUndefined()
    const { stacks } = await h.ok('deck_get_stacks', { ...board, limit: 1 })
    expect(stacks[0]).toMatchObject({ card_count: 3, cards: [{ title: 'open' }] })
  })

  test('the overview counts', async () => {
    const at = { ...board, stack_id: stackId }
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    await h.ok('deck_update_card', { ...at, card_id: ids.open, duedate: day(-1) })
    await h.ok('deck_update_card', { ...at, card_id: ids.labelled, duedate: day(2) })
    await h.ok('deck_update_card', { ...at, card_id: ids.mine, duedate: day(20) })
    const overview = await h.ok('deck_get_board_overview', board)
    expect(overview).toMatchObject({
      board_id: board.board_id,
      title: 'mcp-test lists',
      archived: false,
      labels: ['Finished', 'To review', 'Action needed', 'Later'],
      assignees: [{ uid: h.backend.alice.loginName, open_cards: 1 }],
      counts: { open: 3, done: 1, overdue: 1, due_soon: 1, unassigned: 2 },
      total_cards: 3,
    })
    expect(overview.stacks).toMatchObject([{ id: stackId, title: 'There', card_count: 3 }])
    const all = await h.ok('deck_get_board_overview', { ...board, status: 'all' })
    expect(all.counts).toMatchObject({ open: 3, done: 1 })
  })
})

describe('resources', () => {
  test('all eight', async () => {
    const card = await deck.card({ title: 'As a resource' })
    const base = `nc://Deck/boards/${deck.boardId}`
    const read = async (uri: string) => {
      const { contents } = await h.client.readResource({ uri })
      return JSON.parse((contents[0] as { text: string }).text)
    }
    expect(titles(await read('nc://Deck/boards'))).toContain('mcp-test board')
    expect(await read(base)).toMatchObject({ id: deck.boardId, title: 'mcp-test board' })
    expect(titles(await read(`${base}/stacks`))).toEqual(['To do', 'Doing'])
    const stack = `${base}/stacks/${card.stack_id}`
    expect(await read(stack)).toMatchObject({ id: card.stack_id, title: 'To do' })
    expect(titles(await read(`${stack}/cards`))).toContain('As a resource')
    expect(await read(`${stack}/cards/${card.card_id}`)).toMatchObject({ title: 'As a resource' })
    expect(titles(await read(`${base}/labels`))).toContain('Later')
    const label = `${base}/labels/${deck.labels.Later}`
    expect(await read(label)).toMatchObject({ title: 'Later' })
    const missing = h.client.readResource({ uri: 'nc://Deck/boards/99999999' })
    await expect(missing).rejects.toMatchObject({ code: -32_602 })
    await expect(h.client.readResource({ uri: 'nc://Deck/boards/x' })).rejects.toThrow(/not an id/)
  })
})
