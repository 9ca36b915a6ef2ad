import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { type DeckCall, DeckError, denied } from './call.ts'
import { cardFor } from './permissions.ts'
import { deckCall } from './routes.ts'
import { type CardComment, insert, select } from './store.ts'

const lengthLimit = 1000
const pageLimit = 200

/** The comments of a card: GET and POST. */
export const onComments = answering((call, cardId) =>
  call.exchange.method === 'GET' ? list(call, cardId) : create(call, cardId),
)

/** One comment: PUT and DELETE, for its author. */
export const onComment = answering((call, cardId, commentId) => {
  const { comments } = call.store
  const card = cardFor(call, cardId, 'read')
  const comment = comments.rows.get(commentId)
  if (comment?.cardId !== card.id) throw new DeckError(404, 'No comment found.')
  // A slip of Deck's: where it means the comment that is answered it asks for a card of that id.
  const isEdit = call.exchange.method === 'PUT'
  if (isEdit && comment.parentId !== 0) cardFor(call, comment.parentId, 'read')
  if (comment.author !== call.userId) {
    throw denied('Only authors are allowed to edit their comment.')
  }
  if (!isEdit) {
    comments.rows.delete(comment.id)
    return []
  }
  const message = phpTrim(text(call.parameters.message) ?? '')
  // Another one: here Deck does not expect that a text can be too long.
  if ([...message].length > lengthLimit) throw new DeckError(500, 'Internal server error')
  comment.message = message
  return commentJson(call, comment)
})

function list(call: DeckCall, cardId: number): unknown {
  const card = cardFor(call, cardId, 'read')
  const limit = Math.min(integer(call.parameters.limit) ?? 20, pageLimit)
  const offset = integer(call.parameters.offset) ?? 0
  const newest = select(call.store.comments, comment => comment.cardId === card.id).toReversed()
  return newest
    .slice(offset, limit === 0 ? undefined : offset + limit)
    .map(comment => withParent(call, comment))
}

function create(call: DeckCall, cardId: number): unknown {
  const card = cardFor(call, cardId, 'read')
  const parentId = integer(call.parameters.parentId) ?? 0
  if (parentId !== 0 && call.store.comments.rows.get(parentId)?.cardId !== card.id) {
    const where = 'The parent comment was not found or belongs to a different card'
    throw new DeckError(400, `Invalid parent id: ${where}`)
  }
  const message = phpTrim(text(call.parameters.message) ?? '')
  if ([...message].length > lengthLimit) {
    throw new DeckError(400, `Message exceeds allowed character limit of ${lengthLimit}`)
  }
  const fields = { cardId: card.id, author: call.userId, message, parentId, created: call.now }
  return withParent(call, insert(call.store.comments, fields))
}

function withParent(call: DeckCall, comment: CardComment): object {
  const parent = call.store.comments.rows.get(comment.parentId)
  return {
    ...commentJson(call, comment),
    ...(parent !== undefined && { replyTo: commentJson(call, parent) }),
  }
}

function commentJson({ instance }: DeckCall, comment: CardComment): object {
  const { accounts } = instance.state.directory
  const { id, cardId, message, author, created } = comment
  // Quoted names can have blanks; they come first, as the longest do.
  const named = [...message.matchAll(/(?<![\w@])@(?:"([^"]+)"|([\w.@'-]*\w))/g)].flatMap(
    ([, quoted, plain]) => accounts.get(quoted ?? plain ?? '') ?? [],
  )
  const mentioned = [...new Set(named)].toSorted((a, b) => b.id.length - a.id.length)
  return {
    id,
    objectId: cardId,
    message,
    actorId: author,
    actorType: 'users',
    actorDisplayName: accounts.get(author)?.displayName ?? author,
    creationDateTime: `${new Date(created * 1000).toISOString().slice(0, 19)}+00:00`,
    mentions: mentioned.map(account => ({
      mentionId: account.id,
      mentionType: 'user',
      mentionDisplayName: account.displayName,
    })),
  }
}

/** What PHP's `trim` takes for blank: less than JavaScript does. */
function phpTrim(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: PHP means these
  return value.replace(/^[ \t\n\r\0\x0B]+|[ \t\n\r\0\x0B]+$/g, '')
}

function answering(
  run: (call: DeckCall, cardId: number, commentId: number) => unknown,
): (call: OcsCall) => OcsResult {
  return ({ instance, exchange, identity, matched }) => {
    const call = deckCall(instance, exchange, identity.account.id, {})
    try {
      return ocsData(run(call, Number(matched[0]), Number(matched[1])))
    } catch (error) {
      if (!(error instanceof DeckError)) throw error
      return ocsFailure(error.status, error.message)
    }
  }
}
