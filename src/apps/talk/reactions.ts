/**
 * Emoji on messages.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/reaction/
 */
import { z } from 'zod'
import { fullyQualified, isEmoji, unqualified } from '../../nextcloud/emoji.ts'
import { badInput, checkable, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'
import { fromTalk, messageIn, pathIn, type Refusals, type TalkRequest } from './request.ts'

/** Who put an emoji on a message. */
export const Reaction = z.object({
  actorType: text(''),
  actorId: text(''),
  actorDisplayName: text(''),
  timestamp: number(0),
})
export type Reaction = z.infer<typeof Reaction>

/** Emoji to who put it there. */
export type Reactions = Record<string, Reaction[]>

const ApiReactions = looseRecord().transform(
  (reactions): Reactions =>
    Object.fromEntries(
      Object.entries(reactions).flatMap(([emoji, actors]) => {
        const known = list(Reaction).safeParse(actors)
        return known.success ? [[emoji, known.data]] : []
      }),
    ),
)

/** Where a reaction belongs. */
export interface OnMessage {
  token: string
  id: number
}

/** The reactions to a message, of one emoji only where it is given; one request. */
export async function listReactions(
  session: Session,
  message: OnMessage,
  emoji: string | undefined,
): Promise<Reactions> {
  const reactions = await send(session, message, {})
  if (emoji === undefined) return reactions
  const isSame = ([other]: [string, Reaction[]]) => unqualified(other) === unqualified(emoji)
  return Object.fromEntries(Object.entries(reactions).filter(isSame))
}

/** Adds the user's reaction; that it is there already is no failure. One request. */
export function addReaction(
  session: Session,
  message: OnMessage,
  emoji: string,
): Promise<Reactions> {
  const reaction = fullyQualified(checked(emoji))
  return checkable(send(session, message, { method: 'POST', json: { reaction } }), LOOK)
}

/**
 * Takes the user's own reaction away, however it is spelt; one request, and one more for each
 * other spelling where it is not found.
 * @throws CodedError `NOT_FOUND` when there is none
 */
export async function removeReaction(
  session: Session,
  message: OnMessage,
  emoji: string,
): Promise<Reactions> {
  const spellings = new Set([checked(emoji), fullyQualified(emoji), unqualified(emoji)])
  const [first = emoji, ...others] = spellings
  let removed = remove(session, message, first)
  for (const other of others) {
    removed = removed.catch(error => {
      if (!hasCode(error, 'NOT_FOUND')) throw error
      return remove(session, message, other)
    })
  }
  return removed
}

function remove(session: Session, message: OnMessage, reaction: string): Promise<Reactions> {
  return checkable(send(session, message, { method: 'DELETE', query: { reaction } }), LOOK)
}

function send(
  session: Session,
  { token, id }: OnMessage,
  request: Omit<TalkRequest, 'path' | 'subject'>,
): Promise<Reactions> {
  return fromTalk(session, ApiReactions, {
    ...request,
    path: `${pathIn('reaction', token)}/${id}`,
    subject: messageIn(token, id),
    refusals: REFUSALS,
  })
}

const LOOK = 'talk_list_reactions tells what there is now.'
const REFUSALS: Refusals = {
  400: {
    code: 'BAD_INPUT',
    message: 'Talk does not take this reaction to this message',
    hint: 'System messages and deleted ones take none.',
  },
  404: {
    code: 'NOT_FOUND',
    message: 'No such message or reaction, or no such conversation for this user',
    hint: 'System messages and deleted ones take no reactions.',
  },
}

/** Whether it is a single emoji; which there are is for Nextcloud to say. */
function checked(reaction: string): string {
  if (!isEmoji(reaction)) throw badInput(`"${reaction}" is not a single emoji`)
  return reaction
}
