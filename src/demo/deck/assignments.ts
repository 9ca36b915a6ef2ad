import { jsonReply, type Reply } from '../http.ts'
import { type DeckCall, DeckError } from './call.ts'
import { assignmentJson, assignmentsOf } from './json.ts'
import { boardOf, cardFor, touchCard, usersOf } from './permissions.ts'
import { insert } from './store.ts'
import { validate } from './validate.ts'

/** PUT assignUser. Deck does not mind here that a board or a card is archived. */
export function assignUser(call: DeckCall): Reply {
  validate('assignment', call.parameters)
  const { cardId, userId, type = 0 } = call.parameters
  const card = cardFor(call, cardId, 'edit')
  const participant = String(userId)
  if (find(call, card.id, participant) !== undefined) {
    throw new DeckError(400, 'The user is already assigned to the card')
  }
  if (!usersOf(call, boardOf(call, card)).includes(participant)) {
    throw new DeckError(400, 'The user is not part of the board')
  }
  const fields = { cardId: card.id, participant, type: Number(type) }
  const assignment = insert(call.store.assignments, fields)
  touchCard(call, card, call.userId)
  return jsonReply(200, assignmentJson(call, assignment))
}

/** PUT unassignUser. */
export function unassignUser(call: DeckCall): Reply {
  validate('assignment', call.parameters)
  const { cardId, userId } = call.parameters
  const card = cardFor(call, cardId, 'edit')
  const assignment = find(call, card.id, String(userId))
  if (assignment === undefined) throw new DeckError(404, `No assignment for ${userId}found.`)
  call.store.assignments.rows.delete(assignment.id)
  touchCard(call, card, call.userId)
  return jsonReply(200, assignmentJson(call, assignment))
}

function find(call: DeckCall, cardId: number, participant: string) {
  return assignmentsOf(call, cardId).find(assignment => assignment.participant === participant)
}
