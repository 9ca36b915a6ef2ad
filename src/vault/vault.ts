/**
 * The vault: everything this server must remember about people, encrypted where it is secret.
 *
 * All of it is asynchronous, so that a database beyond this process can stand behind it; what any
 * implementation owes is in `test/unit/vault/contract.ts`. Methods throw a {@link VaultError} and
 * nothing else. Reading a row that cannot be decrypted throws `UNREADABLE_ROW`; lists leave such
 * rows out and report them to `onUnreadable`. No row is ever deleted for being unreadable.
 */
import type { RowName } from './errors.ts'

/** Milliseconds since 1970, as `Date.now()` gives them. */
export type Time = number

/** The vault, by what is kept in it. */
export interface Vault {
  readonly refreshTokens: RefreshTokens
  readonly appPasswords: AppPasswords
  readonly clients: Clients
  readonly pending: Pending
  readonly browserSessions: BrowserSessions
  readonly records: Records
  readonly audit: AuditLog
  readonly leases: Leases
  /** Tries every encrypted value; gives the rows that no key opens. */
  check(): Promise<RowName[]>
  /**
   * Encrypts with the first key whatever is encrypted with another one, so that the others can be
   * dropped afterwards. Safe to interrupt and to repeat. Every process that writes must already
   * have the first key as its first.
   */
  reencrypt(): Promise<Reencryption>
  /** Removes expired records and leases. Grants, sessions of no record and the log are not touched. */
  prune(): Promise<number>
  close(): Promise<void>
}

/** What {@link Vault.reencrypt} did. */
export interface Reencryption {
  /** Values encrypted anew. */
  readonly rewritten: number
  /** Rows that no key opens; they are as they were. */
  readonly unreadable: readonly RowName[]
}

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
  /** Stores a new grant in place of any that the user had. */
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
  setScopes(
    userId: string,
    scopes: readonly string[] | null,
    clientId?: string,
  ): Promise<boolean>
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

/** What a record or a step in progress carries; must survive JSON. */
export type Payload = Readonly<Record<string, unknown>>

/** Logins and consents in progress: each can be taken once, and ends by itself. */
export interface Pending {
  /**
   * @param id a secret such as `state` or a code; stored only as a hash
   * @param ttlMs how long it lasts
   */
  put(kind: string, id: string, payload: Payload, ttlMs: number): Promise<void>
  /** Looks without taking. */
  get(kind: string, id: string): Promise<Payload | undefined>
  /** Reads and deletes in one step: of many at once, one gets it. */
  take(kind: string, id: string): Promise<Payload | undefined>
}

/** A person signed in with a browser. */
export interface BrowserSession {
  readonly userId: string
  readonly data: Payload
  readonly createdAt: Time
  readonly expiresAt: Time
}

/** Sessions of the pages for people. */
export interface BrowserSessions {
  /** @returns the session's id, a secret of 256 random bits for the cookie */
  create(userId: string, ttlMs: number, data?: Payload): Promise<string>
  get(id: string): Promise<BrowserSession | undefined>
  /** @returns whether there was one */
  delete(id: string): Promise<boolean>
  /** Signs the user out everywhere; gives the number of sessions that ended. */
  deleteAllOf(userId: string): Promise<number>
}

/** Values that records can be found by besides their id; stored only as hashes. */
export interface RecordKeys {
  readonly grantId?: string
  readonly uid?: string
  readonly userCode?: string
  readonly userId?: string
}

/** A record of an authorization server or the like. */
export interface VaultRecord {
  readonly id: string
  readonly payload: Payload
  /** When it was consumed; undefined while it was not. */
  readonly consumedAt: Time | undefined
  /** Undefined: it lasts until deleted. */
  readonly expiresAt: Time | undefined
  readonly createdAt: Time
}

/** Records by kind and id, with what the Adapter of an authorization server needs. */
export interface Records {
  /**
   * Stores a record in place of any of the same kind and id; keys that are not given again are
   * gone. One that was consumed stays consumed, unless it had expired.
   * @param options.ttlMs how long it lasts; absent: until deleted
   */
  put(
    kind: string,
    id: string,
    payload: Payload,
    options?: { readonly ttlMs?: number; readonly keys?: RecordKeys },
  ): Promise<void>
  /** Expired records are as good as gone. */
  get(kind: string, id: string): Promise<VaultRecord | undefined>
  /** Reads and deletes in one step. */
  take(kind: string, id: string): Promise<VaultRecord | undefined>
  /** Marks as consumed; true for exactly one of all callers. */
  consume(kind: string, id: string): Promise<boolean>
  /** Records of a kind with this value of a key, the latest first. */
  find(kind: string, key: keyof RecordKeys, value: string): Promise<VaultRecord[]>
  /** @returns whether there was one */
  delete(kind: string, id: string): Promise<boolean>
  /** Deletes by a key, of one kind or of all; gives the number. */
  deleteBy(key: keyof RecordKeys, value: string, kind?: string): Promise<number>
}

/** One line of the audit log. */
export interface AuditEntry {
  readonly id: number
  readonly time: Time
  readonly event: string
  readonly userId: string
  readonly resourceType: string | undefined
  readonly resourceId: string | undefined
  /** How the user was authenticated or the thing was done. */
  readonly method: string | undefined
  /** The machine this server ran on. */
  readonly host: string | undefined
}

/** What to note; time and host are added. */
export interface NewAuditEntry {
  readonly event: string
  readonly userId: string
  readonly resourceType?: string
  readonly resourceId?: string
  readonly method?: string
}

/** Which lines to read. */
export interface AuditQuery {
  readonly userId?: string
  readonly event?: string
  /** From this time on. */
  readonly since?: Time
  /** Before this time. */
  readonly until?: Time
  /** 1 to 1000; default 100. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly cursor?: string
}

/** Lines of the log, the newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Cursor of the next page; undefined at the end. */
  readonly next: string | undefined
}

/** The log of what was done on whose behalf: lines are added and, when old enough, dropped. */
export interface AuditLog {
  append(entry: NewAuditEntry): Promise<void>
  page(query?: AuditQuery): Promise<AuditPage>
  /** Drops lines from before a time; gives their number. */
  retain(since: Time): Promise<number>
}

/** Who holds a lease. */
export interface Lease {
  readonly owner: string
  readonly expiresAt: Time
}

/**
 * Named locks that end by themselves, across processes. A holder that was suspended for longer than
 * its lease may overlap with the next one, so what it guards must bear that (as
 * {@link RefreshTokens.replace} does). For most uses see `withLease`.
 */
export interface Leases {
  /** Takes the lease if it is free, expired or already the owner's, which renews it. */
  acquire(name: string, owner: string, ttlMs: number): Promise<boolean>
  /** @returns whether the owner still held it */
  release(name: string, owner: string): Promise<boolean>
  holder(name: string): Promise<Lease | undefined>
}
