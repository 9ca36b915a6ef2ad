/** The resources of the Deck app. */
import type { Resource } from '../../mcp/resource.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { getBoard, listBoards, listStacks } from './boards.ts'
import { cards } from './cards.ts'
import { notOnBoard } from './missing.ts'
import type { Stack } from './records.ts'
import { getLabel } from './tools/labels.ts'
import { boardView, cardView, labelView, stackView } from './views.ts'

const BOARD = 'nc://Deck/boards/{board_id}'
const STACK = `${BOARD}/stacks/{stack_id}`

const resource = (
  uri: string,
  name: string,
  title: string,
  description: string,
  json: (session: Session, id: (variable: string) => number) => Promise<unknown>,
): Resource => ({
  uri,
  name,
  title,
  description,
  mimeType: 'application/json',
  scopes: ['deck:read'],
  untrusted: true,
  read: async ({ session }, variables) => ({
    json: await json(session, variable => idOf(variable, variables[variable])),
  }),
})

export const deckResources: readonly Resource[] = [
  resource('nc://Deck/boards', 'deck-boards', 'Boards', "The user's boards", async session =>
    (await listBoards(session)).map(board => boardView(session, board)),
  ),
  resource(
    BOARD,
    'deck-board',
    'Board',
    'One board with its labels and users',
    async (session, id) => boardView(session, await getBoard(session, id('board_id'))),
  ),
  resource(
    `${BOARD}/stacks`,
    'deck-stacks',
    'Stacks',
    'The stacks of a board with their cards',
    async (session, id) =>
      (await listStacks(session, id('board_id'))).map(stack => full(session, stack)),
  ),
  resource(STACK, 'deck-stack', 'Stack', 'One stack with its cards', async (session, id) =>
    full(session, await stackOf(session, id)),
  ),
  resource(
    `${STACK}/cards`,
    'deck-cards',
    'Cards',
    'The cards of a stack',
    async (session, id) => full(session, await stackOf(session, id)).cards,
  ),
  resource(
    `${STACK}/cards/{card_id}`,
    'deck-card',
    'Card',
    'One card in full',
    async (session, id) => {
      const place = { board_id: id('board_id'), stack_id: id('stack_id'), card_id: id('card_id') }
      return cardView(session, place.board_id, await cards(session).get(place))
    },
  ),
  resource(
    `${BOARD}/labels`,
    'deck-labels',
    'Labels',
    'The labels of a board',
    async (session, id) => (await getBoard(session, id('board_id'))).labels.map(labelView),
  ),
  resource(`${BOARD}/labels/{label_id}`, 'deck-label', 'Label', 'One label', async (session, id) =>
    labelView(await getLabel(session, id('board_id'), id('label_id'))),
  ),
]

async function stackOf(session: Session, id: (variable: string) => number): Promise<Stack> {
  const stacks = await listStacks(session, id('board_id'))
  const stack = stacks.find(found => found.id === id('stack_id'))
  if (stack === undefined) throw notOnBoard('stack', id('stack_id'), { id: id('board_id') })
  return stack
}

function full(session: Session, stack: Stack) {
  const views = stack.cards.map(card => cardView(session, stack.boardId, card))
  return stackView(session, stack, views)
}

function idOf(variable: string, text: string | undefined): number {
  const id = Number(text)
  if (!Number.isSafeInteger(id) || id < 1) throw badInput(`${variable}: "${text}" is not an id`)
  return id
}
