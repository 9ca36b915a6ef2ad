import { jsonReply, type Reply } from '../http.ts'
import { type DeckCall, DeckError } from './call.ts'
import { labelJson, labelsOf } from './json.ts'
import { boardFor, checkOpenBoard, labelFor, touchBoard } from './permissions.ts'
import { type Card, insert } from './store.ts'
import { validate } from './validate.ts'

/** POST labels. */
export function createLabel(call: DeckCall): Reply {
  const { boardId, title, color } = call.parameters
  validate('label', call.parameters)
  const board = boardFor(call, boardId, 'manage')
  checkUnique(call, board.id, title)
  checkOpenBoard(board)
  const fields = { boardId: board.id, title: String(title), color: String(color), lastModified: 0 }
  const label = insert(call.store.labels, fields)
  touchBoard(call, board.id)
  return jsonReply(200, labelJson(label, null, true))
}

/** GET, PUT and DELETE of one label; the board in the path does not count. */
export function onLabel(call: DeckCall): Reply {
  const { store } = call
  const { labelId, title, color } = call.parameters
  if (call.exchange.method === 'GET') {
    return jsonReply(200, labelJson(labelFor(call, labelId, 'read')))
  }
  if (call.exchange.method === 'PUT') validate('label', call.parameters)
  const label = labelFor(call, labelId, 'manage')
  const board = boardFor(call, label.boardId, 'manage')
  if (call.exchange.method === 'PUT') checkUnique(call, board.id, title, label.id)
  checkOpenBoard(board)
  touchBoard(call, board.id)
  if (call.exchange.method === 'PUT') {
    Object.assign(label, { title, color, lastModified: call.now })
  } else {
    store.labels.rows.delete(label.id)
    for (const card of store.cards.rows.values()) dropLabel(card, label.id)
  }
  return jsonReply(200, labelJson(label))
}

/** Takes a label from a card, however often it is there. */
export function dropLabel(card: Card, labelId: number): void {
  card.labels = card.labels.filter(id => id !== labelId)
}

function checkUnique(call: DeckCall, boardId: number, title: unknown, own?: number): void {
  const taken = labelsOf(call, boardId).some(label => label.title === title && label.id !== own)
  if (taken) throw new DeckError(400, 'title must be unique')
}
