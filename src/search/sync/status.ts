/** How far the index is, and why it is no further: for the tools, the pages and the command line. */
import type { DocumentType } from '../document.ts'
import type { Generation } from '../index/search-index.ts'
import type { Backlog, DeadLetter, LedgerCount, Reason, UserState } from '../ledger/ledger.ts'
import type { JobCounts, SyncStatus, SyncStatusSource } from '../status.ts'
import type { SyncParts } from './context.ts'

/** One app of one user. */
export interface TypeReport extends JobCounts {
  readonly type: DocumentType
  /** For people: `Notes`. */
  readonly title: string
  readonly documents: number
  readonly chunks: number
  /** When a listing last ended well. */
  readonly listedAt: number | undefined
  /** Why there is nothing, or nothing new. */
  readonly why: Reason | undefined
}

/** One user. */
export interface UserReport {
  readonly user: string
  readonly why: Reason | undefined
  readonly types: readonly TypeReport[]
}

/** Everything there is to tell. */
export interface IndexReport {
  readonly generations: readonly Generation[]
  readonly users: readonly UserReport[]
  /** The latest first. */
  readonly failures: readonly DeadLetter[]
}

/** Where the report comes from; `trouble` is what keeps this process from indexing. */
export type StatusParts = Pick<SyncParts, 'ledger' | 'index' | 'sources' | 'now'> & {
  readonly trouble: () => string | undefined
  /** Why nobody at all can be indexed; undefined: users can allow it. */
  readonly obstacle: () => string | undefined
  /** Where the ledger is. */
  readonly queue: SyncStatus['queue']
}

/** Tells how it stands. */
export interface SyncStatuses extends SyncStatusSource {
  /** @param user undefined: everybody */
  report(user: string | undefined, failures: number): Promise<IndexReport>
  /** Documents of everybody by what becomes of them. */
  jobs(): Promise<JobCounts>
  /** What waits although it could be done, and for how many users. */
  lag(): Promise<SyncLag>
}

/** How far work is behind; milliseconds, 0 where nothing waits. */
export interface SyncLag {
  /** Since when the document that has waited longest could have been taken. */
  readonly jobMs: number
  /** Since when the listing that is due the longest should have been made. */
  readonly listingMs: number
  /** Listings that are due. */
  readonly listings: number
  readonly users: Backlog['users']
}

const NOT_ALLOWED: Reason = {
  code: 'NOT_PROVISIONED',
  message: 'You have not allowed background work, so nothing is indexed. Allow it, and it begins.',
}

const NO_LAG: SyncLag = {
  jobMs: 0,
  listingMs: 0,
  listings: 0,
  users: { active: 0, paused: 0, absent: 0 },
}

/** Statuses out of the ledger and the index. */
export function syncStatuses(parts: StatusParts): SyncStatuses {
  const { ledger, index, sources, trouble, obstacle, queue, now = Date.now } = parts

  async function report(user: string | undefined, failures: number): Promise<IndexReport> {
    const [generations, states] = await Promise.all([index.generations(), ledger.userStates(user)])
    const worked = workedOn(generations)
    const counts = worked ? await ledger.counts(worked.id, now(), user) : []
    const letters = worked ? await ledger.deadLetters(worked.id, failures, user) : []
    const users = await Promise.all(
      states.map(async state => ({
        user: state.user,
        why: whyOf(state, now()),
        types: typesOf(
          worked ? await ledger.sources(worked.id, state.user) : [],
          counts,
          state.user,
        ),
      })),
    )
    return { generations, users, failures: letters }
  }

  function typesOf(
    states: Awaited<ReturnType<typeof ledger.sources>>,
    counts: readonly LedgerCount[],
    user: string,
  ): TypeReport[] {
    return sources.map(({ type, title }) => {
      const count = counts.find(each => each.user === user && each.type === type)
      const state = states.find(each => each.type === type)
      const { documents = 0, chunks = 0, waiting = 0, running = 0, failed = 0 } = count ?? {}
      const { listedAt, why } = state ?? { listedAt: undefined, why: undefined }
      return { type, title, documents, chunks, waiting, running, failed, listedAt, why }
    })
  }

  return {
    report,
    async jobs() {
      const worked = workedOn(await index.generations())
      return sum(worked ? await ledger.counts(worked.id, now()) : [])
    },
    async lag() {
      const worked = workedOn(await index.generations())
      if (worked === undefined) return NO_LAG
      const time = now()
      const backlog = await ledger.backlog(worked.id, time)
      const { jobReadyAt = time, listingDueAt = time, listingsDue: listings, users } = backlog
      return { jobMs: time - jobReadyAt, listingMs: time - listingDueAt, listings, users }
    },
    async status(user) {
      const about = user === undefined ? undefined : await report(user, 0)
      const stats = user === undefined ? undefined : await index.stats(user)
      const mine = about?.users[0]
      const types = mine?.types ?? []
      const jobs = sum(types)
      const listed = types.flatMap(({ listedAt }) => listedAt ?? [])
      const obstacles = types.flatMap(({ title, why }) => (why ? [`${title}: ${why.message}`] : []))
      const why = mine === undefined ? NOT_ALLOWED : mine.why
      return {
        enabled: true,
        activity: jobs.waiting + jobs.running > 0 ? 'syncing' : 'idle',
        documents: stats?.documents ?? 0,
        chunks: stats?.chunks ?? 0,
        vectorBytes: stats?.vectorBytes ?? 0,
        jobs,
        jobsByType: Object.fromEntries(
          types.map(({ type, waiting, running, failed }) => [type, { waiting, running, failed }]),
        ),
        queue,
        syncedAt: listed.length === 0 ? undefined : Math.max(...listed),
        problem: obstacle() ?? why?.message ?? trouble() ?? (obstacles.join('; ') || undefined),
      }
    },
  }
}

/** The generation that is worked on: what it lacks is what is still to be done. */
function workedOn(generations: readonly Generation[]): Generation | undefined {
  return generations.findLast(({ active }) => !active) ?? generations[0]
}

function whyOf(
  { absentSince, pausedUntil = 0, pause }: UserState,
  now: number,
): Reason | undefined {
  if (absentSince !== undefined) return NOT_ALLOWED
  return pausedUntil > now ? pause : undefined
}

function sum(counts: readonly JobCounts[]): JobCounts {
  const total = (of: (counts: JobCounts) => number) =>
    counts.reduce((all, each) => all + of(each), 0)
  return {
    waiting: total(each => each.waiting),
    running: total(each => each.running),
    failed: total(each => each.failed),
  }
}
