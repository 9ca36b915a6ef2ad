/** The user's app password out of the storage (`login_flow`). */
import { LRUCache } from 'lru-cache'
import { covers } from '../identity/caller.ts'
import { parseScope, type Scope } from '../identity/scopes.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { AppPassword, AppPasswords } from '../vault/vault.ts'
import { type Access, bearerOnly } from './access.ts'

/** A password that Nextcloud refused is not sent again: each time counts towards a lock-out. */
const MAX_REFUSED = 1_000

/**
 * Hands out what the user provisioned for the client they come with, else for whichever client.
 * What can be done is what both the token and the user's grant allow.
 */
export function storedAppPasswordAccess(passwords: AppPasswords): Access {
  const refusals = new LRUCache<string, true>({ max: MAX_REFUSED })
  return {
    async credentialFor(caller, scopes) {
      const { userId, clientId } = bearerOnly(caller)
      const stored =
        (clientId === undefined ? undefined : await passwords.get(userId, clientId)) ??
        (await passwords.get(userId))
      if (stored === undefined) throw notProvisioned()
      const refusal = JSON.stringify([stored.userId, stored.clientId ?? null, stored.updatedAt])
      if (refusals.has(refusal)) throw revoked()
      if (!covers(grantedScopes(stored), scopes)) throw notGranted(scopes)
      // Noting the use is not worth failing a call for.
      passwords.touch(userId, stored.clientId).catch(() => {})
      return {
        kind: 'basic',
        loginName: stored.loginName,
        password: stored.password,
        refused: () => refusals.set(refusal, true),
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

function notProvisioned(): CodedError {
  return new CodedError('NOT_PROVISIONED', 'You have not connected your Nextcloud account yet', {
    hint: 'An app password must be stored for you before this server can reach your Nextcloud.',
  })
}

function revoked(): CodedError {
  return new CodedError('NOT_PROVISIONED', 'Nextcloud no longer accepts the stored app password', {
    hint: 'It was revoked or has expired. Connect your Nextcloud account again.',
  })
}

function notGranted(scopes: readonly Scope[]): CodedError {
  return new CodedError('FORBIDDEN', `You have not allowed ${scopes.join(' ')}`, {
    hint: 'Connect your Nextcloud account again and allow it there.',
  })
}
