import { type DeckCall, denied, notAllowed } from './call.ts'
import { type Acl, type Board, type Card, type Label, type Stack, select } from './store.ts'

/** What somebody may do on a board. */
export interface Permissions {
  read: boolean
  edit: boolean
  manage: boolean
  share: boolean
}

type Permission = keyof Permissions

/** Whom a board is shared with, in order. */
export function aclsOf({ store }: DeckCall, boardId: number): Acl[] {
  return select(store.acls, acl => acl.boardId === boardId)
}

/** What a user may do on a board: the owner everything, others what they were given. */
export function permissionsOn(
  call: DeckCall,
  board: Board | undefined,
  userId = call.userId,
): Permissions {
  if (board === undefined || board.deletedAt > 0) return all(false)
  if (board.owner === userId) return all(true)
  const acls = aclsOf(call, board.id)
  const groups = call.instance.state.directory.groups
  const own =
    acls.find(acl => acl.type === 0 && acl.participant === userId) ??
    acls.find(acl => acl.type === 1 && groups.get(acl.participant)?.has(userId))
  if (own === undefined) return all(false)
  return { read: true, edit: own.edit, manage: own.manage, share: own.share }
}

function all(allowed: boolean): Permissions {
  return { read: allowed, edit: allowed, manage: allowed, share: allowed }
}

/** The ids of those who can see a board, its owner first. */
export function usersOf(call: DeckCall, board: Board): string[] {
  const { groups } = call.instance.state.directory
  const shared = aclsOf(call, board.id).flatMap(({ type, participant }) =>
    type === 0 ? [participant] : [...(groups.get(participant) ?? [])],
  )
  return [...new Set([board.owner, ...shared])]
}

/** The board of an id, if the user may do this with it. */
export function boardFor(call: DeckCall, id: unknown, permission: Permission): Board {
  const board = call.store.boards.rows.get(Number(id))
  if (board === undefined || !permissionsOn(call, board)[permission]) throw denied()
  return board
}

/** The stack of an id, also a deleted one. */
export function stackFor(call: DeckCall, id: unknown, permission: Permission): Stack {
  const stack = call.store.stacks.rows.get(Number(id))
  if (stack === undefined) throw denied()
  boardFor(call, stack.boardId, permission)
  return stack
}

/** The card of an id. */
export function cardFor(
  call: DeckCall,
  id: unknown,
  permission: Permission,
  options: { deleted?: boolean } = {},
): Card {
  const card = call.store.cards.rows.get(Number(id))
  if (card === undefined) throw denied()
  stackFor(call, card.stackId, permission)
  if (card.deletedAt > 0 && options.deleted !== true) throw denied('Card is deleted')
  return card
}

/** The label of an id. */
export function labelFor(call: DeckCall, id: unknown, permission: Permission): Label {
  const label = call.store.labels.rows.get(Number(id))
  if (label === undefined) throw denied()
  boardFor(call, label.boardId, permission)
  return label
}

/** The board that a card is on. */
export function boardOf({ store }: DeckCall, card: Card): Board {
  const stack = store.stacks.rows.get(card.stackId)
  const board = stack && store.boards.rows.get(stack.boardId)
  if (board === undefined) throw denied()
  return board
}

/** Refuses to change what is on an archived board. */
export function checkOpenBoard(board: Board): void {
  if (board.archived) throw notAllowed('Operation not allowed. This board is archived.')
}

/** Refuses to change an archived card. */
export function checkOpenCard(card: Card): void {
  if (card.archived) throw notAllowed('Operation not allowed. This card is archived.')
}

/** Gives a card, its stack and its board a new time, and so new ETags. */
export function touchCard(call: DeckCall, card: Card, editor?: string): void {
  card.lastModified = call.now
  if (editor !== undefined) card.lastEditor = editor
  const stack = call.store.stacks.rows.get(card.stackId)
  if (stack === undefined) return
  stack.lastModified = call.now
  touchBoard(call, stack.boardId)
}

/** Gives a board a new time. */
export function touchBoard({ store, now }: DeckCall, boardId: number): void {
  const board = store.boards.rows.get(boardId)
  if (board !== undefined) board.lastModified = now
}
