/** From an HTTP reply or a broken connection to a {@link CodedError} that a person can act on. */
import type { Credential } from './credential.ts'
import { CodedError, type ErrorCode, type ErrorDetails } from './errors.ts'
import type { Reply } from './reply.ts'
import type { HttpRequest } from './request.ts'
import {
  errorCodeOf,
  isBruteForceLockout,
  isLocked,
  isMaintenance,
  isSafe,
  isTimeout,
  retryAfterMs,
} from './retry.ts'

const LONGEST_MESSAGE = 300

/** The error that an unexpected status stands for. */
export function errorOfReply(
  request: HttpRequest,
  reply: Reply,
  credential?: Credential,
): CodedError {
  const [code, message, hint] = meaning(request, reply, credential)
  const serverMessage = serverMessageOf(reply)
  const etag = code === 'CONFLICT' ? reply.headers.etag : undefined
  const wait = retryAfterMs(reply)
  return new CodedError(code, message, {
    status: reply.status,
    ...subjectOf(request),
    ...(hint === undefined ? {} : { hint }),
    ...(serverMessage === undefined ? {} : { serverMessage }),
    ...(etag === undefined ? {} : { etag }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(!isSafe(request.method) && saysNothing(reply.status) ? { outcomeUnknown: true } : {}),
  })
}

/**
 * A gateway that gave up waiting does not know what Nextcloud went on to do, and a success that
 * is not the expected one may be a page that something else answered with.
 */
function saysNothing(status: number): boolean {
  return status === 502 || status === 504 || (status >= 200 && status < 300)
}

/** The error that no reply, or half a reply, stands for. */
export function errorOfTransport(request: HttpRequest, error: unknown): CodedError {
  if (request.signal?.aborted) {
    return new CodedError('CANCELLED', 'The call was cancelled', {
      ...subjectOf(request),
      ...(isSafe(request.method) ? {} : { outcomeUnknown: true }),
      cause: error,
    })
  }
  const code = errorCodeOf(error)
  const [message, hint] = transportMeaning(code, error)
  const neverSent = code !== undefined && NEVER_SENT.test(code)
  const details: ErrorDetails = { ...subjectOf(request), hint, cause: error }
  if (!isSafe(request.method)) {
    details.outcomeUnknown = !neverSent
    if (!neverSent) {
      details.hint = 'The change may or may not have been made. Read it again before repeating.'
    }
  }
  return new CodedError('UNREACHABLE', message, details)
}

/** Failures in which no byte of the request has left: the connection was never there. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|.*CERT.*|.*_SIGNATURE.*)$/

function transportMeaning(code: string | undefined, error: unknown): [string, string] {
  if (code !== undefined && /CERT|SELF_SIGNED|ISSUER|TLS|SSL|VERIFY/.test(code)) {
    return [
      "Nextcloud's certificate is not trusted",
      'Set NEXTCLOUD_CA_BUNDLE to the certificate authority, or NEXTCLOUD_VERIFY_SSL=false for a test instance.',
    ]
  }
  if (isTimeout(error)) {
    return [
      'Nextcloud did not answer within the time limit',
      'Try again, or ask for less at a time.',
    ]
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return ["Nextcloud's host name cannot be resolved", 'Check NEXTCLOUD_HOST.']
  }
  if (code === 'ECONNREFUSED') {
    return ['Nextcloud refuses connections', 'Check NEXTCLOUD_HOST and that the instance runs.']
  }
  return ['The connection to Nextcloud broke before the answer was complete', 'Try again.']
}

type Meaning = [code: ErrorCode, message: string, hint?: string]

function meaning(request: HttpRequest, reply: Reply, credential?: Credential): Meaning {
  const { status } = reply
  if (isLocked(reply)) {
    return ['LOCKED', 'Locked: somebody else is writing it', 'Wait a few seconds and try again.']
  }
  if (status >= 300 && status < 400) {
    return ['UNREACHABLE', 'Nextcloud redirects to another address', redirectHint(reply)]
  }
  switch (status) {
    case 400:
    case 405:
    case 415:
    case 422:
      return ['BAD_INPUT', 'Nextcloud refused the request as invalid']
    case 401:
      return ['UNAUTHORIZED', 'Nextcloud refused the login', loginHint(credential)]
    case 403:
      return ['FORBIDDEN', 'Not allowed for this user']
    case 404:
    case 410:
      return ['NOT_FOUND', 'Not found', 'Check the id or the path; list or search to find it.']
    case 409:
      return ['CONFLICT', 'In conflict with what exists']
    case 412:
      return [
        'CONFLICT',
        'Changed since it was read, or exists already',
        'Read it again and repeat with the current etag.',
      ]
    case 413:
      return ['TOO_LARGE', 'Larger than Nextcloud accepts']
    case 429:
      return rateLimitMeaning(reply)
    case 501:
      return ['UNSUPPORTED', 'This Nextcloud does not support the operation']
    case 503:
      return isMaintenance(reply)
        ? ['UNREACHABLE', 'Nextcloud is in maintenance mode', 'Try again when it is over.']
        : ['UNREACHABLE', 'Nextcloud is not available right now', 'Try again in a minute.']
    case 502:
    case 504:
      return [
        'UNREACHABLE',
        'Nextcloud is not available right now',
        isSafe(request.method)
          ? 'Try again in a minute.'
          : 'The change may or may not have been made. Read it again before repeating.',
      ]
    case 507:
      return [
        'QUOTA_EXCEEDED',
        "The user's storage is full",
        'Delete something, or ask an administrator for more.',
      ]
    default:
      return status >= 500
        ? [
            'UPSTREAM_ERROR',
            'Nextcloud failed',
            "Try again; if it stays, its administrator finds the cause in Nextcloud's log.",
          ]
        : ['UPSTREAM_ERROR', `Nextcloud gave an unexpected answer (HTTP ${status})`]
  }
}

function rateLimitMeaning(reply: Reply): Meaning {
  if (isBruteForceLockout(reply)) {
    return [
      'RATE_LIMITED',
      'Nextcloud shuts this address out after too many wrong logins',
      'Do not try again for a while. An administrator can lift it: occ security:bruteforce:reset.',
    ]
  }
  const wait = retryAfterMs(reply)
  const when = wait === undefined ? 'in a minute' : `in ${Math.ceil(wait / 1_000)} s`
  return ['RATE_LIMITED', 'Too many requests', `Try again ${when}.`]
}

function loginHint(credential: Credential | undefined): string {
  if (credential?.kind === 'bearer') return 'Sign in again.'
  return 'The app password may have been revoked. Create one in Nextcloud under Settings > Security. Do not repeat the call: wrong logins lead to a lock-out.'
}

function redirectHint(reply: Reply): string {
  try {
    const { origin } = new URL(reply.headers.location ?? '')
    return `Set NEXTCLOUD_HOST to the address it redirects to (${origin}).`
  } catch {
    return 'Set NEXTCLOUD_HOST to the address that answers without a redirect.'
  }
}

function subjectOf(request: HttpRequest): { subject?: string } {
  return request.subject === undefined ? {} : { subject: request.subject }
}

/** Nextcloud's own words out of the shapes it says them in: JSON, OCS, sabre's XML, plain text. */
export function serverMessageOf(reply: Reply): string | undefined {
  const text = reply.body.subarray(0, 8_192).toString('utf8').trim()
  if (text === '') return undefined
  if (text.startsWith('{')) return shortened(messageInJson(text))
  if (text.startsWith('<')) {
    if (/^<(!doctype|html)/i.test(text)) return undefined
    const found = /<(?:s:)?message>([^<]*)<\/(?:s:)?message>/.exec(text)
    // Others name the precondition that failed and nothing else (RFC 4918 16).
    return shortened(
      found?.[1] ?? /<(?:\w+:)?error\b[^>]*>\s*<(?!s:)(?:\w+:)?([\w-]+)/.exec(text)?.[1],
    )
  }
  return reply.mediaType === 'text/plain' ? shortened(text) : undefined
}

function messageInJson(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    const meta = (value.ocs as { meta?: { message?: unknown } } | undefined)?.meta
    const said = [meta?.message, value.message, value.msg, value.error, value.errorType]
    return said.find((entry): entry is string => typeof entry === 'string' && entry !== '')
  } catch {
    return undefined
  }
}

function shortened(message: string | undefined): string | undefined {
  const text = message?.replace(/\s+/g, ' ').trim()
  if (!text) return undefined
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text
}
