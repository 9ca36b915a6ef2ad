import { identifyForApp } from '../app-identity.ts'
import { type Exchange, jsonReply, parameters, type Reply, unknownRoute } from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { assignUser, unassignUser } from './assignments.ts'
import { deleteAttachment, onAttachments } from './attachments.ts'
import { createBoard, listBoards, onBoard, onShare, shareBoard } from './boards.ts'
import { type DeckCall, DeckError, denied } from './call.ts'
import { createCard, onCard, reorderCard, setArchived, setLabel } from './cards.ts'
import { createLabel, onLabel } from './labels.ts'
import { ensureFirstBoard } from './make.ts'
import { createStack, listArchived, listStacks, onStack } from './stacks.ts'

/** Where the API of the Deck app lies. */
export const deckPrefix = '/index.php/apps/deck/'

type Handler = (call: DeckCall) => Reply | Promise<Reply>

interface Route {
  methods: readonly string[]
  pattern: RegExp
  run: Handler
}

const card = 'boards/:boardId/stacks/:stackId/cards/:cardId'
const one = 'GET PUT DELETE'
const routes: readonly Route[] = [
  route('GET', 'boards', listBoards),
  route('POST', 'boards', createBoard),
  route(one, 'boards/:boardId', onBoard),
  // Deck looks for the board before it lets a deleted one be restored, and does not find it.
  route('POST', 'boards/:boardId/undo_delete', () => {
    throw denied()
  }),
  route('POST', 'boards/:boardId/acl', shareBoard),
  route('PUT DELETE', 'boards/:boardId/acl/:aclId', onShare),
  route('GET', 'boards/:boardId/stacks', listStacks),
  route('POST', 'boards/:boardId/stacks', createStack),
  route('GET', 'boards/:boardId/stacks/archived', listArchived),
  route(one, 'boards/:boardId/stacks/:stackId', onStack),
  route('POST', 'boards/:boardId/stacks/:stackId/cards', createCard),
  route(one, card, onCard),
  route('PUT', `${card}/assignLabel`, call => setLabel(call, true)),
  route('PUT', `${card}/removeLabel`, call => setLabel(call, false)),
  route('PUT', `${card}/assignUser`, assignUser),
  route('PUT', `${card}/unassignUser`, unassignUser),
  route('PUT', `${card}/reorder`, reorderCard),
  route('PUT', `${card}/archive`, call => setArchived(call, true)),
  route('PUT', `${card}/unarchive`, call => setArchived(call, false)),
  route('GET POST', `${card}/attachments`, onAttachments),
  route('DELETE', `${card}/attachments/:attachmentId`, deleteAttachment),
  route('DELETE', `${card}/attachments/:type/:attachmentId`, deleteAttachment),
  route('POST', 'boards/:boardId/labels', createLabel),
  route(one, 'boards/:boardId/labels/:labelId', onLabel),
]

function route(methods: string, path: string, run: Handler): Route {
  const pattern = path.replace(/:(\w+)/g, '(?<$1>[^/]+)')
  return { methods: methods.split(' '), pattern: new RegExp(`^${pattern}$`), run }
}

/** Answers a request to the Deck app; its pages for browsers are not part of the demo. */
export async function handleDeck(instance: Instance, exchange: Exchange): Promise<Reply> {
  const [, apiVersion, path = ''] =
    /^api\/v(\d+\.\d+)\/(.+)$/.exec(exchange.path.slice(deckPrefix.length)) ?? []
  const found = routes.find(
    ({ methods, pattern }) => methods.includes(exchange.method) && pattern.test(path),
  )
  if (!isEnabled(instance, 'deck') || found === undefined) return unknownRoute()
  const identity = identifyForApp(instance, exchange)
  if ('status' in identity) return identity
  const named = found.pattern.exec(path)?.groups ?? {}
  const call = deckCall(instance, exchange, identity.account.id, { ...named, apiVersion })
  try {
    return await found.run(call)
  } catch (error) {
    if (!(error instanceof DeckError)) throw error
    return jsonReply(error.status, { status: error.status, message: error.message })
  }
}

/** A request of a user, who gets a first board with it. */
export function deckCall(
  instance: Instance,
  exchange: Exchange,
  userId: string,
  named: Record<string, string | undefined>,
): DeckCall {
  const now = Math.floor(instance.settings.now() / 1000)
  const store = instance.state.deck
  ensureFirstBoard(store, userId, now)
  const all = { ...parameters(exchange), ...named }
  return { instance, exchange, store, userId, parameters: all, now }
}
