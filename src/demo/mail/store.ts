import { randomUUID } from 'node:crypto'
import type { Account } from '../users.ts'

/** A person on either side of a mail. */
export interface Address {
  label: string
  email: string
}

/** A part of a mail beside its text. */
export interface MailPart {
  /** Number of the part, as in IMAP. */
  id: string
  /** Null for a mail inside a mail. */
  name: string | null
  type: string
  content: Buffer
  /** For a picture that the HTML shows. */
  cid?: string
}

/** A mail, as it may be delivered; what is left out is empty. */
export interface DemoMail {
  from: Address
  to?: Address[]
  cc?: Address[]
  bcc?: Address[]
  subject?: string
  /** Without angle brackets; default: a random one. */
  messageId?: string
  inReplyTo?: string
  /** Unix seconds; default: now. */
  date?: number
  /** Without a `Date` header: Nextcloud then goes by when it came. */
  undated?: boolean
  text?: string
  html?: string
  parts?: MailPart[]
  seen?: boolean
  /** The mail byte for byte, where it cannot be made from the rest. */
  source?: Buffer
}

/** A mail in a mailbox. */
export interface Mail extends Required<Omit<DemoMail, 'seen' | 'source' | 'text' | 'html'>> {
  /** Number in Nextcloud's own database; undefined until a sync has brought the mail there. */
  databaseId: number | undefined
  uid: number
  text: string | undefined
  html: string | undefined
  source: Buffer | undefined
  flags: Set<string>
  /** IMAP labels of tags. */
  tags: Set<string>
}

/** A mailbox of an account. */
export interface Mailbox {
  id: number
  name: string
  role: string | undefined
  mails: Mail[]
  lastUid: number
  /** Whether Nextcloud has ever looked into it. */
  cached: boolean
}

/** How the servers behind an account behave; for tests of what goes wrong. */
export interface MailServers {
  /** Whether the mailboxes can be reached. */
  imap: boolean
  /** Whether Nextcloud is just fetching mail into them, which keeps everybody else out. */
  syncing: boolean
  /**
   * What becomes of a mail that is sent: it leaves; it is refused, for now or for good; nobody
   * knows; or it leaves and no copy can be kept.
   */
  smtp: 'sends' | 'refuses' | 'breaks' | 'keeps no copy'
}

/** A mail account that a user has set up. */
export interface MailAccount {
  id: number
  owner: string
  name: string
  email: string
  mailboxes: Mailbox[]
  aliases: { id: number; name: string; alias: string }[]
  servers: MailServers
}

export interface Tag {
  id: number
  userId: string
  displayName: string
  imapLabel: string
  color: string
}

/** A file that is to go out with a mail. */
export interface LocalAttachment {
  id: number
  name: string
  type: string
  content: Buffer
}

/** A mail that was written here and has not been sent. */
export interface LocalMail {
  id: number
  owner: string
  type: 'outbox' | 'draft'
  accountId: number
  aliasId: number | null
  subject: string
  bodyPlain: string | null
  bodyHtml: string | null
  editorBody: string | null
  isHtml: boolean
  inReplyTo: string | null
  updatedAt: number | null
  recipients: { id: number; kind: 'to' | 'cc' | 'bcc'; address: Address }[]
  attachments: LocalAttachment[]
  /** 0: new; 10: refused; 11: sent without a copy; 13: nobody knows. */
  status: number
}

/** All mail of the instance. */
export interface MailStore {
  accounts: MailAccount[]
  tags: Tag[]
  local: LocalMail[]
  /** The last number given to each kind of thing. */
  last: Record<'account' | 'mailbox' | 'mail' | 'tag' | 'local' | 'to' | 'attachment', number>
  /** Clock in milliseconds. */
  now: () => number
}

/** An empty store. */
export function createMailStore(now: () => number): MailStore {
  const last = { account: 0, mailbox: 0, mail: 0, tag: 0, local: 0, to: 0, attachment: 0 }
  return { accounts: [], tags: [], local: [], last, now }
}

// The ones with a purpose are known first; the list begins with the inbox.
const roles = { Drafts: 'drafts', Sent: 'sent', Trash: 'trash', Archive: 'archive', INBOX: 'inbox' }
const listed = ['INBOX', 'Sent', 'Trash', 'Drafts', 'Archive']

/** The accounts of a user; everybody with an address has one, made when it is first needed. */
export function accountsOf(store: MailStore, user: Account): MailAccount[] {
  const known = store.accounts.filter(({ owner }) => owner === user.id)
  if (known.length > 0 || user.email === '') return known
  return [addAccount(store, user.id, user.displayName, user.email)]
}

/** Sets up one more account. */
export function addAccount(
  store: MailStore,
  owner: string,
  name: string,
  email: string,
): MailAccount {
  const account: MailAccount = {
    id: ++store.last.account,
    owner,
    name,
    email,
    mailboxes: [],
    aliases: [],
    servers: { imap: true, syncing: false, smtp: 'sends' },
  }
  for (const [mailbox, role] of Object.entries(roles)) addMailbox(store, account, mailbox, role)
  account.mailboxes.sort((a, b) => listed.indexOf(a.name) - listed.indexOf(b.name))
  store.accounts.push(account)
  return account
}

/** Adds an empty mailbox. */
export function addMailbox(
  store: MailStore,
  account: MailAccount,
  name: string,
  role?: string,
): Mailbox {
  const id = ++store.last.mailbox
  const mailbox: Mailbox = { id, name, role, mails: [], lastUid: 0, cached: false }
  account.mailboxes.push(mailbox)
  return mailbox
}

/** The mailbox of an account that serves a purpose. */
export function mailboxFor(account: MailAccount, role: string): Mailbox {
  const found = account.mailboxes.find(mailbox => mailbox.role === role)
  if (found === undefined) throw new RangeError(`the account has no mailbox for "${role}"`)
  return found
}

/** Puts a mail into a mailbox, where a sync will find it. */
export function deliver(store: MailStore, mailbox: Mailbox, mail: DemoMail): Mail {
  const { seen = false, messageId = `${randomUUID()}@demo`, inReplyTo = '' } = mail
  const delivered: Mail = {
    databaseId: undefined,
    uid: ++mailbox.lastUid,
    from: mail.from,
    to: mail.to ?? [],
    cc: mail.cc ?? [],
    bcc: mail.bcc ?? [],
    subject: mail.subject ?? '',
    messageId,
    inReplyTo,
    date: mail.date ?? Math.floor(store.now() / 1000),
    undated: mail.undated ?? false,
    text: mail.text,
    html: mail.html,
    parts: mail.parts ?? [],
    source: mail.source,
    flags: new Set(seen ? ['seen'] : []),
    tags: new Set(),
  }
  mailbox.mails.push(delivered)
  return delivered
}

/** Looks into a mailbox: what came since the last time gets its number in the database. */
export function synchronise(store: MailStore, mailbox: Mailbox): void {
  mailbox.cached = true
  for (const mail of mailbox.mails) mail.databaseId ??= ++store.last.mail
}

/** Takes a mail out of its mailbox and, unless it is to be gone, puts it into another one. */
export function moveMail(mail: Mail, from: Mailbox, to: Mailbox | undefined): void {
  from.mails = from.mails.filter(other => other !== mail)
  if (to === undefined) return
  to.mails.push({ ...mail, uid: ++to.lastUid, databaseId: undefined })
}

/** Where a mail is that Nextcloud knows by a number, if it is the user's. */
export function findMail(
  store: MailStore,
  owner: string,
  id: number,
): { mail: Mail; mailbox: Mailbox; account: MailAccount } | undefined {
  for (const account of store.accounts) {
    if (account.owner !== owner) continue
    for (const mailbox of account.mailboxes) {
      const mail = mailbox.mails.find(({ databaseId }) => databaseId === id)
      if (mail !== undefined) return { mail, mailbox, account }
    }
  }
  return undefined
}

/** A mailbox of the user by its number. */
export function findMailbox(
  store: MailStore,
  owner: string,
  id: number,
): { mailbox: Mailbox; account: MailAccount } | undefined {
  for (const account of store.accounts) {
    const mailbox = account.owner === owner && account.mailboxes.find(box => box.id === id)
    if (mailbox) return { mailbox, account }
  }
  return undefined
}
