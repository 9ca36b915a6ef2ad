/**
 * Requests to Talk, and what its refusals mean: it says little more than a status.
 * @see https://nextcloud-talk.readthedocs.io/en/latest/
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { badInput, CodedError, type ErrorCode } from '../../nextcloud/errors.ts'
import { type OcsRequest, ocsData, ocsHttp, ocsRefusal } from '../../nextcloud/ocs.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import { isSafe } from '../../nextcloud/retry.ts'
import type { Session } from '../../nextcloud/session.ts'
import { errorOfReply } from '../../nextcloud/translate.ts'

const API = '/apps/spreed/api'
const ANSWERS = [200, 201, 202, 304]
const REFUSED = [400, 403, 404, 405, 406, 412, 413, 422, 501]
/** What Talk answers when it asked another Nextcloud and heard nothing. */
const REMOTE_IS_SILENT = 422

/** What a status means for one kind of request. */
export interface Refusal {
  code: ErrorCode
  message: string
  hint?: string
}

/** Refusals by status, or by Talk's own word for the reason, which newer versions give. */
export type Refusals = Readonly<Record<number | string, Refusal>>

/** A request to Talk; `path` is relative to its API. */
export type TalkRequest = OcsRequest & { subject: string; refusals?: Refusals }

const USUAL: Refusals = {
  403: {
    code: 'FORBIDDEN',
    message: 'The user may not do this in the conversation',
    hint: 'It may be read-only or moderated: see readOnly and participantType in talk_get_conversation.',
  },
  404: {
    code: 'NOT_FOUND',
    message: 'No such conversation, or the user is not in it',
    hint: 'talk_list_conversations gives the tokens.',
  },
  406: {
    code: 'UNSUPPORTED',
    message: 'The conversation is on another Nextcloud, and Talk cannot do this from here',
  },
  412: {
    code: 'FORBIDDEN',
    message: "The user is in the conversation's lobby: only moderators may enter now",
    hint: 'Wait until a moderator opens it.',
  },
  [REMOTE_IS_SILENT]: {
    code: 'UNREACHABLE',
    message: 'The Nextcloud that the conversation is on does not answer',
    hint: 'Try again later; a change may have been made: look before repeating it.',
  },
}

const Reason = z.object({ error: z.string() })

/**
 * The answer of Talk, whatever its status; 304 is one that says that there is nothing.
 * @throws CodedError in Talk's meaning of the status
 */
export async function askTalk(session: Session, request: TalkRequest): Promise<Reply> {
  const { refusals = {}, ...rest } = request
  const http = ocsHttp({ ...rest, path: API + rest.path })
  const reply = await session.send({ ...http, expect: [...ANSWERS, ...REFUSED] })
  if (ANSWERS.includes(reply.status)) return reply
  throw refusalOf(http, reply, { ...USUAL, ...refusals })
}

/** The data of an answer in the given shape. */
export async function fromTalk<T>(
  session: Session,
  schema: z.ZodType<T>,
  request: TalkRequest,
): Promise<T> {
  return ocsData(await askTalk(session, request), schema, request.subject)
}

/**
 * The path of something in a conversation.
 * @throws CodedError `BAD_INPUT` for what cannot be a token
 */
export function pathIn(area: 'room' | 'chat' | 'reaction' | 'poll', token: string): string {
  if (!/^[\w-]+$/.test(token)) {
    throw badInput(
      `"${token}" is not the token of a conversation`,
      'talk_list_conversations gives the tokens.',
    )
  }
  return `/${area === 'room' ? 'v4' : 'v1'}/${area}/${encodeSegment(token)}`
}

/** A conversation as errors name it. */
export function conversation(token: string): string {
  return `conversation ${token}`
}

/** A message as errors name it. */
export function messageIn(token: string, id: number): string {
  return `message ${id} in ${conversation(token)}`
}

function refusalOf(request: HttpRequest, reply: Reply, refusals: Refusals): CodedError {
  const refusal = ocsRefusal(reply)
  const reason = Reason.safeParse(refusal?.data).data?.error
  const known = (reason && refusals[reason]) ?? refusals[reply.status]
  // Without Talk's envelope it was something else that answered.
  if (refusal === undefined || !known) return errorOfReply(request, reply)
  return new CodedError(known.code, known.message, {
    status: reply.status,
    ...(request.subject === undefined ? {} : { subject: request.subject }),
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    ...(reason === undefined ? {} : { serverMessage: reason }),
    ...(reply.status === REMOTE_IS_SILENT && !isSafe(request.method)
      ? { outcomeUnknown: true }
      : {}),
  })
}
