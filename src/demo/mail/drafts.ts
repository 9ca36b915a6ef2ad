import { integer, jsonReply, type Reply, text } from '../http.ts'
import { failure, locked, type MailCall, serverError } from './call.ts'
import { type Address, deliver, findMail, type MailAccount, synchronise } from './store.ts'

/**
 * POST accounts/…/draft: puts a mail into the drafts, without hidden recipients. A draft that it
 * replaces goes by its number in its mailbox, whichever mailbox that is.
 */
export function saveDraft({ store, user, given }: MailCall, account: MailAccount): Reply {
  const drafts = account.mailboxes.find(({ role }) => role === 'drafts')
  if (drafts === undefined) return failure(400, 'No drafts mailbox configured')
  if (!account.servers.imap) return serverError()
  const body = text(given.body) ?? ''
  const draft = deliver(store, drafts, {
    from: { label: account.name, email: account.email },
    to: written(given.to),
    cc: written(given.cc),
    subject: text(given.subject) ?? '',
    ...(given.isHtml === false ? { text: body } : { html: body }),
    seen: true,
  })
  draft.flags.add('draft')
  const replaced = findMail(store, user.id, integer(given.draftId) ?? 0)?.mail.uid
  drafts.mails = drafts.mails.filter(({ uid }) => uid !== replaced || uid === draft.uid)
  // Only now does it look into the mailbox; the draft is there whatever becomes of that.
  if (account.servers.syncing) return locked(drafts.id)
  synchronise(store, drafts)
  return jsonReply(200, { id: draft.databaseId })
}

/** The people in a line such as `"Last, First" <a@b.org>, c@d.org`. */
function written(line: unknown): Address[] {
  const people = (text(line) ?? '').matchAll(/(?:"((?:[^"\\]|\\.)*)" <([^>]*)>|([^\s,]+))(?:, |$)/g)
  return [...people].map(([, label, email, bare = '']) => ({
    label: label?.replaceAll(/\\(.)/g, '$1') ?? bare,
    email: email ?? bare,
  }))
}
