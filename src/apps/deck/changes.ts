/** Changing a card without losing what is not mentioned, and moving it. */
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { checkStack, getBoard, requireOpenStack, stackOn } from './boards.ts'
import { type CardFields, type CardPlace, cards } from './cards.ts'
import type { Card } from './records.ts'
import { sentAgain } from './times.ts'
import { titlesOf } from './views.ts'

/** What an update names; the rest stays. Times as Deck takes them. */
export type CardChanges = {
  [Field in keyof Omit<CardFields, 'startdate'>]?: CardFields[Field] | undefined
}

/**
 * Changes a card. Deck's own update replaces it: what is left out is reset, a card that was deleted
 * comes back, and one that is elsewhere moves to the stack that was named. So it is read first, and
 * written where it is. Two requests.
 * @param etag refuses where the card has another one
 * @throws CodedError `CONFLICT` with the current etag; `NOT_FOUND` for a card in another stack;
 *   `UNSUPPORTED` for another owner, which Deck says it takes and does not
 */
export function updateCard(
  session: Session,
  place: CardPlace,
  changes: CardChanges,
  etag?: string,
): Promise<Card> {
  return exclusively(session, place, async () => {
    const [card] = await Promise.all([cards(session).get(place), checkStack(session, place)])
    checkPlace(card, place)
    if (etag !== undefined && bareEtag(etag) !== card.ETag) throw changedMeanwhile(card)
    if (changes.owner !== undefined && changes.owner !== card.owner.uid) throw otherOwner(card)
    return cards(session).replace(place, fieldsOf(card, changes))
  })
}

/** What became of a card that moved to another board. */
export interface Moved {
  card: Card
  /** Titles of labels that the target board does not have and the user may not make there. */
  droppedLabels: string[]
  /** User ids that are still assigned but cannot see the card any more. */
  assigneesWithoutAccess: string[]
}

/**
 * Moves a card to a stack of another board, or of the same. Labels follow by their titles. Three
 * requests, of which two in parallel.
 * @throws CodedError `FORBIDDEN` for a card or a target that is archived: Deck would notice when
 *   the card has moved already and leave it with the labels of the other board
 */
export function moveToBoard(
  session: Session,
  source: CardPlace,
  target: Omit<CardPlace, 'card_id'>,
  order: number,
): Promise<Moved> {
  return exclusively(session, source, async () => {
    const [card, board] = await Promise.all([
      cards(session).get(source),
      getBoard(session, target.board_id),
      checkStack(session, source),
    ])
    checkPlace(card, source)
    requireOpenStack(board, target.stack_id)
    if (card.archived) throw archivedCard(card)
    const place = { ...target, card_id: source.card_id }
    const moved = await cards(session).replace(place, fieldsOf(card, { order }))
    const kept = titlesOf(moved) ?? []
    const users = new Set(board.users.map(({ uid }) => uid))
    return {
      card: moved,
      droppedLabels: (titlesOf(card) ?? []).filter(title => !kept.includes(title)),
      assigneesWithoutAccess: (card.assignedUsers ?? [])
        .filter(({ type, participant }) => type === 0 && !users.has(participant.uid))
        .map(({ participant }) => participant.uid),
    }
  })
}

/**
 * Moves a card among the cards of its stack, or to a place in another stack of its board. Two
 * requests; three, of which two in parallel, where the stack changes: Deck would move the card to a
 * stack of any board, and leave it with the labels of this one.
 */
export function reorderCard(
  session: Session,
  place: CardPlace,
  targetStackId: number,
  order: number,
): Promise<Card | undefined> {
  return exclusively(session, place, async () => {
    const [card, board] = await Promise.all([
      cards(session).get(place),
      targetStackId === place.stack_id
        ? checkStack(session, place)
        : getBoard(session, place.board_id),
    ])
    checkPlace(card, place)
    if (board) {
      stackOn(board, place.stack_id)
      stackOn(board, targetStackId)
    }
    return cards(session).reorder({ ...place, stack_id: targetStackId }, order)
  })
}

/**
 * Puts a label on a card that does not have it: Deck would put it there twice. Two requests, or one
 * where there is nothing to do.
 * @returns the titles of the card's labels where it had this one already
 */
export function putLabelOn(
  session: Session,
  place: CardPlace,
  labelId: number,
): Promise<string[] | null> {
  return exclusively(session, place, async () => {
    const card = await cards(session).get(place)
    checkPlace(card, place)
    if (card.labels?.some(({ id }) => id === labelId)) return titlesOf(card)
    await cards(session).setLabel(place, labelId, true)
    return null
  })
}

/** Everything a PUT replaces, with the changes. */
function fieldsOf(card: Card, changes: CardChanges): CardFields {
  const { archived = card.archived } = changes
  return {
    title: changes.title ?? card.title,
    type: changes.type ?? card.type,
    owner: card.owner.uid,
    order: changes.order ?? card.order,
    description: changes.description ?? card.description,
    duedate: changes.duedate === undefined ? sentAgain(card.duedate) : changes.duedate,
    done: changes.done === undefined ? sentAgain(card.done) : changes.done,
    // Deck refuses to archive what is archived; left out, it stays so.
    ...(archived && card.archived ? {} : { archived }),
    ...(card.startdate === undefined ? {} : { startdate: sentAgain(card.startdate) }),
  }
}

/** One change of a card at a time, so that none is lost between reading and writing. */
function exclusively<T>(session: Session, place: CardPlace, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`deck/card/${place.card_id}`, task)
}

function checkPlace(card: Card, { stack_id }: CardPlace): void {
  if (card.stackId === stack_id) return
  throw new CodedError('NOT_FOUND', 'stack_id: the card is not in this stack', {
    subject: `card ${card.id} "${card.title}"`,
    hint: `It is in stack ${card.stackId}. Nothing was changed.`,
  })
}

function changedMeanwhile(card: Card): CodedError {
  return new CodedError('CONFLICT', 'The card has been changed since it was read', {
    subject: `card ${card.id} "${card.title}"`,
    hint: 'Read it again, merge, and update with the current etag.',
    etag: card.ETag,
  })
}

function otherOwner(card: Card): CodedError {
  return new CodedError('UNSUPPORTED', 'owner: Deck does not give a card to another owner', {
    subject: `card ${card.id} "${card.title}" of ${card.owner.uid}`,
    hint: 'Leave out owner; deck_assign_user_to_card says who is to do it. Nothing was changed.',
  })
}

function archivedCard(card: Card): CodedError {
  return new CodedError('FORBIDDEN', 'The card is archived', {
    subject: `card ${card.id} "${card.title}"`,
    hint: 'Use deck_unarchive_card first. Nothing was changed.',
  })
}
