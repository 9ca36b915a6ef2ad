/** The user's app password out of the storage (`login_flow`). */
import { LRUCache } from 'lru-cache'
import { type BearerCaller, covers } from '../identity/caller.ts'
import { parseScope, type Scope } from '../identity/scopes.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { AppPassword, AppPasswords } from '../vault/vault.ts'
import { type Access, bearerOnly } from './access.ts'
import { BACKGROUND_CLIENT } from './background.ts'

/** A password that Nextcloud refused is not sent again: each time counts towards a lock-out. */
const MAX_REFUSED = 1_000

/** Where users go to connect. */
export interface StoredAccessOptions {
  /** A page on which a caller connects Nextcloud, for the first time or again. */
  readonly connectUrl?: (caller: BearerCaller) => Promise<string>
}

/**
 * Hands out what the user provisioned for the client they come with, else for whichever client.
 * What can be done is what both the token and the user's grant allow.
 */
export function storedAppPasswordAccess(
  passwords: AppPasswords,
  { connectUrl }: StoredAccessOptions = {},
): Access {
  const refusals = new LRUCache<string, true>({ max: MAX_REFUSED })
  const find = async ({ userId, clientId }: BearerCaller): Promise<AppPassword | undefined> =>
    (clientId === undefined ? undefined : await passwords.get(userId, clientId)) ??
    (await passwords.get(userId))
  return {
    async grantedTo(caller) {
      const stored = await find(bearerOnly(caller))
      return stored === undefined ? new Set() : grantedScopes(stored)
    },
    async credentialFor(caller, scopes) {
      const bearer = bearerOnly(caller)
      const { userId, clientId } = bearer
      // Kept in the same place, and for background jobs only: no client has this name.
      if (clientId === BACKGROUND_CLIENT) throw reserved()
      const stored = await find(bearer)
      if (stored === undefined) throw notProvisioned(await connectUrl?.(bearer))
      const refusal = JSON.stringify([stored.userId, stored.clientId ?? null, stored.updatedAt])
      if (refusals.has(refusal)) throw revoked(await connectUrl?.(bearer))
      if (!covers(grantedScopes(stored), scopes)) throw notGranted(scopes)
      // Noting the use is not worth failing a call for.
      passwords.touch(userId, stored.clientId).catch(() => {})
      return {
        kind: 'basic',
        loginName: stored.loginName,
        password: stored.password,
        async refused() {
          refusals.set(refusal, true)
          return revoked(await connectUrl?.(bearer))
        },
      }
    },
  }
}

/** What the user allowed on top of the token; undefined: no extra limit. */
function grantedScopes({ scopes }: AppPassword): ReadonlySet<Scope> | undefined {
  return scopes === null
    ? undefined
    : new Set(scopes.map(parseScope).filter((scope): scope is Scope => scope !== undefined))
}

function reserved(): CodedError {
  return new CodedError('FORBIDDEN', 'The access token names a client that cannot call', {
    hint: `The client id ${BACKGROUND_CLIENT} is reserved for background work of this server. Sign in with another client.`,
  })
}

function notProvisioned(url: string | undefined): CodedError {
  return new CodedError('NOT_PROVISIONED', 'You have not connected your Nextcloud account yet', {
    hint: 'The user has to open the url and confirm in Nextcloud; then try again.',
    ...(url === undefined ? {} : { url }),
  })
}

function revoked(url: string | undefined): CodedError {
  return new CodedError('NOT_PROVISIONED', 'Nextcloud no longer accepts the stored app password', {
    hint: 'It was revoked or has expired. The user has to open the url and connect again.',
    ...(url === undefined ? {} : { url }),
  })
}

function notGranted(scopes: readonly Scope[]): CodedError {
  return new CodedError('FORBIDDEN', `You have not allowed ${scopes.join(' ')}`, {
    hint: 'Connect your Nextcloud account again and allow it there.',
  })
}
