/** Comments on cards, which are measured as Nextcloud does it: in code points, without blanks around. */

import { z } from 'zod'
import { badInput, CodedError, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list } from '../../nextcloud/tolerant.ts'
import { isDenied } from './http.ts'
import { missing } from './missing.ts'
import { Comment } from './records.ts'

/** Code points that Nextcloud takes. */
export const LONGEST_COMMENT = 1_000
/** Most comments of one request. */
export const LARGEST_PAGE = 200

const BLANKS = ' \\t\\n\\r\\0\\x0B'
const AROUND = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, 'g')

/** Comments as the user of `session`. */
export function comments(session: Session, cardId: number) {
  const path = `/apps/deck/api/v1.0/cards/${cardId}/comments`
  const subject = `the comments of card ${cardId}`
  return {
    /** A page, newest first; one request. */
    page: (limit: number, offset: number): Promise<Comment[]> =>
      ocs(session, list(Comment), { path, query: { limit, offset }, subject }).catch(
        deniedIsMissing(cardId),
      ),

    /** All of them, oldest first; one request for each two hundred. */
    async oldestFirst(): Promise<Comment[]> {
      const found: Comment[] = []
      for (;;) {
        const page = await this.page(LARGEST_PAGE, found.length)
        found.push(...page)
        if (page.length < LARGEST_PAGE) return found.toReversed()
      }
    },

    create: (message: string, parentId: number | undefined): Promise<Comment> =>
      ocs(session, Comment, {
        method: 'POST',
        path,
        json: { message, ...(parentId === undefined ? {} : { parentId }) },
        subject: `a comment on card ${cardId}`,
      }).catch((error: unknown) => {
        if (hasCode(error, 'BAD_INPUT') && /parent/.test(error.details.serverMessage ?? '')) {
          throw withDetails(error, 'parent_id: the card has no such comment', {
            hint: 'deck_get_card_comments lists them.',
          })
        }
        return deniedIsMissing(cardId)(error)
      }),

    update: (id: number, message: string): Promise<Comment> =>
      ocs(session, Comment, {
        method: 'PUT',
        path: `${path}/${id}`,
        json: { message },
        subject: `comment ${id} on card ${cardId}`,
      }).catch((error: unknown) => {
        if (!isDenied(error)) throw ofOthers(error)
        throw withDetails(error, 'Deck does not let this comment be changed', {
          hint: 'card_id may be wrong. If the comment is an answer to another one: Deck 1.15 cannot change those, so delete it and write a new one.',
        })
      }),

    async delete(id: number): Promise<void> {
      await ocs(session, z.unknown(), {
        method: 'DELETE',
        path: `${path}/${id}`,
        subject: `comment ${id} on card ${cardId}`,
      }).catch((error: unknown) => deniedIsMissing(cardId)(ofOthers(error)))
    },
  }
}

/**
 * Posts a message, in several comments where it is too long for one and that is wanted.
 * @throws CodedError `BAD_INPUT` for a message that is empty or too long, before anything is
 *   posted; where a later part fails the error says which ones are there
 */
export async function postComment(
  session: Session,
  cardId: number,
  message: string,
  options: { parentId?: number | undefined; split: boolean },
): Promise<Comment[]> {
  const parts = options.split ? splitMessage(message) : [checkedMessage(message)]
  const posted: Comment[] = []
  for (const part of parts) {
    try {
      posted.push(await comments(session, cardId).create(part, options.parentId))
    } catch (error) {
      if (posted.length === 0 || !isCodedError(error)) throw error
      const ids = posted.map(({ id }) => id).join(', ')
      throw withDetails(error, `Only ${posted.length} of ${parts.length} parts were posted`, {
        hint: `Comments ${ids} are there: post the rest, or delete them.`,
      })
    }
  }
  return posted
}

/** A message as Nextcloud will keep it. @throws CodedError `BAD_INPUT` for an empty or too long one */
export function checkedMessage(message: string): string {
  const kept = trimmed(message)
  if (kept === '') throw badInput('message must not be empty')
  const length = lengthOf(kept)
  if (length > LONGEST_COMMENT) {
    throw badInput(
      `message has ${length} characters, and a comment takes ${LONGEST_COMMENT}`,
      'Shorten it; deck_create_card_comment with overflow "split" posts several comments.',
    )
  }
  return kept
}

/**
 * A long message in parts that each fit, broken between words where there are any. Mentions of
 * names with blanks stay whole. Nothing but blanks at the breaks is lost.
 * @throws CodedError `BAD_INPUT` for an empty message
 */
export function splitMessage(message: string): string[] {
  const whole = trimmed(message)
  if (whole === '') throw badInput('message must not be empty')
  const parts: string[] = []
  let part = ''
  for (const word of whole.match(/@"[^"\n]*"|\s+|[^\s@]+|@/g) ?? []) {
    if (lengthOf(part) + lengthOf(word) <= LONGEST_COMMENT) {
      part += word
      continue
    }
    if (trimmed(part) !== '') parts.push(trimmed(part))
    part = ''
    const characters = [...(trimmed(word) === '' ? '' : word)]
    while (characters.length > LONGEST_COMMENT) {
      parts.push(characters.splice(0, LONGEST_COMMENT).join(''))
    }
    part = characters.join('')
  }
  if (trimmed(part) !== '') parts.push(trimmed(part))
  return parts
}

/** As PHP trims, which takes less for blank than JavaScript does. */
function trimmed(text: string): string {
  return text.toWellFormed().replace(AROUND, '')
}

function lengthOf(text: string): number {
  return [...text].length
}

function deniedIsMissing(cardId: number) {
  return (error: unknown): never => {
    const deleted = hasCode(error, 'FORBIDDEN') && /deleted/.test(error.details.serverMessage ?? '')
    if (deleted || isDenied(error)) throw missing('card', cardId, error)
    throw error
  }
}

/** Deck keeps what others wrote. */
function ofOthers(error: unknown): unknown {
  if (!hasCode(error, 'FORBIDDEN') || !/authors/.test(error.details.serverMessage ?? '')) {
    return error
  }
  return new CodedError('FORBIDDEN', 'The comment is by somebody else', {
    ...error.details,
    hint: 'Only its author can change or delete it.',
    cause: error,
  })
}
