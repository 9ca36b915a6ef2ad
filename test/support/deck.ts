/** Deck as its own clients see it, beside the tools. */
import type { Backend, TestUser } from './backend.ts'
import { basic, type Harness } from './harness.ts'

/** An answer of Deck. */
export interface DeckAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

/** What a test works with: a board of its own with two stacks, and the API around the tools. */
export interface DeckStage {
  boardId: number
  /** Of `To do` and `Doing`. */
  stacks: [number, number]
  /** Ids by title of the labels that every board has. */
  labels: Record<string, number>
  /** A request to `/boards…`, as alice or somebody else, past the tools and the proxy. */
  raw(method: string, path: string, body?: object, user?: TestUser): Promise<DeckAnswer>
  /** Makes a card with a tool and gives its place. */
  card(fields?: Record<string, unknown>): Promise<CardPlace>
  /** A card as Deck has it. */
  read(place: CardPlace): Promise<DeckAnswer['body']>
  /** A further board. */
  board(title?: string): Promise<{ boardId: number; stackId: number }>
  /** Shares the board with bob. */
  share(rights?: { edit?: boolean; manage?: boolean }): Promise<void>
  /** Deletes the boards that were made. */
  clear(): Promise<void>
}

/** The arguments that name a card. */
export type CardPlace = { board_id: number; stack_id: number; card_id: number }

/** Sends a request to Deck's own API. */
export async function rawDeck(
  backend: Backend,
  user: TestUser,
  method: string,
  path: string,
  body?: object,
): Promise<DeckAnswer> {
  const api = path.startsWith('/boards') ? '/index.php/apps/deck/api/v1.0' : ''
  const response = await fetch(`${backend.url}${api}${path}`, {
    method,
    headers: {
      authorization: basic(user),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text.startsWith('<') || text === '' ? text : JSON.parse(text),
  }
}

/** Makes a board for a test. */
export async function deckStage(h: Harness): Promise<DeckStage> {
  const made: number[] = []
  const raw: DeckStage['raw'] = (method, path, body, user = h.backend.alice) =>
    rawDeck(h.backend, user, method, path, body)
  const newBoard = async (title: string) => {
    const { id } = await h.ok('deck_create_board', { title: `mcp-test ${title}`, color: '0087C5' })
    made.push(id)
    return id as number
  }
  const newStack = async (board_id: number, title: string, order: number) =>
    (await h.ok('deck_create_stack', { board_id, title, order })).id as number

  const boardId = await newBoard('board')
  const stacks: [number, number] = [
    await newStack(boardId, 'To do', 1),
    await newStack(boardId, 'Doing', 2),
  ]
  const { labels } = await h.ok('deck_get_board', { board_id: boardId })
  return {
    boardId,
    stacks,
    labels: Object.fromEntries(
      labels.map(({ title, id }: { title: string; id: number }) => [title, id]),
    ),
    raw,
    async card(fields = {}) {
      const place = { board_id: boardId, stack_id: stacks[0], title: 'A card', ...fields }
      const { id } = await h.ok('deck_create_card', place)
      return { board_id: place.board_id, stack_id: place.stack_id, card_id: id }
    },
    read: async ({ board_id, stack_id, card_id }) =>
      (await raw('GET', `/boards/${board_id}/stacks/${stack_id}/cards/${card_id}`)).body,
    async board(title = 'other board') {
      const other = await newBoard(title)
      return { boardId: other, stackId: await newStack(other, 'There', 1) }
    },
    async share({ edit = false, manage = false } = {}) {
      await raw('POST', `/boards/${boardId}/acl`, {
        type: 0,
        participant: h.backend.bob?.loginName,
        permissionEdit: edit,
        permissionShare: false,
        permissionManage: manage,
      })
    },
    async clear() {
      for (const id of made) await raw('DELETE', `/boards/${id}`)
    },
  }
}
