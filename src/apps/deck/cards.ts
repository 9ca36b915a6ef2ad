/** Requests for single cards. */
import { z } from 'zod'
import { unlessMissing } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list } from '../../nextcloud/tolerant.ts'
import { checkStack, getBoard, requireOpenStack } from './boards.ts'
import { type DeckRequest, isDenied, sendDeck } from './http.ts'
import { explained, type Named, type Need } from './missing.ts'
import { Attachment, Card } from './records.ts'

/** Where a card is. */
export interface CardPlace {
  board_id: number
  stack_id: number
  card_id: number
}

/** Everything that a PUT replaces: what is left out of it is taken from the card. */
export interface CardFields {
  title: string
  type: string
  owner: string
  order: number
  description: string
  duedate: string | null
  done: string | null
  /** Left out: as it is. */
  archived?: boolean
  startdate?: string | null
}

/** What can be done with one card; each one request, see {@link checkStack} for changes. */
export function cards(session: Session) {
  const send = (place: CardPlace, need: Need, request: Partial<DeckRequest>, more?: Named) =>
    explained(session, { ...place, ...more }, need, () =>
      sendDeck(session, {
        subject: `card ${place.card_id}`,
        ...request,
        path: `${pathOf(place)}${request.path ?? ''}`,
      }),
    )
  const edit = async (place: CardPlace, request: Partial<DeckRequest>, more?: Named) => {
    await checkStack(session, place)
    return send(place, 'edit', request, more)
  }
  const put = (place: CardPlace, path: string, json: object = {}, more?: Named) =>
    edit(place, { method: 'PUT', path, json }, more)

  return {
    async get(place: CardPlace): Promise<Card> {
      return (await send(place, 'read', {})).json(Card)
    },

    /** As {@link get}, without looking for the reason why a card is not there; one request. */
    async getIfThere(place: CardPlace): Promise<Card | undefined> {
      const subject = `card ${place.card_id}`
      const asked = sendDeck(session, { path: pathOf(place), subject }).catch((error: unknown) => {
        if (isDenied(error)) return undefined
        throw error
      })
      const card = (await unlessMissing(asked))?.json(Card)
      return card?.deletedAt === 0 ? card : undefined
    },

    /** Two requests. */
    async create({ board_id, stack_id }: Omit<CardPlace, 'card_id'>, json: object): Promise<Card> {
      // Deck would put it into a stack that was deleted, where nobody finds it.
      requireOpenStack(await getBoard(session, board_id), stack_id)
      const reply = await explained(session, { board_id, stack_id }, 'edit', () =>
        sendDeck(session, {
          method: 'POST',
          path: `/${board_id}/stacks/${stack_id}/cards`,
          json,
          subject: `a new card in stack ${stack_id}`,
        }),
      )
      return reply.json(Card)
    },

    /** Replaces a card as a whole and moves it to the stack of `place`, on whichever board. */
    async replace(place: CardPlace, fields: CardFields): Promise<Card> {
      return (await put(place, '', fields)).json(Card)
    },

    /** Moves to a place among the cards of the stack of `place`. */
    async reorder(place: CardPlace, order: number): Promise<Card | undefined> {
      // Deck takes the stack from the path and not from the body, whatever its documentation says.
      const reply = await put(place, '/reorder', { order, stackId: place.stack_id })
      return reply.json(list(Card)).find(({ id }) => id === place.card_id)
    },

    async setArchived(place: CardPlace, archived: boolean): Promise<Card> {
      return (await put(place, archived ? '/archive' : '/unarchive')).json(Card)
    },

    async delete(place: CardPlace): Promise<void> {
      const reply = await edit(place, { method: 'DELETE' })
      reply.json(z.unknown())
    },

    async setLabel(place: CardPlace, labelId: number, assigned: boolean): Promise<void> {
      const path = assigned ? '/assignLabel' : '/removeLabel'
      const named = { ...place, label_id: labelId }
      // The answer is null.
      const reply = await put(place, path, { labelId }, named)
      reply.json(z.unknown())
    },

    async setUser(place: CardPlace, userId: string, assigned: boolean): Promise<void> {
      const path = assigned ? '/assignUser' : '/unassignUser'
      const reply = await put(place, path, { userId })
      reply.json(z.unknown())
    },

    async setDependent(place: CardPlace, dependentId: number, dependent: boolean): Promise<void> {
      const reply = await edit(place, {
        method: dependent ? 'POST' : 'DELETE',
        path: `/dependentCards/${dependentId}`,
      })
      reply.json(z.unknown())
    },

    /** Files that Deck keeps and files that are shared with the card; deleted ones left out. */
    async attachments(place: CardPlace): Promise<Attachment[]> {
      const reply = await send(place, 'read', { path: '/attachments', allKindsOfAttachments: true })
      return reply.json(list(Attachment)).filter(({ deletedAt }) => deletedAt === 0)
    },

    async deleteAttachment(place: CardPlace, type: string, id: number): Promise<void> {
      const reply = await edit(place, {
        method: 'DELETE',
        path: `/attachments/${type}/${id}`,
        allKindsOfAttachments: true,
        subject: `attachment ${id} of card ${place.card_id}`,
      })
      reply.json(z.unknown())
    },
  }
}

/** Address of a card in Nextcloud's own interface. */
export function cardUrl(session: Session, boardId: number, cardId: number): string {
  return `${boardUrl(session, boardId)}/card/${cardId}`
}

/** Address of a board in Nextcloud's own interface. */
export function boardUrl(session: Session, boardId: number): string {
  return `${session.baseUrl}/index.php/apps/deck/board/${boardId}`
}

function pathOf({ board_id, stack_id, card_id }: CardPlace): string {
  return `/${board_id}/stacks/${stack_id}/cards/${card_id}`
}
