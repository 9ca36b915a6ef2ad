import { type Board, type DeckStore, insert } from './store.ts'

const labels = [
  ['Finished', '31CC7C'],
  ['To review', '317CCC'],
  ['Action needed', 'FF7A66'],
  ['Later', 'F1DB50'],
] as const

/** Adds a board with the labels that every new one has. */
export function addBoard(
  store: DeckStore,
  owner: string,
  title: string,
  color: string,
  now: number,
): Board {
  const fields = { title, owner, color, archived: false, deletedAt: 0, lastModified: now }
  const board = insert(store.boards, fields)
  for (const [label, tone] of labels) {
    insert(store.labels, { boardId: board.id, title: label, color: tone, lastModified: 0 })
  }
  return board
}

/** Deck gives everybody a first board when they come for the first time. */
export function ensureFirstBoard(store: DeckStore, userId: string, now: number): void {
  if (store.known.has(userId)) return
  store.known.add(userId)
  const board = addBoard(store, userId, 'Personal', '0087C5', now)
  for (const [at, title] of ['To do', 'Doing', 'Done'].entries()) {
    const stack = { boardId: board.id, title, order: 1, deletedAt: 0, lastModified: now }
    const stackId = insert(store.stacks, stack).id
    addCard(store, stackId, userId, { title: `Example Task ${3 - at}`, type: 'text', now })
  }
}

/** Adds a card to a stack. */
export function addCard(
  store: DeckStore,
  stackId: number,
  owner: string,
  fields: {
    title: string
    now: number
    type?: string
    order?: number
    description?: string
    duedate?: string | null
  },
) {
  const { title, now, type = 'plain', order = 0, description = '', duedate = null } = fields
  return insert(store.cards, {
    stackId,
    title,
    description,
    descriptionPrev: null,
    type,
    owner,
    order,
    archived: false,
    done: null,
    duedate,
    createdAt: now,
    lastModified: now,
    lastEditor: null,
    deletedAt: 0,
    labels: [],
  })
}
