/** Cards as documents to search for. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isGeneral, unlessMissing } from '../../nextcloud/errors.ts'
import { inParallel } from '../../nextcloud/parallel.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { DocumentContent } from '../../search/document.ts'
import type { DocumentSource, ListedDocument, ListingSink, Verdict } from '../../search/source.ts'
import { readState } from '../../search/state.ts'
import { type Told, verdictOf, verdictsOf } from '../../search/verdict.ts'
import { everyBoard, everyStack, getBoard } from './boards.ts'
import { type CardPlace, cards, cardUrl } from './cards.ts'
import type { Board, Card } from './records.ts'
import { normalTime } from './times.ts'

/** Of a board with more of them that are asked about, all cards are read. */
const MOST_SINGLE = 6
const AT_A_TIME = 6
/** Deck tells in seconds when a board changed, by its own clock: it may have changed again since. */
const SETTLED_MS = 120_000

const BoardState = z.object({
  /** When it last changed, in seconds; null where it must be read again. */
  changed: z.number().nullable(),
  cards: z.array(z.string()),
})
type BoardState = z.infer<typeof BoardState>

/** By board id. */
const State = z.record(z.string(), BoardState)

/**
 * The cards of a user's boards, archived ones too, as the tools read them; those of others that
 * are shared with them included. An unchanged account costs one request, a changed board two more.
 * Comments are left out: Deck tells those of one card at a time.
 * @param now in milliseconds since 1970
 */
export function createCardDocuments(now: () => number = Date.now): DocumentSource {
  const changedAt = ({ lastModified }: Board): number | null =>
    lastModified === null || Math.abs(now() - lastModified * 1_000) < SETTLED_MS
      ? null
      : lastModified

  return {
    type: 'deck_card',
    title: 'Deck',
    scope: 'deck:read',
    requires: 'deck',

    async list(session, state, sink) {
      const last = readState(State, state)
      const { items: boards, unreadable } = await everyBoard(session)
      const next: Record<string, BoardState> = {}
      const kept: [id: string, known: BoardState][] = []
      const found = new Set<string>()
      const failures: unknown[] = []
      let isWhole = unreadable === 0
      for (const board of boards) {
        const id = String(board.id)
        const known = last?.[id]
        if (known !== undefined && known.changed !== null && known.changed === board.lastModified) {
          kept.push([id, known])
          continue
        }
        try {
          const seen = await listBoard(session, board, sink)
          for (const card of seen.cards) found.add(card)
          isWhole &&= seen.isWhole
          next[id] = { changed: seen.isWhole ? changedAt(board) : null, cards: seen.cards }
        } catch (failure) {
          if (isGeneral(failure)) throw failure
          failures.push(failure)
          isWhole = false
          kept.push([id, { changed: null, cards: known?.cards ?? [] }])
        }
      }
      if (failures.length > 0 && Object.keys(next).length === 0) throw failures[0]
      const hasGone = Object.keys(last ?? {}).some(
        id => !boards.some(board => `${board.id}` === id),
      )
      if (last !== undefined && kept.length === boards.length && !hasGone) {
        return { kind: 'unchanged', state: state ?? '' }
      }
      for (const [id, { changed, cards }] of kept) {
        // A card that was moved is where it was found.
        const unchanged = cards.filter(card => !found.has(card))
        if (unchanged.length > 0) await sink.unchanged(unchanged)
        next[id] = { changed, cards: unchanged }
      }
      return { kind: isWhole ? 'all' : 'changes', state: JSON.stringify(next) }
    },

    async read(session, { id, ref }) {
      const place = placeOf(id, ref)
      const card = place && (await cards(session).getIfThere(place))
      if (place === undefined || card === undefined) return undefined
      return contentOf(session, await getBoard(session, place.board_id), card)
    },

    async verify(session, documents) {
      const places = new Map(documents.map(({ id, ref }) => [id, placeOf(id, ref)]))
      const byBoard = Map.groupBy(places, ([, place]) => place?.board_id)
      const verdicts = new Map<string, Verdict>()
      await inParallel([...byBoard], AT_A_TIME, async ([boardId, members]) => {
        for (const [id, verdict] of await boardVerdicts(session, boardId, members)) {
          verdicts.set(id, verdict)
        }
      })
      return verdicts
    },
  }
}

/** Tells of every card of a board. */
async function listBoard(
  session: Session,
  board: Board,
  sink: ListingSink,
): Promise<{ cards: string[]; isWhole: boolean }> {
  const { stacks, unreadable } = await everyStack(session, board.id)
  const ids = new Set<string>()
  for (const stack of stacks) {
    const found = stack.cards
      .filter(({ deletedAt }) => deletedAt === 0)
      .map(card => documentOf(session, board, stack.title, card))
    for (const { id } of found) ids.add(id)
    if (found.length > 0) await sink.found(found)
  }
  return { cards: [...ids], isWhole: unreadable === 0 }
}

async function boardVerdicts(
  session: Session,
  boardId: number | undefined,
  members: readonly (readonly [id: string, place: CardPlace | undefined])[],
): Promise<ReadonlyMap<string, Verdict>> {
  const ids = members.map(([id]) => id)
  if (boardId === undefined) return new Map(ids.map(id => [id, { state: 'unknown' }]))
  if (ids.length > MOST_SINGLE) return verdictsOf(ids, () => everyVerdict(session, boardId))
  const verdicts = await inParallel(members, AT_A_TIME, async ([id, place]) => {
    const verdict = await verdictOf(async () => {
      const card = place && (await cards(session).getIfThere(place))
      return card === undefined ? { state: 'gone' } : readable(card)
    })
    return [id, verdict] as const
  })
  return new Map(verdicts)
}

async function everyVerdict(session: Session, boardId: number): Promise<Told> {
  const board = await unlessMissing(everyStack(session, boardId))
  const there = board?.stacks.flatMap(({ cards }) => cards) ?? []
  const readableCards = there.filter(({ deletedAt }) => deletedAt === 0)
  return {
    verdicts: new Map(readableCards.map(card => [String(card.id), readable(card)])),
    isWhole: !board?.unreadable,
  }
}

function readable({ title }: Card): Verdict {
  return { state: 'readable', title }
}

/** The place in a document's `ref`: `board/stack`. */
function placeOf(id: string, ref: string | undefined): CardPlace | undefined {
  const [, board_id, stack_id] = /^(\d+)\/(\d+)$/.exec(ref ?? '') ?? []
  if (board_id === undefined) return undefined
  return { board_id: Number(board_id), stack_id: Number(stack_id), card_id: Number(id) }
}

function documentOf(session: Session, board: Board, stack: string, card: Card): ListedDocument {
  const content = contentOf(session, board, card, stack)
  return {
    id: String(card.id),
    // Deck's own is a time in seconds, and knows nothing of labels and boards that are renamed.
    etag: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    ref: `${board.id}/${card.stackId}`,
    content,
  }
}

function contentOf(
  session: Session,
  board: Board,
  card: Card,
  stack = board.stacks.find(({ id }) => id === card.stackId)?.title ?? '',
): DocumentContent {
  const people = card.assignedUsers?.map(
    ({ participant: { displayname, uid } }) => displayname || uid,
  )
  const files = card.attachments?.map(({ data }) => data)
  const facts = [
    fact('Stack', stack),
    fact('Labels', card.labels?.map(({ title }) => title).join(', ')),
    fact('Due', normalTime(card.duedate)?.replace('T', ' ').replace(':00Z', ' UTC')),
    fact('Assigned to', people?.join(', ')),
    fact('Attachments', files?.join(', ')),
    card.done === null ? '' : 'Done',
    card.archived || board.archived ? 'Archived' : '',
  ]
  const { lastModified } = card
  return {
    title: card.title,
    text: [card.description.trim() || card.title, facts.filter(Boolean).join('\n')]
      .filter(Boolean)
      .join('\n\n'),
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category: board.title,
    path: undefined,
    modifiedAt: lastModified ? lastModified * 1_000 : undefined,
    url: cardUrl(session, board.id, card.id),
  }
}

function fact(label: string, text: string | undefined): string {
  return text ? `${label}: ${text}` : ''
}
