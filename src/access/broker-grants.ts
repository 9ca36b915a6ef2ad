/** Small questions about grants that the token broker asks. */
import { isVaultError } from '../vault/errors.ts'
import type { RefreshTokenInfo, RefreshTokens } from '../vault/grants.ts'
import { cancelled } from './background-errors.ts'

/** A difference that is not worth a write. */
const UNMOVED_MS = 60_000
const MAX_ATTEMPTS = 5

/** Whether the grant has ended by itself. */
export function isOver({ expiresAt }: Pick<RefreshTokenInfo, 'expiresAt'>, time: number): boolean {
  return expiresAt !== undefined && expiresAt <= time
}

/** Whether the end of a grant is another one now, so that it has to be stored. */
export function isMoved(before: number | undefined, after: number | undefined): boolean {
  if (after === undefined) return false
  return before === undefined || Math.abs(after - before) >= UNMOVED_MS
}

/**
 * Deletes the grant and gives its token, the latest one even while it is being renewed; `token` is
 * undefined of a row that cannot be read. Undefined: there was none.
 */
export async function takeGrant(
  refreshTokens: Pick<RefreshTokens, 'get' | 'delete'>,
  userId: string,
): Promise<{ token: string | undefined } | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const grant = await refreshTokens.get(userId).catch((error: unknown) => {
      if (isVaultError(error, 'UNREADABLE_ROW')) return { token: undefined }
      throw error
    })
    if (grant === undefined) return undefined
    // An unreadable row goes as well: the user asked for it.
    if (await refreshTokens.delete(userId, grant.token)) return { token: grant.token }
  }
  return (await refreshTokens.delete(userId)) ? { token: undefined } : undefined
}

/** Waits for what others may be waiting for too. @throws CodedError `CANCELLED` */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>()
  const onAbort = () => stop.reject(cancelled())
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, stop.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
