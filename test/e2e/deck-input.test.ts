/** Arguments that cannot be right: the error names them, and nothing is written. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
let card: CardPlace

beforeAll(async () => {
  h = await startHarness()
  deck = await deckStage(h)
  card = await deck.card()
})
afterAll(async () => {
  await deck.clear()
  await h.close()
})

type Case = [tool: string, argument: string, value: unknown]
const LONG = 'é'.repeat(256)

describe('nothing is sent for', () => {
  const cases: Case[] = [
    ...['deck_get_board', 'deck_get_stacks', 'deck_get_labels', 'deck_get_board_overview'].flatMap(
      (tool): Case[] => [
        [tool, 'board_id', 0],
        [tool, 'board_id', -1],
        [tool, 'board_id', 'x'],
        [tool, 'board_id', undefined],
      ],
    ),
    ['deck_get_stacks', 'status', 'closed'],
    ['deck_get_stacks', 'limit', 0],
    ['deck_get_stacks', 'detail', 'everything'],
    ['deck_get_stacks', 'description_preview_length', -1],
    ['deck_get_stacks', 'description_max_length', -1],
    ['deck_get_cards', 'offset', -1],
    ['deck_get_cards', 'label', ''],
    ['deck_get_cards', 'assigned_to', ''],
    ['deck_create_board', 'title', ''],
    ['deck_create_board', 'title', ' \n'],
    ['deck_create_board', 'title', 'x'.repeat(101)],
    ...['', 'red', '0f0', '#0f0', '#12345g', '0087C5FF', '# 87C5F'].flatMap((color): Case[] => [
      ['deck_create_board', 'color', color],
      ['deck_create_label', 'color', color],
      ['deck_update_label', 'color', color],
    ]),
    ['deck_create_stack', 'title', ''],
    ['deck_create_stack', 'title', 'x'.repeat(101)],
    ['deck_create_stack', 'order', -1],
    ['deck_create_stack', 'order', 1.5],
    ['deck_update_stack', 'order', -1],
    ['deck_update_stack', 'title', '  '],
    ['deck_create_label', 'title', ''],
    ['deck_create_label', 'title', 'x'.repeat(101)],
    ['deck_create_card', 'title', ''],
    ['deck_create_card', 'title', LONG],
    ['deck_create_card', 'order', -1],
    ['deck_create_card', 'type', ''],
    ['deck_create_card', 'duedate', 'tomorrow'],
    ['deck_create_card', 'duedate', '2030-02-30'],
    ['deck_create_card', 'duedate', '2030-01-01T25:00'],
    ['deck_update_card', 'title', ''],
    ['deck_update_card', 'title', LONG],
    ['deck_update_card', 'order', -1],
    ['deck_update_card', 'duedate', 'rubbish'],
    ['deck_update_card', 'done', 'true'],
    ['deck_update_card', 'archived', 'perhaps'],
    ['deck_reorder_card', 'order', -1],
    ['deck_reorder_card', 'target_stack_id', 0],
    ['deck_move_card_to_board', 'order', -1],
    ['deck_move_card_to_board', 'target_board_id', 0],
    ['deck_assign_user_to_card', 'user_id', ' '],
    ['deck_assign_user_to_card', 'user_id', 'x'.repeat(65)],
    ['deck_assign_dependent_card', 'dependent_card_id', 'self'],
    ['deck_get_card_comments', 'limit', 201],
    ['deck_get_card_comments', 'offset', -1],
    ['deck_get_card_comments', 'order', 'best'],
    ['deck_create_card_comment', 'overflow', 'drop'],
    ['deck_create_card_comment', 'parent_id', 0],
    ['deck_attach_file', 'path', ''],
    ['deck_delete_attachment', 'type', 'folder'],
  ]

  test.each(cases)('%s with %s %j', async (tool, argument, value) => {
    const valid: Record<string, unknown> = {
      ...card,
      label_id: 1,
      title: 'x',
      color: '000000',
      order: 1,
      target_stack_id: 1,
      source_board_id: 1,
      source_stack_id: 1,
      target_board_id: 1,
      user_id: 'x',
      dependent_card_id: 1,
      message: 'x',
      path: 'x',
      attachment_id: 1,
    }
    const accepted = Object.keys(h.composition.catalog.tools.get(tool)?.schema.properties ?? {})
    const args = Object.fromEntries(Object.entries(valid).filter(([key]) => accepted.includes(key)))
    args[argument] = value === 'self' ? card.card_id : value
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call(tool, args)
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
      expect(error?.message).toContain(argument)
    })
    expect(requests).toEqual([])
  })

  test.each([
    ['deck_update_card', () => ({ ...card })],
    ['deck_update_stack', () => ({ board_id: deck.boardId, stack_id: deck.stacks[0] })],
    ['deck_update_label', () => ({ board_id: deck.boardId, label_id: 1 })],
  ] as const)('%s without a change', async (tool, args) => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call(tool, args())
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: 'Nothing to change' })
    })
    expect(requests).toEqual([])
  })
})

test('255 characters are a title, however many bytes they take', async () => {
  for (const title of ['é'.repeat(255), '😀'.repeat(255)]) {
    const place = await deck.card({ title })
    expect((await deck.read(place)).title).toBe(title)
  }
})

describe('what is not there is named', () => {
  const missing = 99_999_999
  const cases: [string, () => Record<string, unknown>, RegExp][] = [
    ['deck_get_board', () => ({ board_id: missing }), /^board_id/],
    ['deck_get_board_overview', () => ({ board_id: missing }), /^board_id/],
    ['deck_get_stacks', () => ({ board_id: missing }), /^board_id/],
    ['deck_get_archived_stacks', () => ({ board_id: missing }), /^board_id/],
    ['deck_get_stack', () => ({ board_id: deck.boardId, stack_id: missing }), /^stack_id/],
    ['deck_get_cards', () => ({ board_id: deck.boardId, stack_id: missing }), /^stack_id/],
    [
      'deck_get_stack',
      () => ({ board_id: deck.boardId, stack_id: missing, include_cards: false }),
      /^stack_id/,
    ],
    ['deck_get_card', () => ({ ...card, card_id: missing }), /^card_id/],
    ['deck_list_attachments', () => ({ ...card, card_id: missing }), /^card_id/],
    ['deck_get_label', () => ({ board_id: deck.boardId, label_id: missing }), /^label_id/],
    ['deck_create_stack', () => ({ board_id: missing, title: 'x', order: 1 }), /^board_id/],
    ['deck_update_stack', () => ({ board_id: missing, stack_id: 1, title: 'x' }), /^board_id/],
    ['deck_create_label', () => ({ board_id: missing, title: 'x', color: '000000' }), /^board_id/],
    [
      'deck_create_card',
      () => ({ board_id: deck.boardId, stack_id: missing, title: 'x' }),
      /^stack_id/,
    ],
    [
      'deck_create_card',
      () => ({ board_id: missing, stack_id: deck.stacks[0], title: 'x' }),
      /^board_id/,
    ],
    ['deck_update_card', () => ({ ...card, card_id: missing, title: 'x' }), /^card_id/],
    ['deck_update_card', () => ({ ...card, board_id: missing, title: 'x' }), /^board_id/],
    ['deck_archive_card', () => ({ ...card, card_id: missing }), /^card_id/],
    ['deck_archive_card', () => ({ ...card, board_id: missing }), /^board_id/],
    ['deck_archive_card', () => ({ ...card, stack_id: missing }), /^stack_id/],
    ['deck_delete_card', () => ({ ...card, card_id: missing }), /^card_id/],
    ['deck_delete_card', () => ({ ...card, board_id: missing }), /^board_id/],
    ['deck_delete_label', () => ({ board_id: deck.boardId, label_id: missing }), /^label_id/],
    [
      'deck_reorder_card',
      () => ({ ...card, card_id: missing, order: 0, target_stack_id: deck.stacks[0] }),
      /^card_id/,
    ],
  ]
  test.each(cases)('%s %#', async (tool, args, message) => {
    const { error } = await h.call(tool, args())
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(message) })
    expect(await deck.read(card)).toMatchObject({ title: 'A card', archived: false, deletedAt: 0 })
  })
})
