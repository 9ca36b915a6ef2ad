/** Sending. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { parseRecipients } from '../recipients.ts'
import { sendMail } from '../send.ts'
import { senderOf } from '../sender.ts'

const MOST_BODY = 1_000_000
const line = z.string().regex(/^[^\r\n]*$/, 'must be one line')

export const sendMessage = defineTool({
  name: 'nc_mail_send_message',
  title: 'Send a mail',
  description:
    'Sends a mail at once; it cannot be taken back. If the error says outcome_unknown, do not repeat it, look into the Sent mailbox.',
  scopes: ['mail:send'],
  // It replaces nothing, but nothing undoes it either: clients shall ask as before a deletion.
  effect: 'update',
  openWorld: true,
  input: z.object({
    account_id: z.int().min(1).optional().describe('Default: the first account'),
    to: z.string().describe('Ann <a@x.org>, "Last, First" <b@x.org>'),
    subject: line.max(255),
    body: z.string().max(MOST_BODY),
    is_html: z.boolean().default(false),
    cc: z.string().optional(),
    bcc: z.string().optional(),
    references: line.optional().describe('messageId of the mail this answers'),
    from: z.string().optional().describe("Another of the user's addresses"),
  }),
  output: z.object({
    message: z.string(),
    account_id: z.int(),
    from: z.string().optional().describe('Unless account_id alone says it'),
    recipients: z.int(),
    in_sent_mailbox: z.boolean().describe('Whether a copy is there'),
  }),
  async run({ session }, args) {
    const to = parseRecipients('to', args.to)
    if (to.length === 0) throw badInput('to: nobody is named', 'Give at least one address.')
    const cc = parseRecipients('cc', args.cc ?? '')
    const bcc = parseRecipients('bcc', args.bcc ?? '')
    const inReplyTo = answered(args.references)
    const { accountId, aliasId, email } = await senderOf(session, args.account_id, args.from)
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
    })
    return {
      message: copied
        ? 'Sent.'
        : 'Sent, but no copy could be put into the Sent mailbox. Do not send it again.',
      account_id: accountId,
      ...(email === undefined ? {} : { from: email }),
      recipients: to.length + cc.length + bcc.length,
      in_sent_mailbox: copied,
    }
  },
})

/** The last of the references is the mail that is answered (RFC 5322, section 3.6.4). */
function answered(references: string | undefined): string | undefined {
  const last = references?.trim().split(/\s+/).at(-1)
  if (!last) return undefined
  const id = last.startsWith('<') ? last : `<${last}>`
  if (/^<[^<>\s@]+@[^<>\s@]+>$/.test(id)) return id
  throw badInput(`references: "${last}" is not a Message-ID`, 'Use messageId of the mail.')
}
