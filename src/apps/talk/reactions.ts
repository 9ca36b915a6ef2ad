/**
 * Emoji on messages.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/reaction/
 */
import { z } from 'zod'
import { isEmoji } from '../../nextcloud/emoji.ts'
import { badInput } from '../../nextcloud/errors.ts'
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
export function listReactions(
  session: Session,
  message: OnMessage,
  emoji: string | undefined,
): Promise<Reactions> {
  return send(session, message, { query: { reaction: emoji } })
}

/** Adds the user's reaction; that it is there already is no failure. One request. */
export function addReaction(
  session: Session,
  message: OnMessage,
  emoji: string,
): Promise<Reactions> {
  return send(session, message, { method: 'POST', json: { reaction: checked(emoji) } })
}

/**
 * Takes the user's own reaction away; one request.
 * @throws CodedError `NOT_FOUND` when there is none
 */
export function removeReaction(
  session: Session,
  message: OnMessage,
  emoji: string,
): Promise<Reactions> {
  return send(session, message, { method: 'DELETE', query: { reaction: checked(emoji) } })
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
