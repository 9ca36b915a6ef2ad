/** Two people at one board: what may only be read, what may be edited, what is foreign. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { basic, callTool, type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
let bob: Client
let place: CardPlace
let alice: string
let bobId: string

beforeAll(async () => {
  h = await startHarness({
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
    },
  })
  deck = await deckStage(h)
  place = await deck.card({ title: 'Of alice', description: 'text' })
  alice = h.backend.alice.loginName
  bobId = h.backend.bob?.loginName ?? ''
  if (h.backend.bob) bob = await h.connect({ headers: { authorization: basic(h.backend.bob) } })
})
afterAll(async () => {
  await deck.clear()
  await h.close()
})

const asBob = (name: string, args: Record<string, unknown> = {}) => callTool(bob, name, args)

/** Everything that changes something on the board, and what it needs. */
const writes = (): [string, Record<string, unknown>, 'edit' | 'manage'][] => {
  const board = { board_id: deck.boardId }
  const stack = { ...board, stack_id: deck.stacks[0] }
  const label = { ...board, label_id: deck.labels.Later }
  return [
    ['deck_create_stack', { ...board, title: 'x', order: 1 }, 'manage'],
    ['deck_update_stack', { ...stack, title: 'x' }, 'manage'],
    ['deck_delete_stack', stack, 'manage'],
    ['deck_create_label', { ...board, title: 'x', color: '000000' }, 'manage'],
    ['deck_update_label', { ...label, title: 'x' }, 'manage'],
    ['deck_delete_label', label, 'manage'],
    ['deck_create_card', { ...stack, title: 'x' }, 'edit'],
    ['deck_update_card', { ...place, title: 'x' }, 'edit'],
    ['deck_archive_card', place, 'edit'],
    ['deck_unarchive_card', place, 'edit'],
    ['deck_reorder_card', { ...place, order: 0, target_stack_id: deck.stacks[0] }, 'edit'],
    ['deck_assign_label_to_card', { ...place, label_id: deck.labels.Later }, 'edit'],
    ['deck_remove_label_from_card', { ...place, label_id: deck.labels.Later }, 'edit'],
    ['deck_assign_user_to_card', { ...place, user_id: alice }, 'edit'],
    ['deck_unassign_user_from_card', { ...place, user_id: alice }, 'edit'],
    ['deck_delete_card', place, 'edit'],
  ]
}
const reads = (): [string, Record<string, unknown>][] => [
  ['deck_get_board', { board_id: deck.boardId }],
  ['deck_get_board_overview', { board_id: deck.boardId }],
  ['deck_get_stacks', { board_id: deck.boardId }],
  ['deck_get_stack', { board_id: deck.boardId, stack_id: deck.stacks[0] }],
  ['deck_get_archived_stacks', { board_id: deck.boardId }],
  ['deck_get_cards', { board_id: deck.boardId, stack_id: deck.stacks[0] }],
  ['deck_get_card', place],
  ['deck_get_labels', { board_id: deck.boardId }],
  ['deck_get_label', { board_id: deck.boardId, label_id: deck.labels.Later }],
  ['deck_list_attachments', place],
  ['deck_get_card_comments', { card_id: place.card_id }],
]

/** The board as it is, without what only tells when it changed. */
const state = async () => {
  const { body: stacks } = await deck.raw('GET', `/boards/${deck.boardId}/stacks`)
  const { body: board } = await deck.raw('GET', `/boards/${deck.boardId}`)
  return JSON.stringify([stacks, board.labels, board.stacks]).replace(
    /"(lastModified|ETag|lastEditor)":("[^"]*"|\d+|null)/g,
    '',
  )
}

describe('a board of somebody else', () => {
  test('is not there: nothing is read or changed, and the argument is named', async () => {
    if (!bob) return
    const before = await state()
    const { data } = await asBob('deck_get_boards')
    const seen = data.boards.map(({ id }: { id: number }) => id)
    expect(seen).not.toContain(deck.boardId)
    for (const [tool, args] of [...reads(), ...writes()]) {
      const { error } = await asBob(tool, args)
      expect(error, tool).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/^(board|card)_id: /),
      })
    }
    expect(await state()).toBe(before)
  })

  test('nothing that alice has read is remembered for bob', async () => {
    if (!bob) return
    await h.ok('deck_get_board', { board_id: deck.boardId })
    await h.ok('deck_get_board', { board_id: deck.boardId })
    h.proxy.forget()
    await asBob('deck_get_board', { board_id: deck.boardId })
    expect(h.proxy.requests.length).toBeGreaterThan(0)
    for (const { headers } of h.proxy.requests) expect(headers['if-none-match']).toBeUndefined()
  })
})

describe('a board shared for reading', () => {
  beforeAll(async () => {
    if (bob) await deck.share()
  })

  test('is read, and nothing on it is changed', async () => {
    if (!bob) return
    const before = await state()
    for (const [tool, args] of reads()) {
      expect((await asBob(tool, args)).error, tool).toBeUndefined()
    }
    for (const [tool, args, need] of writes()) {
      const { error } = await asBob(tool, args)
      expect(error, tool).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching(need === 'edit' ? /reading only/ : /manage the board/),
        subject: expect.stringContaining('mcp-test board'),
      })
    }
    expect(await state()).toBe(before)
  })

  test('who it is shared with can be assigned', async () => {
    if (!bob) return
    await h.ok('deck_assign_user_to_card', { ...place, user_id: bobId })
    const { cards } = await h.ok('deck_get_cards', {
      board_id: deck.boardId,
      stack_id: deck.stacks[0],
      assigned_to: bobId,
    })
    expect(cards).toMatchObject([{ id: place.card_id, assignedUsers: [bobId] }])
  })

  test('a card that moves to a board bob cannot see says so', async () => {
    if (!bob) return
    const other = await deck.board('private')
    const card = await deck.card()
    await h.ok('deck_assign_user_to_card', { ...card, user_id: bobId })
    const moved = await h.ok('deck_move_card_to_board', {
      source_board_id: card.board_id,
      source_stack_id: card.stack_id,
      card_id: card.card_id,
      target_board_id: other.boardId,
      target_stack_id: other.stackId,
    })
    expect(moved).toMatchObject({
      assignees_without_access: [bobId],
      message: expect.stringContaining(bobId),
    })
  })
})

describe('a board shared for editing', () => {
  beforeAll(async () => {
    if (!bob) return
    const { body } = await deck.raw('GET', `/boards/${deck.boardId}`)
    const path = `/boards/${deck.boardId}/acl/${body.acl[0].id}`
    const rights = { permissionEdit: true, permissionShare: false, permissionManage: false }
    await deck.raw('PUT', path, rights)
  })

  test('its cards are changed and stay their owner’s; stacks and labels are not', async () => {
    if (!bob) return
    for (const [tool, args, need] of writes().filter(([name]) => name !== 'deck_delete_card')) {
      const { error } = await asBob(tool, args)
      if (need === 'edit') expect(error, tool).toBeUndefined()
      else expect(error, tool).toMatchObject({ code: 'FORBIDDEN' })
    }
    const changed = await deck.read(place)
    expect(changed).toMatchObject({ title: 'x', description: 'text', owner: { uid: alice } })
  })

  test('a label that bob may not make on the target board is dropped, and that is said', async () => {
    if (!bob) return
    const { id } = await h.ok('deck_create_label', {
      board_id: deck.boardId,
      title: 'Only there',
      color: '123456',
    })
    const card = await deck.card()
    await h.ok('deck_assign_label_to_card', { ...card, label_id: id })
    await h.ok('deck_assign_label_to_card', { ...card, label_id: deck.labels.Later })
    const target = await deck.board('of both')
    await deck.raw('POST', `/boards/${target.boardId}/acl`, {
      type: 0,
      participant: bobId,
      permissionEdit: true,
      permissionShare: false,
      permissionManage: false,
    })
    const { data } = await asBob('deck_move_card_to_board', {
      source_board_id: card.board_id,
      source_stack_id: card.stack_id,
      card_id: card.card_id,
      target_board_id: target.boardId,
      target_stack_id: target.stackId,
    })
    expect(data).toMatchObject({
      labels: ['Later'],
      dropped_labels: ['Only there'],
      message: expect.stringContaining('Only there'),
    })
  })
})

test('an archived board is read, and nothing on it is changed', async () => {
  const archived = { title: 'mcp-test board', color: '0087C5', archived: true }
  await deck.raw('PUT', `/boards/${deck.boardId}`, archived)
  const before = await state()
  for (const [tool, args] of reads()) expect((await h.call(tool, args)).error, tool).toBeUndefined()
  // Deck itself lets people be assigned, and stacks be deleted, on archived boards.
  const allowed = /assign_user|unassign|delete_stack/
  for (const [tool, args] of writes().filter(([name]) => !allowed.test(name))) {
    const { error } = await h.call(tool, args)
    expect(error, tool).toMatchObject({ code: 'FORBIDDEN', message: 'The board is archived' })
  }
  expect(await state()).toBe(before)
})
