/** Sending. */
import { z } from 'zod'
import { covers } from '../../../identity/caller.ts'
import type { Scope } from '../../../identity/scopes.ts'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { badInput, CodedError } from '../../../nextcloud/errors.ts'
import type { Exclusion } from '../../../nextcloud/files/exclusion.ts'
import { attachable } from '../attaching.ts'
import { parseRecipients } from '../recipients.ts'
import { sendMail } from '../send.ts'
import { senderOf } from '../sender.ts'
import { accountId, body, line, subject } from './shapes.ts'

const MOST_ATTACHMENTS = 20

/** @param exclusion files that the operator keeps from every tool cannot be attached */
export function sendMessage(exclusion: Exclusion): Tool {
  return defineTool({
    name: 'nc_mail_send_message',
    title: 'Send a mail',
    description:
      'Sends a mail at once; it cannot be taken back. If the error says outcome_unknown, do not repeat it, look into the Sent mailbox.',
    scopes: ['mail:send'],
    // It replaces nothing, but nothing undoes it either: clients shall ask as before a deletion.
    effect: 'update',
    openWorld: true,
    input: z.object({
      account_id: accountId,
      to: z.string().describe('Ann <a@x.org>, "Last, First" <b@x.org>'),
      subject,
      body,
      is_html: z.boolean().default(false),
      cc: z.string().optional(),
      bcc: z.string().optional(),
      references: line.optional().describe('messageId of the mail this answers'),
      from: z.string().optional().describe("Another of the user's addresses"),
      attachments: z
        .array(z.string().min(1))
        .max(MOST_ATTACHMENTS)
        .default([])
        .describe("Paths in the user's files"),
    }),
    output: z.object({
      message: z.string(),
      account_id: z.int(),
      from: z.string().optional().describe('Unless account_id alone says it'),
      recipients: z.int(),
      attachments: z.int().describe('How many files'),
      in_sent_mailbox: z.boolean().describe('Whether a copy is there'),
    }),
    async run({ granted, session }, args) {
      const to = parseRecipients('to', args.to)
      if (to.length === 0) throw badInput('to: nobody is named', 'Give at least one address.')
      const cc = parseRecipients('cc', args.cc ?? '')
      const bcc = parseRecipients('bcc', args.bcc ?? '')
      const inReplyTo = answered(args.references)
      if (args.attachments.length > 0) requireFiles(await granted())
      const [{ accountId, aliasId, email }, attachments] = await Promise.all([
        senderOf(session, args.account_id, args.from),
        attachable(session, exclusion, args.attachments),
      ])
      const { copied } = await sendMail(session, {
        accountId,
        aliasId,
        to,
        cc,
        bcc,
        subject: args.subject,
        body: args.body,
        isHtml: args.is_html,
        inReplyTo,
        attachments,
      })
      return {
        message: copied
          ? 'Sent.'
          : 'Sent, but no copy could be put into the Sent mailbox. Do not send it again.',
        account_id: accountId,
        ...(email === undefined ? {} : { from: email }),
        recipients: to.length + cc.length + bcc.length,
        attachments: attachments.length,
        in_sent_mailbox: copied,
      }
    },
  })
}

/** The last of the references is the mail that is answered (RFC 5322, section 3.6.4). */
function answered(references: string | undefined): string | undefined {
  const last = references?.trim().split(/\s+/).at(-1)
  if (!last) return undefined
  const id = last.startsWith('<') ? last : `<${last}>`
  if (/^<[^<>\s@]+@[^<>\s@]+>$/.test(id)) return id
  throw badInput(`references: "${last}" is not a Message-ID`, 'Use messageId of the mail.')
}

/** Whoever may send must not read the user's files by sending them. */
function requireFiles(granted: ReadonlySet<Scope> | undefined): void {
  if (covers(granted, ['files:read'])) return
  throw new CodedError('FORBIDDEN', 'attachments: this needs the scope files:read', {
    hint: 'Send without attachments, or let the user allow this connection to read files.',
  })
}
