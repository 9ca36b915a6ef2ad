/** Sending so that nothing is posted twice, although Talk posts whatever it gets. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { capabilities } from '../../nextcloud/capabilities.ts'
import { badInput, type CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import { phpTrim } from '../../nextcloud/php-text.ts'
import type { Session } from '../../nextcloud/session.ts'
import { currentUser } from '../../nextcloud/user.ts'
import { postMessage, readHistory } from './chat.ts'
import type { ApiMessage } from './message.ts'
import { conversation } from './request.ts'

/** How far back a message is looked for by its reference. */
const LATEST = 200
/** Every Talk takes as much; only of longer messages it has to be asked how much it takes. */
const ALWAYS_TAKEN = 1_000

const TalkCapability = z.object({
  features: z.array(z.string()).catch([]),
  config: z
    .object({ chat: z.object({ 'max-length': z.number() }) })
    .optional()
    .catch(undefined),
})

/** What this Talk can do, as far as it matters here. */
export async function talkAbilities(
  session: Session,
): Promise<{ maxLength: number; invitesAll: boolean }> {
  const { spreed } = (await capabilities(session)).capabilities
  const known = TalkCapability.safeParse(spreed).data
  return {
    maxLength: known?.config?.chat['max-length'] ?? ALWAYS_TAKEN,
    invitesAll: known?.features.includes('conversation-creation-all') ?? false,
  }
}

/**
 * The message as Talk will store it.
 * @throws CodedError `BAD_INPUT` when it is empty or too long; nothing has been sent then
 */
export async function checkedMessage(session: Session, message: string): Promise<string> {
  const trimmed = phpTrim(message)
  if (trimmed.trim() === '') throw badInput('The message is empty')
  const { length } = [...trimmed]
  if (length > ALWAYS_TAKEN) {
    const { maxLength } = await talkAbilities(session)
    if (length > maxLength) {
      throw badInput(
        `The message has ${length} characters; Talk takes ${maxLength}`,
        'Send it in parts, or share a file.',
      )
    }
  }
  return trimmed
}

/** What to send, and by which reference the caller will know it again. */
export interface Outgoing {
  message: string
  referenceId: string | undefined
  replyTo: number | undefined
  silent: boolean
}

/**
 * Sends a message once. One request; with a reference of the caller's it is first looked for among
 * the latest messages, which is one more. After an unclear outcome it is looked for as well, and
 * never sent again.
 * @throws CodedError with `outcomeUnknown` when it may have been posted or not; it says with which
 *   reference the call can be repeated
 */
export async function sendOnce(
  session: Session,
  token: string,
  { referenceId, ...outgoing }: Outgoing,
): Promise<{ message: ApiMessage; found: boolean }> {
  const message = await checkedMessage(session, outgoing.message)
  const reference = referenceId ?? randomBytes(32).toString('hex')
  // Two calls with one reference at the same time are one message as well.
  return session.account.serialised(`talk/${token}/${reference}`, async () => {
    if (referenceId !== undefined) {
      const earlier = await ownMessage(session, token, referenceId)
      if (earlier !== undefined) return { message: earlier, found: true }
    }
    try {
      const posted = { ...outgoing, message, referenceId: reference }
      return { message: await postMessage(session, token, posted), found: false }
    } catch (error) {
      if (!isCodedError(error) || !error.details.outcomeUnknown) throw error
      const found = await ownMessage(session, token, reference).catch(() => undefined)
      if (found !== undefined) return { message: found, found: false }
      throw unclear(error, token, reference)
    }
  })
}

/** The user's message with this reference, among the latest. Others can choose the same. */
async function ownMessage(
  session: Session,
  token: string,
  reference: string,
): Promise<ApiMessage | undefined> {
  const { messages } = await readHistory(session, token, { limit: LATEST, from: undefined })
  const candidates = messages.filter(({ referenceId }) => referenceId === reference)
  if (candidates.length === 0) return undefined
  const { id } = await currentUser(session)
  return candidates.find(({ actorType, actorId }) => actorType === 'users' && actorId === id)
}

function unclear(error: CodedError, token: string, reference: string): CodedError {
  return withDetails(error, 'The message was sent, and nothing tells whether it was posted', {
    subject: `the message to ${conversation(token)}`,
    hint: `Look with talk_get_messages, or repeat the call with reference_id "${reference}": it posts nothing that is there already.`,
  })
}
