import { addBoard, addCard, ensureFirstBoard } from '../deck/make.ts'
import { insert, select } from '../deck/store.ts'
import type { State } from '../state.ts'

const day = 86_400

/** Gives alice a board that bob works on with her. */
export function fillBoard({ deck, directory, storage }: State): void {
  const now = Math.floor(storage.now() / 1000)
  ensureFirstBoard(deck, 'alice', now)
  const board = addBoard(deck, 'alice', 'Garden house', '2E7D32', now)
  const stack = (title: string, order: number) =>
    insert(deck.stacks, { boardId: board.id, title, order, deletedAt: 0, lastModified: now }).id
  const [ideas, doing, done] = [stack('Ideas', 1), stack('In work', 2), stack('Built', 3)]
  const dayOf = (days: number) => new Date((now + days * day) * 1000).toISOString().slice(0, 10)

  addCard(deck, ideas, 'alice', { title: 'A bench under the oak', now })
  addCard(deck, ideas, 'alice', { title: 'Rain barrel', order: 1, now })
  const roof = addCard(deck, doing, 'alice', {
    title: 'Green roof',
    description: 'Sedum, **no** grass. Ask what the beams can bear.',
    duedate: `${dayOf(3)}T16:00:00`,
    now,
  })
  const [, , urgent] = select(deck.labels, ({ boardId }) => boardId === board.id)
  if (urgent !== undefined) roof.labels.push(urgent.id)
  const footing = addCard(deck, done, 'alice', { title: 'Foundation', now })
  footing.done = `${dayOf(-5)}T09:30:00`

  if (!directory.accounts.has('bob')) return
  const rights = { edit: true, share: false, manage: false }
  insert(deck.acls, { boardId: board.id, type: 0, participant: 'bob', ...rights })
  insert(deck.assignments, { cardId: roof.id, participant: 'bob', type: 0 })
  const fields = { cardId: roof.id, author: 'bob', parentId: 0, created: now }
  insert(deck.comments, { ...fields, message: '@alice the beams are fine.' })
}
