import { createHash } from 'node:crypto'
import type { DeckCall } from './call.ts'
import { aclsOf, permissionsOn, usersOf } from './permissions.ts'
import { type Assignment, type Board, type Card, type Label, type Stack, select } from './store.ts'

const DAY = 86_400

/** An ETag as Deck makes it: of the time of the last change, in seconds. */
export function etagOf(lastModified: number | null): string {
  return createHash('md5')
    .update(lastModified === null ? '' : String(lastModified))
    .digest('hex')
}

/** A user as Deck shows one. */
export function userJson({ instance }: DeckCall, id: string): object {
  const displayname = instance.state.directory.accounts.get(id)?.displayName ?? id
  return { primaryKey: id, uid: id, displayname, type: 0 }
}

/** A board; in listings without details most of it is empty. */
export function boardJson(
  call: DeckCall,
  board: Board,
  { details, listed }: { details: boolean; listed: boolean },
): object {
  const { read, edit, manage, share } = permissionsOn(call, { ...board, deletedAt: 0 })
  const { id, title, color, archived, deletedAt, lastModified } = board
  return {
    id,
    title,
    owner: userJson(call, board.owner),
    color,
    archived,
    labels: details ? labelsOf(call, id).map(label => labelJson(label)) : [],
    acl: aclsOf(call, id).map(acl => ({
      id: acl.id,
      participant: userJson(call, acl.participant),
      type: acl.type,
      boardId: id,
      permissionEdit: acl.edit,
      permissionShare: acl.share,
      permissionManage: acl.manage,
      owner: false,
    })),
    permissions: {
      PERMISSION_READ: read,
      PERMISSION_EDIT: edit,
      PERMISSION_MANAGE: manage,
      PERMISSION_SHARE: share,
    },
    users: details ? usersOf(call, board).map(user => userJson(call, user)) : [],
    ...(listed && { shared: board.owner === call.userId ? 0 : 1 }),
    stacks: details ? stacksOf(call, id).map(stack => stackJson(stack)) : [],
    activeSessions: [],
    deletedAt,
    lastModified,
    settings: details ? { 'notify-due': 'assigned', calendar: true } : [],
    ETag: etagOf(lastModified),
  }
}

/** The labels of a board. */
export function labelsOf({ store }: DeckCall, boardId: number): Label[] {
  return select(store.labels, label => label.boardId === boardId)
}

/** The stacks of a board that are not deleted. */
export function stacksOf({ store }: DeckCall, boardId: number): Stack[] {
  return select(store.stacks, stack => stack.boardId === boardId && stack.deletedAt === 0)
}

/** A label, by itself or on a card; one just made has no time yet. */
export function labelJson(label: Label, cardId: number | null = null, made = false): object {
  const { id, title, color, boardId } = label
  const lastModified = made ? null : label.lastModified
  return { id, title, color, boardId, cardId, lastModified, ETag: etagOf(lastModified) }
}

/** A stack; the key of its cards is missing where there are none. */
export function stackJson(stack: Stack, cards: readonly object[] = []): object {
  const { id, title, boardId, deletedAt, lastModified, order } = stack
  return {
    id,
    title,
    boardId,
    deletedAt,
    lastModified,
    ...(cards.length > 0 && { cards }),
    order,
    ETag: etagOf(lastModified),
  }
}

/** An assignment. */
export function assignmentJson(call: DeckCall, { id, participant, cardId, type }: Assignment) {
  return { id, participant: userJson(call, participant), cardId, type }
}

/** Who is to do a card. */
export function assignmentsOf({ store }: DeckCall, cardId: number): Assignment[] {
  return select(store.assignments, assignment => assignment.cardId === cardId)
}

/** How many files are at a card. */
export function attachmentCount({ store }: DeckCall, cardId: number): number {
  return (
    select(store.files, file => file.cardId === cardId && file.deletedAt === 0).length +
    select(store.shares, share => share.cardId === cardId).length
  )
}

/** The labels of a card. */
export function labelsOnCard({ store }: DeckCall, card: Card): Label[] {
  return card.labels.toSorted((a, b) => a - b).flatMap(id => store.labels.rows.get(id) ?? [])
}

/** A card with all that Deck knows about it. */
export function cardJson(call: DeckCall, card: Card, over: object = {}): object {
  const comments = select(call.store.comments, comment => comment.cardId === card.id)
  return {
    ...fieldsOf(card),
    labels: labelsOnCard(call, card).map(label => labelJson(label, card.id)),
    assignedUsers: assignmentsOf(call, card.id).map(entry => assignmentJson(call, entry)),
    attachmentCount: attachmentCount(call, card.id),
    owner: userJson(call, card.owner),
    commentsCount: comments.length,
    overdue: overdue(card, call.now),
    referenceData: null,
    ...over,
  }
}

/** A card as it comes from the database: what belongs to it has not been looked up. */
export function bareCardJson(card: Card, over: object = {}): object {
  return {
    ...fieldsOf(card),
    descriptionPrev: card.descriptionPrev,
    notified: false,
    relatedStack: null,
    relatedBoard: null,
    ...over,
  }
}

function fieldsOf(card: Card): object {
  const { labels: _, descriptionPrev: __, done, duedate, ...kept } = card
  return {
    ...kept,
    labels: null,
    assignedUsers: null,
    attachments: null,
    attachmentCount: null,
    done: done && `${done}+00:00`,
    duedate: duedate && `${duedate}+00:00`,
    commentsUnread: 0,
    commentsCount: 0,
    ETag: etagOf(card.lastModified),
  }
}

/** 0 is later, 1 tomorrow, 2 today, 3 over. */
function overdue({ duedate }: Card, now: number): number {
  if (duedate === null) return 0
  const day = (seconds: number) => Math.floor(seconds / DAY)
  const days = day(Date.parse(`${duedate}Z`) / 1000) - day(now)
  if (days > 1) return 0
  return days < 0 ? 3 : 2 - days
}
