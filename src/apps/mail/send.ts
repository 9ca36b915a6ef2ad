/**
 * Sending: the mail is put into the outbox and sent from there, once. The Mail app takes it out of
 * the outbox when it is sent, which tells what became of it where no answer did.
 */
import { z } from 'zod'
import { CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { API, json } from './api.ts'
import type { Recipient } from './recipients.ts'
import { ask, refusal } from './refusals.ts'
import { LocalMail, Wrapped } from './shapes.ts'

/** A mail to send. */
export interface Outgoing {
  accountId: number
  /** Null for the address of the account itself. */
  aliasId: number | null
  to: Recipient[]
  cc: Recipient[]
  bcc: Recipient[]
  subject: string
  body: string
  isHtml: boolean
  /** Message-ID of the mail that is answered, in angle brackets. */
  inReplyTo: string | undefined
}

/** What became of a mail. */
type Fate =
  | 'sent'
  | 'sent without a copy'
  | 'refused'
  | 'no sent mailbox'
  | 'not prepared'
  | 'unknown'

/** The Mail app's statuses of a mail in the outbox (`LocalMessage::STATUS_…`). */
function fateOf(status: number | null | undefined): Fate {
  switch (status) {
    case 1:
      return 'no sent mailbox'
    case 10:
      return 'refused'
    case 11:
      return 'sent without a copy'
    case 12:
      return 'sent'
  }
  return status !== null && status !== undefined && status > 1 && status < 10
    ? 'not prepared'
    : 'unknown'
}

/**
 * Sends a mail. Two requests; a third one where the answer to the second leaves open what happened.
 *
 * @returns whether a copy is in the Sent mailbox
 * @throws CodedError when it was not sent, then with what is left in the outbox; and with
 *   `outcomeUnknown` when nobody can tell: it is never sent a second time
 */
export async function sendMail(session: Session, mail: Outgoing): Promise<{ copied: boolean }> {
  const id = await putIntoOutbox(session, mail)
  const { fate, cause } = await sendFromOutbox(session, id)
  if (fate === 'sent' || fate === 'sent without a copy') return { copied: fate === 'sent' }
  throw failure(id, fate, cause)
}

async function putIntoOutbox(session: Session, mail: Outgoing): Promise<number> {
  const { accountId, aliasId, to, cc, bcc, subject, body, isHtml, inReplyTo } = mail
  const request: HttpRequest = {
    method: 'POST',
    path: `${API}/outbox`,
    subject: `mail account ${accountId}`,
    expect: [201, 429],
    ...json({
      accountId,
      aliasId,
      subject,
      bodyPlain: isHtml ? null : body,
      bodyHtml: isHtml ? body : null,
      editorBody: body,
      isHtml,
      smimeSign: false,
      smimeEncrypt: false,
      to,
      cc,
      bcc,
      inReplyToMessageId: inReplyTo ?? null,
    }),
  }
  try {
    const reply = await ask(session, request)
    if (reply.status === 429) throw refusal(request, reply)
    return reply.json(Wrapped(LocalMail)).data.id
  } catch (error) {
    if (!isCodedError(error)) throw error
    // A mail in the outbox goes nowhere by itself.
    throw withDetails(error, `Not sent: ${error.message}`, {
      outcomeUnknown: false,
      ...(error.details.outcomeUnknown
        ? {
            hint: 'Nothing was sent, so it can be sent again; an unsent copy may be in the outbox.',
          }
        : {}),
    })
  }
}

interface Attempt {
  fate: Fate | 'not tried'
  cause: CodedError | undefined
}

const Failed = z.object({ data: z.array(LocalMail).min(1) })

async function sendFromOutbox(session: Session, id: number): Promise<Attempt> {
  const request: HttpRequest = {
    method: 'POST',
    path: `${API}/outbox/${id}`,
    headers: { accept: 'application/json' },
    subject: `outbox message ${id}`,
    // Whatever is expected is not sent again: nor is a mail that was refused for the moment.
    expect: [202, 423, 429, 500],
  }
  try {
    const reply = await session.send(request)
    if (reply.status === 202) {
      reply.json(z.object({ status: z.literal('success') }))
      return { fate: 'sent', cause: undefined }
    }
    const cause = refusal(request, reply)
    if (reply.status !== 500) return { fate: 'not tried', cause }
    const told = Failed.safeParse(parsed(reply.text()))
    const fate = fateOf(told.data?.data[0]?.status)
    return { fate: fate === 'unknown' ? await look(session, id) : fate, cause }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const { status = 0, outcomeUnknown } = error.details
    if (!outcomeUnknown && status < 500) return { fate: 'not tried', cause: error }
    return { fate: await look(session, id), cause: error }
  }
}

/** Looks into the outbox: what is no longer there has been sent. */
async function look(session: Session, id: number): Promise<Fate> {
  try {
    const reply = await session.send({
      method: 'GET',
      path: `${API}/outbox/${id}`,
      headers: { accept: 'application/json' },
      expect: [200, 404],
    })
    if (reply.status === 200) return fateOf(reply.json(Wrapped(LocalMail)).data.status)
    reply.json(z.object({ status: z.literal('fail') }))
    return 'sent'
  } catch {
    return 'unknown'
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const REASONS: Readonly<Record<string, string>> = {
  refused: 'the mail server refused it',
  'no sent mailbox': 'the account has no mailbox for sent mail',
  'not prepared': 'Nextcloud could not prepare it',
} satisfies Partial<Record<Fate, string>>

function failure(id: number, fate: Attempt['fate'], cause: CodedError | undefined): CodedError {
  const subject = `outbox message ${id}`
  if (fate === 'unknown') {
    return new CodedError(
      cause?.code ?? 'UPSTREAM_ERROR',
      'Nobody knows whether the mail was sent',
      {
        ...cause?.details,
        subject,
        outcomeUnknown: true,
        hint: `Do not send it again before checking: look for it in the Sent mailbox with nc_mail_list_messages, and let the user look for it in the outbox of Nextcloud's Mail.`,
      },
    )
  }
  const reason = REASONS[fate] ?? cause?.message
  return new CodedError(cause?.code ?? 'UPSTREAM_ERROR', `Not sent: ${reason}`, {
    ...cause?.details,
    subject,
    outcomeUnknown: false,
    hint: `It is kept unsent in the outbox of Nextcloud's Mail, where the user can send or delete it. ${cause?.details.hint ?? ''}`.trim(),
  })
}
