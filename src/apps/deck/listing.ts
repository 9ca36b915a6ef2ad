/** The cards of a board, as far as they were asked for. */
import type { z } from 'zod'
import { badInput } from '../../nextcloud/errors.ts'
import { inParallel } from '../../nextcloud/parallel.ts'
import type { Session } from '../../nextcloud/session.ts'
import { listArchivedStacks, listStacks } from './boards.ts'
import { cards } from './cards.ts'
import type { Card, Stack } from './records.ts'
import { type CardSummary, type CardView, cardSummary, cardView } from './views.ts'

export const STATUSES = ['all', 'open', 'done', 'archived'] as const
export type Status = (typeof STATUSES)[number]

/** Which cards. */
export interface CardFilter {
  status: Status
  /** Title, in any case, or id. */
  label?: string | undefined
  /** User id, or display name in any case. */
  assigned_to?: string | undefined
}

/** How much of each. */
export interface CardDetail {
  detail: 'summary' | 'full'
  description_max_length?: number | undefined
  description_preview_length: number
}

/** Most archived cards that are read one by one to find out who is assigned. */
const MOST_SINGLE_READS = 100
const AT_A_TIME = 6

/**
 * The stacks of a board with the cards that match, in order. One request; another one in parallel
 * where both archived and other cards are wanted, and one for each archived card where who is
 * assigned matters, which Deck tells of those in no list.
 * @throws CodedError `NOT_FOUND` that names `board_id`
 */
export async function stacksWithCards(
  session: Session,
  boardId: number,
  filter: CardFilter,
): Promise<Stack[]> {
  const { status, ...rest } = filter
  const read = { open: status !== 'archived', archived: ['archived', 'all'].includes(status) }
  const stacks = await loadedStacks(session, boardId, read, rest)
  return stacks.map(stack => ({ ...stack, cards: stack.cards.filter(hasStatus(status)) }))
}

/** As {@link stacksWithCards}, by whether cards are archived and not by whether they are done. */
export async function loadedStacks(
  session: Session,
  boardId: number,
  read: { open: boolean; archived: boolean },
  filter: Omit<CardFilter, 'status'>,
): Promise<Stack[]> {
  const [open, archived] = await Promise.all([
    read.open ? listStacks(session, boardId) : [],
    read.archived ? listArchivedStacks(session, boardId) : [],
  ])
  const withUsers = filter.assigned_to === undefined ? archived : await usersRead(session, archived)
  const merged = open.length === 0 ? withUsers : open.map(stack => joined(stack, withUsers))
  const matches = cardFilter(filter)
  return merged.map(stack => ({ ...stack, cards: stack.cards.filter(matches) }))
}

/** Whether a card has the label and is the user's. */
export function cardFilter({
  label,
  assigned_to,
}: Omit<CardFilter, 'status'>): (card: Card) => boolean {
  const wantedLabel = label === undefined ? undefined : folded(label)
  const wantedUser = assigned_to === undefined ? undefined : folded(assigned_to)
  return card =>
    (wantedLabel === undefined ||
      (card.labels ?? []).some(
        ({ id, title }) => folded(title) === wantedLabel || String(id) === wantedLabel,
      )) &&
    (wantedUser === undefined ||
      (card.assignedUsers ?? []).some(
        ({ participant }) =>
          participant.uid === assigned_to || folded(participant.displayname) === wantedUser,
      ))
}

/** Part of the cards, in the wanted detail. */
export function viewsOf(
  session: Session,
  boardId: number,
  list: readonly Card[],
  { detail, description_max_length, description_preview_length }: CardDetail,
): (z.input<typeof CardView> | z.input<typeof CardSummary>)[] {
  return list.map(card =>
    detail === 'full'
      ? cardView(session, boardId, card, description_max_length)
      : cardSummary(session, boardId, card, description_preview_length),
  )
}

/** Whether a card is in a state. */
export function hasStatus(status: Status): (card: Card) => boolean {
  switch (status) {
    case 'all':
      return () => true
    case 'archived':
      return ({ archived }) => archived
    case 'done':
      return ({ archived, done }) => !archived && done !== null
    case 'open':
      return ({ archived, done }) => !archived && done === null
  }
}

function joined(stack: Stack, archived: readonly Stack[]): Stack {
  const more = archived.find(({ id }) => id === stack.id)?.cards ?? []
  return { ...stack, cards: [...stack.cards, ...more] }
}

async function usersRead(session: Session, stacks: readonly Stack[]): Promise<Stack[]> {
  const unread = stacks.flatMap(stack =>
    stack.cards
      .filter(({ assignedUsers }) => assignedUsers === null)
      .map(({ id }) => ({ board_id: stack.boardId, stack_id: stack.id, card_id: id })),
  )
  if (unread.length > MOST_SINGLE_READS) {
    throw badInput(
      `assigned_to cannot be told of ${unread.length} archived cards`,
      'Leave out assigned_to or the archived cards: Deck has to be asked for each one.',
    )
  }
  const found = await inParallel(unread, AT_A_TIME, place => cards(session).get(place))
  const read = new Map(found.map(card => [card.id, card]))
  return stacks.map(stack => ({
    ...stack,
    cards: stack.cards.map(card => read.get(card.id) ?? card),
  }))
}

function folded(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}
