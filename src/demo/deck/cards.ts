import { jsonReply, type Reply } from '../http.ts'
import { filesOf } from './attachments.ts'
import { withEtag } from './boards.ts'
import { type DeckCall, denied, notAllowed } from './call.ts'
import {
  bareCardJson,
  cardJson,
  etagOf,
  labelJson,
  labelsOf,
  labelsOnCard,
  userJson,
} from './json.ts'
import { dropLabel } from './labels.ts'
import { addCard } from './make.ts'
import {
  boardOf,
  cardFor,
  checkOpenBoard,
  checkOpenCard,
  permissionsOn,
  stackFor,
  touchBoard,
  touchCard,
} from './permissions.ts'
import { openCardsOf } from './stacks.ts'
import { type Card, insert } from './store.ts'
import { type SentTime, sentTime, validate } from './validate.ts'

/** POST cards. */
export function createCard(call: DeckCall): Reply {
  const { stackId, title, type = 'plain', order = 999, description, duedate } = call.parameters
  validate('newCard', { title, type, order })
  const stack = stackFor(call, stackId, 'edit')
  checkOpenBoard(boardOfStack(call, stack.boardId))
  const due = duedate === '' ? sentTime(new Date(call.now * 1000).toISOString()) : sentTime(duedate)
  const card = addCard(call.store, stack.id, call.userId, {
    title: String(title),
    type: String(type),
    order: Number(order),
    description: typeof description === 'string' ? description : '',
    duedate: due?.wall ?? null,
    now: call.now,
  })
  touchCard(call, card)
  return jsonReply(200, cardJson(call, card, { duedate: echoed(due) }))
}

/** GET, PUT and DELETE of one card; of the path, GET and DELETE look at the id of the card alone. */
export function onCard(call: DeckCall): Reply {
  const { cardId, apiVersion } = call.parameters
  switch (call.exchange.method) {
    case 'GET': {
      const card = cardFor(call, cardId, 'read')
      const attachments = filesOf(call, card).filter(
        ({ type }) => apiVersion !== '1.0' || type === 'deck_file',
      )
      return withEtag(call, etagOf(card.lastModified), () => cardJson(call, card, { attachments }))
    }
    case 'PUT':
      return updateCard(call)
    default: {
      const card = cardFor(call, cardId, 'edit')
      checkOpenBoard(boardOf(call, card))
      card.deletedAt = call.now
      touchCard(call, card)
      return jsonReply(200, enrichedBareCard(call, card))
    }
  }
}

/** PUT replaces everything, moves to the stack in the path, and brings back what was deleted. */
function updateCard(call: DeckCall): Reply {
  const {
    cardId,
    stackId,
    title,
    type,
    owner,
    description = '',
    duedate,
    archived,
    done,
  } = call.parameters
  const order = call.parameters.order ?? 0
  validate('card', { title, type, owner, order })
  const card = cardFor(call, cardId, 'edit', { deleted: true })
  const target = stackFor(call, stackId, 'edit')
  const board = boardOf(call, card)
  checkOpenBoard(board)
  if (archived === true) checkOpenCard(card)
  const [due, finished] = [sentTime(duedate), sentTime(done)]
  if (card.lastEditor !== null && card.lastEditor !== call.userId) {
    card.descriptionPrev = card.description
    card.lastEditor = call.userId
  }
  card.descriptionPrev ??= card.description
  Object.assign(card, {
    title: String(title),
    stackId: target.id,
    type: String(type),
    order: Number(order),
    description: typeof description === 'string' ? description : '',
    duedate: due?.wall ?? null,
    done: finished?.wall ?? null,
    archived: typeof archived === 'boolean' ? archived : card.archived,
    deletedAt: 0,
    lastModified: call.now,
  })
  if (target.boardId !== board.id) takeLabelsAlong(call, card, target.boardId)
  const told = cardJson(call, card, { duedate: echoed(due), done: echoed(finished) })
  touchCard(call, card, call.userId)
  return jsonReply(200, told)
}

/** On another board a card gets the labels of the same names; who manages it makes missing ones. */
function takeLabelsAlong(call: DeckCall, card: Card, boardId: number): void {
  const board = boardOfStack(call, boardId)
  const known = labelsOf(call, boardId)
  for (const label of labelsOnCard(call, card)) {
    checkOpenBoard(board)
    // The card has moved by now: Deck looks too late.
    checkOpenCard(card)
    dropLabel(card, label.id)
    const same = known.find(({ title }) => title === label.title)
    if (same !== undefined) card.labels.push(same.id)
    else if (permissionsOn(call, board).manage) {
      const { title, color } = label
      card.labels.push(insert(call.store.labels, { boardId, title, color, lastModified: 0 }).id)
    }
  }
  touchBoard(call, boardId)
}

/** PUT archive and unarchive. */
export function setArchived(call: DeckCall, archived: boolean): Reply {
  const card = cardFor(call, call.parameters.cardId, 'edit')
  checkOpenBoard(boardOf(call, card))
  card.archived = archived
  touchCard(call, card)
  return jsonReply(200, enrichedBareCard(call, card))
}

/** PUT reorder: the stack in the path is the one the card comes to. Answers all of its cards. */
export function reorderCard(call: DeckCall): Reply {
  const { cardId, stackId, order } = call.parameters
  const card = cardFor(call, cardId, 'edit')
  const stack = stackFor(call, stackId, 'edit')
  checkOpenBoard(boardOf(call, card))
  checkOpenCard(card)
  card.stackId = stack.id
  const position = Number(order)
  let next = 0
  for (const other of openCardsOf(call, stack.id)) {
    if (next === position) next++
    other.order = other === card ? position : next++
    other.lastModified = call.now
  }
  touchCard(call, card)
  return jsonReply(
    200,
    openCardsOf(call, stack.id).map(other => bareCardJson(other)),
  )
}

/** A card as it is answered after small changes: with its owner and labels, and no more. */
function enrichedBareCard(call: DeckCall, card: Card): object {
  return bareCardJson(card, {
    owner: userJson(call, card.owner),
    labels: labelsOnCard(call, card).map(label => labelJson(label, card.id)),
  })
}

/** What was just sent is answered with the offset that the database forgets. */
function echoed(time: SentTime | null): string | null {
  return time && time.wall + time.offset
}

function boardOfStack({ store }: DeckCall, boardId: number) {
  const board = store.boards.rows.get(boardId)
  if (board === undefined) throw denied()
  return board
}

/** PUT assignLabel and removeLabel. */
export function setLabel(call: DeckCall, assigned: boolean): Reply {
  const { cardId, labelId } = call.parameters
  const card = cardFor(call, cardId, 'edit')
  const label = call.store.labels.rows.get(Number(labelId))
  const board = label && call.store.boards.rows.get(label.boardId)
  if (label === undefined || !permissionsOn(call, board).read) throw denied()
  checkOpenBoard(boardOf(call, card))
  checkOpenCard(card)
  if (!assigned) dropLabel(card, label.id)
  else if (label.boardId !== boardOf(call, card).id) {
    throw notAllowed('Operation not allowed. Label does not exist.')
  } else card.labels.push(label.id)
  touchCard(call, card, call.userId)
  return jsonReply(200, null)
}
