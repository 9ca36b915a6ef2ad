/** Cards: changed without loss, moved where they are meant to go, labelled and assigned. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { caldav } from '../support/caldav.ts'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
let alice: string

beforeAll(async () => {
  h = await startHarness()
  deck = await deckStage(h)
  alice = h.backend.alice.loginName
})
afterAll(async () => {
  await deck.clear()
  await h.close()
})

const titles = (list: { title: string }[]) => list.map(({ title }) => title)

/** A card with everything that an update could lose. */
async function rich(): Promise<CardPlace> {
  const place = await deck.card({
    title: 'Rich',
    type: 'markdown',
    order: 4,
    description: 'All of it: Grüße 😀',
    duedate: '2030-05-01T10:00:00Z',
  })
  await h.ok('deck_assign_label_to_card', { ...place, label_id: deck.labels.Later })
  await h.ok('deck_assign_user_to_card', { ...place, user_id: alice })
  await h.ok('deck_update_card', { ...place, done: '2030-04-30T08:00:00Z' })
  return place
}

const kept = {
  title: 'Rich',
  type: 'markdown',
  order: 4,
  description: 'All of it: Grüße 😀',
  duedate: '2030-05-01T10:00:00+00:00',
  done: '2030-04-30T08:00:00+00:00',
  archived: false,
  labels: [{ title: 'Later' }],
  deletedAt: 0,
}

describe('create and read', () => {
  test('a card is created and read back whole', async () => {
    const made = await h.ok('deck_create_card', {
      board_id: deck.boardId,
      stack_id: deck.stacks[0],
      title: 'First & foremost',
      description: '# Grüße\n\nmit 😀',
      duedate: '2030-01-01T10:00:00+02:00',
    })
    expect(made).toMatchObject({
      title: 'First & foremost',
      stackId: deck.stacks[0],
      duedate: '2030-01-01T08:00:00Z',
      url: expect.stringMatching(/\/board\/\d+\/card\/\d+$/),
    })
    const place = { board_id: deck.boardId, stack_id: deck.stacks[0], card_id: made.id }
    expect(await h.ok('deck_get_card', place)).toMatchObject({
      id: made.id,
      title: 'First & foremost',
      description: '# Grüße\n\nmit 😀',
      duedate: '2030-01-01T08:00:00Z',
      done: null,
      type: 'plain',
      order: 999,
      owner: { uid: alice },
      labels: [],
      assignedUsers: [],
      url: made.url,
    })
  })
})

test('a time without an offset is one of the user’s clocks, and a day is its beginning', async () => {
  const backend = await demoBackend({ sampleData: false })
  const here = await startHarness({ backend })
  await caldav(backend).make('berlin', { components: ['VEVENT'], timezone: 'Europe/Berlin' })
  const { boards } = await here.ok('deck_get_boards')
  const board_id = boards[0].id
  const { stacks } = await here.ok('deck_get_stacks', { board_id })
  const card = { board_id, stack_id: stacks[0].id, title: 'x' }
  const due = async (duedate: string) =>
    (await here.ok('deck_create_card', { ...card, duedate })).duedate
  expect(await due('2030-07-01T10:00')).toBe('2030-07-01T08:00:00Z')
  expect(await due('2030-01-01 10:00:30')).toBe('2030-01-01T09:00:30Z')
  expect(await due('2030-07-01')).toBe('2030-06-30T22:00:00Z')
  const requests = await here.requestsOf(() => due('2030-07-01T10:00:00-03:00'))
  expect(requests).toHaveLength(2)
  await here.close()
})

describe('an update', () => {
  test.each([
    ['title', { title: 'Other' }, { title: 'Other' }],
    ['description', { description: 'short' }, { description: 'short' }],
    ['an empty description', { description: '' }, { description: '' }],
    ['type', { type: 'plain' }, { type: 'plain' }],
    ['order', { order: 0 }, { order: 0 }],
    [
      'due date',
      { duedate: '2031-01-01T00:30:00+01:00' },
      { duedate: '2030-12-31T23:30:00+00:00' },
    ],
    ['no due date', { duedate: '' }, { duedate: null }],
    ['not done', { done: '' }, { done: null }],
    ['archived', { archived: true }, { archived: true }],
  ])('of %s keeps the rest', async (_, change, changed) => {
    const place = await rich()
    const before = await deck.read(place)
    await h.ok('deck_update_card', { ...place, ...change })
    const after = await deck.read(place)
    expect(after).toMatchObject({ ...kept, ...changed })
    expect(after.owner.uid).toBe(before.owner.uid)
    expect(after.assignedUsers).toEqual(before.assignedUsers)
    expect(after.stackId).toBe(before.stackId)
  })

  test('says what is done now, and gives an etag', async () => {
    const place = await deck.card()
    const started = Date.now()
    const changed = await h.ok('deck_update_card', { ...place, done: 'now' })
    expect(changed).toMatchObject({ card_id: place.card_id, labels: [], etag: expect.any(String) })
    const done = Date.parse((await deck.read(place)).done)
    expect(Math.abs(done - started)).toBeLessThan(10_000)
  })

  test('of an archived card leaves it archived', async () => {
    const place = await rich()
    await h.ok('deck_archive_card', place)
    await h.ok('deck_update_card', { ...place, title: 'Still away', archived: true })
    expect(await deck.read(place)).toMatchObject({ ...kept, title: 'Still away', archived: true })
    await h.ok('deck_update_card', { ...place, archived: false })
    expect(await deck.read(place)).toMatchObject({ ...kept, title: 'Still away' })
  })

  test('with an etag is refused where the card has changed since', async () => {
    const place = await deck.card({ title: 'Contended' })
    const { ETag: etag } = await h.ok('deck_get_card', place)
    // Deck's ETags are times in seconds.
    await expect
      .poll(
        async () => {
          await deck.raw('PUT', pathOf(place), { title: 'Theirs', type: 'plain', owner: alice })
          return (await deck.read(place)).ETag
        },
        { timeout: 5_000, interval: 400 },
      )
      .not.toBe(etag)
    const current = (await deck.read(place)).ETag
    const { error } = await h.call('deck_update_card', { ...place, title: 'Mine', etag })
    expect(error).toMatchObject({ code: 'CONFLICT', etag: current })
    expect((await deck.read(place)).title).toBe('Theirs')
    await h.ok('deck_update_card', { ...place, title: 'Mine', etag: `"${current}"` })
    expect((await deck.read(place)).title).toBe('Mine')
  })

  test('does not move a card that is in another stack than was said', async () => {
    const place = await deck.card()
    const wrong = { ...place, stack_id: deck.stacks[1] }
    const { error } = await h.call('deck_update_card', { ...wrong, title: 'x' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/^stack_id/) })
    expect(error?.hint).toContain(String(deck.stacks[0]))
    expect(await deck.read(place)).toMatchObject({ title: 'A card', stackId: deck.stacks[0] })
  })

  test('does not bring back a deleted card', async () => {
    const place = await deck.card()
    await h.ok('deck_delete_card', place)
    for (const [tool, more] of [
      ['deck_update_card', { title: 'Risen' }],
      ['deck_get_card', {}],
      ['deck_delete_card', {}],
      ['deck_archive_card', {}],
    ] as const) {
      const { error } = await h.call(tool, { ...place, ...more })
      expect(error, tool).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/deleted/),
      })
    }
    expect((await deck.raw('GET', pathOf(place))).status).toBe(403)
  })

  test('does not pretend to give a card to another owner', async () => {
    const place = await deck.card()
    const { error } = await h.call('deck_update_card', { ...place, owner: 'bob', title: 'x' })
    expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringMatching(/^owner/) })
    expect(await deck.read(place)).toMatchObject({ title: 'A card', owner: { uid: alice } })
    await h.ok('deck_update_card', { ...place, owner: alice, title: 'x' })
  })

  test('eight at the same time lose nothing', async () => {
    const place = await deck.card({ description: 'd' })
    await Promise.all([
      h.ok('deck_update_card', { ...place, title: 'Together' }),
      h.ok('deck_update_card', { ...place, description: 'text' }),
      h.ok('deck_update_card', { ...place, order: 3 }),
      h.ok('deck_update_card', { ...place, duedate: '2030-01-01T00:00:00Z' }),
      h.ok('deck_update_card', { ...place, done: '2030-01-02T00:00:00Z' }),
    ])
    expect(await deck.read(place)).toMatchObject({
      title: 'Together',
      description: 'text',
      order: 3,
      duedate: '2030-01-01T00:00:00+00:00',
      done: '2030-01-02T00:00:00+00:00',
    })
  })
})

describe('archive', () => {
  test('and back, with nothing lost', async () => {
    const place = await rich()
    const archived = await h.ok('deck_archive_card', place)
    expect(archived).toMatchObject({ ...place, labels: ['Later'], status_code: 200 })
    expect(await deck.read(place)).toMatchObject({ ...kept, archived: true })
    await h.ok('deck_unarchive_card', place)
    expect(await deck.read(place)).toMatchObject(kept)
  })

  test('an archived card takes no label and no other place, and says why', async () => {
    const place = await deck.card()
    await h.ok('deck_archive_card', place)
    for (const [tool, more] of [
      ['deck_assign_label_to_card', { label_id: deck.labels.Later }],
      ['deck_reorder_card', { order: 0, target_stack_id: place.stack_id }],
    ] as const) {
      const { error } = await h.call(tool, { ...place, ...more })
      expect(error, tool).toMatchObject({ code: 'FORBIDDEN', message: 'The card is archived' })
      expect(error?.hint).toContain('deck_unarchive_card')
    }
  })
})

describe('reorder', () => {
  test('within a stack and across stacks of the board', async () => {
    const { boardId, stackId } = await deck.board('order')
    const board = { board_id: boardId }
    const right = await h.ok('deck_create_stack', { ...board, title: 'Right', order: 5 })
    const made: CardPlace[] = []
    for (const [order, title] of ['a', 'b', 'c'].entries()) {
      made.push(await deck.card({ ...board, stack_id: stackId, title, order }))
    }
    const order = async (stack_id: number) =>
      titles((await h.ok('deck_get_cards', { ...board, stack_id })).cards)
    await h.ok('deck_reorder_card', { ...made[2], order: 0, target_stack_id: stackId })
    expect(await order(stackId)).toEqual(['c', 'a', 'b'])
    const moved = await h.ok('deck_reorder_card', {
      ...made[0],
      order: 0,
      target_stack_id: right.id,
    })
    expect(moved).toMatchObject({ stack_id: right.id, card_id: made[0]?.card_id })
    expect([await order(stackId), await order(right.id)]).toEqual([['c', 'b'], ['a']])
  })

  test('never to a stack of another board, nor from a stack the card is not in', async () => {
    const other = await deck.board('far')
    const place = await deck.card()
    for (const args of [
      { ...place, order: 0, target_stack_id: other.stackId },
      { ...place, stack_id: deck.stacks[1], order: 0, target_stack_id: deck.stacks[1] },
      { ...place, order: 0, target_stack_id: 99_999_999 },
    ]) {
      expect((await h.call('deck_reorder_card', args)).error).toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(await deck.read(place)).toMatchObject({ stackId: deck.stacks[0], order: 999 })
  })

  test('keeps what a card has', async () => {
    const place = await rich()
    await h.ok('deck_reorder_card', { ...place, order: 1, target_stack_id: deck.stacks[1] })
    const there = await deck.read({ ...place, stack_id: deck.stacks[1] })
    expect(there).toMatchObject({ ...kept, order: 1, stackId: deck.stacks[1] })
  })
})

describe('move to another board', () => {
  const target = (other: { boardId: number; stackId: number }) => ({
    target_board_id: other.boardId,
    target_stack_id: other.stackId,
  })
  const source = (place: CardPlace) => ({
    source_board_id: place.board_id,
    source_stack_id: place.stack_id,
    card_id: place.card_id,
  })

  test('keeps everything; labels follow by title and are made where they are missing', async () => {
    const other = await deck.board('target')
    const place = await rich()
    const own = await h.ok('deck_create_label', {
      board_id: deck.boardId,
      title: 'Only here',
      color: '123456',
    })
    await h.ok('deck_assign_label_to_card', { ...place, label_id: own.id })
    const moved = await h.ok('deck_move_card_to_board', {
      ...source(place),
      ...target(other),
      order: 2,
    })
    expect(moved).toMatchObject({
      card_id: place.card_id,
      board_id: other.boardId,
      stack_id: other.stackId,
      labels: ['Later', 'Only here'],
      dropped_labels: [],
      assignees_without_access: [],
    })
    const there = await deck.read({ ...place, board_id: other.boardId, stack_id: other.stackId })
    const labels = [{ title: 'Later' }, { title: 'Only here', color: '123456' }]
    expect(there).toMatchObject({ ...kept, order: 2, stackId: other.stackId, labels })
    expect(there.labels.map(({ boardId }: { boardId: number }) => boardId)).toEqual([
      other.boardId,
      other.boardId,
    ])
  })

  test('moves nothing that would be left half moved', async () => {
    const other = await deck.board('half')
    const place = await rich()
    await h.ok('deck_archive_card', place)
    const archivedCard = await h.call('deck_move_card_to_board', {
      ...source(place),
      ...target(other),
    })
    expect(archivedCard.error).toMatchObject({ code: 'FORBIDDEN', message: 'The card is archived' })
    await h.ok('deck_unarchive_card', place)
    const fields = { title: 'mcp-test half', color: '000000' }
    await deck.raw('PUT', `/boards/${other.boardId}`, { ...fields, archived: true })
    const toArchived = await h.call('deck_move_card_to_board', {
      ...source(place),
      ...target(other),
    })
    expect(toArchived.error).toMatchObject({ code: 'FORBIDDEN', message: 'The board is archived' })
    const wrongStack = await h.call('deck_move_card_to_board', {
      ...source(place),
      target_board_id: deck.boardId,
      target_stack_id: other.stackId,
    })
    expect(wrongStack.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^stack_id/),
    })
    const nowhere = await h.call('deck_move_card_to_board', {
      ...source(place),
      target_board_id: 99_999_999,
      target_stack_id: other.stackId,
    })
    expect(nowhere.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^board_id/),
    })
    expect(await deck.read(place)).toMatchObject({ ...kept, stackId: deck.stacks[0] })
  })
})

describe('labels and users', () => {
  test('a label is put on and taken off; twice is no harm', async () => {
    const place = await deck.card()
    const label = { ...place, label_id: deck.labels.Later }
    await h.ok('deck_assign_label_to_card', label)
    await h.ok('deck_assign_label_to_card', label)
    expect(titles((await deck.read(place)).labels)).toEqual(['Later'])
    await h.ok('deck_remove_label_from_card', label)
    await h.ok('deck_remove_label_from_card', label)
    expect((await deck.read(place)).labels).toEqual([])
  })

  test('a label of another board is refused and named', async () => {
    const other = await deck.board('labels')
    const { labels } = await h.ok('deck_get_labels', { board_id: other.boardId })
    const place = await deck.card()
    const foreign = { ...place, label_id: labels[0].id }
    const { error } = await h.call('deck_assign_label_to_card', foreign)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/^label_id/) })
    const missing = await h.call('deck_assign_label_to_card', { ...place, label_id: 99_999_999 })
    expect(missing.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^label_id/),
    })
    expect((await deck.read(place)).labels).toEqual([])
  })

  test('a user is assigned and unassigned', async () => {
    const place = await deck.card()
    const user = { ...place, user_id: alice }
    await h.ok('deck_assign_user_to_card', user)
    expect((await h.ok('deck_assign_user_to_card', user)).message).toMatch(/already/)
    expect((await deck.read(place)).assignedUsers).toHaveLength(1)
    await h.ok('deck_unassign_user_from_card', user)
    expect((await deck.read(place)).assignedUsers).toEqual([])
    const again = await h.call('deck_unassign_user_from_card', user)
    expect(again.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^user_id/),
    })
  })

  test.each(['bob', 'nobody-at-all'])('%s, who cannot see the board, is not', async user_id => {
    const place = await deck.card()
    const { error } = await h.call('deck_assign_user_to_card', { ...place, user_id })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/^user_id/) })
    expect((await deck.read(place)).assignedUsers).toEqual([])
  })
})

test('dependent cards are refused before anything is sent where Deck is too old', async () => {
  const [one, two] = [await deck.card(), await deck.card()]
  const { body } = await deck.raw('GET', '/ocs/v2.php/cloud/capabilities')
  const version: string = body.ocs.data.capabilities.deck.version
  if (Number(version.split('.')[1]) >= 18) return
  for (const tool of ['deck_assign_dependent_card', 'deck_remove_dependent_card']) {
    const requests = await h.requestsOf(async () => {
      const args = { ...one, dependent_card_id: two.card_id }
      const { error } = await h.call(tool, args)
      expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringMatching(/1\.18/) })
      expect(error?.subject).toBe(`Deck ${version}`)
    })
    expect(requests.filter(request => !request.includes('capabilities'))).toEqual([])
  }
})

function pathOf({ board_id, stack_id, card_id }: CardPlace): string {
  return `/boards/${board_id}/stacks/${stack_id}/cards/${card_id}`
}
