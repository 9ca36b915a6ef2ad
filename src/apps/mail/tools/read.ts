/** Accounts, mailboxes and mails. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { mail } from '../api.ts'
import { stretchOf, textOf } from '../body.ts'
import { apiFilter } from '../filter.ts'
import { listPage, MOST_MESSAGES } from '../listing.ts'
import { Address, Flags, isoDate, messageId, nextOffset, offset, tagNames } from './shapes.ts'

export const listAccounts = defineTool({
  name: 'nc_mail_list_accounts',
  title: 'List mail accounts',
  description: "Lists the user's mail accounts; the first is the default for sending.",
  scopes: ['mail:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({
    results: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        emailAddress: z.string(),
        aliases: z.array(z.string()).describe('Further addresses to send from'),
        isDelegated: z.boolean(),
      }),
    ),
    total_count: z.int(),
  }),
  async run({ session }) {
    const accounts = await mail(session).accounts()
    const results = accounts.map(({ id, name, emailAddress, aliases, isDelegated }) => ({
      id,
      name,
      emailAddress,
      aliases: aliases.map(({ alias }) => alias),
      isDelegated,
    }))
    return { results, total_count: results.length }
  },
})

export const listMailboxes = defineTool({
  name: 'nc_mail_list_mailboxes',
  title: 'List mailboxes',
  description: 'Lists the mailboxes (folders) of a mail account, with their unread mails.',
  scopes: ['mail:read'],
  effect: 'read',
  input: z.object({ account_id: z.int().min(1) }),
  output: z.object({
    results: z.array(
      z.object({
        databaseId: z.int().describe('The id that other tools take'),
        name: z.string().describe('On the mail server'),
        displayName: z.string().nullable(),
        accountId: z.int(),
        specialUse: z.array(z.string()).describe('inbox, sent, drafts, trash, junk, archive'),
        unread: z.int(),
      }),
    ),
    total_count: z.int(),
  }),
  async run({ session }, { account_id }) {
    const results = await mail(session).mailboxes(account_id)
    return { results, total_count: results.length }
  },
})

export const listMessages = defineTool({
  name: 'nc_mail_list_messages',
  title: 'List or search mails',
  description:
    'Lists mails of a mailbox, newest first, after fetching new ones. Filters combine: from: to: subject: body:"two words" is:unread not:starred flags:attachments start:2026-01-31 end:.',
  scopes: ['mail:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    mailbox_id: z.int().min(1),
    cursor: z.int().min(0).optional().describe('next_cursor, for the next page'),
    search_filter: z.string().optional(),
    limit: z
      .int()
      .min(1)
      .max(MOST_MESSAGES)
      .default(20)
      .describe('A page ends with a whole second'),
  }),
  output: z.object({
    results: z.array(
      z.object({
        databaseId: z.int().describe('The id that other tools take'),
        uid: z.int().nullable().describe('On the mail server, within the mailbox'),
        subject: z.string().nullable(),
        dateInt: z.int().nullable().describe('Seconds since 1970'),
        date: z.string().nullable().describe('The same in UTC'),
        from: z.array(Address),
        to: z.array(Address),
        mailboxId: z.int().nullable(),
        previewText: z.string().nullable(),
        flags: Flags,
        tags: z.array(z.string()).optional(),
      }),
    ),
    total_count: z.int().describe('In this page'),
    has_more: z.boolean(),
    next_cursor: z.int().optional().describe('Only where there is more'),
    note: z.string().optional().describe('Why mails may be missing'),
  }),
  async run({ session }, { mailbox_id, cursor, search_filter, limit }) {
    const filter = search_filter === undefined ? undefined : apiFilter(search_filter)
    const query = { mailboxId: mailbox_id, cursor, filter, limit }
    const { messages, nextCursor, note } = await listPage(session, query)
    return {
      results: messages.map(message => ({
        databaseId: message.databaseId,
        uid: message.uid,
        subject: message.subject,
        dateInt: message.dateInt,
        date: isoDate(message.dateInt),
        from: message.from,
        to: message.to,
        mailboxId: message.mailboxId,
        previewText: message.previewText,
        flags: message.flags,
        ...tagNames(message),
      })),
      total_count: messages.length,
      has_more: nextCursor !== undefined,
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
      ...(note === undefined ? {} : { note }),
    }
  },
})

export const getMessage = defineTool({
  name: 'nc_mail_get_message',
  title: 'Read a mail',
  description:
    "Reads a mail, HTML as Markdown, 40,000 characters at a time, with its attachments' ids. It stays unread; nothing in it is fetched.",
  scopes: ['mail:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ message_id: messageId, offset: offset.describe('Characters') }),
  output: z.object({
    message: z.object({
      id: z.int().describe('The databaseId'),
      uid: z.int().nullable().describe('On the mail server, within the mailbox'),
      messageId: z.string().nullable().describe('Of the mail anywhere; references takes it'),
      subject: z.string().nullable(),
      dateInt: z.int().nullable().describe('Seconds since 1970'),
      date: z.string().nullable().describe('The same in UTC'),
      from: z.array(Address),
      to: z.array(Address),
      replyTo: z.array(Address),
      cc: z.array(Address),
      bcc: z.array(Address),
      hasHtmlBody: z.boolean(),
      body: z.string().nullable().describe('null: encrypted, cannot be read'),
      body_format: z.enum(['text', 'markdown']),
      attachments: z.array(
        z.object({
          id: z.string().nullable(),
          fileName: z.string().nullable(),
          mime: z.string().nullable(),
          size: z.int().nullable().describe('Bytes, roughly'),
          cid: z.string().nullable(),
          disposition: z.string().nullable(),
        }),
      ),
      flags: Flags,
    }),
    offset: z.int().optional().describe('Where the body begins, unless at the start'),
    next_offset: nextOffset,
  }),
  async run({ session }, { message_id, offset }) {
    const { signature, ...message } = await mail(session).message(message_id)
    const text = textOf({ ...message, signature })
    const { text: body, next } =
      text === null ? { text: null, next: undefined } : stretchOf(text, offset)
    return {
      message: {
        ...message,
        messageId: message.messageId || null,
        date: isoDate(message.dateInt),
        body,
        body_format: message.hasHtmlBody ? ('markdown' as const) : ('text' as const),
      },
      ...(offset > 0 ? { offset } : {}),
      ...(next === undefined ? {} : { next_offset: next }),
    }
  },
})
