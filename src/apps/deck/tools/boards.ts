/** Tools for boards. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { boardChanges, boardHead, getBoard, listBoards } from '../boards.ts'
import { boardUrl } from '../cards.ts'
import { hasStatus, loadedStacks } from '../listing.ts'
import { assigneesOf, countsOf, sumOf } from '../overview.ts'
import { BoardView, boardView, CardSummary, cardSummary } from '../views.ts'
import { board, color, previewLength, statusFilter, title } from './shapes.ts'

export const getBoards = defineTool({
  name: 'deck_get_boards',
  title: 'List boards',
  description: 'Lists the boards of the user and those shared with them.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ include_archived: z.boolean().default(true) }),
  output: z.object({ boards: z.array(BoardView), total: z.int() }),
  async run({ session }, { include_archived }) {
    const boards = (await listBoards(session)).filter(found => include_archived || !found.archived)
    return { boards: boards.map(found => boardView(session, found)), total: boards.length }
  },
})

export const getBoardTool = defineTool({
  name: 'deck_get_board',
  title: 'Read a board',
  description: 'Reads a board: labels, who may be assigned, whom it is shared with.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    ...board,
    include_acl: z.boolean().default(true),
    include_users: z.boolean().default(true),
    include_labels: z.boolean().default(true),
  }),
  output: BoardView,
  async run({ session }, { board_id, include_acl, include_users, include_labels }) {
    const view = boardView(session, await getBoard(session, board_id))
    return {
      ...view,
      acl: include_acl ? view.acl : [],
      users: include_users ? view.users : [],
      labels: include_labels ? view.labels : [],
    }
  },
})

const Counts = z.object({
  open: z.int(),
  done: z.int(),
  overdue: z.int(),
  due_soon: z.int().describe('Within seven days'),
  unassigned: z.int().describe('Open ones'),
})

export const getOverview = defineTool({
  name: 'deck_get_board_overview',
  title: 'See a whole board',
  description:
    'Shows a board at once: stacks with their cards in short, counts, what is due, who has how much. Begin with this.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    ...board,
    ...statusFilter,
    limit: z.int().min(0).max(1000).default(100).describe('Cards of each stack'),
    ...previewLength,
  }),
  output: z.object({
    board_id: z.int(),
    title: z.string(),
    archived: z.boolean(),
    labels: z.array(z.string()),
    assignees: z.array(z.object({ uid: z.string(), displayname: z.string(), open_cards: z.int() })),
    counts: Counts.describe('Of all cards that are not archived, whatever status was asked for'),
    stacks: z.array(
      z.object({
        id: z.int(),
        title: z.string(),
        order: z.int().nullable(),
        card_count: z.int().describe('All that match; deck_get_cards gives the rest'),
        counts: Counts,
        cards: z.array(CardSummary),
      }),
    ),
    total_cards: z.int(),
    url: z.string(),
  }),
  async run({ session }, { board_id, limit, description_preview_length, status, ...filter }) {
    const read = { open: true, archived: status === 'archived' || status === 'all' }
    const [found, stacks] = await Promise.all([
      boardHead(session, board_id),
      loadedStacks(session, board_id, read, filter),
    ])
    const now = Date.now()
    const counted = stacks.map(stack => ({
      stack,
      counts: countsOf(stack.cards, now),
      shown: stack.cards.filter(hasStatus(status)),
    }))
    return {
      board_id,
      title: found.title,
      archived: found.archived,
      labels: found.labels.map(label => label.title),
      assignees: assigneesOf(stacks),
      counts: sumOf(counted.map(({ counts }) => counts)),
      stacks: counted.map(({ stack, counts, shown }) => ({
        id: stack.id,
        title: stack.title,
        order: stack.order,
        card_count: shown.length,
        counts,
        cards: shown
          .slice(0, limit)
          .map(card => cardSummary(session, board_id, card, description_preview_length)),
      })),
      total_cards: counted.reduce((sum, { shown }) => sum + shown.length, 0),
      url: boardUrl(session, board_id),
    }
  },
})

export const createBoard = defineTool({
  name: 'deck_create_board',
  title: 'Create a board',
  description: 'Creates a board, with the labels that Deck gives every new one and no stacks.',
  scopes: ['deck:write'],
  effect: 'create',
  input: z.object({ title: title(100), color: color.describe('Hexadecimal, as in 0087C5') }),
  output: z.object({ id: z.int(), title: z.string(), color: z.string(), url: z.string() }),
  async run({ session }, args) {
    const { id, title, color, url } = boardView(
      session,
      await boardChanges(session).createBoard(args),
    )
    return { id, title, color, url }
  },
})
