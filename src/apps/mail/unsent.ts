/** What to say of a mail that was not sent, and where its text is kept. */
import { CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { saveDraft } from './drafts.ts'
import { type Fate, type Outgoing, takeFromOutbox } from './outbox.ts'

const REASONS: Readonly<Record<string, string>> = {
  refused: 'the mail server refused it',
  'no sent mailbox': 'the account has no mailbox for sent mail',
  'not prepared': 'Nextcloud could not prepare it',
} satisfies Partial<Record<Fate, string>>

/**
 * The error for a mail in the outbox that was not sent. Where Nextcloud said so itself, the mail
 * is moved to the drafts, if nothing of it is lost there; else it stays in the outbox.
 */
export async function failure(
  session: Session,
  mail: Outgoing,
  id: number,
  fate: Fate,
  cause: CodedError | undefined,
): Promise<CodedError> {
  const code = cause?.code ?? 'UPSTREAM_ERROR'
  if (fate === 'unknown') {
    return new CodedError(code, 'Nobody knows whether the mail was sent', {
      ...cause?.details,
      subject: outboxMessage(id),
      outcomeUnknown: true,
      hint: `Do not send it again before checking: look for it in the Sent mailbox with nc_mail_list_messages, and let the user look for it in the outbox of Nextcloud's Mail.`,
    })
  }
  const reason = REASONS[fate]
  const { subject, hint } =
    reason !== undefined && fitsIntoDraft(mail)
      ? await moveToDrafts(session, mail, id)
      : inOutbox(id)
  return new CodedError(code, `Not sent: ${reason ?? cause?.message}`, {
    ...cause?.details,
    subject,
    outcomeUnknown: false,
    hint: `${hint} ${cause?.details.hint ?? ''}`.trim(),
  })
}

/** Whether a draft keeps all of the mail; see `drafts.ts`. */
function fitsIntoDraft({ aliasId, bcc, inReplyTo, attachments }: Outgoing): boolean {
  return aliasId === null && bcc.length === 0 && inReplyTo === undefined && attachments.length === 0
}

/** Where a mail is, and what can be done with it. */
interface Kept {
  subject: string
  hint: string
}

function outboxMessage(id: number): string {
  return `outbox message ${id}`
}

function inOutbox(id: number): Kept {
  return {
    subject: outboxMessage(id),
    hint: "It is kept unsent in the outbox of Nextcloud's Mail, where the user can send or delete it.",
  }
}

/** It leaves the outbox only when it is in the drafts. */
async function moveToDrafts(session: Session, mail: Outgoing, id: number): Promise<Kept> {
  let draftId: number | null
  try {
    draftId = await saveDraft(session, mail)
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { subject, hint } = inOutbox(id)
    return {
      subject,
      hint: error.details.outcomeUnknown ? `${hint} A copy may be in the Drafts mailbox.` : hint,
    }
  }
  const taken = await takeFromOutbox(session, id)
  const rest = taken ? '' : ' It is in the outbox as well: the user should delete it there.'
  return {
    subject: draftId === null ? 'a draft' : `draft ${draftId}`,
    hint: `It is kept as a draft in the Drafts mailbox, where the user can send it in Nextcloud's Mail.${rest}`,
  }
}
