/**
 * Drafts, kept in the mailbox for drafts. Nextcloud keeps of one the recipients that all may see,
 * the subject and the text: hidden recipients, files, the mail it answers and an address other
 * than that of the account are silently lost.
 * @see https://github.com/nextcloud/mail/blob/main/lib/Service/MailTransmission.php
 */
import { z } from 'zod'
import { badInput, CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { number } from '../../nextcloud/tolerant.ts'
import { API, json, mail } from './api.ts'
import { formatRecipients, type Recipient } from './recipients.ts'
import { ask } from './refusals.ts'
import type { Envelope } from './shapes.ts'

/** A mail to keep. */
export interface Draft {
  accountId: number
  to: Recipient[]
  cc: Recipient[]
  subject: string
  body: string
  isHtml: boolean
}

/**
 * Puts a mail into the mailbox for drafts; one request.
 *
 * @param replaced an earlier draft, which is gone afterwards; see {@link accountOfDraft}
 * @returns its id; null where Nextcloud does not know it yet
 * @throws CodedError also with `outcomeUnknown`
 */
export async function saveDraft(
  session: Session,
  { accountId, to, cc, subject, body, isHtml }: Draft,
  replaced?: number,
): Promise<number | null> {
  try {
    const reply = await ask(session, {
      method: 'POST',
      path: `${API}/accounts/${accountId}/draft`,
      subject: `mail account ${accountId}`,
      ...json({
        subject,
        body,
        to: formatRecipients(to),
        cc: formatRecipients(cc),
        bcc: '',
        isHtml,
        draftId: replaced ?? null,
      }),
    })
    return reply.json(z.object({ id: number(null) })).id
  } catch (error) {
    throw isCodedError(error) && maybeSaved(error) ? unclear(error) : error
  }
}

/** Nextcloud stores a draft first, and then fails where it cannot look into the mailbox. */
function maybeSaved({ code, details: { status = 0 } }: CodedError): boolean {
  return code === 'LOCKED' || status >= 500
}

function unclear(error: CodedError): CodedError {
  return withDetails(error, `Nobody knows whether the draft was saved: ${error.message}`, {
    outcomeUnknown: true,
    hint: 'List the Drafts mailbox before saving it again.',
  })
}

/**
 * The account of a draft that is to be replaced. Nextcloud itself would delete a mail of any
 * mailbox, or rather the one in the drafts that has the same number there. Two requests.
 *
 * @param accountId where it has to be
 * @throws CodedError `BAD_INPUT` for a mail that is no draft, `UNSUPPORTED` for one that holds what
 *   would be lost
 */
export async function accountOfDraft(
  session: Session,
  draftId: number,
  accountId: number | undefined,
): Promise<number> {
  const { accounts, envelope } = mail(session)
  const [draft, known] = await Promise.all([envelope(draftId), accounts()])
  const account = known.find(
    ({ id, draftsMailboxId }) =>
      draftsMailboxId !== null &&
      draftsMailboxId === draft.mailboxId &&
      (accountId === undefined || id === accountId),
  )
  if (account === undefined || !draft.flags?.draft) {
    throw badInput(
      `draft_id: message ${draftId} is not in the drafts of the account`,
      "List the account's Drafts mailbox; leave draft_id out to save a new draft.",
    )
  }
  const lost = lostBySaving(draft)
  if (lost !== undefined) {
    throw new CodedError('UNSUPPORTED', `The draft holds ${lost}, which would be lost`, {
      subject: `message ${draftId}`,
      hint: "The user can change it in Nextcloud's Mail; leave draft_id out to save a new draft.",
    })
  }
  return account.id
}

function lostBySaving({ flags, bcc, inReplyTo }: Envelope): string | undefined {
  if (flags?.hasAttachments) return 'attachments'
  if (bcc.length > 0) return 'hidden recipients'
  return inReplyTo === null ? undefined : 'what mail it answers'
}
