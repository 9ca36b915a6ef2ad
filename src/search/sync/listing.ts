/** Lists what is due of one user. The failure of one app never keeps another from being listed. */
import { enabledApps } from '../../nextcloud/capabilities.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Reason, SourceKey } from '../ledger/ledger.ts'
import type { DocumentSource } from '../source.ts'
import { backoff } from './backoff.ts'
import type { SyncContext } from './context.ts'
import { failureInNextcloud } from './failures.ts'
import { keeping } from './lease.ts'
import { pauseAfter, pauseUser } from './pause.ts'

/** Lists a user's sources that are due, unless another process is at it. */
export async function listUser(
  context: SyncContext,
  generation: number,
  user: string,
): Promise<void> {
  const { ledger, owner, settings, now } = context
  const hold = () => ledger.hold(user, owner, now(), settings.leaseMs)
  if (!(await hold())) return
  const lost = new AbortController()
  const renew = async () => (await hold()) || lost.abort()
  try {
    const signal = AbortSignal.any([context.signal, lost.signal])
    await keeping(settings.leaseMs, renew, () => listDue(context, generation, user, signal))
  } finally {
    await ledger.release(user, owner)
  }
}

async function listDue(
  context: SyncContext,
  generation: number,
  user: string,
  signal: AbortSignal,
): Promise<void> {
  const { ledger, access, sources, now } = context
  const states = await ledger.sources(generation, user)
  const due = states.filter(({ dueAt }) => dueAt <= now())
  let session: Session
  let granted: Awaited<ReturnType<typeof access.scopes>>
  let apps: Awaited<ReturnType<typeof enabledApps>>
  try {
    session = await access.open(user, signal)
    granted = await access.scopes(user)
    apps = await enabledApps(session)
  } catch (error) {
    await pauseAfter(context, user, error)
    return
  }
  await ledger.resume(user)
  for (const { type, failures } of due) {
    const source = sources.find(each => each.type === type)
    const key = { generation, user, type }
    if (signal.aborted) return
    const obstacle = source === undefined ? NO_SOURCE : obstacleTo(source, granted, apps)
    if (source === undefined || obstacle !== undefined) {
      await ledger.fail(key, obstacle ?? NO_SOURCE, now() + spread(context), true)
    } else if (!(await listSource(context, key, source, session, failures))) {
      return
    }
  }
}

/** What another version of this server, or another configuration, had. */
const NO_SOURCE: Reason = { code: 'NO_SOURCE', message: 'Not indexed any more' }

/** Why there is nothing to list, until somebody changes that. */
function obstacleTo(
  { scope, requires, title }: DocumentSource,
  granted: ReadonlySet<string> | undefined,
  apps: ReadonlySet<string> | undefined,
): Reason | undefined {
  if (granted !== undefined && !granted.has(scope)) {
    return { code: 'NO_SCOPE', message: `Background work was not allowed ${scope}` }
  }
  if (requires !== undefined && apps !== undefined && !apps.has(requires)) {
    return { code: 'NO_APP', message: `This Nextcloud has no ${title}` }
  }
  return undefined
}

/** @returns whether to go on with this user */
async function listSource(
  context: SyncContext,
  key: SourceKey,
  source: DocumentSource,
  session: Session,
  failures: number,
): Promise<boolean> {
  const { ledger, settings, hooks, now, calm } = context
  const { state, serial } = await ledger.begin(key, now())
  const begun = performance.now()
  let found = 0
  try {
    const list = () =>
      source.list(session, state, {
        async found(documents) {
          found += await ledger.found(key, serial, documents, now())
          await calm()
        },
        unchanged: ids => ledger.unchanged(key, serial, ids, now()),
        removed: ids => ledger.removed(key, serial, ids, now()),
      })
    const end = await (hooks.around?.({ kind: 'list', type: key.type }, list) ?? list())
    const { graceMs, confirmMs } = settings
    const nextAt = now() + spread(context)
    const outcome = await ledger.end(key, serial, end, { graceMs, confirmMs, now: now(), nextAt })
    if (outcome.doubt) hooks.onTrouble?.(`${source.title} of ${key.user}`, outcome.doubt)
    hooks.onListed?.(key.user, key.type, found, performance.now() - begun)
    return true
  } catch (error) {
    if (session.signal?.aborted) return false
    const failure = await failureInNextcloud(error, session)
    hooks.onFailed?.(key.user, key.type, failure.reason.code)
    if (failure.reason.code === 'INTERNAL') hooks.onTrouble?.(`${source.title}: listing`, error)
    const wait = backoff('user', failures + 1, context.random)
    await ledger.fail(key, failure.reason, now() + wait, false)
    if (failure.whose !== 'user') return true
    await pauseUser(context, key.user, failure, failures + 1)
    return false
  }
}

/** The time to the next listing; not all in the same moment. */
function spread({ settings, random }: SyncContext): number {
  return Math.round(settings.intervalMs * (0.95 + random() * 0.1))
}
