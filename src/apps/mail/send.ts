/** Sending: the mail is put into the outbox and sent from there, once. */
import type { Session } from '../../nextcloud/session.ts'
import { type Outgoing, putIntoOutbox, sendFromOutbox } from './outbox.ts'
import { failure } from './unsent.ts'

/**
 * Sends a mail. Two requests; a third one where the answer to the second leaves open what happened,
 * or two more where it was refused and is kept as a draft.
 *
 * @returns whether a copy is in the Sent mailbox
 * @throws CodedError when it was not sent, then with where it is kept; and with
 *   `outcomeUnknown` when nobody can tell: it is never sent a second time
 */
export async function sendMail(session: Session, mail: Outgoing): Promise<{ copied: boolean }> {
  const id = await putIntoOutbox(session, mail)
  const { fate, cause } = await sendFromOutbox(session, id)
  if (fate === 'sent' || fate === 'sent without a copy') return { copied: fate === 'sent' }
  throw await failure(session, mail, id, fate, cause)
}
