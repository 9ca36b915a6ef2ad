/** Tools for who is to do a card, and which cards wait for it. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { capabilities } from '../../../nextcloud/capabilities.ts'
import { badInput, CodedError, hasCode, withDetails } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { cards } from '../cards.ts'
import { CardOperation, card, cardOperation } from './shapes.ts'

const user = { user_id: z.string().trim().min(1).max(64) }
const dependent = { dependent_card_id: z.int().min(1) }
/** The first version with dependent cards. */
const DEPENDENT_SINCE = [1, 18] as const

export const assignUser = defineTool({
  name: 'deck_assign_user_to_card',
  title: 'Assign a user to a card',
  description: 'Assigns a card to a user who can see its board (deck_get_board: users).',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...card, ...user }),
  output: CardOperation,
  async run({ session }, { user_id, ...place }) {
    try {
      await cards(session).setUser(place, user_id, true)
    } catch (error) {
      if (!hasCode(error, 'BAD_INPUT')) throw error
      const words = error.details.serverMessage ?? ''
      if (/already assigned/.test(words)) {
        return cardOperation(session, place, 'Was assigned already')
      }
      if (!/not part of the board/.test(words)) throw error
      throw withDetails(error, `user_id: "${user_id}" cannot see the board`, {
        hint: 'deck_get_board lists who can; others need the board shared with them in Deck.',
      })
    }
    return cardOperation(session, place, 'User assigned')
  },
})

export const unassignUser = defineTool({
  name: 'deck_unassign_user_from_card',
  title: 'Unassign a user from a card',
  description: 'Takes a card from a user it is assigned to.',
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ ...card, ...user }),
  output: CardOperation,
  async run({ session }, { user_id, ...place }) {
    try {
      await cards(session).setUser(place, user_id, false)
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND') || !/No assignment/.test(error.details.serverMessage ?? ''))
        throw error
      throw withDetails(error, `user_id: "${user_id}" is not assigned to the card`, {
        hint: 'Nothing is left to do.',
      })
    }
    return cardOperation(session, place, 'User unassigned')
  },
})

export const assignDependent = defineTool({
  name: 'deck_assign_dependent_card',
  title: 'Make a card wait for another',
  description: 'Notes that another card depends on this one. Needs Deck 1.18.',
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...card, ...dependent }),
  output: CardOperation,
  async run({ session }, { dependent_card_id, ...place }) {
    checkOther(place.card_id, dependent_card_id)
    await requireDependents(session)
    await cards(session).setDependent(place, dependent_card_id, true)
    return cardOperation(session, place, 'Dependent card assigned')
  },
})

export const removeDependent = defineTool({
  name: 'deck_remove_dependent_card',
  title: 'Stop a card waiting for another',
  description: 'Removes a dependent card. Needs Deck 1.18.',
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ ...card, ...dependent }),
  output: CardOperation,
  async run({ session }, { dependent_card_id, ...place }) {
    checkOther(place.card_id, dependent_card_id)
    await requireDependents(session)
    await cards(session).setDependent(place, dependent_card_id, false)
    return cardOperation(session, place, 'Dependent card removed')
  },
})

function checkOther(cardId: number, dependentId: number): void {
  if (cardId === dependentId) throw badInput('dependent_card_id must be another card')
}

const Announced = z.object({ version: z.string() })

/** @throws CodedError `UNSUPPORTED` where Deck is older, or does not say how old it is */
async function requireDependents(session: Session): Promise<void> {
  const announced = Announced.safeParse((await capabilities(session)).capabilities.deck)
  const version = announced.success ? announced.data.version : undefined
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  const [wantedMajor, wantedMinor] = DEPENDENT_SINCE
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  throw new CodedError('UNSUPPORTED', 'Dependent cards need Deck 1.18 or newer', {
    subject: version === undefined ? 'Deck of an unknown version' : `Deck ${version}`,
    hint: 'An administrator can update the Deck app. Nothing was changed.',
  })
}
