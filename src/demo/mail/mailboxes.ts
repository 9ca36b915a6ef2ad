import { integer, jsonReply, type Reply, text } from '../http.ts'
import { failure, locked, type MailCall, notFound, serverError } from './call.ts'
import { parseFilter } from './filter.ts'
import { envelopeJson, statsJson } from './json.ts'
import { findMailbox, type Mail, type Mailbox, synchronise } from './store.ts'

/** GET messages: those of a mailbox that Nextcloud knows, the newest first, one without a limit. */
export function listMessages({ store, user, given }: MailCall): Reply {
  const id = integer(given.mailboxId) ?? 0
  const { mailbox, account } = findMailbox(store, user.id, id) ?? {}
  if (mailbox === undefined) return notFound(`Mailbox ${id} does not exist`)
  if (account?.servers.syncing) return locked(id)
  if (!mailbox.cached) {
    return failure(400, `mailbox ${id} is not cached`, 'MailboxNotCachedException')
  }
  const passes = parseFilter(store, text(given.filter) ?? '')
  if (passes === undefined) return serverError()
  const cursor = integer(given.cursor)
  const limit = Math.min(100, Math.max(1, integer(given.limit) ?? 1))
  const found = known(mailbox)
    .filter(mail => given.view === 'singleton' || isLastOfThread(mailbox, mail))
    .filter(mail => cursor === undefined || mail.date < cursor)
    .filter(passes)
    .toSorted((a, b) => b.date - a.date)
  return jsonReply(
    200,
    found.slice(0, limit).map(mail => envelopeJson(store, mailbox, mail, true)),
  )
}

/** POST mailboxes/…/sync: looks for new mail, and tells what is unlike what the client knows. */
export function syncMailbox({ store, user, given }: MailCall, id: number): Reply {
  const found = findMailbox(store, user.id, id)
  if (found === undefined) return notFound(`Mailbox ${id} does not exist`)
  const { mailbox, account } = found
  if (!mailbox.cached && given.init !== true) return jsonReply(428, [])
  if (!account.servers.imap) return serverError()
  if (account.servers.syncing) return locked(id)
  synchronise(store, mailbox)
  const ids = Array.isArray(given.ids) ? given.ids.map(Number) : []
  const mails = known(mailbox).toSorted((a, b) => b.date - a.date)
  const old = mails.filter(({ databaseId = 0 }) => ids.includes(databaseId))
  const oldest = Math.min(...old.map(({ date }) => date))
  const fresh =
    ids.length === 0
      ? mails
      : mails.filter(mail => !old.includes(mail) && mail.date > oldest && old.length > 0)
  const stillThere = old.map(({ databaseId }) => databaseId)
  const json = (mail: Mail) => envelopeJson(store, mailbox, mail)
  return jsonReply(200, {
    newMessages: fresh.map(json),
    changedMessages: old.map(json),
    vanishedMessages: ids.filter(other => !stillThere.includes(other)),
    stats: statsJson(mailbox),
  })
}

/** Mails that a sync has brought into the database. */
function known({ mails }: Mailbox): Mail[] {
  return mails.filter(({ databaseId }) => databaseId !== undefined)
}

/** Threads show as their last mail, unless the client wants each. */
function isLastOfThread(mailbox: Mailbox, mail: Mail): boolean {
  const root = rootOf(mail)
  return !known(mailbox).some(
    other =>
      rootOf(other) === root &&
      (other.date > mail.date || (other.date === mail.date && other.messageId > mail.messageId)),
  )
}

/** The mail that began a thread; the demo knows answers, not answers to answers. */
function rootOf({ messageId, inReplyTo }: Mail): string {
  return inReplyTo === '' ? messageId : inReplyTo
}
