/** Boards, stacks and cards in the shape of results. */
import { z } from 'zod'
import type { Session } from '../../nextcloud/session.ts'
import { boardUrl, cardUrl } from './cards.ts'
import type { Board, Card, Label, Stack } from './records.ts'
import { normalTime } from './times.ts'

const UserView = z.object({ primaryKey: z.string(), uid: z.string(), displayname: z.string() })

export const LabelView = z.object({
  id: z.int(),
  title: z.string(),
  color: z.string().describe('Six hexadecimal digits without #'),
  boardId: z.int().nullable(),
  cardId: z.int().nullable(),
})

export const BoardView = z.object({
  id: z.int(),
  title: z.string(),
  owner: UserView,
  color: z.string(),
  archived: z.boolean(),
  labels: z.array(LabelView).describe('Empty in the list of boards'),
  acl: z
    .array(
      z.object({
        id: z.int(),
        participant: UserView,
        type: z.int().describe('0 user, 1 group, 7 team'),
        boardId: z.int(),
        permissionEdit: z.boolean(),
        permissionShare: z.boolean(),
        permissionManage: z.boolean(),
        owner: z.boolean(),
      }),
    )
    .describe('Whom it is shared with'),
  permissions: z.object({
    PERMISSION_READ: z.boolean(),
    PERMISSION_EDIT: z.boolean(),
    PERMISSION_MANAGE: z.boolean(),
    PERMISSION_SHARE: z.boolean(),
  }),
  users: z.array(UserView).describe('Who can be assigned; empty in the list of boards'),
  deletedAt: z.int(),
  lastModified: z.int().nullable().describe('Seconds since 1970'),
  url: z.string(),
  settings: z.record(z.string(), z.unknown()).nullable(),
  ETag: z.string(),
})

const assignment = z.object({
  id: z.int(),
  participant: UserView,
  cardId: z.int(),
  type: z.int().describe('0 user, 1 group, 7 team'),
})

const time = z.string().nullable().describe('ISO 8601 in UTC')

/** A card in full. */
export const CardView = z.object({
  id: z.int(),
  title: z.string(),
  stackId: z.int(),
  type: z.string(),
  order: z.int(),
  archived: z.boolean(),
  owner: UserView,
  description: z.string().describe('Markdown; ends with "…" where it was cut'),
  duedate: time,
  done: time,
  lastModified: z.int().nullable().describe('Seconds since 1970'),
  createdAt: z.int().nullable(),
  labels: z.array(LabelView).nullable(),
  assignedUsers: z.array(assignment).nullable().describe('Null in lists of archived cards'),
  dependentCards: z.array(z.int()).nullable().describe('From Deck 1.18'),
  attachments: z
    .array(z.unknown())
    .nullable()
    .describe('Only those kept by Deck: see deck_list_attachments'),
  attachmentCount: z.int().nullable(),
  deletedAt: z.int(),
  commentsUnread: z.int().nullable(),
  commentsCount: z.int().nullable(),
  overdue: z.int().nullable().describe('0 later, 1 tomorrow, 2 today, 3 over'),
  ETag: z.string().describe('For deck_update_card'),
  url: z.string(),
})

/** A card in a list. */
export const CardSummary = z.object({
  id: z.int(),
  title: z.string(),
  stackId: z.int(),
  archived: z.boolean(),
  duedate: time,
  done: time,
  labels: z.array(z.string()).describe('Titles'),
  assignedUsers: z
    .array(z.string())
    .nullable()
    .describe('User ids; null for archived cards, of which lists do not tell it'),
  attachmentCount: z.int().nullable(),
  commentsUnread: z.int().nullable(),
  hasDescription: z.boolean(),
  descriptionPreview: z.string().nullable(),
  url: z.string(),
})

export const StackView = z.object({
  id: z.int(),
  title: z.string(),
  boardId: z.int(),
  order: z.int(),
  deletedAt: z.int(),
  lastModified: z.int().nullable(),
  cards: z
    .array(z.union([CardView, CardSummary]))
    .nullable()
    .describe('Null without include_cards'),
  card_count: z.int().optional().describe('All that match'),
  ETag: z.string(),
  url: z.string(),
})

export function boardView(session: Session, board: Board): z.input<typeof BoardView> {
  const { stacks: _, ...told } = board
  return { ...told, url: boardUrl(session, board.id) }
}

export function labelView({ id, title, color, boardId, cardId }: Label): z.input<typeof LabelView> {
  return { id, title, color, boardId, cardId }
}

/** @param boardId of the board the card is on, for its address */
export function cardView(
  session: Session,
  boardId: number,
  card: Card,
  longestDescription = Number.POSITIVE_INFINITY,
): z.input<typeof CardView> {
  const { startdate: _, ...told } = card
  return {
    ...told,
    description: cut(card.description, longestDescription),
    duedate: normalTime(card.duedate),
    done: normalTime(card.done),
    url: cardUrl(session, boardId, card.id),
  }
}

export function cardSummary(
  session: Session,
  boardId: number,
  card: Card,
  previewLength: number,
): z.input<typeof CardSummary> {
  return {
    id: card.id,
    title: card.title,
    stackId: card.stackId,
    archived: card.archived,
    duedate: normalTime(card.duedate),
    done: normalTime(card.done),
    labels: titlesOf(card) ?? [],
    assignedUsers: card.assignedUsers?.map(({ participant }) => participant.uid) ?? null,
    attachmentCount: card.attachmentCount,
    commentsUnread: card.commentsUnread,
    hasDescription: /\S/.test(card.description),
    descriptionPreview: previewOf(card.description, previewLength),
    url: cardUrl(session, boardId, card.id),
  }
}

/** The beginning of a text on one line; null for none. */
function previewOf(text: string, length: number): string | null {
  if (length === 0) return null
  // Much more than is shown, so that long texts are not looked through for a line of them.
  const head = text.trimStart().slice(0, 8 * length)
  const line = head.trimEnd().replace(/\s+/g, ' ')
  if (line === '') return null
  const shown = cut(line, length)
  return shown === line && head.length < text.trim().length ? `${line}…` : shown
}

/** A stack with the cards that were asked for, or none. */
export function stackView(
  session: Session,
  stack: Stack,
  cards: z.input<typeof StackView>['cards'],
  cardCount?: number,
): z.input<typeof StackView> {
  const { id, title, boardId, order, deletedAt, lastModified, ETag } = stack
  return {
    id,
    title,
    boardId,
    order,
    deletedAt,
    lastModified,
    cards,
    ...(cardCount === undefined ? {} : { card_count: cardCount }),
    ETag,
    url: boardUrl(session, boardId),
  }
}

/** The titles of a card's labels; null where Deck did not tell them. */
export function titlesOf({ labels }: Pick<Card, 'labels'>): string[] | null {
  return labels?.map(({ title }) => title) ?? null
}

/** At most so many characters as people count them, with a mark where something is missing. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  let end = 0
  let count = 0
  for (const character of text) {
    if (count++ === length) return `${text.slice(0, end)}…`
    end += character.length
  }
  return text
}
