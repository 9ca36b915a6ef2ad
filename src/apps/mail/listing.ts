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
  const asked = Math.min(query.limit + 1, MOST_MESSAGES)
  const found = await messages({ ...query, limit: asked })
  if (found.length < asked) return { messages: found, nextCursor: undefined }
  const whole = withoutLastSecond(found)
  if (whole.length > 0) return upTo(whole)
  // More mails of one second than were asked for.
  const all = asked < MOST_MESSAGES ? await messages({ ...query, limit: MOST_MESSAGES }) : found
  const ofSecond = all.filter(({ dateInt }) => dateInt === all[0]?.dateInt)
  if (ofSecond.length < MOST_MESSAGES && ofSecond.length === all.length) {
    return { messages: all, nextCursor: undefined }
  }
  // The API has no way to more than a hundred of one second; what is behind them can be reached.
  return upTo(ofSecond)
}

function upTo(messages: Envelope[]): Omit<Page, 'stale'> {
  return { messages, nextCursor: messages.at(-1)?.dateInt ?? undefined }
}

/** There may be more of the last second than were given. */
function withoutLastSecond(found: readonly Envelope[]): Envelope[] {
  const last = found.at(-1)?.dateInt
  return found.filter(({ dateInt }) => dateInt !== last)
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
