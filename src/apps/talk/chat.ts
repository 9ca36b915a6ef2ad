/**
 * What is said in a conversation: version 1 of Talk's chat.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/chat/
 */
import { z } from 'zod'
import { checkable } from '../../nextcloud/errors.ts'
import { ocsData } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list } from '../../nextcloud/tolerant.ts'
import { ApiConversation } from './conversation.ts'
import { ApiMessage } from './message.ts'
import {
  askTalk,
  conversation,
  fromTalk,
  messageIn,
  pathIn,
  type Refusal,
  type Refusals,
} from './request.ts'

/** Which part of a history. */
export interface Extract {
  limit: number
  /** Where to go on from; undefined: the newest message. */
  from: number | undefined
  includeFrom?: boolean
  /** Newer than `from`, oldest first, instead of older, newest first. */
  newer?: boolean
}

/** A part of a history, and where the next one begins; null where nothing came. */
export interface History {
  messages: ApiMessage[]
  lastGiven: number | null
}

/**
 * A part of a conversation's history; one request, which waits for nothing and marks nothing as
 * read. Messages that the user cannot see are left out, so that a part may be short or empty.
 */
export async function readHistory(
  session: Session,
  token: string,
  { limit, from, includeFrom = false, newer = false }: Extract,
): Promise<History> {
  const subject = `the messages of ${conversation(token)}`
  const reply = await askTalk(session, {
    path: pathIn('chat', token),
    query: {
      lookIntoFuture: newer ? 1 : 0,
      limit,
      lastKnownMessageId: from,
      includeLastKnown: includeFrom ? 1 : 0,
      timeout: 0,
      setReadMarker: 0,
      noStatusUpdate: 1,
      markNotificationsAsRead: 0,
    },
    subject,
  })
  if (reply.status === 304) return { messages: [], lastGiven: null }
  return {
    messages: ocsData(reply, list(ApiMessage), subject),
    lastGiven: Number(reply.headers['x-chat-last-given']) || null,
  }
}

/** A message to be. */
export interface NewMessage {
  message: string
  referenceId: string
  replyTo: number | undefined
  silent: boolean
}

/** Posts a message, whatever was posted before; one request. */
export function postMessage(
  session: Session,
  token: string,
  { replyTo, ...message }: NewMessage,
): Promise<ApiMessage> {
  const refused = replyTo === undefined ? EMPTY : NOT_REPLYABLE
  return fromTalk(session, ApiMessage, {
    method: 'POST',
    path: pathIn('chat', token),
    json: { ...message, ...(replyTo !== undefined && { replyTo }) },
    subject:
      replyTo === undefined ? `the message to ${conversation(token)}` : messageIn(token, replyTo),
    refusals: {
      400: refused,
      403: NOT_WRITABLE,
      413: TOO_LONG,
    },
  })
}

/** What changed a message: the line that tells of it, about the message as it is now. */
const Changed = z.object({ parent: ApiMessage })

/** Replaces the text of a message; one request. */
export async function editMessage(
  session: Session,
  token: string,
  id: number,
  message: string,
): Promise<ApiMessage> {
  const changed = fromTalk(session, Changed, {
    method: 'PUT',
    path: `${pathIn('chat', token)}/${id}`,
    json: { message },
    subject: messageIn(token, id),
    refusals: {
      ...changing('edited'),
      // The text has been looked at before: what is left to mind is the age.
      400: {
        code: 'FORBIDDEN',
        message: 'Messages can be edited for 24 hours only',
        hint: 'Send another message instead.',
      },
      413: TOO_LONG,
    },
  })
  return (await checkable(changed, LOOK)).parent
}

/** Deletes a message, which leaves a mark where it was; one request. */
export async function deleteMessage(
  session: Session,
  token: string,
  id: number,
): Promise<ApiMessage> {
  const changed = fromTalk(session, Changed, {
    method: 'DELETE',
    path: `${pathIn('chat', token)}/${id}`,
    subject: messageIn(token, id),
    refusals: changing('deleted'),
  })
  return (await checkable(changed, LOOK)).parent
}

/**
 * Marks a conversation as read up to a message, or as a whole; one request. Talk takes a number
 * beyond the last message as well, and with it those that are still to come: one more request then
 * goes back to the last.
 */
export async function markRead(
  session: Session,
  token: string,
  upTo: number | undefined,
): Promise<ApiConversation> {
  const marked = await setReadMarker(session, token, upTo)
  const last = marked.lastMessage?.id
  if (upTo === undefined || last === undefined || upTo <= last) return marked
  return setReadMarker(session, token, last)
}

function setReadMarker(
  session: Session,
  token: string,
  upTo: number | undefined,
): Promise<ApiConversation> {
  return fromTalk(session, ApiConversation, {
    method: 'POST',
    path: `${pathIn('chat', token)}/read`,
    json: upTo === undefined ? {} : { lastReadMessage: upTo },
    subject: conversation(token),
  })
}

const EMPTY: Refusal = { code: 'BAD_INPUT', message: 'Talk does not take the message' }
const LOOK = 'The change may or may not have been made: talk_get_messages shows the message.'
const TOO_LONG: Refusal = { code: 'TOO_LARGE', message: 'The message is longer than Talk takes' }
const NOT_REPLYABLE: Refusal = {
  code: 'BAD_INPUT',
  message: 'The message cannot be replied to; nothing was posted',
  hint: 'It must be in the same conversation, and neither deleted nor a system message.',
}
const NOT_WRITABLE: Refusal = {
  code: 'FORBIDDEN',
  message: 'The conversation is read-only, or the user may not post in it; nothing was posted',
}

function changing(done: string): Refusals {
  return {
    403: {
      code: 'FORBIDDEN',
      message: `The message cannot be ${done}`,
      hint: 'The conversation is read-only, or the user may not post in it, or the message is of somebody else.',
    },
    permission: {
      code: 'FORBIDDEN',
      message: `Only messages of one's own can be ${done}, except by moderators of a group`,
    },
    404: { code: 'NOT_FOUND', message: 'No such message, or no such conversation for this user' },
    405: {
      code: 'BAD_INPUT',
      message: `Only what people wrote can be ${done}, and only until it is deleted`,
    },
  }
}
