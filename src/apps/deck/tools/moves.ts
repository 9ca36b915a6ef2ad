/** Tools that move cards. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { moveToBoard, reorderCard } from '../changes.ts'
import { titlesOf } from '../views.ts'
import { CardOperation, card, cardOperation, order } from './shapes.ts'

const id = z.int().min(1)

export const reorderCardTool = defineTool({
  name: 'deck_reorder_card',
  title: 'Move a card on its board',
  description: 'Moves a card to a place in its stack or in another stack of its board.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    ...card,
    order: order.describe('Place from the top, 0 first'),
    target_stack_id: id,
  }),
  output: CardOperation,
  async run({ session }, { order, target_stack_id, ...place }) {
    await reorderCard(session, place, target_stack_id, order)
    return cardOperation(session, { ...place, stack_id: target_stack_id }, 'Moved')
  },
})

export const moveCard = defineTool({
  name: 'deck_move_card_to_board',
  title: 'Move a card to another board',
  description:
    'Moves a card to a stack of another board. Labels follow by title; says which were dropped and which assignees cannot see it there.',
  scopes: ['deck:write'],
  effect: 'update',
  input: z.object({
    source_board_id: id,
    source_stack_id: id,
    card_id: id,
    target_board_id: id,
    target_stack_id: id,
    order: order.default(0),
  }),
  output: CardOperation.extend({
    dropped_labels: z.array(z.string()).describe('Titles of labels the target board lacks'),
    assignees_without_access: z.array(z.string()).describe('User ids; they stay assigned'),
  }),
  async run({ session }, args) {
    const { source_board_id, source_stack_id, card_id, order } = args
    const { target_board_id, target_stack_id } = args
    const source = { board_id: source_board_id, stack_id: source_stack_id, card_id }
    const target = { board_id: target_board_id, stack_id: target_stack_id }
    const moved = await moveToBoard(session, source, target, order)
    const { droppedLabels, assigneesWithoutAccess } = moved
    const notes = [
      ...(droppedLabels.length > 0 ? [`without the labels ${droppedLabels.join(', ')}`] : []),
      ...(assigneesWithoutAccess.length > 0
        ? [`${assigneesWithoutAccess.join(', ')} cannot see it there`]
        : []),
    ]
    const message = ['Moved', ...notes].join('; ')
    return {
      ...cardOperation(session, { ...target, card_id }, message, titlesOf(moved.card)),
      dropped_labels: droppedLabels,
      assignees_without_access: assigneesWithoutAccess,
    }
  },
})
