/** Mails of a mailbox, page by page, with what has come meanwhile. */
import type { CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type MessageQuery, mail } from './api.ts'
import { isMailServerError } from './refusals.ts'
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
  /** Why mails may be missing. */
  note: string | undefined
}

const STALE = 'The mail server did not answer: newer mails may be missing, flags be old.'
const UNFINISHED = 'Nextcloud is still fetching mail into this mailbox: list it again in a minute.'
const CROWDED = `More than ${MOST_MESSAGES} mails are of one second: Nextcloud gives no more of them.`

/**
 * Lists a page. The first one has what is new: Nextcloud itself knows only of mail that somebody
 * had it fetch. Two requests for the first page, one for others.
 *
 * The Mail app pages by time, "of before this second": a page ends with a whole second, so that
 * no mail is lost or comes twice. It is therefore a little shorter than `limit`, and longer where
 * more mails than that are of one second.
 */
export async function listPage(session: Session, query: MessageQuery): Promise<Page> {
  const fetched = query.cursor === undefined ? await refresh(session, query.mailboxId) : {}
  try {
    const found = await page(session, query)
    return { ...found, note: fetched.note ?? found.note }
  } catch (error) {
    throw fetched.failure ?? error
  }
}

async function page(session: Session, query: MessageQuery): Promise<Page> {
  const asked = Math.min(query.limit + 1, MOST_MESSAGES)
  const found = await first(session, query, asked)
  if (found.length < asked) return { messages: found, nextCursor: undefined, note: undefined }
  const whole = withoutLastSecond(found)
  if (whole.length > 0) return upTo(whole)
  // More mails of one second than were asked for.
  const all = asked < MOST_MESSAGES ? await first(session, query, MOST_MESSAGES) : found
  const ofSecond = all.filter(({ dateInt }) => dateInt === all[0]?.dateInt)
  if (ofSecond.length === MOST_MESSAGES) return { ...upTo(ofSecond), note: CROWDED }
  return ofSecond.length === all.length
    ? { messages: all, nextCursor: undefined, note: undefined }
    : upTo(ofSecond)
}

/**
 * At most so many. Of mails found by their text Nextcloud gives so many of each thousand, and
 * between the last ones of those others are missing.
 */
async function first(session: Session, query: MessageQuery, limit: number): Promise<Envelope[]> {
  return (await mail(session).messages({ ...query, limit })).slice(0, limit)
}

function upTo(messages: Envelope[]): Page {
  return { messages, nextCursor: messages.at(-1)?.dateInt ?? undefined, note: undefined }
}

/** There may be more of the last second than were given. */
function withoutLastSecond(found: readonly Envelope[]): Envelope[] {
  const last = found.at(-1)?.dateInt
  return found.filter(({ dateInt }) => dateInt !== last)
}

interface Fetched {
  note?: string
  /** What to say where nothing is known either. */
  failure?: CodedError
}

/** Fetches new mail; where only the mail server is the cause that it cannot, that is a note. */
async function refresh(session: Session, mailboxId: number): Promise<Fetched> {
  const { sync } = mail(session)
  try {
    let state = await sync(mailboxId, false)
    for (let tries = 0; state !== 'done' && tries < MOST_SYNCS; tries++) {
      state = await sync(mailboxId, true)
    }
    return state === 'done' ? {} : { note: UNFINISHED }
  } catch (failure) {
    if (isMailServerError(failure)) return { note: STALE, failure }
    throw failure
  }
}
