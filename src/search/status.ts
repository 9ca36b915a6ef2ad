/** How far the index has come, as whoever keeps it tells the tools and the pages. */
import type { DocumentType } from './document.ts'

/** What becomes of a document that is to be indexed; `failed` ones are not tried again by themselves. */
export const JOB_STATES = ['waiting', 'running', 'failed'] as const
export type JobState = (typeof JOB_STATES)[number]

/** Documents by what becomes of them. */
export type JobCounts = Readonly<Record<JobState, number>>

/** How far the index of one user is. */
export interface SyncStatus {
  /** False: nothing is indexed for anybody. */
  readonly enabled: boolean
  /** `syncing` while something is listed, read or waiting. */
  readonly activity: 'idle' | 'syncing'
  readonly documents: number
  readonly chunks: number
  /** Bytes that vectors take. */
  readonly vectorBytes: number
  readonly jobs: JobCounts
  readonly jobsByType: Readonly<Partial<Record<DocumentType, JobCounts>>>
  /** Where jobs are kept. */
  readonly queue: 'sqlite' | 'postgres'
  /** Milliseconds since 1970 of the last listing that ended well; undefined: none has. */
  readonly syncedAt: number | undefined
  /** Why nothing is indexed, or nothing new, and what to do, in a sentence or two; undefined: all is well. */
  readonly problem: string | undefined
}

/** Tells how far the index is. */
export interface SyncStatusSource {
  /** @param user as in the index; undefined: a caller whose documents nobody indexes */
  status(user: string | undefined): Promise<SyncStatus>
}
