/** Drafts. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { accountOfDraft, saveDraft } from '../drafts.ts'
import { parseRecipients } from '../recipients.ts'
import { senderOf } from '../sender.ts'
import { accountId, body, subject } from './shapes.ts'

export const saveDraftTool = defineTool({
  name: 'nc_mail_save_draft',
  title: 'Save a draft',
  description:
    "Saves a mail in the account's Drafts, unsent: the user can send it in Nextcloud's Mail. Keeps no bcc, attachments or references.",
  scopes: ['mail:write'],
  effect: 'update',
  input: z.object({
    account_id: accountId,
    to: z.string().default(''),
    cc: z.string().default(''),
    subject,
    body,
    is_html: z.boolean().default(false),
    draft_id: z.int().min(1).optional().describe('Draft to replace as a whole'),
  }),
  output: z.object({
    message: z.string(),
    draft_id: z
      .int()
      .nullable()
      .describe('As message_id of other tools; null: list the Drafts mailbox'),
    account_id: z.int(),
    subject: z.string(),
  }),
  async run({ session }, { account_id, draft_id, ...given }) {
    const to = parseRecipients('to', given.to)
    const cc = parseRecipients('cc', given.cc)
    const accountId =
      draft_id === undefined
        ? (await senderOf(session, account_id, undefined)).accountId
        : await accountOfDraft(session, draft_id, account_id)
    const draft = {
      accountId,
      to,
      cc,
      subject: given.subject,
      body: given.body,
      isHtml: given.is_html,
    }
    const saved = await saveDraft(session, draft, draft_id)
    const name = given.subject === '' ? 'without a subject' : `"${given.subject}"`
    return {
      message: `Saved as a draft ${name}, not sent. The user finds it in the Drafts mailbox in Nextcloud's Mail, opens it there and sends it.`,
      draft_id: saved,
      account_id: accountId,
      subject: given.subject,
    }
  },
})
