/** Credentials that people granted, and this server's own: what the vault keeps until revoked. */

/** Milliseconds since 1970, as `Date.now()` gives them. */
export type Time = number

/** A grant for background access, without the token itself. */
export interface RefreshTokenInfo {
  readonly userId: string
  /** The flow that brought it: `flow2` is the one for background access. */
  readonly flow: string
  /** For whom access tokens minted from it are. */
  readonly audience: string
  /** The OAuth client it was issued to, where noted. */
  readonly clientId: string | undefined
  /** Granted scopes as the provider spelt them, where noted. */
  readonly scopes: readonly string[] | undefined
  readonly provisionedAt: Time | undefined
  /** When the token ends, where the provider said so. An ended one is still given. */
  readonly expiresAt: Time | undefined
  readonly createdAt: Time
  /** When the token was last stored or rotated. */
  readonly updatedAt: Time
}

/** A grant for background access. */
export interface RefreshToken extends RefreshTokenInfo {
  readonly token: string
  /** Claims about the user for display; nothing may be decided by them. */
  readonly profile: Readonly<Record<string, unknown>> | undefined
}

/** A grant to be stored; what is absent is unknown. */
export interface NewRefreshToken {
  readonly userId: string
  readonly token: string
  /** Default: `flow2`. */
  readonly flow?: string
  /** Default: `nextcloud`. */
  readonly audience?: string
  readonly clientId?: string
  readonly scopes?: readonly string[]
  readonly expiresAt?: Time
  readonly profile?: Readonly<Record<string, unknown>>
}

/** The token that follows another in the same grant. */
export interface RotatedToken {
  readonly token: string
  readonly expiresAt?: Time
  /** Absent: as before. */
  readonly scopes?: readonly string[]
}

/** Refresh tokens, one for each user. Storing, rotating and deleting is noted in the audit log. */
export interface RefreshTokens {
  get(userId: string): Promise<RefreshToken | undefined>
  /** Stores a new grant in place of any that the user had; the profile stays if none is given. */
  put(grant: NewRefreshToken): Promise<void>
  /**
   * Stores the token that the provider gave for `previous`, if `previous` is still the stored one.
   * @returns false when it is not: somebody else rotated it or the user granted anew; then the
   *   stored one counts and `next` is to be thrown away
   */
  replace(userId: string, previous: string, next: RotatedToken): Promise<boolean>
  setProfile(userId: string, profile: Readonly<Record<string, unknown>>): Promise<boolean>
  /**
   * @param onlyToken delete only if this is the stored token, so that a provider's refusal of an
   *   old one does not take a newer grant away
   * @returns whether there was one
   */
  delete(userId: string, onlyToken?: string): Promise<boolean>
  /** All grants, the latest first. */
  list(): Promise<RefreshTokenInfo[]>
}

/** An app password, without the password itself. */
export interface AppPasswordInfo {
  /** The user as identified to this server (`sub`). */
  readonly userId: string
  /** The OAuth client it is for; undefined: whichever the user comes with. */
  readonly clientId: string | undefined
  /** What Nextcloud wants as the user name with the password. */
  readonly loginName: string
  /** The user's id in Nextcloud, where known; it may differ from both others. */
  readonly nextcloudUserId: string | undefined
  /** What the user allowed, on top of what the token allows; null: no extra limit. */
  readonly scopes: readonly string[] | null
  readonly createdAt: Time
  readonly updatedAt: Time
  /** Exact to a minute. */
  readonly lastUsedAt: Time | undefined
}

/** An app password for Nextcloud. */
export interface AppPassword extends AppPasswordInfo {
  readonly password: string
}

/** An app password to be stored. */
export interface NewAppPassword {
  readonly userId: string
  readonly clientId?: string
  readonly loginName: string
  readonly nextcloudUserId?: string
  readonly password: string
  /** Null: no extra limit. An empty list is refused: it would be a grant of nothing. */
  readonly scopes: readonly string[] | null
}

/** App passwords by user and, optionally, client. Changes are noted in the audit log. */
export interface AppPasswords {
  /** The one for exactly this user and client; without a client, the one for whichever client. */
  get(userId: string, clientId?: string): Promise<AppPassword | undefined>
  put(entry: NewAppPassword): Promise<void>
  /** @returns whether there was one */
  setScopes(userId: string, scopes: readonly string[] | null, clientId?: string): Promise<boolean>
  /** Notes that it was used; written at most once a minute. */
  touch(userId: string, clientId?: string): Promise<void>
  /** @returns whether there was one */
  delete(userId: string, clientId?: string): Promise<boolean>
  /** Those of one user, or of all; the latest first. */
  list(userId?: string): Promise<AppPasswordInfo[]>
}

/** This server's own registration at an identity provider (RFC 7591). */
export interface OAuthClient {
  /** {@link UNKNOWN_ISSUER} for one taken over from the Python server, which does not note it. */
  readonly issuer: string
  readonly clientId: string
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined
  readonly redirectUris: readonly string[]
  readonly issuedAt: Time | undefined
  /** Undefined: the secret does not expire. An expired one is still given. */
  readonly expiresAt: Time | undefined
  /** For reading, updating and deleting the registration (RFC 7592). */
  readonly registrationToken: string | undefined
  readonly registrationUri: string | undefined
  readonly createdAt: Time
  readonly updatedAt: Time
}

/** A registration to be stored. */
export type NewOAuthClient = Pick<OAuthClient, 'issuer' | 'clientId'> &
  Partial<Omit<OAuthClient, 'createdAt' | 'updatedAt'>>

/** Issuer of a client that was stored without one. */
export const UNKNOWN_ISSUER = ''

/** This server's own OAuth clients, one for each issuer. Changes are noted in the audit log. */
export interface Clients {
  get(issuer: string): Promise<OAuthClient | undefined>
  put(client: NewOAuthClient): Promise<void>
  /** @returns whether there was one */
  delete(issuer: string): Promise<boolean>
  /** Issuers with a client. */
  issuers(): Promise<string[]>
}
