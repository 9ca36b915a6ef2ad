/**
 * An app password of its own for background jobs, where nobody gives a refresh token for Nextcloud:
 * with the built-in authorization server.
 */
import { LRUCache } from 'lru-cache'
import type { Credential } from '../nextcloud/credential.ts'
import { hasCode } from '../nextcloud/errors.ts'
import { isVaultError } from '../vault/errors.ts'
import type { AppPassword, Vault } from '../vault/vault.ts'
import { BACKGROUND_CLIENT, type BackgroundAccess, NOTHING_REVOKED } from './background.ts'
import { cancelled, notAccepted, notConnected } from './background-errors.ts'

/** What it works on. */
export interface BackgroundPasswordOptions {
  readonly vault: Pick<Vault, 'appPasswords' | 'audit'>
  /**
   * Deletes the app password that it is called with, in Nextcloud.
   * @throws CodedError; `UNAUTHORIZED` where Nextcloud no longer knows it
   */
  readonly deleteAppPassword: (credential: Credential) => Promise<void>
}

/** A password that Nextcloud refused is not sent again: each time counts towards a lock-out. */
const MAX_REFUSED = 1_000

/** Hands out the app passwords that are stored under {@link BACKGROUND_CLIENT}. */
export function backgroundPasswordAccess({
  vault,
  deleteAppPassword,
}: BackgroundPasswordOptions): BackgroundAccess {
  const { appPasswords, audit } = vault
  const refusals = new LRUCache<string, true>({ max: MAX_REFUSED })

  return {
    async credentialFor(userId, { signal } = {}) {
      if (signal?.aborted) throw cancelled()
      const stored = await appPasswords.get(userId, BACKGROUND_CLIENT)
      if (stored === undefined) throw notConnected()
      const refusal = JSON.stringify([userId, stored.updatedAt])
      if (refusals.has(refusal)) throw notAccepted('app password')
      // Noting the use is not worth failing a job for.
      appPasswords.touch(userId, BACKGROUND_CLIENT).catch(() => {})
      const refused = () => {
        refusals.set(refusal, true)
        return notAccepted('app password')
      }
      return { ...credentialOf(stored), refused }
    },

    async users() {
      const all = await appPasswords.list()
      return all
        .filter(({ clientId }) => clientId === BACKGROUND_CLIENT)
        .map(({ userId }) => userId)
    },

    async status(userId) {
      const all = await appPasswords.list(userId)
      const stored = all.find(({ clientId }) => clientId === BACKGROUND_CLIENT)
      return (
        stored && {
          credentialType: 'app_password',
          provisionedAt: stored.createdAt,
          clientId: undefined,
          scopes: stored.scopes ?? undefined,
          expiresAt: undefined,
        }
      )
    },

    async revoke(userId) {
      const stored = await appPasswords.get(userId, BACKGROUND_CLIENT).catch((error: unknown) => {
        // It cannot be deleted in Nextcloud, and here it can.
        if (isVaultError(error, 'UNREADABLE_ROW')) return undefined
        throw error
      })
      if (!(await appPasswords.delete(userId, BACKGROUND_CLIENT))) return NOTHING_REVOKED
      const complete =
        stored !== undefined &&
        (await deleteAppPassword(credentialOf(stored)).then(
          () => true,
          error => hasCode(error, 'UNAUTHORIZED'),
        ))
      const method = complete ? 'app_password' : 'storage'
      await audit.append({ event: 'background_access_revoked', userId, method })
      return { existed: true, complete }
    },
  }
}

function credentialOf({ loginName, password }: AppPassword): Credential {
  return { kind: 'basic', loginName, password }
}
