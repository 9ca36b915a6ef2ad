/**
 * Conversations and who is in them: version 4 of Talk's interface.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/conversation/
 */
import { z } from 'zod'
import { checkable } from '../../nextcloud/errors.ts'
import { ocsData } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list, number, text } from '../../nextcloud/tolerant.ts'
import { ApiConversation } from './conversation.ts'
import { askTalk, conversation, fromTalk, pathIn, type Refusals } from './request.ts'

/** Whom to bring into a conversation. */
export interface Invitation {
  source: 'users' | 'groups' | 'emails' | 'circles' | 'federated_users'
  id: string
}

const ApiParticipant = z.object({
  attendeeId: z.coerce.number().int(),
  actorType: text(''),
  actorId: text(''),
  displayName: text(''),
  participantType: number(0),
  inCall: number(0),
  lastPing: number(0),
  sessionIds: list(z.string()).catch([]),
  status: text(null),
  statusIcon: text(null),
  statusMessage: text(null),
})
/** Somebody in a conversation, as the API gives it. */
export type ApiParticipant = z.infer<typeof ApiParticipant>

const Type = z.object({ type: number(null) })

/** The user's conversations, and the time to ask from for what changes after; one request. */
export async function listConversations(
  session: Session,
  { modifiedSince, includeStatus }: { modifiedSince: number | undefined; includeStatus: boolean },
): Promise<{ conversations: ApiConversation[]; modifiedBefore: number | null }> {
  const subject = 'the conversations'
  const reply = await askTalk(session, {
    path: '/v4/room',
    query: { noStatusUpdate: 1, includeStatus, modifiedSince },
    subject,
  })
  return {
    conversations: ocsData(reply, list(ApiConversation), subject),
    modifiedBefore: Number(reply.headers['x-nextcloud-talk-modified-before']) || null,
  }
}

/** One conversation; one request. */
export function getConversation(session: Session, token: string): Promise<ApiConversation> {
  const request = { path: pathIn('room', token), subject: conversation(token) }
  return fromTalk(session, ApiConversation, request)
}

/** Everybody in a conversation; one request. */
export function listParticipants(
  session: Session,
  token: string,
  includeStatus: boolean,
): Promise<ApiParticipant[]> {
  return fromTalk(session, list(ApiParticipant), {
    path: `${pathIn('room', token)}/participants`,
    query: { includeStatus },
    subject: `the participants of ${conversation(token)}`,
  })
}

/** The conversation with one other user, which is made where there is none yet; one request. */
export function openOneToOne(session: Session, userId: string): Promise<ApiConversation> {
  const opened = fromTalk(session, ApiConversation, {
    method: 'POST',
    path: '/v4/room',
    json: { roomType: 1, invite: userId },
    subject: `the conversation with "${userId}"`,
    refusals: {
      403: {
        code: 'FORBIDDEN',
        message: 'No conversation with this user is possible',
        hint: 'Nobody can have one with themselves, and administrators may forbid others.',
      },
      404: NOBODY,
    },
  })
  return checkable(opened, 'Repeat the call: there is never more than one with the same user.')
}

/** What a group or public conversation is made with. */
export interface NewConversation {
  type: number
  /** Empty: named after who is invited. */
  name: string
  invite: Invitation | undefined
  /** Whether this Talk takes all kinds of invitations along with the conversation. */
  invitesAll: boolean
}

/**
 * Makes a group or public conversation; one request.
 * @throws CodedError `NOT_FOUND` when there is nobody to invite; nothing is made then
 */
export async function createConversation(
  session: Session,
  { type, name, invite, invitesAll }: NewConversation,
): Promise<ApiConversation> {
  const made = fromTalk(session, ApiConversation, {
    method: 'POST',
    path: '/v4/room',
    json: {
      roomType: type,
      roomName: name,
      ...(invite !== undefined && invitationJson(invite, invitesAll)),
    },
    subject: `the new conversation "${name}"`,
    refusals: {
      400: { code: 'BAD_INPUT', message: 'Talk does not take this name or type' },
      password: {
        code: 'UNSUPPORTED',
        message: 'This Nextcloud wants a password for every public conversation',
        hint: 'Somebody has to create it in Talk itself.',
      },
      403: { code: 'FORBIDDEN', message: 'The user may not make conversations' },
      404: NOBODY,
    },
  })
  return checkable(
    made,
    'It may have been made: look with talk_list_conversations before repeating.',
  )
}

function invitationJson({ source, id }: Invitation, invitesAll: boolean): object {
  if (!invitesAll) return { invite: id, source }
  return { participants: { [source === 'circles' ? 'teams' : source]: [id] } }
}

/**
 * Brings somebody into a conversation; one request. Who is in it already stays so.
 * @returns the type of the conversation where that has changed
 */
export async function addParticipant(
  session: Session,
  token: string,
  { source, id }: Invitation,
): Promise<number | null> {
  const added = fromTalk(session, z.unknown(), {
    method: 'POST',
    path: `${pathIn('room', token)}/participants`,
    json: { newParticipant: id, source },
    subject: `"${id}" in ${conversation(token)}`,
    refusals: CANNOT_ADD,
  })
  const changed = await checkable(
    added,
    'They may be in it: look with talk_list_participants before repeating.',
  )
  return Type.safeParse(changed).data?.type ?? null
}

const NOBODY = {
  code: 'NOT_FOUND',
  message: 'Nobody of this name can be invited',
  hint: 'Give an id, not a name: nc_users_search finds users.',
} as const

const CANNOT_ADD: Refusals = {
  400: {
    code: 'BAD_INPUT',
    message: 'Nobody can be added this way',
    hint: 'One-to-one conversations stay what they are; somebody may be banned, or the address be wrong.',
  },
  403: { code: 'FORBIDDEN', message: 'Only moderators add people to this conversation' },
  404: {
    code: 'NOT_FOUND',
    message: 'No such conversation for this user, or nobody of this name to add',
    hint: 'talk_list_conversations gives the tokens, nc_users_search the ids of users.',
  },
  'new-participant': NOBODY,
  501: { code: 'UNSUPPORTED', message: 'This Nextcloud does not federate conversations' },
}
