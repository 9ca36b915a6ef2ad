/**
 * Polls in conversations.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/poll/
 */
import { z } from 'zod'
import { badInput, checkable } from '../../nextcloud/errors.ts'
import { ocsData } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'
import { ApiMessage } from './message.ts'
import {
  askTalk,
  conversation,
  fromTalk,
  pathIn,
  type Refusals,
  type TalkRequest,
} from './request.ts'

/** The status of a poll that only moderators see. */
export const DRAFT = 2

const Detail = z.object({ actorDisplayName: text(''), actorId: text(''), optionId: number(-1) })

const ApiPoll = z.object({
  id: z.coerce.number().int(),
  question: text(''),
  /** Their places are their ids: none may be left out. */
  options: list(text('')),
  /** `option-0` and so on to a number. */
  votes: looseRecord(),
  numVoters: number(0),
  actorDisplayName: text(''),
  actorId: text(''),
  /** 0 open, 1 closed, 2 a draft. */
  status: number(0),
  /** 0 public, 1 hidden. */
  resultMode: number(0),
  maxVotes: number(0),
  votedSelf: list(z.number()).catch([]),
  details: list(Detail).optional().catch(undefined),
})
/** A poll as the API gives it. */
export type ApiPoll = z.infer<typeof ApiPoll>

/** One poll; one request. */
export function getPoll(session: Session, token: string, id: number): Promise<ApiPoll> {
  return onPoll(session, token, id, {})
}

/** A part of the polls in a conversation. */
export interface SharedPolls {
  messages: ApiMessage[]
  /** Where the older ones begin; null where there are none. */
  lastGiven: number | null
}

/**
 * The messages with which polls were shared, newest first; one request. Those that the user cannot
 * see are left out, so that a part may be short although there are older ones.
 */
export async function listPolls(
  session: Session,
  token: string,
  { limit, from }: { limit: number; from: number | undefined },
): Promise<SharedPolls> {
  const subject = `the polls of ${conversation(token)}`
  const reply = await askTalk(session, {
    path: `${pathIn('chat', token)}/share`,
    query: { objectType: 'poll', limit, lastKnownMessageId: from },
    subject,
  })
  const messages = ocsData(reply, list(ApiMessage), subject).toSorted((a, b) => b.id - a.id)
  return { messages, lastGiven: Number(reply.headers['x-chat-last-given']) || null }
}

/** A poll to be. */
export interface NewPoll {
  question: string
  options: readonly string[]
  /** 0: any number. */
  maxVotes: number
  hidden: boolean
}

/** Posts a poll; one request. */
export function createPoll(
  session: Session,
  token: string,
  { question, options, maxVotes, hidden }: NewPoll,
): Promise<ApiPoll> {
  const made = fromTalk(session, ApiPoll, {
    method: 'POST',
    path: pathIn('poll', token),
    json: { question, options, resultMode: hidden ? 1 : 0, maxVotes },
    subject: `the poll for ${conversation(token)}`,
    refusals: {
      400: {
        code: 'BAD_INPUT',
        message: 'Talk does not take the poll',
        hint: 'Polls are for group and public conversations, and texts must not be too long.',
      },
    },
  })
  return checkable(
    made,
    'The poll may have been posted: look with talk_get_polls before repeating.',
  )
}

/** Votes instead of what the user voted for before; no options take the vote back. One request. */
export function vote(
  session: Session,
  token: string,
  id: number,
  options: readonly number[],
): Promise<ApiPoll> {
  const voted = onPoll(session, token, id, {
    method: 'POST',
    json: { optionIds: options },
    refusals: {
      ...REFUSALS,
      400: {
        code: 'BAD_INPUT',
        message: 'The poll is closed, or does not allow this vote',
        hint: 'talk_get_polls tells its options and how many may be chosen.',
      },
    },
  })
  return checkable(voted, 'talk_get_polls tells what the user has voted for.')
}

/**
 * Closes a poll for good; two requests, because Talk deletes a draft that is to be closed.
 * @throws CodedError `BAD_INPUT` for a draft; it stays as it is
 */
export async function closePoll(session: Session, token: string, id: number): Promise<ApiPoll> {
  const { status } = await getPoll(session, token, id)
  if (status === DRAFT) throw badInput('The poll is a draft: nobody can vote in it yet')
  const closed = onPoll(session, token, id, {
    method: 'DELETE',
    refusals: {
      ...REFUSALS,
      400: { code: 'CONFLICT', message: 'The poll is closed already' },
      403: { code: 'FORBIDDEN', message: 'Only its author and moderators can close a poll' },
    },
  })
  return checkable(closed, 'talk_get_polls tells whether it is closed.')
}

function onPoll(
  session: Session,
  token: string,
  id: number,
  request: Omit<TalkRequest, 'path' | 'subject'>,
): Promise<ApiPoll> {
  return fromTalk(session, ApiPoll, {
    refusals: REFUSALS,
    ...request,
    path: `${pathIn('poll', token)}/${id}`,
    subject: `poll ${id} in ${conversation(token)}`,
  })
}

const REFUSALS: Refusals = {
  404: { code: 'NOT_FOUND', message: 'No such poll, or no such conversation for this user' },
}
