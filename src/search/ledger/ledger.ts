/**
 * The ledger: what is known of every user's documents, and what is to be done about them.
 *
 * It survives the process: whatever was noted is there after a crash, and whatever was being done is
 * done again when its lease ends. Several processes may work on it at once. Times are milliseconds
 * since 1970 by the caller's clock, which is to be one that all callers share. What any implementation owes is in
 * `test/unit/search/ledger-contract.ts`; all methods throw what the storage behind them throws.
 */
import type { Work } from '../../sql/statements.ts'
import type { DocumentContent, DocumentKey, DocumentType } from '../document.ts'
import type { ListedDocument, ListingEnd } from '../source.ts'

/** The documents of one app of one user, in one generation of the index. */
export interface SourceKey {
  readonly generation: number
  readonly user: string
  readonly type: DocumentType
}

/** Why something does not go on, for people. */
export interface Reason {
  readonly code: string
  readonly message: string
}

/** How the listings of a source have gone. */
export interface SourceState {
  readonly type: DocumentType
  /** Of the last listing that ended; undefined: everything is to be listed. */
  readonly state: string | undefined
  readonly dueAt: number
  /** When a listing last ended well. */
  readonly listedAt: number | undefined
  /** Failures since then. */
  readonly failures: number
  /** Why there was no listing, or why it was not believed. */
  readonly why: Reason | undefined
}

/** What a source is listed with. */
export interface Listing {
  readonly state: string | undefined
  /** Goes up with each listing: one that was overtaken can note nothing more. */
  readonly serial: number
}

/** When to believe that documents are gone. */
export interface GraceRules {
  /** How long documents are missing before they are removed; by two listings at least. */
  readonly graceMs: number
  /** Least time between two listings that confirm each other. */
  readonly confirmMs: number
}

/** What a listing that ended came to. */
export interface ListingOutcome {
  /** Documents that are missing now and were not before. */
  readonly missing: number
  /** Documents that have been missing for long enough; jobs remove them. */
  readonly removing: number
  /** Why the listing is not believed as far as what it did not name goes. */
  readonly doubt: Reason | undefined
}

/** Something to do about one document. */
export interface Job extends DocumentKey {
  readonly job: number
  readonly generation: number
  /** Goes up when the document changes again before the job is done. */
  readonly revision: number
  readonly user: string
  readonly kind: 'index' | 'remove'
  readonly etag: string
  readonly ref: string | undefined
  /** Counting this one. */
  readonly attempts: number
  /** Of the content that the index has. */
  readonly knownHash: string | undefined
  /** Of the content that failed for good. */
  readonly deadHash: string | undefined
  /** Why it failed the last time. */
  readonly lastReason: Reason | undefined
}

/** Which jobs to take. */
export interface Claim {
  readonly generation: number
  /** Whoever works on them; others take over when the lease ends. */
  readonly owner: string
  readonly now: number
  readonly leaseMs: number
  readonly limit: number
  /** A job that was begun as often and never ended has failed. */
  readonly maxAttempts: number
}

/** What was stored of a document. */
export interface Indexed {
  readonly etag: string
  readonly hash: string
  /** None: there was nothing to search for. */
  readonly chunks: number
  readonly title: string
}

/**
 * What became of a job: `done`; `again`: the document changed meanwhile and is done again; `gone`:
 * the document is not to be there, so whatever was put into the index is to be taken out again.
 */
export type JobEnd = 'done' | 'again' | 'gone'

/** A document that failed for good. */
export interface DeadLetter extends DocumentKey {
  readonly user: string
  /** As people know it. */
  readonly name: string
  readonly reason: Reason
  readonly attempts: number
  readonly diedAt: number
}

/** Documents and jobs of one user and type. */
export interface LedgerCount {
  readonly user: string
  readonly type: DocumentType
  readonly documents: number
  readonly chunks: number
  readonly waiting: number
  readonly running: number
  readonly failed: number
}

/** What waits although it could be done, and whom work can be done for. */
export interface Backlog {
  /** Since when the job could be taken that has waited longest; undefined: none waits. */
  readonly jobReadyAt: number | undefined
  /** Listings that are due, those of documents that were never listed among them. */
  readonly listingsDue: number
  /** When the one was due that has been for longest; undefined: none, or nobody knows since when. */
  readonly listingDueAt: number | undefined
  /** Users by how it stands with them: worked for, left alone for a while, without access. */
  readonly users: Readonly<Record<'active' | 'paused' | 'absent', number>>
}

/** How it stands with a user. */
export interface UserState {
  readonly user: string
  /** Since when there is no access. */
  readonly absentSince: number | undefined
  readonly pausedUntil: number | undefined
  readonly pause: Reason | undefined
}

/** Users: who is there, who waits, who is being listed by whom. */
export interface UserLedger {
  /** Notes who can be worked for, with all of their sources; whoever is not named is absent. */
  present(
    generation: number,
    users: readonly string[],
    types: readonly DocumentType[],
    now: number,
  ): Promise<void>
  /** Those who have been absent since before a time, by two looks at least. */
  absentSince(before: number): Promise<string[]>
  /** Removes all that is noted of a user. */
  forget(user: string): Promise<void>
  /** Nothing is done for a user until then. */
  pause(user: string, until: number, reason: Reason): Promise<void>
  /** Ends a pause. */
  resume(user: string): Promise<void>
  /** Takes the listing of a user, or keeps it; false while somebody else has it. */
  hold(user: string, owner: string, now: number, leaseMs: number): Promise<boolean>
  release(user: string, owner: string): Promise<void>
  userStates(user?: string): Promise<UserState[]>
}

/** Sources and their listings. */
export interface SourceLedger {
  /** Users with a source that is due, the longest due first; none that pauses or is held. */
  dueUsers(generation: number, now: number, limit: number): Promise<string[]>
  sources(generation: number, user: string): Promise<SourceState[]>
  begin(key: SourceKey, now: number): Promise<Listing>
  /**
   * Makes jobs for documents that are not known as they are now; gives the number of those.
   * @throws CodedError `CONFLICT` after another listing has begun, as the other three
   */
  found(
    key: SourceKey,
    serial: number,
    documents: readonly ListedDocument[],
    now: number,
  ): Promise<number>
  unchanged(key: SourceKey, serial: number, ids: readonly string[], now: number): Promise<void>
  removed(key: SourceKey, serial: number, ids: readonly string[], now: number): Promise<void>
  end(
    key: SourceKey,
    serial: number,
    end: ListingEnd,
    rules: GraceRules & { readonly now: number; readonly nextAt: number },
  ): Promise<ListingOutcome>
  /**
   * @param lasting that nothing will come of it until somebody does something: what waits is
   *   dropped, everything is listed when it goes on, and a new generation does not wait for it
   */
  fail(key: SourceKey, reason: Reason, nextAt: number, lasting: boolean): Promise<void>
  /**
   * Has sources listed at once, and once more where they are being listed.
   * @param user undefined: of everybody
   * @returns how many
   */
  hasten(user: string | undefined, types: readonly DocumentType[], now: number): Promise<number>
}

/** Jobs and what came of them. */
export interface JobLedger {
  /** Takes jobs that are ready; each user has the same share of them, whoever waited longest first. */
  claim(claim: Claim): Promise<Job[]>
  /** The content that the listing brought along. */
  content(job: number): Promise<DocumentContent | undefined>
  extend(jobs: readonly number[], owner: string, until: number): Promise<void>
  /** The document is in the index now. */
  indexed(job: Job, owner: string, indexed: Indexed, now: number): Promise<JobEnd>
  /** The document has another etag and says what it said before. */
  same(job: Job, owner: string, now: number): Promise<JobEnd>
  /** The document is in the index no more. */
  taken(job: Job, owner: string, now: number): Promise<JobEnd>
  /** It failed, and is tried again then. */
  retry(job: Job, owner: string, at: number, reason: Reason): Promise<void>
  /** It was not the document's fault: this attempt does not count. */
  giveBack(jobs: readonly number[], owner: string, at: number): Promise<void>
  /** It failed for good, as long as the document stays what it is; the index has it no more. */
  bury(
    job: Job,
    owner: string,
    letter: { readonly reason: Reason; readonly name: string; readonly hash?: string },
    now: number,
  ): Promise<void>
  /**
   * A search found these gone for their user, and the index has them no more; should a listing name
   * them again, they are new.
   */
  evicted(user: string, documents: readonly DocumentKey[]): Promise<void>
  /** Tries dead letters again; gives their number. */
  revive(
    which: { readonly user?: string; readonly type?: DocumentType; readonly id?: string },
    now: number,
  ): Promise<number>
}

/** What there is, for whoever asks. */
export interface LedgerReport {
  counts(generation: number, now: number, user?: string): Promise<LedgerCount[]>
  /** Leaves out what waits for users who cannot be worked for. */
  backlog(generation: number, now: number): Promise<Backlog>
  deadLetters(generation: number, limit: number, user?: string): Promise<DeadLetter[]>
  /** Documents in order. @param after the last one of the page before */
  documents(
    generation: number,
    user: string,
    limit: number,
    after?: DocumentKey,
  ): Promise<(DocumentKey & Indexed & { readonly indexedAt: number })[]>
}

/** Generations of the index. */
export interface GenerationLedger {
  /** Whether every source of everybody who can be worked for was listed, and all jobs are done. */
  isThrough(generation: number): Promise<boolean>
  /** Forgets all other generations. */
  keepOnly(generation: number): Promise<void>
  /** Goes up when the index is to be built anew though nothing about it changed. */
  edition(): Promise<number>
  raiseEdition(): Promise<number>
}

/** The whole ledger. */
export interface Ledger
  extends UserLedger,
    SourceLedger,
    JobLedger,
    LedgerReport,
    GenerationLedger {}

/** The same as synchronous functions: what a thread with the database does. */
export type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : T[K]
}

/** The same as statements for a database to run. */
export type Works<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R>
    ? (...args: A) => Work<R>
    : T[K]
}
