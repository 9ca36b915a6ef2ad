/** What the tools about a user's own access work on; made for the deployment that there is. */
import type { Scope } from '../../identity/scopes.ts'
import type { CallerUser } from '../../mcp/tool.ts'

/** What is stored for a user, and what can be done about it. */
export interface ConnectionService {
  /** Scopes that can be granted: those that there are tools for. */
  readonly grantable: readonly Scope[]
  /** The stored access of the caller; undefined: none. */
  find(user: CallerUser): Promise<StoredAccess | undefined>
  /** Whether Nextcloud still takes it; one request. @throws CodedError as any request */
  isAccepted(user: CallerUser): Promise<boolean>
  /** @returns whether there was any */
  setScopes(user: CallerUser, scopes: readonly Scope[]): Promise<boolean>
  /**
   * The address of a page on which the user, after proving to be that user, allows access.
   * @param scopes to be ticked when it opens
   */
  link(user: CallerUser, scopes: readonly Scope[]): Promise<string>
}

/** Access that a user gave, without the credential. */
export interface StoredAccess {
  /** The name that Nextcloud knows the credential under. */
  readonly loginName: string
  /** What the user allowed; undefined: no limit beyond that of the token. */
  readonly scopes: readonly Scope[] | undefined
}

/** The same for access while the user is away. */
export interface BackgroundService {
  /** Undefined: not granted. */
  status(user: CallerUser): Promise<BackgroundGrant | undefined>
  /** The address of a page on which the user grants it. */
  link(user: CallerUser): Promise<string>
  /** @returns whether there was any */
  revoke(user: CallerUser): Promise<boolean>
}

/** A grant for background work. */
export interface BackgroundGrant {
  readonly credentialType: 'refresh_token' | 'app_password'
  /** Milliseconds since 1970. */
  readonly provisionedAt: number | undefined
  readonly clientId: string | undefined
  readonly scopes: readonly string[] | undefined
}
