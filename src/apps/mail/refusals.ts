/** What the Mail app's refusals mean: it has a way of its own for nearly everything. */
import { CodedError, type ErrorDetails, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { errorOfReply } from '../../nextcloud/translate.ts'
import { Refusal } from './shapes.ts'

/** Statuses that are looked into here: what they mean is in the body. */
const TELLING = [400, 403, 409, 500]

const MAIL_SERVER: ErrorDetails = {
  hint: "Try again in a minute. If it stays, the user should open the account in Nextcloud's Mail app and check its server and password. Other accounts are not affected.",
}

/**
 * Sends a request to the Mail app.
 * @throws CodedError `NOT_FOUND` for what is missing or somebody else's, `LOCKED` for a mailbox
 *   that is being synchronised, and whatever `session.send` throws
 */
export async function ask(session: Session, request: HttpRequest): Promise<Reply> {
  const reply = await session
    .send({ ...request, expect: [...(request.expect ?? [200, 201, 202, 206]), ...TELLING] })
    .catch((error: unknown) => {
      throw isMailServerError(error) ? mailServerError(error) : error
    })
  if (TELLING.includes(reply.status) && !request.expect?.includes(reply.status)) {
    throw refusal(request, reply)
  }
  return reply
}

/** The error that one of the telling statuses stands for. */
export function refusal(request: HttpRequest, reply: Reply): CodedError {
  const error = errorOfReply(request, reply)
  const words = wordsOf(reply)
  const said: ErrorDetails = words === '' ? {} : { serverMessage: words }
  if (reply.status === 403 && reply.text().trim() === '[]') return missing(error)
  if (reply.status === 400 && /does not exist/.test(words)) return missing(error)
  if (reply.status === 409 && /already being synced/.test(words)) {
    return new CodedError('LOCKED', 'Nextcloud is just fetching mail into this mailbox', {
      ...error.details,
      ...said,
      hint: 'Try again in a few seconds.',
    })
  }
  const [, lacking] = /No (trash|drafts) mailbox/.exec(words) ?? []
  if (reply.status === 400 && lacking !== undefined) {
    return new CodedError('UNSUPPORTED', `The account has no ${lacking} mailbox`, {
      ...error.details,
      ...said,
      hint: "The user sets one in the account's settings in Nextcloud's Mail app.",
    })
  }
  if (reply.status === 500 && /^Server error$|IMAP/.test(words)) return mailServerError(error)
  return words === '' ? error : withDetails(error, error.message, said)
}

function missing({ details }: CodedError): CodedError {
  return new CodedError('NOT_FOUND', 'Not found, or not of this user', {
    ...details,
    hint: 'List to find it. A mail that was moved has another id in its new mailbox.',
  })
}

/** Nextcloud says "Server error" whenever the mail server is the cause, and rarely otherwise. */
export function isMailServerError(error: unknown): error is CodedError {
  return isCodedError(error) && error.details.serverMessage === 'Server error'
}

function mailServerError(error: CodedError): CodedError {
  const message = "Nextcloud failed; the account's mail server may be down or refuse the login"
  return withDetails(error, message, MAIL_SERVER)
}

function wordsOf(reply: Reply): string {
  let value: unknown
  try {
    value = JSON.parse(reply.text())
  } catch {
    return ''
  }
  const { success, data } = Refusal.safeParse(value)
  if (!success) return ''
  const inner = typeof data.data === 'string' ? data.data : data.data?.message
  return inner ?? data.ocs?.data ?? data.message ?? ''
}
