/** Tools for labels. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { boardChanges, getBoard } from '../boards.ts'
import { cards } from '../cards.ts'
import { putLabelOn } from '../changes.ts'
import { sendDeck } from '../http.ts'
import { explained, notOnBoard } from '../missing.ts'
import { Label } from '../records.ts'
import { LabelView, labelView } from '../views.ts'
import { board, CardOperation, card, cardOperation, color, labelId, title } from './shapes.ts'

const LabelOperation = z.object({
  status_code: z.int(),
  message: z.string(),
  label_id: z.int(),
  board_id: z.int(),
})

export const getLabels = defineTool({
  name: 'deck_get_labels',
  title: 'List labels',
  description: 'Lists the labels of a board.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(board),
  output: z.object({ labels: z.array(LabelView), total: z.int() }),
  async run({ session }, { board_id }) {
    const labels = (await getBoard(session, board_id)).labels.map(labelView)
    return { labels, total: labels.length }
  },
})

export const getLabelTool = defineTool({
  name: 'deck_get_label',
  title: 'Read a label',
  description: 'Reads one label.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ ...board, ...labelId }),
  output: LabelView,
  run: async ({ session }, { board_id, label_id }) =>
    labelView(await getLabel(session, board_id, label_id)),
})

export const createLabel = defineTool({
  name: 'deck_create_label',
  title: 'Create a label',
  description: 'Adds a label to a board.',
  scopes: ['deck:write'],
  effect: 'create',
  input: z.object({ ...board, title: title(100), color }),
  output: z.object({ id: z.int(), title: z.string(), color: z.string() }),
  async run({ session }, { board_id, ...fields }) {
    const { id, title, color } = await explained(session, { board_id }, 'manage', () =>
      boardChanges(session).createLabel(board_id, fields),
    )
    return { id, title, color }
  },
})

export const updateLabel = defineTool({
  name: 'deck_update_label',
  title: 'Change a label',
  description: 'Changes title or color of a label; what is not given stays.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    ...board,
    ...labelId,
    title: title(100).optional(),
    color: color.optional(),
  }),
  output: LabelOperation,
  run({ session }, { board_id, label_id, title, color }) {
    if (title === undefined && color === undefined) {
      throw badInput('Nothing to change', 'Give title, color or both.')
    }
    return session.account.serialised(`deck/label/${label_id}`, async () => {
      const known = await getLabel(session, board_id, label_id)
      const fields = { title: title ?? known.title, color: color ?? known.color }
      await explained(session, { board_id, label_id }, 'manage', () =>
        boardChanges(session).replaceLabel(board_id, label_id, fields),
      )
      return { status_code: 200, message: 'Changed', label_id, board_id }
    })
  },
})

export const deleteLabel = defineTool({
  name: 'deck_delete_label',
  title: 'Delete a label',
  description: 'Deletes a label from its board and from all cards.',
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ ...board, ...labelId }),
  output: LabelOperation,
  async run({ session }, { board_id, label_id }) {
    // Deck would delete a label of any board; there is no way back.
    await getLabel(session, board_id, label_id)
    await explained(session, { board_id, label_id }, 'manage', () =>
      boardChanges(session).deleteLabel(board_id, label_id),
    )
    return { status_code: 200, message: 'Deleted', label_id, board_id }
  },
})

export const assignLabel = defineTool({
  name: 'deck_assign_label_to_card',
  title: 'Put a label on a card',
  description: "Puts a label of the card's board on a card.",
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...card, ...labelId }),
  output: CardOperation,
  async run({ session }, { label_id, ...place }) {
    const titles = await putLabelOn(session, place, label_id)
    return cardOperation(session, place, titles ? 'Was assigned already' : 'Label assigned', titles)
  },
})

export const removeLabel = defineTool({
  name: 'deck_remove_label_from_card',
  title: 'Take a label from a card',
  description: 'Takes a label from a card.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...card, ...labelId }),
  output: CardOperation,
  async run({ session }, { label_id, ...place }) {
    await cards(session).setLabel(place, label_id, false)
    return cardOperation(session, place, 'Label removed')
  },
})

/** The label of a board; Deck gives those of any board that the user can see. */
export async function getLabel(session: Session, boardId: number, labelId: number): Promise<Label> {
  const reply = await explained(session, { board_id: boardId, label_id: labelId }, 'read', () =>
    sendDeck(session, {
      path: `/${boardId}/labels/${labelId}`,
      subject: `label ${labelId} on board ${boardId}`,
    }),
  )
  const label = reply.json(Label)
  if (label.boardId !== boardId) throw notOnBoard('label', labelId, { id: boardId })
  return label
}
