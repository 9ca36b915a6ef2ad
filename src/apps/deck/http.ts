/** How requests to the Deck app look. */
import { CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'

const API = '/index.php/apps/deck/api/v1.0'
/** The version that knows attachments of every kind. */
const API_1_1 = '/index.php/apps/deck/api/v1.1'

/** A request below `/boards`; `json` is sent as the body. */
export interface DeckRequest extends Omit<HttpRequest, 'method' | 'path' | 'body' | 'subject'> {
  method?: string
  path: string
  json?: object
  subject: string
  allKindsOfAttachments?: boolean
}

/**
 * Sends a request to Deck.
 * @throws CodedError with what Deck means: it tells of archived boards and cards as of faults of
 *   the server, and of what is missing as of what is forbidden
 */
export async function sendDeck(session: Session, request: DeckRequest): Promise<Reply> {
  const { method = 'GET', path, json, headers, allKindsOfAttachments, ...rest } = request
  try {
    return await session.send({
      ...rest,
      method,
      path: `${allKindsOfAttachments === true ? API_1_1 : API}/boards${path}`,
      headers: {
        accept: 'application/json',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  } catch (error) {
    throw meant(error)
  }
}

/** Whether Deck said that something is not there, or is not for this user: it makes no difference. */
export function isDenied(error: unknown): error is CodedError {
  return hasCode(error, 'FORBIDDEN') && /^Permission denied$/.test(said(error))
}

function meant(error: unknown): unknown {
  if (!(error instanceof CodedError)) return error
  const words = said(error)
  const as = (code: CodedError['code'], message: string, hint: string) =>
    new CodedError(code, message, { ...error.details, hint, cause: error })
  if (/This board is archived/.test(words)) return archivedBoard(error)
  if (/This card is archived/.test(words)) {
    return as('FORBIDDEN', 'The card is archived', 'Use deck_unarchive_card first.')
  }
  if (/title must be unique/.test(words)) {
    return as(
      'CONFLICT',
      'title: the board has a label of this title already',
      'Use that one (deck_get_labels), or another title.',
    )
  }
  if (/Label does not exist/.test(words)) {
    return as(
      'BAD_INPUT',
      'label_id: the label belongs to another board',
      'deck_get_labels lists the labels of a board.',
    )
  }
  if (/[Cc]ard (?:is|was) deleted/.test(words)) {
    return as('NOT_FOUND', 'card_id: the card has been deleted', 'It can be restored in Deck.')
  }
  return error
}

/** The error for a change on an archived board. */
export function archivedBoard(cause?: CodedError): CodedError {
  return new CodedError('FORBIDDEN', 'The board is archived', {
    ...cause?.details,
    hint: 'Nothing on it can be changed until it is restored in Deck.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function said(error: CodedError): string {
  return error.details.serverMessage ?? ''
}
