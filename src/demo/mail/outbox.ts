import type { Parameters } from '../http.ts'
import { integer, text } from '../http.ts'
import { viewAt } from '../shares/mounts.ts'
import type { State } from '../state.ts'
import type { Directory } from '../users.ts'
import {
  type Address,
  accountsOf,
  type DemoMail,
  deliver,
  type LocalAttachment,
  type LocalMail,
  type MailAccount,
  type MailStore,
  mailboxFor,
} from './store.ts'

/** What a mail that is being written can be told to be. */
export function writeLocal(
  state: State,
  account: MailAccount,
  type: LocalMail['type'],
  given: Parameters,
): LocalMail {
  const store = state.mail
  const mail: LocalMail = {
    id: ++store.last.local,
    owner: account.owner,
    type,
    accountId: account.id,
    aliasId: integer(given.aliasId) ?? null,
    subject: text(given.subject) ?? '',
    bodyPlain: text(given.bodyPlain) ?? null,
    bodyHtml: text(given.bodyHtml) ?? null,
    editorBody: text(given.editorBody) ?? null,
    isHtml: given.isHtml === true,
    inReplyTo: text(given.inReplyToMessageId) ?? null,
    updatedAt: type === 'draft' ? Math.floor(store.now() / 1000) : null,
    recipients: (['to', 'cc', 'bcc'] as const).flatMap(kind =>
      peopleIn(given[kind]).map(address => ({ id: ++store.last.to, kind, address })),
    ),
    attachments: filesIn(state, account.owner, given.attachments),
    status: 0,
  }
  store.local.push(mail)
  return mail
}

/** The user's files in a list of `{type: 'cloud', fileName}`; what is no file is passed over. */
function filesIn(state: State, userId: string, value: unknown): LocalAttachment[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((attachment: unknown) => {
    const { type, fileName }: Parameters = { ...(attachment as object) }
    if (type !== 'cloud') return []
    const names = (text(fileName) ?? '').split('/').filter(Boolean)
    const node = viewAt(state, userId, names)?.node
    if (node?.kind !== 'file') return []
    const { name, type: mime, content } = node
    return [{ id: ++state.mail.last.attachment, name, type: mime, content }]
  })
}

/** The people in a list of `{label, email}`; the label is the address where there is none. */
export function peopleIn(value: unknown): Address[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((person: unknown) => {
    const { email, label }: Parameters = { ...(person as object) }
    const address = text(email)
    return address === undefined ? [] : [{ label: text(label) ?? address, email: address }]
  })
}

/**
 * Sends what was written: to those of the recipients who are users here, and into the mailbox for
 * what was sent. What became of it is its status; 12 is sent, and it is no longer kept.
 */
export function sendLocal(
  store: MailStore,
  directory: Directory,
  account: MailAccount,
  mail: LocalMail,
): number {
  const { smtp, imap } = account.servers
  if (smtp === 'refuses') mail.status = 10
  else if (smtp === 'breaks') mail.status = 13
  else if (mail.status !== 11) transmit(store, directory, account, mail)
  if (smtp === 'refuses' || smtp === 'breaks') return mail.status
  if (smtp === 'keeps no copy' || !imap) {
    mail.status = 11
    return mail.status
  }
  deliver(store, mailboxFor(account, 'sent'), { ...asMail(account, mail), seen: true })
  flagAnswered(account, mail)
  store.local = store.local.filter(other => other !== mail)
  return 12
}

function transmit(
  store: MailStore,
  directory: Directory,
  account: MailAccount,
  mail: LocalMail,
): void {
  const { bcc: _, ...visible } = asMail(account, mail)
  const addresses = new Set(mail.recipients.map(({ address }) => address.email.toLowerCase()))
  for (const user of directory.accounts.values()) {
    if (!addresses.has(user.email.toLowerCase())) continue
    for (const { mailboxes, email } of accountsOf(store, user)) {
      const inbox = mailboxes.find(({ role }) => role === 'inbox')
      if (inbox !== undefined && email === user.email) deliver(store, inbox, visible)
    }
  }
}

function asMail(account: MailAccount, mail: LocalMail): DemoMail & { messageId: string } {
  const alias = account.aliases.find(({ id }) => id === mail.aliasId)
  const email = alias?.alias ?? account.email
  const people = (kind: 'to' | 'cc' | 'bcc') =>
    mail.recipients.filter(other => other.kind === kind).map(({ address }) => address)
  return {
    from: { label: alias?.name ?? account.name, email },
    to: people('to'),
    cc: people('cc'),
    bcc: people('bcc'),
    subject: mail.subject,
    messageId: `local-${mail.id}@demo`,
    ...(mail.inReplyTo === null ? {} : { inReplyTo: bare(mail.inReplyTo) }),
    parts: mail.attachments.map(({ name, type, content }, at) => ({
      id: String(at + 2),
      name,
      type,
      content,
    })),
    // HTML goes out whenever there is some, whatever `isHtml` says.
    ...(mail.bodyHtml === null ? { text: mail.bodyPlain ?? '' } : { html: mail.bodyHtml }),
  }
}

function flagAnswered({ mailboxes }: MailAccount, { inReplyTo }: LocalMail): void {
  if (inReplyTo === null) return
  for (const { mails, role } of mailboxes) {
    if (role === 'sent' || role === 'drafts') continue
    for (const mail of mails) if (mail.messageId === bare(inReplyTo)) mail.flags.add('answered')
  }
}

function bare(messageId: string): string {
  return messageId.replace(/^<|>$/g, '')
}
