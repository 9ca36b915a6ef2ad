/** Tools that read, create and change cards. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { cards } from '../cards.ts'
import { updateCard } from '../changes.ts'
import { stacksWithCards, viewsOf } from '../listing.ts'
import { notOnBoard } from '../missing.ts'
import { deckTime } from '../times.ts'
import { CardSummary, CardView, cardView, titlesOf } from '../views.ts'
import {
  CardOperation,
  card,
  cardOperation,
  detail,
  order,
  stack,
  statusFilter,
  title,
} from './shapes.ts'

export const getCards = defineTool({
  name: 'deck_get_cards',
  title: 'List cards',
  description: 'Lists the cards of a stack, in order.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    ...stack,
    ...statusFilter,
    limit: z.int().min(1).max(1000).default(100),
    offset: z.int().min(0).default(0),
    ...detail,
  }),
  output: z.object({
    cards: z.array(z.union([CardView, CardSummary])),
    total: z.int().describe('All that match'),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { board_id, stack_id, limit, offset, ...rest }) {
    const { status, label, assigned_to, ...more } = rest
    const stacks = await stacksWithCards(session, board_id, { status, label, assigned_to })
    const found = stacks.find(({ id }) => id === stack_id)
    if (found === undefined) throw notOnBoard('stack', stack_id, { id: board_id })
    const end = offset + limit
    return {
      cards: viewsOf(session, board_id, found.cards.slice(offset, end), more),
      total: found.cards.length,
      ...(end < found.cards.length ? { next_offset: end } : {}),
    }
  },
})

export const getCard = defineTool({
  name: 'deck_get_card',
  title: 'Read a card',
  description: 'Reads one card in full.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(card),
  output: CardView,
  run: async ({ session }, place) =>
    cardView(session, place.board_id, await cards(session).get(place)),
})

const TIME = "ISO 8601; without offset on the user's clock"

export const createCard = defineTool({
  name: 'deck_create_card',
  title: 'Create a card',
  description: 'Adds a card to a stack.',
  scopes: ['deck:write'],
  effect: 'create',
  input: z.object({
    ...stack,
    title: title(255),
    type: z.string().min(1).max(64).default('plain'),
    order: order.default(999),
    description: z.string().optional().describe('Markdown'),
    duedate: z.string().optional().describe(TIME),
  }),
  output: z.object({
    id: z.int(),
    title: z.string(),
    stackId: z.int(),
    duedate: z.string().nullable(),
    url: z.string(),
  }),
  async run({ session }, { board_id, stack_id, duedate, ...fields }) {
    const due = duedate === undefined ? null : await deckTime(session, duedate, 'duedate')
    const made = await cards(session).create({ board_id, stack_id }, { ...fields, duedate: due })
    const view = cardView(session, board_id, made)
    return {
      id: view.id,
      title: view.title,
      stackId: view.stackId,
      duedate: view.duedate,
      url: view.url,
    }
  },
})

export const updateCardTool = defineTool({
  name: 'deck_update_card',
  title: 'Change a card',
  description: 'Changes what is given of a card; the rest stays.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    ...card,
    title: title(255).optional(),
    description: z.string().optional().describe('Markdown, the whole new text'),
    type: z.string().min(1).max(64).optional(),
    owner: z.string().optional().describe('Cannot be changed'),
    order: order.optional(),
    duedate: z.string().optional().describe(`${TIME}; "" removes it`),
    archived: z.boolean().optional(),
    done: z.string().optional().describe('When: like duedate, or "now"'),
    etag: z.string().min(1).optional().describe('Refuses if changed since'),
  }),
  output: CardOperation.extend({ etag: z.string() }),
  async run({ session }, { board_id, stack_id, card_id, etag, duedate, done, ...rest }) {
    const given = [duedate, done, ...Object.values(rest)]
    if (given.every(value => value === undefined)) {
      throw badInput(
        'Nothing to change',
        'Give at least one of title, description, type, order, duedate, archived, done.',
      )
    }
    const place = { board_id, stack_id, card_id }
    const changes = {
      ...rest,
      ...(duedate === undefined ? {} : { duedate: await deckTime(session, duedate, 'duedate') }),
      ...(done === undefined ? {} : { done: await deckTime(session, done, 'done') }),
    }
    const changed = await updateCard(session, place, changes, etag)
    return { ...cardOperation(session, place, 'Changed', titlesOf(changed)), etag: changed.ETag }
  },
})

export const deleteCard = defineTool({
  name: 'deck_delete_card',
  title: 'Delete a card',
  description: 'Deletes a card. To keep it out of the way use deck_archive_card.',
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object(card),
  output: CardOperation,
  async run({ session }, place) {
    await cards(session).delete(place)
    return cardOperation(session, place, 'Deleted')
  },
})

export const archiveCard = defineTool({
  name: 'deck_archive_card',
  title: 'Archive a card',
  description: 'Archives a card: it leaves the board and is kept.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object(card),
  output: CardOperation,
  async run({ session }, place) {
    const { stackId, ...archived } = await cards(session).setArchived(place, true)
    const where = { ...place, stack_id: stackId }
    return cardOperation(session, where, 'Archived', titlesOf(archived))
  },
})

export const unarchiveCard = defineTool({
  name: 'deck_unarchive_card',
  title: 'Restore an archived card',
  description: 'Brings an archived card back to its stack.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object(card),
  output: CardOperation,
  async run({ session }, place) {
    const { stackId, ...restored } = await cards(session).setArchived(place, false)
    const where = { ...place, stack_id: stackId }
    return cardOperation(session, where, 'Restored', titlesOf(restored))
  },
})
