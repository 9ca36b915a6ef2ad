import { jsonReply, type Reply } from '../http.ts'
import { withEtag } from './boards.ts'
import type { DeckCall } from './call.ts'
import {
  assignmentJson,
  assignmentsOf,
  attachmentCount,
  bareCardJson,
  cardJson,
  etagOf,
  labelJson,
  labelsOnCard,
  stackJson,
  stacksOf,
} from './json.ts'
import { boardFor, checkOpenBoard, stackFor, touchBoard } from './permissions.ts'
import { type Card, insert, select } from './store.ts'
import { validate } from './validate.ts'

/** The cards of a stack that are not archived, in their order. */
export function openCardsOf({ store }: DeckCall, stackId: number): Card[] {
  return select(
    store.cards,
    card => card.stackId === stackId && !card.archived && card.deletedAt === 0,
  ).toSorted((a, b) => a.order - b.order || a.id - b.id)
}

/** GET stacks: with all that Deck knows about their cards. */
export function listStacks(call: DeckCall): Reply {
  const board = boardFor(call, call.parameters.boardId, 'read')
  const cards = (stackId: number) => openCardsOf(call, stackId).map(card => cardJson(call, card))
  return jsonReply(
    200,
    stacksOf(call, board.id).map(stack => stackJson(stack, cards(stack.id))),
  )
}

/** GET stacks/archived: all stacks with their archived cards, of which less is told. */
export function listArchived(call: DeckCall): Reply {
  const board = boardFor(call, call.parameters.boardId, 'read')
  const cards = (stackId: number) =>
    select(
      call.store.cards,
      card => card.stackId === stackId && card.archived && card.deletedAt === 0,
    )
      .toSorted((a, b) => a.lastModified - b.lastModified)
      .map(card => {
        const labels = labelsOnCard(call, card).map(label => ({
          ...labelJson(label, card.id, true),
          boardId: null,
        }))
        return bareCardJson(card, {
          labels: labels.length === 0 ? null : labels,
          attachmentCount: attachmentCount(call, card.id),
        })
      })
  return jsonReply(
    200,
    stacksOf(call, board.id).map(stack => stackJson(stack, cards(stack.id))),
  )
}

/** POST stacks. */
export function createStack(call: DeckCall): Reply {
  const { boardId, title, order } = call.parameters
  validate('stack', call.parameters)
  const board = boardFor(call, boardId, 'manage')
  checkOpenBoard(board)
  const stack = insert(call.store.stacks, {
    boardId: board.id,
    title: String(title),
    order: Number(order),
    deletedAt: 0,
    lastModified: 0,
  })
  touchBoard(call, board.id)
  return jsonReply(200, stackJson(stack))
}

/** GET, PUT and DELETE of one stack; the board in the path counts for PUT alone. */
export function onStack(call: DeckCall): Reply {
  const { boardId, stackId, title, order } = call.parameters
  switch (call.exchange.method) {
    case 'GET': {
      const stack = stackFor(call, stackId, 'read')
      // Here Deck does not look up labels and owners.
      const cards = openCardsOf(call, stack.id).map(card =>
        cardJson(call, card, {
          labels: null,
          owner: card.owner,
          commentsCount: 0,
          assignedUsers: assignmentsOf(call, card.id).map(entry => assignmentJson(call, entry)),
        }),
      )
      return withEtag(call, etagOf(stack.lastModified), () => stackJson(stack, cards))
    }
    case 'PUT': {
      validate('stack', call.parameters)
      const stack = stackFor(call, stackId, 'manage')
      const board = boardFor(call, boardId, 'manage')
      checkOpenBoard(boardFor(call, stack.boardId, 'manage'))
      // It moves to the board in the path, and comes back when it was deleted.
      const changes = { title: String(title), order: Number(order), boardId: board.id }
      Object.assign(stack, changes, { deletedAt: 0, lastModified: call.now })
      touchBoard(call, board.id)
      return jsonReply(200, stackJson(stack))
    }
    default: {
      const stack = stackFor(call, stackId, 'manage')
      stack.deletedAt = call.now
      stack.lastModified = call.now
      touchBoard(call, stack.boardId)
      const cards = openCardsOf(call, stack.id).map(card => cardJson(call, card))
      return jsonReply(200, stackJson(stack, cards))
    }
  }
}
