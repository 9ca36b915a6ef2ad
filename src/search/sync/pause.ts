/** Lets a user wait, and nobody else. */
import { backoff } from './backoff.ts'
import type { SyncContext } from './context.ts'
import { type Failure, failureInNextcloud } from './failures.ts'

/** Codes that only the user or an administrator can do something about. */
const WAITS_FOR_SOMEBODY = ['UNAUTHORIZED', 'NOT_PROVISIONED', 'FORBIDDEN']
/** Asking again is cheap, but a wrong login is not to be repeated often. */
const SOMEBODY_MS = 10 * 60_000

/** After the user's access could not be had. */
export async function pauseAfter(
  context: SyncContext,
  user: string,
  error: unknown,
): Promise<void> {
  if (context.signal.aborted) return
  const failure = await failureInNextcloud(error, undefined)
  if (failure.reason.code === 'INTERNAL') context.hooks.onTrouble?.('access of a user', error)
  await pauseUser(context, user, failure, 1)
}

/** @param failures of the same thing, this one included */
export async function pauseUser(
  { ledger, random, now }: SyncContext,
  user: string,
  failure: Failure,
  failures: number,
): Promise<void> {
  const asked = failure.whose === 'user' ? failure.waitMs : undefined
  const least = WAITS_FOR_SOMEBODY.includes(failure.reason.code) ? SOMEBODY_MS : asked
  await ledger.pause(user, now() + backoff('user', failures, random, least), failure.reason)
}
