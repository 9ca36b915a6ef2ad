/**
 * What may be sent again, and when.
 *
 * Locks and rate limits have budgets of their own, so that one cannot use up the other's. A 401
 * is never sent again: each wrong login slows the whole address down and, after a dozen, shuts
 * it out, right passwords included.
 */
import type { Reply } from './reply.ts'
import type { HttpRequest } from './request.ts'

/** Waits before a locked item (423) is tried again; parallel writes below one folder collide. */
const LOCK_WAITS_MS = [200, 500, 1_000]
/** Waits after a 429 that names none. */
const RATE_WAITS_MS = [1_000, 3_000]
/** A longer wait than this is the caller's to decide. */
const LONGEST_RATE_WAIT_MS = 5_000
/** One more try after a broken connection or a server that is starting: keep-alive races are common. */
const FAILURE_WAITS_MS = [100]

/** Methods without effect (RFC 9110, RFC 4918, RFC 3253, RFC 5323). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT', 'SEARCH'])

/** Whether sending the request twice is the same as once for the user's data. */
export function isSafe(method: string): boolean {
  return SAFE_METHODS.has(method)
}

/** What of a request matters here. */
type RetriedRequest = Pick<HttpRequest, 'method' | 'path'>

/** Remembers what one request has used up. */
export interface RetryBudget {
  /** Milliseconds to wait before the next try, or undefined when the reply is final. */
  afterReply(request: RetriedRequest, reply: Reply): number | undefined
  /** The same after a failure without a whole reply, for a request that is safe to repeat. */
  afterFailure(error: unknown): number | undefined
}

/** A fresh budget; one per request. */
export function createRetryBudget(random: () => number = Math.random): RetryBudget {
  const used = { lock: 0, rate: 0, failure: 0 }
  const next = (kind: keyof typeof used, waits: readonly number[]) => {
    const wait = waits[used[kind]++]
    return wait === undefined ? undefined : jittered(wait, random)
  }
  return {
    afterReply(request, reply) {
      if (isLocked(reply) || isBusyDatabase(request, reply)) return next('lock', LOCK_WAITS_MS)
      if (reply.status === 429) {
        if (isBruteForceLockout(reply)) return undefined
        const asked = retryAfterMs(reply)
        const wait = next('rate', RATE_WAITS_MS)
        if (wait === undefined || asked === undefined) return wait
        return asked > LONGEST_RATE_WAIT_MS ? undefined : Math.max(asked, 1)
      }
      const restarting = reply.status === 502 || reply.status === 503
      if (restarting && isSafe(request.method) && !isMaintenance(reply)) {
        return next('failure', FAILURE_WAITS_MS)
      }
      return undefined
    },
    // A timeout has used the caller's patience; a second one would double the silence.
    afterFailure: error => (isTimeout(error) ? undefined : next('failure', FAILURE_WAITS_MS)),
  }
}

/** Locked by another request; on MOVE and COPY Nextcloud says it as a 500. */
export function isLocked(reply: Reply): boolean {
  if (reply.status === 423) return true
  return reply.status === 500 && reply.body.includes('OCP\\Lock\\LockedException')
}

/**
 * SQLite behind Nextcloud was busy with another request, which calendars and address books tell as
 * a 500. What it would have written there is not.
 */
function isBusyDatabase({ path }: RetriedRequest, reply: Reply): boolean {
  if (reply.status !== 500 || !/^\/remote\.php\/dav\/(calendars|addressbooks)\//.test(path))
    return false
  return reply.body.includes('database is locked')
}

/** Too many wrong passwords came from this address; waiting a second would not help. */
export function isBruteForceLockout(reply: Reply): boolean {
  return reply.body.includes('Reached maximum delay') || reply.body.includes('TooManyRequests')
}

/** Maintenance mode, which an administrator ends. */
export function isMaintenance(reply: Reply): boolean {
  return reply.headers['x-nextcloud-maintenance-mode'] === '1'
}

/** `Retry-After` as milliseconds (RFC 9110, section 10.2.3: seconds or a date). */
export function retryAfterMs(reply: Pick<Reply, 'headers'>, now = Date.now()): number | undefined {
  const value = reply.headers['retry-after']
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Whether the failure is the time limit of the connection, the headers or the body. */
export function isTimeout(error: unknown): boolean {
  const code = errorCodeOf(error)
  return code !== undefined && /TIMEOUT|TIMEDOUT/.test(code)
}

/** The system's or the HTTP client's code of an error, its cause's included. */
export function errorCodeOf(error: unknown): string | undefined {
  for (
    let at = error;
    at !== null && typeof at === 'object';
    at = (at as { cause?: unknown }).cause
  ) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string') return code
  }
  return undefined
}

function jittered(wait: number, random: () => number): number {
  return Math.round(wait * (0.75 + random() * 0.5))
}
