import { type Exchange, jsonReply, type Parameters, type Reply } from '../http.ts'
import type { Instance } from '../instance.ts'
import type { Account } from '../users.ts'
import type { MailStore } from './store.ts'

/** A request of a known user to the Mail app. */
export interface MailCall {
  instance: Instance
  exchange: Exchange
  user: Account
  given: Parameters
  store: MailStore
}

/** What the app says where a message is not there or is somebody else's. */
export function forbidden(): Reply {
  return jsonReply(403, [])
}

/** What the app says where an account or a mailbox is not there or is somebody else's. */
export function notFound(message: string): Reply {
  return failure(400, message)
}

/** What the app says where another request is fetching mail into the mailbox. */
export function locked(mailboxId: number): Reply {
  return failure(409, `${mailboxId} is already being synced`, 'MailboxLockedException')
}

/** A refusal with the name of PHP's exception. */
export function failure(status: number, message: string, type = 'ClientException'): Reply {
  const data = { message, type: `OCA\\Mail\\Exception\\${type}` }
  return jsonReply(status, { status: 'fail', data })
}

/** What the app says when the mail server does not answer, and about every other fault. */
export function serverError(): Reply {
  return jsonReply(500, { status: 'error', message: 'Server error', data: [], code: 0 })
}
