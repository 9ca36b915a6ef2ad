/** What the Mail app answers, read tolerantly. */
import { z } from 'zod'
import { elements, flag, list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'

const Address = z.object({ label: text(null), email: text(null) })
const addresses = list(Address).catch([])

const Flags = z.object({
  seen: flag(),
  flagged: flag(),
  answered: flag(),
  deleted: flag(),
  draft: flag(),
  forwarded: flag(),
  hasAttachments: flag(),
  important: flag(),
})

const Alias = z.object({ id: z.coerce.number().int(), name: text(null), alias: text('') })

/** A mail account; `aliases` are further addresses it sends from. */
export const Account = z.object({
  id: z.coerce.number().int(),
  name: text(''),
  emailAddress: text(''),
  isDelegated: flag(),
  aliases: list(Alias).catch([]),
  draftsMailboxId: number(null),
  trashMailboxId: number(null),
})
export type Account = z.infer<typeof Account>

/** A mailbox, which people call a folder. */
export const Mailbox = z.object({
  databaseId: z.coerce.number().int(),
  name: text(''),
  displayName: text(null),
  accountId: z.coerce.number().int(),
  specialUse: list(z.string()).catch([]),
  unread: number(0),
})
export type Mailbox = z.infer<typeof Mailbox>

/** A mailbox with a mark that changes when a sync finds other mails in it. */
export const MarkedMailbox = Mailbox.extend({ cacheBuster: text('') })
export type MarkedMailbox = z.infer<typeof MarkedMailbox>

/** A tag; `imapLabel` is its name in the mailbox, and in addresses. */
export const Tag = z.object({
  id: z.coerce.number().int(),
  displayName: text(null),
  imapLabel: text(null),
  color: text(null),
})
export type Tag = z.infer<typeof Tag>

/** What a list tells of a mail. */
export const Envelope = z.object({
  databaseId: z.coerce.number().int(),
  uid: number(null),
  subject: text(null),
  dateInt: number(null),
  from: addresses,
  to: addresses,
  bcc: addresses,
  inReplyTo: text(null),
  mailboxId: number(null),
  previewText: text(null),
  flags: Flags.nullable().catch(null),
  tags: list(Tag).catch([]),
})
export type Envelope = z.infer<typeof Envelope>

/**
 * A mail with its text: HTML where it has any, else text escaped like HTML, without the signature.
 * Without `body` where it is encrypted and cannot be read.
 */
export const Message = z.object({
  id: z.coerce.number().int(),
  uid: number(null),
  messageId: text(null),
  subject: text(null),
  dateInt: number(null),
  from: addresses,
  to: addresses,
  replyTo: addresses,
  cc: addresses,
  bcc: addresses,
  hasHtmlBody: flag(),
  body: text(null),
  signature: text(null),
  attachments: list(
    z.object({
      id: text(null),
      fileName: text(null),
      mime: text(null),
      size: number(null),
      cid: text(null),
      disposition: text(null),
    }),
  ).catch([]),
  flags: Flags.nullable().catch(null),
})
export type Message = z.infer<typeof Message>

/** The Mail app's own words in a refusal, wherever it puts them. */
export const Refusal = z.object({
  message: text('').optional(),
  data: z
    .union([z.object({ message: z.string() }), z.string()])
    .optional()
    .catch(undefined),
  ocs: z
    .object({ data: z.string().catch('') })
    .optional()
    .catch(undefined),
})

/** A mail that waits to be sent, with the files that Nextcloud attached. */
export const LocalMail = z.object({
  id: z.coerce.number().int(),
  status: number(null),
  attachments: z.array(z.unknown()).catch([]),
})

/** `{status, data}` around most answers about the outbox. */
export const Wrapped = <T>(data: z.ZodType<T>) => z.object({ data })

export const MailboxList = z.object({ mailboxes: list(Mailbox) })
export const MarkedMailboxList = z.object({ mailboxes: elements(MarkedMailbox) })

/** Anything that is JSON: the answer to a change, which says nothing. */
export const Anything = z.union([z.array(z.unknown()), looseRecord()])
