/** Whose fault a failure is: that of one document, of the user's access, or of what everybody needs. */
import { DocumentError } from '../../documents/document.ts'
import { isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { EmbeddingError } from '../embed/embedder.ts'
import type { Reason } from '../ledger/ledger.ts'

/** What to do after a failure. */
export type Failure =
  /** This document alone. `permanent`: as long as it stays what it is. `name`: as people know it. */
  | {
      readonly whose: 'document'
      readonly reason: Reason
      readonly permanent: boolean
      readonly name: string | undefined
    }
  /** Everything of this user waits. */
  | { readonly whose: 'user'; readonly reason: Reason; readonly waitMs: number | undefined }
  /** Everybody waits. */
  | { readonly whose: 'service'; readonly reason: Reason }

/** Codes that no second try changes until the document does. */
const PERMANENT = ['NOT_FOUND', 'FORBIDDEN', 'TOO_LARGE', 'UNSUPPORTED', 'BAD_INPUT']
/** Codes that are about the user's access. */
const OF_ACCESS = ['UNAUTHORIZED', 'NOT_PROVISIONED', 'RATE_LIMITED']
/** How a server says that it will not take this text, though it takes others. */
const REFUSED_TEXT = [400, 413, 422]

/**
 * Judges a failure while something was listed or read in Nextcloud.
 * @param session to find out whether Nextcloud is there at all; undefined: it was never opened
 */
export async function failureInNextcloud(
  error: unknown,
  session: Session | undefined,
): Promise<Failure> {
  if (error instanceof DocumentError) {
    const { code, message, permanent, subject } = error
    return { whose: 'document', reason: { code, message }, permanent, name: subject }
  }
  if (!isCodedError(error)) {
    const reason = { code: 'INTERNAL', message: 'A fault of this server; its log tells more' }
    return { whose: 'document', reason, permanent: false, name: undefined }
  }
  const { code, message, details } = error
  const reason = { code, message: details.hint ? `${message}. ${details.hint}` : message }
  const asksToWait = details.retryAfterMs !== undefined && [429, 503].includes(details.status ?? 0)
  const isAccess = session === undefined || OF_ACCESS.includes(code) || asksToWait
  if (isAccess || (code === 'UNREACHABLE' && !(await isThere(session)))) {
    return { whose: 'user', reason, waitMs: details.retryAfterMs }
  }
  const permanent = PERMANENT.includes(code)
  return { whose: 'document', reason, permanent, name: details.subject }
}

/** Judges a failure to make vectors. @param alone whether it was about one document only */
export function failureToEmbed(error: unknown, alone: boolean): Failure | 'one-by-one' {
  if (!(error instanceof EmbeddingError)) {
    const message = 'Vectors cannot be made; the log tells more'
    return { whose: 'service', reason: { code: 'INTERNAL', message } }
  }
  const { code, message, hint, status } = error
  const reason = { code, message: hint === undefined ? message : `${message}. ${hint}` }
  const isText = code === 'BAD_ANSWER' || (code === 'REFUSED' && REFUSED_TEXT.includes(status ?? 0))
  if (!isText) return { whose: 'service', reason }
  if (!alone) return 'one-by-one'
  return { whose: 'document', reason, permanent: false, name: undefined }
}

/** Whether Nextcloud answers: if it does, the failure was about what was asked for. */
async function isThere(session: Session): Promise<boolean> {
  try {
    await session.send({ method: 'GET', path: '/status.php' })
    return true
  } catch {
    return false
  }
}
