/** What the parts of sync work with. */
import type { Scope } from '../../identity/scopes.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Chunker } from '../chunk/chunker.ts'
import type { Embedder } from '../embed/embedder.ts'
import type { SearchIndex } from '../index/search-index.ts'
import type { GraceRules, Ledger } from '../ledger/ledger.ts'
import type { DocumentSource } from '../source.ts'

/** Whom sync works for; `user` is the name of the partition in the index. */
export interface SyncAccess {
  /** Everybody for whom something can be done. @throws when nobody knows right now */
  users(): Promise<readonly string[]>
  /** @throws CodedError as `BackgroundAccess.credentialFor` */
  open(user: string, signal: AbortSignal): Promise<Session>
  /** What was granted; undefined: no less than everything. */
  scopes(user: string): Promise<ReadonlySet<Scope> | undefined>
}

/** How often and how much. */
export interface SyncSettings extends GraceRules {
  /** Between two listings of a source that go well. */
  readonly intervalMs: number
  /** Between two looks at who there is to work for. */
  readonly usersEveryMs: number
  /** Documents that one worker takes at a time. */
  readonly batchSize: number
  /** Batches at a time in this process. */
  readonly workers: number
  /** After this others take over what a process that ended was at. */
  readonly leaseMs: number
  /** Then a document has failed for good. */
  readonly maxAttempts: number
}

/** Told as it happens; for the log and for metrics. Never holds a text. */
export interface SyncHooks {
  /** Something that nobody expected, or that stops everything for a while. */
  onTrouble?(where: string, error: unknown): void
  onListed?(user: string, type: string, found: number, ms: number): void
  onIndexed?(documents: number, chunks: number, ms: number): void
  onFailed?(user: string, type: string, code: string): void
  /** A document will be tried again. */
  onRetried?(type: string, code: string): void
  /** Runs a listing of a type, or a batch of documents. */
  around?<T>(step: SyncStep, work: () => Promise<T>): Promise<T>
}

/** What sync does at a time. */
export type SyncStep = { readonly kind: 'list'; readonly type: string } | { readonly kind: 'index' }

/** What sync is built on. */
export interface SyncParts {
  readonly ledger: Ledger
  readonly index: SearchIndex
  readonly embedder: Embedder
  readonly chunker: Chunker
  readonly sources: readonly DocumentSource[]
  readonly access: SyncAccess
  readonly settings: SyncSettings
  readonly hooks?: SyncHooks
  /** Resolves when nobody is waiting for an answer of this process, or has waited for long. */
  readonly calm?: () => Promise<void>
  /** The clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number
  /** 0 to 1; for tests. */
  readonly random?: () => number
}

/** The same for one run. */
export interface SyncContext extends Required<Omit<SyncParts, 'hooks'>> {
  readonly hooks: SyncHooks
  /** Names this process in leases. */
  readonly owner: string
  /** Aborts when sync is to end. */
  readonly signal: AbortSignal
}
