/** Tools for stacks, the columns of a board. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { boardChanges, checkStack, forgetStack, getBoard, inOrder, stackOn } from '../boards.ts'
import { archivedBoard } from '../http.ts'
import { stacksWithCards, viewsOf } from '../listing.ts'
import { explained, notOnBoard, refusalOf } from '../missing.ts'
import { StackView, stackView } from '../views.ts'
import { board, detail, filter, order, perStack, stack, statusFilter, title } from './shapes.ts'

const include_cards = z.boolean().default(true)
const Stacks = z.object({ stacks: z.array(StackView), total: z.int() })
const StackOperation = z.object({
  status_code: z.int(),
  message: z.string(),
  stack_id: z.int(),
  board_id: z.int(),
})

export const getStacks = defineTool({
  name: 'deck_get_stacks',
  title: 'List stacks',
  description: 'Lists the stacks (columns) of a board with their cards.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ ...board, include_cards, ...statusFilter, ...perStack, ...detail }),
  output: Stacks,
  async run({ session }, { board_id, include_cards, status, label, assigned_to, limit, ...more }) {
    if (!include_cards) {
      const { stacks } = await getBoard(session, board_id)
      const bare = inOrder(stacks).map(each => stackView(session, each, null))
      return { stacks: bare, total: bare.length }
    }
    const found = await stacksWithCards(session, board_id, { status, label, assigned_to })
    const stacks = found.map(each => {
      const shown = viewsOf(session, board_id, each.cards.slice(0, limit), more)
      return stackView(session, each, shown, each.cards.length)
    })
    return { stacks, total: stacks.length }
  },
})

export const getArchivedStacks = defineTool({
  name: 'deck_get_archived_stacks',
  title: 'List archived cards',
  description: 'Lists the stacks of a board with their archived cards.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ ...board, ...filter, ...perStack, ...detail }),
  output: Stacks,
  async run({ session }, { board_id, label, assigned_to, limit, ...more }) {
    const wanted = { status: 'archived', label, assigned_to } as const
    const stacks = (await stacksWithCards(session, board_id, wanted)).map(each => {
      const shown = viewsOf(session, board_id, each.cards.slice(0, limit), more)
      return stackView(session, each, shown, each.cards.length)
    })
    return { stacks, total: stacks.length }
  },
})

export const getStack = defineTool({
  name: 'deck_get_stack',
  title: 'Read a stack',
  description: 'Reads one stack with its cards.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ ...stack, include_cards, ...statusFilter, ...perStack, ...detail }),
  output: StackView,
  async run({ session }, { board_id, stack_id, include_cards, limit, ...rest }) {
    if (!include_cards) {
      return stackView(session, stackOn(await getBoard(session, board_id), stack_id), null)
    }
    // Deck tells the labels of cards in the listing of the whole board alone.
    const { status, label, assigned_to, ...more } = rest
    const stacks = await stacksWithCards(session, board_id, { status, label, assigned_to })
    const found = stacks.find(({ id }) => id === stack_id)
    if (found === undefined) throw notOnBoard('stack', stack_id, { id: board_id })
    const shown = viewsOf(session, board_id, found.cards.slice(0, limit), more)
    return stackView(session, found, shown, found.cards.length)
  },
})

export const createStack = defineTool({
  name: 'deck_create_stack',
  title: 'Create a stack',
  description: 'Adds a stack (column) to a board.',
  scopes: ['deck:write'],
  effect: 'create',
  input: z.object({ ...board, title: title(100), order: order.describe('Lower is further left') }),
  output: z.object({ id: z.int(), title: z.string(), order: z.int() }),
  async run({ session }, { board_id, ...fields }) {
    const { id, title, order } = await explained(session, { board_id }, 'manage', () =>
      boardChanges(session).createStack(board_id, fields),
    )
    return { id, title, order }
  },
})

export const updateStack = defineTool({
  name: 'deck_update_stack',
  title: 'Change a stack',
  description: 'Changes title or order of a stack; what is not given stays.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...stack, title: title(100).optional(), order: order.optional() }),
  output: StackOperation,
  run({ session }, { board_id, stack_id, title, order }) {
    if (title === undefined && order === undefined) {
      throw badInput('Nothing to change', 'Give title, order or both.')
    }
    return session.account.serialised(`deck/stack/${stack_id}`, async () => {
      // Deck moves the stack to the board that is named, and brings back a deleted one.
      const found = await getBoard(session, board_id)
      const known = stackOn(found, stack_id)
      const refusal = refusalOf(found, 'manage') ?? (found.archived ? archivedBoard() : undefined)
      if (refusal !== undefined) throw refusal
      const fields = { title: title ?? known.title, order: order ?? known.order }
      await boardChanges(session).replaceStack(board_id, stack_id, fields)
      return { status_code: 200, message: 'Changed', stack_id, board_id }
    })
  },
})

export const deleteStack = defineTool({
  name: 'deck_delete_stack',
  title: 'Delete a stack',
  description: 'Deletes a stack with all its cards.',
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object(stack),
  output: StackOperation,
  async run({ session }, { board_id, stack_id }) {
    await checkStack(session, { board_id, stack_id })
    await explained(session, { board_id, stack_id }, 'manage', () =>
      boardChanges(session).deleteStack(board_id, stack_id),
    )
    forgetStack(session, stack_id)
    return { status_code: 200, message: 'Deleted with its cards', stack_id, board_id }
  },
})
