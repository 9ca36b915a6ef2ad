/**
 * The vault: everything this server must remember about people, encrypted where it is secret.
 *
 * All of it is asynchronous, so that a database beyond this process can stand behind it; what any
 * implementation owes is in `test/unit/vault/contract.ts`. Methods throw a {@link VaultError} and
 * nothing else. Reading a row that cannot be decrypted throws `UNREADABLE_ROW`; lists leave such
 * rows out and report them to `onUnreadable`. No row is ever deleted for being unreadable.
 */
import type { RowName } from './errors.ts'
import type { AppPasswords, Clients, RefreshTokens, Time } from './grants.ts'

export * from './grants.ts'

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
  /**
   * Removes expired records, browser sessions, steps in progress and leases; gives their number.
   * Grants are never among them, expired or not.
   */
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

/** The audit log alone: read without a key and without the right to write. */
export type AuditReader = Pick<AuditLog, 'page'> & { close(): Promise<void> }

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
