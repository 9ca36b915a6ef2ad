/** Mails of a mailbox, page by page, with what has come meanwhile. */
import { type CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type MessageQuery, mail } from './api.ts'
import type { Envelope } from './shapes.ts'

/** Most that the Mail app gives at a time. */
export const MOST_MESSAGES = 100
/** A large mailbox that Nextcloud has never looked into takes several requests. */
const MOST_SYNCS = 10

/** One page of a mailbox. */
export interface Page {
  messages: Envelope[]
  /** Time of the last mail: there is more behind it. */
  nextCursor: number | undefined
  /** The mail server did not answer: this is what Nextcloud knew before. */
  stale: boolean
}

/**
 * Lists a page. The first one has what is new: Nextcloud itself knows only of mail that somebody
 * had it fetch. Two requests for the first page, one for others.
 *
 * The Mail app pages by time, "of before this second": a page ends with a whole second, so that
 * no mail is lost or comes twice. It is therefore a little shorter than `limit`, and longer where
 * more mails than that are of one second.
 */
export async function listPage(session: Session, query: MessageQuery): Promise<Page> {
  const failure = query.cursor === undefined ? await refresh(session, query.mailboxId) : undefined
  try {
    return { ...(await page(session, query)), stale: failure !== undefined }
  } catch (error) {
    throw failure ?? error
  }
}

async function page(session: Session, query: MessageQuery): Promise<Omit<Page, 'stale'>> {
  const { messages } = mail(session)
  let asked = Math.min(query.limit + 1, MOST_MESSAGES)
  let found = await messages({ ...query, limit: asked })
  if (found.length === asked && asked < MOST_MESSAGES && isOneSecond(found)) {
    asked = MOST_MESSAGES
    found = await messages({ ...query, limit: asked })
  }
  if (found.length < asked) return { messages: found, nextCursor: undefined }
  const last = found.at(-1)?.dateInt ?? undefined
  const whole = found.filter(({ dateInt }) => dateInt !== last)
  // A hundred mails of one second: the API has no way to the others of that second.
  if (whole.length === 0) return { messages: found, nextCursor: last }
  return { messages: whole, nextCursor: whole.at(-1)?.dateInt ?? undefined }
}

function isOneSecond(found: readonly Envelope[]): boolean {
  return found.every(({ dateInt }) => dateInt === found[0]?.dateInt)
}

/** Fetches new mail; gives the error where only the mail server is the cause. */
async function refresh(session: Session, mailboxId: number): Promise<CodedError | undefined> {
  const { sync } = mail(session)
  try {
    let state = await sync(mailboxId, false)
    for (let tries = 0; state !== 'done' && tries < MOST_SYNCS; tries++) {
      state = await sync(mailboxId, true)
    }
    return undefined
  } catch (error) {
    if (isCodedError(error) && error.details.serverMessage === 'Server error') return error
    throw error
  }
}
