/**
 * Access to Nextcloud while the user is away: a credential of its own, granted on purpose and used
 * by background jobs, and by the search page for the very user who searches there. No call of a
 * client gets one; nothing in {@link Access} leads here.
 */
import type { Credential } from '../nextcloud/credential.ts'

/**
 * The client that app passwords for background jobs are stored under. It is nobody's client id: a
 * token that names it is refused.
 */
export const BACKGROUND_CLIENT = 'urn:nextcloud-mcp-server:background'

/** What a user granted for background jobs; times in milliseconds since 1970. */
export interface BackgroundStatus {
  readonly credentialType: 'refresh_token' | 'app_password'
  readonly provisionedAt: number | undefined
  /** The client of this server that it was granted to, where there is one. */
  readonly clientId: string | undefined
  /** Undefined: no limit that is known of. */
  readonly scopes: readonly string[] | undefined
  /** Undefined: it lasts until it is revoked, or nobody knows. */
  readonly expiresAt: number | undefined
}

/** What came of a revocation. */
export interface Revocation {
  /** Whether there was something to revoke. */
  readonly existed: boolean
  /**
   * Whether it ended where it came from as well. If not, this server has forgotten it and cannot
   * use it any more, and the user can end it at the provider or in Nextcloud.
   */
  readonly complete: boolean
}

/** A source of credentials for background jobs. Whatever the storage throws comes through. */
export interface BackgroundAccess {
  /**
   * A credential of the user.
   * @throws CodedError `NOT_PROVISIONED` where the user has to connect (again); `UNREACHABLE` when
   *   it may work later, `FORBIDDEN` when an administrator has to do something first: both are
   *   remembered, so that asking often is no harm; `CANCELLED`
   */
  credentialFor(userId: string, options?: { readonly signal?: AbortSignal }): Promise<Credential>
  /** Users for whom something can be done. */
  users(): Promise<string[]>
  /** Undefined: the user granted nothing. */
  status(userId: string): Promise<BackgroundStatus | undefined>
  /** Ends the grant: here at once, and where it came from as far as that answers. */
  revoke(userId: string): Promise<Revocation>
}

/** Nothing was there to be revoked. */
export const NOTHING_REVOKED: Revocation = { existed: false, complete: true }

/** Under whose name jobs' memory of a user is kept: apart from that of the user's sessions. */
export function backgroundOwner(userId: string): string {
  return JSON.stringify(['background', userId])
}
