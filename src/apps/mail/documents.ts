/** Mails as documents to search for. */
import { z } from 'zod'
import { hasCode, isGeneral, unlessMissing } from '../../nextcloud/errors.ts'
import { inParallel } from '../../nextcloud/parallel.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { DocumentContent } from '../../search/document.ts'
import type { DocumentSource, ListedDocument, ListingSink } from '../../search/source.ts'
import { readState } from '../../search/state.ts'
import { verdictOf } from '../../search/verdict.ts'
import { mail } from './api.ts'
import { textOf } from './body.ts'
import { MOST_MESSAGES } from './listing.ts'
import type { Envelope, MarkedMailbox, Message } from './shapes.ts'

/** The newest mails of each mailbox are documents. */
const MOST_PER_MAILBOX = 500
const AT_A_TIME = 6
/** What was thrown away, and mailboxes that show again what is in others. */
const LEFT_OUT: ReadonlySet<string> = new Set(['trash', 'junk', 'all', 'flagged'])

const MailboxState = z.object({
  account: z.number(),
  /** `''` where it must be listed again. */
  mark: z.string(),
  ids: z.array(z.number()),
})
type MailboxState = z.infer<typeof MailboxState>

/** By mailbox id. */
const State = z.record(z.string(), MailboxState)

/**
 * The newest mails of a user's mailboxes, without trash and junk, as far as Nextcloud has fetched
 * them: nothing is asked of mail servers until a mail is read. An unchanged account costs one
 * request, and one for each mail account; a changed mailbox one for each hundred mails.
 * @param mostPerMailbox of each mailbox
 */
export function createMailDocuments(mostPerMailbox = MOST_PER_MAILBOX): DocumentSource {
  return {
    type: 'mail_message',
    title: 'Mail',
    scope: 'mail:read',
    requires: 'mail',

    async list(session, state, sink) {
      const last = readState(State, state)
      const { boxes, kept, isWhole: isListed, failures } = await everyMailbox(session, last ?? {})
      const next: Record<string, MailboxState> = {}
      let isWhole = isListed
      let read = 0
      for (const box of boxes) {
        const id = String(box.databaseId)
        const known = last?.[id]
        if (known !== undefined && known.mark !== '' && known.mark === box.cacheBuster) {
          kept.push([id, known])
          continue
        }
        try {
          const seen = await listMailbox(session, box, mostPerMailbox, sink)
          const mark = seen.isWhole ? box.cacheBuster : ''
          next[id] = { account: box.accountId, mark, ids: seen.ids }
          isWhole &&= seen.isWhole
          read++
        } catch (failure) {
          if (isGeneral(failure)) throw failure
          failures.push(failure)
          isWhole = false
          kept.push([id, { account: box.accountId, mark: '', ids: known?.ids ?? [] }])
        }
      }
      // Where nothing but failures came, nothing is known.
      if (failures.length > 0 && read === 0) throw failures[0]
      const hasGone = Object.keys(last ?? {}).some(id => !kept.some(([other]) => other === id))
      if (last !== undefined && read === 0 && !hasGone && isWhole) {
        return { kind: 'unchanged', state: state ?? '' }
      }
      for (const [id, known] of kept) {
        next[id] = known
        if (known.ids.length > 0) await sink.unchanged(known.ids.map(String))
      }
      return { kind: isWhole ? 'all' : 'changes', state: JSON.stringify(next) }
    },

    async read(session, document) {
      const message = await unlessMissing(mail(session).message(Number(document.id)))
      return message && contentOf(session, document, message)
    },

    async verify(session, documents) {
      const ids = [...new Set(documents.map(({ id }) => id))]
      const verdicts = await inParallel(ids, AT_A_TIME, async id => {
        const verdict = await verdictOf(async () => {
          const { subject } = await mail(session).envelope(Number(id))
          return { state: 'readable', title: subject ?? '' }
        })
        return [id, verdict] as const
      })
      return new Map(verdicts)
    },
  }
}

/** The mailboxes of all accounts; of accounts that cannot be asked, what is known of theirs. */
async function everyMailbox(session: Session, last: z.infer<typeof State>) {
  const accounts = await mail(session).accountsWithGaps()
  const boxes: MarkedMailbox[] = []
  const kept: [id: string, known: MailboxState][] = []
  const failures: unknown[] = []
  let isWhole = accounts.unreadable === 0
  for (const account of accounts.items) {
    try {
      const found = await mail(session).markedMailboxes(account.id)
      if (found.unreadable > 0) isWhole = false
      boxes.push(...found.items.filter(box => !isLeftOut(box, account.trashMailboxId)))
    } catch (failure) {
      if (isGeneral(failure)) throw failure
      failures.push(failure)
      isWhole = false
      kept.push(...Object.entries(last).filter(([, known]) => known.account === account.id))
    }
  }
  return { boxes, kept, isWhole, failures }
}

function isLeftOut({ specialUse, databaseId }: MarkedMailbox, trash: number | null): boolean {
  return databaseId === trash || specialUse.some(use => LEFT_OUT.has(use.toLowerCase()))
}

/** Tells of the newest mails of a mailbox. */
async function listMailbox(
  session: Session,
  box: MarkedMailbox,
  most: number,
  sink: ListingSink,
): Promise<{ ids: number[]; isWhole: boolean }> {
  const ids = new Set<number>()
  let cursor: number | undefined
  let isWhole = true
  while (ids.size < most) {
    const page = await knownMessages(session, box.databaseId, cursor)
    if (page.unreadable > 0) isWhole = false
    const fresh = page.items
      .filter(({ databaseId, flags }) => !ids.has(databaseId) && flags?.deleted !== true)
      .slice(0, most - ids.size)
    for (const { databaseId } of fresh) ids.add(databaseId)
    if (fresh.length > 0) await sink.found(fresh.map(envelope => listed(box, envelope)))
    const last = page.items.at(-1)?.dateInt ?? undefined
    if (last === undefined || page.items.length + page.unreadable < MOST_MESSAGES) break
    // There may be more of the last second; where nothing else came, it is passed over.
    cursor = cursor === last + 1 ? last : last + 1
  }
  return { ids: [...ids], isWhole }
}

/** A page of mails; none of a mailbox that Nextcloud has never looked into. */
async function knownMessages(session: Session, mailboxId: number, cursor: number | undefined) {
  const query = { mailboxId, cursor, limit: MOST_MESSAGES, filter: undefined }
  try {
    return await mail(session).messagesWithGaps(query)
  } catch (error) {
    if (!hasCode(error, 'BAD_INPUT') || !/not cached/.test(error.details.serverMessage ?? '')) {
      throw error
    }
    return { items: [], unreadable: 0 }
  }
}

/** A mail never changes: one that is moved or edited has another id. */
function listed({ databaseId, displayName, name }: MarkedMailbox, mail: Envelope): ListedDocument {
  return {
    id: String(mail.databaseId),
    etag: String(mail.dateInt ?? mail.uid ?? ''),
    ref: `${databaseId}/${displayName ?? name}`,
  }
}

function contentOf(
  session: Session,
  { id, ref = '' }: ListedDocument,
  message: Message,
): DocumentContent {
  const slash = ref.indexOf('/')
  const { subject, dateInt, from, to, cc, attachments, hasHtmlBody } = message
  const head = [
    people('From', from),
    people('To', to),
    people('Cc', cc),
    labelled('Attachments', attachments.flatMap(({ fileName }) => fileName ?? []).join(', ')),
  ]
  const body = textOf(message)?.trim() ?? ''
  return {
    title: subject ?? '',
    text: [head.filter(line => line !== '').join('\n'), body].filter(Boolean).join('\n\n'),
    format: hasHtmlBody ? 'markdown' : 'plain',
    pages: [],
    pageCount: undefined,
    category: ref.slice(slash + 1),
    path: undefined,
    modifiedAt: dateInt === null ? undefined : dateInt * 1_000,
    url:
      slash < 0
        ? undefined
        : `${session.baseUrl}/index.php/apps/mail/box/${ref.slice(0, slash)}/thread/${id}`,
  }
}

function people(label: string, addresses: Message['from']): string {
  const names = addresses.map(({ label: name, email }) =>
    name && email && name !== email ? `${name} <${email}>` : (email ?? name ?? ''),
  )
  return labelled(label, names.filter(Boolean).join(', '))
}

function labelled(label: string, text: string): string {
  return text === '' ? '' : `${label}: ${text}`
}
