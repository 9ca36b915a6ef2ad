/**
 * The outbox, from which a mail is sent: the Mail app takes it out when it is sent, which tells what
 * became of it where no answer did. Nothing leaves it by itself.
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
  /** Files of the user, by their paths; see `attaching.ts`. */
  attachments: string[]
}

/** What became of a mail. */
export type Fate =
  | 'sent'
  | 'sent without a copy'
  | 'refused'
  | 'no sent mailbox'
  | 'not prepared'
  | 'not tried'
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
 * Puts a mail into the outbox; one request, one more where Nextcloud left out a file.
 * @throws CodedError that says that nothing was sent
 */
export async function putIntoOutbox(session: Session, mail: Outgoing): Promise<number> {
  const { accountId, aliasId, to, cc, bcc, subject, body, isHtml, inReplyTo, attachments } = mail
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
      attachments: attachments.map(path => ({ type: 'cloud', fileName: `/${path}` })),
    }),
  }
  try {
    const reply = await ask(session, request)
    if (reply.status === 429) throw refusal(request, reply)
    const { id, attachments: attached } = reply.json(Wrapped(LocalMail)).data
    if (attached.length < attachments.length) throw await leftOut(session, id, attachments)
    return id
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

/** Nextcloud passes over files that it cannot attach and does not say so. */
async function leftOut(session: Session, id: number, paths: string[]): Promise<CodedError> {
  const taken = await takeFromOutbox(session, id)
  const rest = taken ? '' : " An unsent copy is in the outbox of Nextcloud's Mail."
  return new CodedError('FORBIDDEN', 'Nextcloud did not attach every file', {
    subject: paths.join(', '),
    hint: `Whoever shared a file may have forbidden to download it, or it is gone. Nothing was sent.${rest}`,
  })
}

/** Deletes a mail from the outbox, unsent; whether it is certainly gone. One request. */
export async function takeFromOutbox(session: Session, id: number): Promise<boolean> {
  try {
    const reply = await session.send({
      method: 'DELETE',
      path: `${API}/outbox/${id}`,
      headers: { accept: 'application/json' },
      expect: [202],
    })
    return reply.json(z.object({ status: z.string() })).status === 'success'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return false
  }
}

/** What a request to send led to. */
export interface Attempt {
  fate: Fate
  cause: CodedError | undefined
}

const Failed = z.object({ data: z.array(LocalMail).min(1) })

/** Tries to send a mail from the outbox, once; one request, two where the answer says nothing. */
export async function sendFromOutbox(session: Session, id: number): Promise<Attempt> {
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
    // Somebody else has taken it out meanwhile: has sent it, or deleted it.
    if (status === 404) return { fate: 'unknown', cause: error }
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
