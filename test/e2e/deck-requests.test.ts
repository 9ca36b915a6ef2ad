/** How many requests each tool of Deck makes, once the board has been read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
let other: { boardId: number; stackId: number }
let commentId = 0
let attachmentId = 0
let spareStack = 0
let spareLabel = 0
const path = `mcp-test-deck-${process.pid}-${Date.now()}.txt`
let noteId = 0
const places: CardPlace[] = []

beforeAll(async () => {
  h = await startHarness()
  deck = await deckStage(h)
  other = await deck.board()
  for (let at = 0; at < 6; at++) places.push(await deck.card())
  const board = { board_id: deck.boardId }
  spareStack = (await h.ok('deck_create_stack', { ...board, title: 'Spare', order: 9 })).id
  const label = { ...board, title: 'Spare', color: '000000' }
  spareLabel = (await h.ok('deck_create_label', label)).id
  const comment = { card_id: places[0]?.card_id, message: 'x' }
  commentId = (await h.ok('deck_create_card_comment', comment)).comment.id
  await h.ok('nc_webdav_write_file', { path, content: 'x' })
  const note = { title: path, content: 'x', category: '' }
  noteId = (await h.ok('nc_notes_create_note', note)).id
  const attached = await h.ok('deck_attach_file', { card_id: places[1]?.card_id, path })
  attachmentId = attached.attachment_id
  await h.ok('deck_get_board', board)
})
afterAll(async () => {
  await deck.clear()
  await h.call('nc_webdav_delete_resource', { path })
  await h.call('nc_notes_delete_note', { note_id: noteId })
  await h.close()
})

test('of every tool', async () => {
  const board = { board_id: deck.boardId }
  const stack = { ...board, stack_id: deck.stacks[0] }
  const [card, second, moving, leaving, doomed] = places
  const label = { ...board, label_id: deck.labels.Later }
  const onCard = { ...card, label_id: deck.labels.Later }
  const user = { ...card, user_id: h.backend.alice.loginName }
  const own = { card_id: card?.card_id, comment_id: commentId }
  const move = {
    source_board_id: deck.boardId,
    source_stack_id: deck.stacks[0],
    card_id: leaving?.card_id,
    target_board_id: other.boardId,
    target_stack_id: other.stackId,
  }
  const table: [string, Record<string, unknown>, number][] = [
    ['deck_get_boards', {}, 1],
    ['deck_get_board', board, 1],
    // The title and the labels are remembered for a minute.
    ['deck_get_board_overview', board, 2],
    ['deck_get_board_overview', board, 1],
    ['deck_get_board_overview', { ...board, status: 'all' }, 2],
    ['deck_get_stacks', board, 1],
    ['deck_get_stacks', { ...board, include_cards: false }, 1],
    ['deck_get_stacks', { ...board, status: 'all' }, 2],
    ['deck_get_stack', stack, 1],
    ['deck_get_archived_stacks', board, 1],
    ['deck_get_cards', stack, 1],
    ['deck_get_card', card ?? {}, 1],
    ['deck_get_labels', board, 1],
    ['deck_get_label', label, 1],
    ['deck_get_card_comments', { card_id: card?.card_id }, 1],
    ['deck_get_card_comments', { card_id: card?.card_id, order: 'oldest' }, 1],
    ['deck_list_attachments', { ...card }, 1],
    ['deck_create_card', { ...stack, title: 'x' }, 2],
    ['deck_update_card', { ...card, title: 'x' }, 2],
    ['deck_archive_card', { ...card }, 1],
    ['deck_unarchive_card', { ...card }, 1],
    ['deck_reorder_card', { ...second, order: 0, target_stack_id: deck.stacks[0] }, 2],
    ['deck_reorder_card', { ...moving, order: 0, target_stack_id: deck.stacks[1] }, 3],
    ['deck_move_card_to_board', move, 3],
    ['deck_assign_label_to_card', onCard, 2],
    ['deck_remove_label_from_card', onCard, 1],
    ['deck_assign_user_to_card', user, 1],
    ['deck_unassign_user_from_card', user, 1],
    ['deck_create_stack', { ...board, title: 'x', order: 3 }, 1],
    ['deck_update_stack', { ...stack, title: 'x' }, 2],
    ['deck_create_label', { ...board, title: 'x', color: '000000' }, 1],
    ['deck_update_label', { ...label, color: '000000' }, 2],
    ['deck_delete_label', { ...board, label_id: spareLabel }, 2],
    ['deck_create_card_comment', { card_id: card?.card_id, message: 'x' }, 1],
    ['deck_update_card_comment', { ...own, message: 'y' }, 1],
    ['deck_delete_card_comment', own, 1],
    ['deck_attach_file', { card_id: card?.card_id, path }, 1],
    ['deck_attach_note', { card_id: card?.card_id, note_id: noteId }, 2],
    ['deck_delete_attachment', { ...second, attachment_id: attachmentId }, 2],
    ['deck_delete_card', { ...doomed }, 1],
    ['deck_delete_stack', { ...board, stack_id: spareStack }, 1],
  ]
  const counted: [string, number][] = []
  for (const [tool, args] of table) {
    const requests = await h.requestsOf(() => h.ok(tool, args))
    counted.push([tool, requests.length])
  }
  expect(counted).toEqual(table.map(([tool, , count]) => [tool, count]))
})

test('a server that has read nothing yet looks at the board first, once', async () => {
  const { backend } = h
  const fresh = await startHarness({ backend: { ...backend, close: async () => {} } })
  const card = { ...places[5] }
  const archive = () => fresh.requestsOf(() => fresh.ok('deck_archive_card', card))
  expect(await archive()).toHaveLength(2)
  expect(await archive()).toHaveLength(1)
  await fresh.close()
})
