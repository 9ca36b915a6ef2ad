/** Files at cards: those of the user are shared with the card and stay where they are. */
import { z } from 'zod'
import { segmentsOf } from '../../nextcloud/dav/paths.ts'
import { badInput, CodedError, hasCode, withDetails } from '../../nextcloud/errors.ts'
import type { Exclusion } from '../../nextcloud/files/exclusion.ts'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { text } from '../../nextcloud/tolerant.ts'
import { type CardPlace, cards } from './cards.ts'
import { comments } from './comments.ts'

/** A share whose recipient is a card. */
const DECK_SHARE = 12
/** Those on the board may look at the file, not change it. */
const READ_ONLY = 1

const Share = z.object({ id: z.coerce.number().int(), path: text('') })
const NotePath = z.object({ internalPath: text(null) })

/** What was attached. */
export interface Attached {
  attachment_id: number
  path: string
}

/**
 * Attaches a file or a folder of the user; one request.
 * @throws CodedError `NOT_FOUND` for what is missing, and for what the operator keeps from tools;
 *   `CONFLICT` when it is attached already
 */
export async function attachFile(
  session: Session,
  exclusion: Exclusion,
  cardId: number,
  path: string,
): Promise<Attached> {
  const segments = segmentsOf(path)
  if (segments.length === 0) throw badInput('path must not be the root folder')
  const named = segments.join('/')
  const hidden = await exclusion.hiddenFrom(session)
  if (hidden.covers(segments)) throw noFile(named)
  if (hidden.isBelow(segments)) {
    throw new CodedError(
      'FORBIDDEN',
      'The folder contains files that are excluded from this server',
      {
        subject: named,
        hint: 'Choose single files in it, or let the user do it in Nextcloud.',
      },
    )
  }
  try {
    const share = await ocs(session, Share, {
      method: 'POST',
      path: '/apps/files_sharing/api/v1/shares',
      // Its refusals differ in their words alone, which it would say in the user's language.
      query: { forceLanguage: 'en' },
      // The id has to be text: the sharing app fails on a number.
      json: {
        path: `/${named}`,
        shareType: DECK_SHARE,
        shareWith: String(cardId),
        permissions: READ_ONLY,
      },
      subject: `"${named}" at card ${cardId}`,
    })
    return { attachment_id: share.id, path: named }
  } catch (error) {
    throw await meaning(session, error, cardId, named)
  }
}

/** The path of the file that a note is. @throws CodedError `UNSUPPORTED` with an old Notes app */
export async function pathOfNote(session: Session, noteId: number): Promise<string> {
  const reply = await session.send({
    method: 'GET',
    path: `/index.php/apps/notes/api/v1/notes/${noteId}`,
    query: { exclude: 'content' },
    headers: { accept: 'application/json' },
    subject: `note ${noteId}`,
  })
  const { internalPath } = reply.json(NotePath)
  if (internalPath === null) {
    throw new CodedError('UNSUPPORTED', 'This Notes app does not tell where a note is kept', {
      subject: `note ${noteId}`,
      hint: 'Use deck_attach_file with the path of its file.',
    })
  }
  return internalPath
}

/**
 * Takes a file from a card: a shared one stays with its owner. Deck numbers the files it keeps
 * itself and those that are shared apart, so that the kind has to be known; two requests, or one
 * where it is given.
 */
export async function detach(
  session: Session,
  place: CardPlace,
  attachmentId: number,
  type?: 'deck_file' | 'file',
): Promise<void> {
  const kinds = type === undefined ? await kindsOf(session, place, attachmentId) : [type]
  const [kind = ''] = kinds
  if (kinds.length === 0) throw noAttachment(place, attachmentId)
  if (kinds.length > 1) {
    throw badInput(
      `Two attachments of the card have the id ${attachmentId}`,
      'Give type: "deck_file" or "file", as deck_list_attachments tells it.',
    )
  }
  try {
    await cards(session).deleteAttachment(place, kind, attachmentId)
  } catch (error) {
    if (/access the attachment/.test(wordsOf(error))) throw noAttachment(place, attachmentId)
    throw error
  }
}

async function kindsOf(session: Session, place: CardPlace, id: number): Promise<string[]> {
  const found = await cards(session).attachments(place)
  return found.filter(attachment => attachment.id === id).map(({ type }) => type)
}

/** What the sharing app means; it says nothing where the card is missing. */
async function meaning(
  session: Session,
  error: unknown,
  cardId: number,
  path: string,
): Promise<unknown> {
  const words = wordsOf(error)
  if (hasCode(error, 'NOT_FOUND') && /Card not found/.test(words)) {
    return withDetails(error, 'card_id: this user cannot add files to the card', {
      hint: 'Its board is shared for reading only, or archived.',
    })
  }
  if (hasCode(error, 'NOT_FOUND') && /Wrong path/.test(words)) return noFile(path)
  if (hasCode(error, 'FORBIDDEN') && /already shared/.test(words)) {
    return new CodedError('CONFLICT', 'The file is attached to the card already', {
      ...error.details,
      hint: 'Nothing is left to do.',
    })
  }
  if (!hasCode(error, 'UPSTREAM_ERROR')) return error
  const isThere = await comments(session, cardId)
    .page(1, 0)
    .then(
      () => true,
      (cause: unknown) => cause,
    )
  return isThere === true || !hasCode(isThere, 'NOT_FOUND') ? error : isThere
}

function wordsOf(error: unknown): string {
  return error instanceof CodedError ? (error.details.serverMessage ?? '') : ''
}

function noFile(path: string): CodedError {
  return new CodedError('NOT_FOUND', 'path: there is no such file', {
    status: 404,
    subject: path,
    hint: 'Check the path; list or search to find it.',
  })
}

function noAttachment({ card_id }: CardPlace, id: number): CodedError {
  return new CodedError('NOT_FOUND', 'attachment_id: the card has no such attachment', {
    subject: `attachment ${id} of card ${card_id}`,
    hint: 'deck_list_attachments tells the ids.',
  })
}
