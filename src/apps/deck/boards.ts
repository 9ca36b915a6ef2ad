/** Boards with their stacks and labels. */
import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import { recentlyUsed } from '../../nextcloud/recently-used.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Elements, elements, list } from '../../nextcloud/tolerant.ts'
import { archivedBoard, sendDeck } from './http.ts'
import { explained, notOnBoard, refusalOf } from './missing.ts'
import { Board, type Card, Label, Stack, StackWithGaps } from './records.ts'

/** Most bytes of a listing: a board of some thousand cards with long texts. */
const LARGE = 128 * 1024 * 1024
const MOST_HOMES = 10_000
const HEAD_MS = 60_000
const KEPT = { max: 100, ttl: 5 * 60_000 }
/** Deck's ETags are times in seconds: what changes twice in one second keeps its ETag. */
const SETTLED_MS = 2_000

/** All boards of the user that are not deleted; one request. */
export async function listBoards(session: Session): Promise<Board[]> {
  return (await everyBoard(session)).items
}

/** As {@link listBoards}, with the number of those that could not be understood. */
export async function everyBoard(session: Session): Promise<Elements<Board>> {
  const all = await kept(session, 'deck/listing', '', elements(Board), ({ items }) => items)
  return { ...all, items: all.items.filter(({ deletedAt }) => deletedAt === 0) }
}

/**
 * One board with labels, users, and its stacks without their cards; one request.
 * @throws CodedError `NOT_FOUND` that names `board_id`
 */
export async function getBoard(session: Session, boardId: number): Promise<Board> {
  const board = await explained(session, { board_id: boardId }, 'read', () =>
    kept(session, 'deck/boards', `/${boardId}`, Board, board => [board]),
  )
  rememberHomes(session, board.stacks)
  return board
}

/** What a board is called and has labels for. */
export type BoardHead = Pick<Board, 'id' | 'title' | 'archived' | 'labels'>

/**
 * The head of a board, at most a minute old: beside its cards, for which Deck has an answer of
 * their own, it is not worth a request each time. What this server changes is known at once.
 * @throws CodedError `NOT_FOUND` that names `board_id`
 */
export function boardHead(session: Session, boardId: number): Promise<BoardHead> {
  return session.account.cached(headKey(boardId), HEAD_MS, () =>
    getBoard(session.detached(), boardId),
  )
}

function headKey(boardId: number | string): string {
  return `deck/head/${boardId}`
}

/** The board's stacks with their cards that are not archived, in order; one request. */
export function listStacks(session: Session, boardId: number): Promise<Stack[]> {
  return stacksAt(session, boardId, '/stacks')
}

/** All stacks, with their archived cards alone. Deck does not tell who is assigned to those. */
export function listArchivedStacks(session: Session, boardId: number): Promise<Stack[]> {
  return stacksAt(session, boardId, '/stacks/archived')
}

/** Stacks as they are told, with everything in them that could not be understood. */
export interface StacksWithGaps {
  stacks: (Pick<Stack, 'id' | 'title'> & { cards: Card[] })[]
  unreadable: number
}

/**
 * All stacks with all their cards, archived ones after the others; two requests at once.
 * @throws CodedError `NOT_FOUND` that names `board_id`
 */
export async function everyStack(session: Session, boardId: number): Promise<StacksWithGaps> {
  const schema = elements(StackWithGaps)
  const replies = await Promise.all(
    ['/stacks', '/stacks/archived'].map(path => stacksReply(session, boardId, path)),
  )
  const read = replies.map(reply => reply.json(schema))
  const stacks = read.flatMap(({ items }) => items)
  return {
    stacks: stacks.map(({ cards, ...stack }) => ({ ...stack, cards: cards.items })),
    unreadable: [...read, ...stacks.map(({ cards }) => cards)].reduce(
      (sum, { unreadable }) => sum + unreadable,
      0,
    ),
  }
}

async function stacksAt(session: Session, boardId: number, path: string): Promise<Stack[]> {
  const reply = await stacksReply(session, boardId, path)
  const stacks = reply.json(list(Stack))
  rememberHomes(session, stacks)
  return inOrder(stacks)
}

function stacksReply(session: Session, boardId: number, path: string): Promise<Reply> {
  return explained(session, { board_id: boardId }, 'read', () =>
    sendDeck(session, {
      path: `/${boardId}${path}`,
      maxBytes: LARGE,
      subject: `the stacks of board ${boardId}`,
    }),
  )
}

/**
 * Makes sure that a stack is on a board, which Deck does not: it looks at the id of the stack or the
 * card alone and changes what is on another board than was said. No request for a stack that has
 * been read before, else one.
 * @throws CodedError `NOT_FOUND` that names `board_id` or `stack_id`
 */
export async function checkStack(
  session: Session,
  { board_id, stack_id }: { board_id: number; stack_id: number },
): Promise<void> {
  if (homesOf(session).get(stack_id) === board_id) return
  stackOn(await getBoard(session, board_id), stack_id)
}

/** Which board each stack is on; stacks stay where they are. */
function homesOf(session: Session): LRUCache<number, number> {
  return session.account.state('deck/homes', () => recentlyUsed<number, number>(MOST_HOMES))
}

function rememberHomes(session: Session, stacks: readonly Stack[]): void {
  const homes = homesOf(session)
  for (const { id, boardId } of stacks) homes.set(id, boardId)
}

/** The stack of a board. @throws CodedError `NOT_FOUND` that names `stack_id` */
export function stackOn(board: Board, stackId: number): Stack {
  const stack = board.stacks.find(({ id }) => id === stackId)
  if (stack === undefined) throw notOnBoard('stack', stackId, board)
  return stack
}

/** Refuses what Deck would refuse, and stacks that are elsewhere or deleted, which it would not. */
export function requireOpenStack(board: Board, stackId: number): void {
  stackOn(board, stackId)
  const refusal = refusalOf(board, 'edit')
  if (refusal !== undefined) throw refusal
  if (board.archived) throw archivedBoard()
}

/** Forgets where a stack is, once it is nowhere. */
export function forgetStack(session: Session, stackId: number): void {
  homesOf(session).delete(stackId)
}

/** Stacks from left to right; Deck gives them in the order they were made in. */
export function inOrder(stacks: readonly Stack[]): Stack[] {
  return stacks.toSorted((a, b) => a.order - b.order || a.id - b.id)
}

/** What can be changed about boards, stacks and labels; each one request. */
export function boardChanges(session: Session) {
  const write = <T>(schema: z.ZodType<T>, method: string, path: string, json?: object) =>
    sendDeck(session, {
      method,
      path,
      subject: subjectOf(path),
      ...(json === undefined ? {} : { json }),
    })
      .then(reply => reply.json(schema))
      .finally(() => session.account.forget(headKey(path.split('/')[1] ?? '')))
  return {
    createBoard: (json: { title: string; color: string }) => write(Board, 'POST', '', json),
    createStack: (boardId: number, json: { title: string; order: number }) =>
      write(Stack, 'POST', `/${boardId}/stacks`, json),
    /** Replaces title and order, moves the stack to the board and brings back a deleted one. */
    replaceStack: (boardId: number, stackId: number, json: { title: string; order: number }) =>
      write(Stack, 'PUT', `/${boardId}/stacks/${stackId}`, json),
    deleteStack: (boardId: number, stackId: number) =>
      write(Stack, 'DELETE', `/${boardId}/stacks/${stackId}`),
    createLabel: (boardId: number, json: { title: string; color: string }) =>
      write(Label, 'POST', `/${boardId}/labels`, json),
    replaceLabel: (boardId: number, labelId: number, json: { title: string; color: string }) =>
      write(Label, 'PUT', `/${boardId}/labels/${labelId}`, json),
    deleteLabel: (boardId: number, labelId: number) =>
      write(Label, 'DELETE', `/${boardId}/labels/${labelId}`),
  }
}

function subjectOf(path: string): string {
  const [, board = '', kind = 'board', id = board] = path.split('/')
  if (path === '') return 'the new board'
  return path.split('/').length === 3
    ? `a new ${kind.replace(/s$/, '')} on board ${board}`
    : `${kind.replace(/s$/, '')} ${id} on board ${board}`
}

interface Kept<T> {
  etag: string
  value: T
}

/** Reads what has an ETag; the body is only sent again when something has changed. */
async function kept<T>(
  session: Session,
  memoryKey: string,
  path: string,
  schema: z.ZodType<T>,
  boardsIn: (value: T) => readonly Board[],
): Promise<T> {
  const memory = session.account.state(memoryKey, () => new LRUCache<string, Kept<T>>(KEPT))
  const known = memory.get(path)
  // Never with If-Modified-Since: Deck fails on it.
  const reply = await sendDeck(session, {
    path,
    subject: path === '' ? 'the boards' : `board ${path.slice(1)}`,
    expect: [200, 304],
    maxBytes: LARGE,
    ...(known === undefined ? {} : { headers: { 'if-none-match': known.etag } }),
  })
  if (reply.status === 304 && known !== undefined) return known.value
  const value = reply.json(schema)
  const { etag, date } = reply.headers
  if (etag !== undefined && isSettled(boardsIn(value), date)) memory.set(path, { etag, value })
  else memory.delete(path)
  return value
}

/** Whether the last change is so long ago that another one would give another ETag. */
function isSettled(boards: readonly Board[], date: string | undefined): boolean {
  if (date === undefined) return false
  const last = Math.max(0, ...boards.map(({ lastModified }) => lastModified ?? 0))
  return Date.parse(date) - last * 1_000 >= SETTLED_MS
}
