/** Works through jobs: reads, cuts, embeds and stores, a bounded number of characters at a time. */
import type { Session } from '../../nextcloud/session.ts'
import type { Job, Reason } from '../ledger/ledger.ts'
import { backoff } from './backoff.ts'
import type { SyncContext } from './context.ts'
import { type Failure, failureInNextcloud } from './failures.ts'
import { keeping } from './lease.ts'
import { pauseAfter, pauseUser } from './pause.ts'
import { type Prepared, prepare } from './prepare.ts'
import { storeAll } from './store.ts'

/** Documents that are read at a time. */
const READ_AT_ONCE = 4
/** Text in memory before it is embedded, the largest document aside. */
const MOST_CHARACTERS = 500_000

/** What a batch came to. */
export interface BatchOutcome {
  readonly taken: number
  /** Why everybody must wait; undefined: nothing. */
  readonly stop: Failure | undefined
}

/** Takes jobs that are ready and does them. */
export async function workOnBatch(context: SyncContext, generation: number): Promise<BatchOutcome> {
  const { ledger, settings, owner, hooks, now } = context
  const { leaseMs, batchSize: limit, maxAttempts } = settings
  const jobs = await ledger.claim({ generation, owner, now: now(), leaseMs, limit, maxAttempts })
  if (jobs.length === 0) return { taken: 0, stop: undefined }
  const open = new Map(jobs.map(job => [job.job, job]))
  const renew = () => ledger.extend([...open.keys()], owner, now() + leaseMs)
  const run = () => work(context, generation, open)
  const stop = await keeping(leaseMs, renew, () => hooks.around?.({ kind: 'index' }, run) ?? run())
  // What was not come to is somebody else's, or this process's next time.
  await ledger.giveBack([...open.keys()], owner, now())
  return { taken: jobs.length, stop }
}

async function work(
  context: SyncContext,
  generation: number,
  open: Map<number, Job>,
): Promise<Failure | undefined> {
  const jobs = [...open.values()]
  await takeOut(
    context,
    jobs.filter(({ kind }) => kind === 'remove'),
    open,
  )
  const reading = createReading(context, open)
  const waiting: Prepared[] = []
  const toIndex = jobs.filter(({ kind }) => kind === 'index')
  for (let at = 0; at < toIndex.length; at += READ_AT_ONCE) {
    if (context.signal.aborted) return undefined
    await context.calm()
    const read = await Promise.all(toIndex.slice(at, at + READ_AT_ONCE).map(reading))
    waiting.push(...read.filter(each => each !== undefined))
    const characters = waiting.flatMap(({ passages }) => passages.map(({ text }) => text.length))
    const isLast = at + READ_AT_ONCE >= toIndex.length
    if (!isLast && characters.reduce((sum, length) => sum + length, 0) < MOST_CHARACTERS) continue
    const stop = await storePrepared(context, generation, waiting.splice(0), open)
    if (stop !== undefined || context.signal.aborted) return stop
  }
  return undefined
}

async function storePrepared(
  context: SyncContext,
  generation: number,
  prepared: readonly Prepared[],
  open: Map<number, Job>,
): Promise<Failure | undefined> {
  const { ledger, owner, hooks, now } = context
  const begun = performance.now()
  let [documents, chunks] = [0, 0]
  try {
    return await storeAll(
      context,
      generation,
      prepared,
      async ({ job, hash, document }, stored) => {
        open.delete(job.job)
        if (stored.kind === 'failed') {
          await noteFailure(context, job, stored.failure, document.path ?? document.title, hash)
          return
        }
        documents++
        chunks += stored.chunks
        const { title } = document
        const indexed = { etag: job.etag, hash, chunks: stored.chunks, title }
        const end = await ledger.indexed(job, owner, indexed, now())
        if (end === 'gone') await context.index.remove(job.user, [job])
      },
    )
  } catch (error) {
    if (context.signal.aborted) return undefined
    throw error
  } finally {
    if (documents > 0) hooks.onIndexed?.(documents, chunks, performance.now() - begun)
  }
}

/** Takes documents out of the index, then out of the ledger: twice is no harm, never would be. */
async function takeOut(
  { index, ledger, owner, now }: SyncContext,
  jobs: readonly Job[],
  open: Map<number, Job>,
): Promise<void> {
  for (const user of new Set(jobs.map(job => job.user))) {
    const ofUser = jobs.filter(job => job.user === user)
    await index.remove(
      user,
      ofUser.map(({ type, id }) => ({ type, id })),
    )
    for (const job of ofUser) {
      await ledger.taken(job, owner, now())
      open.delete(job.job)
    }
  }
}

/** Reads documents; what fails is noted, and the rest of a user whose access fails is left. */
function createReading(context: SyncContext, open: Map<number, Job>) {
  const { access, ledger, index, owner, signal, now } = context
  const sessions = new Map<string, Promise<Session>>()
  const waiting = new Set<string>()
  const sessionOf = (user: string) => {
    const known = sessions.get(user)
    if (known !== undefined) return known
    const opening = access.open(user, signal)
    sessions.set(user, opening)
    return opening
  }

  return async (job: Job): Promise<Prepared | undefined> => {
    if (waiting.has(job.user)) return undefined
    let session: Session | undefined
    try {
      session = await sessionOf(job.user)
      const result = await prepare(context, job, session)
      if (result.kind === 'ready' && result.prepared.passages.length > 0) return result.prepared
      open.delete(job.job)
      if (result.kind === 'same') await ledger.same(job, owner, now())
      else if (result.kind === 'dead') {
        const reason = job.lastReason ?? { code: 'FAILED', message: 'It failed before' }
        await bury(context, job, { ...result, reason })
      } else {
        if (job.knownHash !== undefined) await index.remove(job.user, [job])
        const nothing = { etag: job.etag, hash: '', chunks: 0, title: '' }
        await ledger.indexed(job, owner, nothing, now())
      }
    } catch (error) {
      if (signal.aborted) return undefined
      if (session === undefined) {
        if (!waiting.has(job.user)) await pauseAfter(context, job.user, error)
        waiting.add(job.user)
        return undefined
      }
      const failure = await failureInNextcloud(error, session)
      if (failure.reason.code === 'INTERNAL')
        context.hooks.onTrouble?.(`reading ${job.type}`, error)
      if (failure.whose === 'user') {
        waiting.add(job.user)
        await pauseUser(context, job.user, failure, job.attempts)
        return undefined
      }
      open.delete(job.job)
      await noteFailure(context, job, failure, undefined, undefined)
    }
    return undefined
  }
}

/** Has a job tried again later, or not until the document changes. */
async function noteFailure(
  context: SyncContext,
  job: Job,
  failure: Failure,
  name: string | undefined,
  hash: string | undefined,
): Promise<void> {
  const { ledger, owner, settings, hooks, random, now } = context
  const { reason } = failure
  const isPermanent = failure.whose === 'document' && failure.permanent
  if (!isPermanent && job.attempts < settings.maxAttempts) {
    await ledger.retry(job, owner, now() + backoff('document', job.attempts, random), reason)
    hooks.onRetried?.(job.type, reason.code)
    return
  }
  const known = name ?? (failure.whose === 'document' ? failure.name : undefined) ?? job.id
  await bury(context, job, { reason, name: known, hash })
}

/** Gives a document up, as long as it stays what it is. */
async function bury(
  { ledger, index, owner, hooks, now }: SyncContext,
  job: Job,
  { reason, name, hash }: { reason: Reason; name: string; hash: string | undefined },
): Promise<void> {
  hooks.onFailed?.(job.user, job.type, reason.code)
  // What the index has of it is no longer what it says.
  if (job.knownHash !== undefined) await index.remove(job.user, [job])
  await ledger.bury(job, owner, { reason, name, ...(hash === undefined ? {} : { hash }) }, now())
}
