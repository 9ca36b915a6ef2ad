/** Document sources as the pipeline uses them: sessions of users, and a sink that keeps what it is told. */
import { z } from 'zod'
import { encodePath } from '../../src/nextcloud/dav/paths.ts'
import { ocs } from '../../src/nextcloud/ocs.ts'
import type { HttpRequest } from '../../src/nextcloud/request.ts'
import { createNextcloud, type Nextcloud, type Session } from '../../src/nextcloud/session.ts'
import type {
  DocumentSource,
  ListedDocument,
  ListingEnd,
  ListingSink,
} from '../../src/search/source.ts'
import { type Backend, startBackend, type TestUser } from './backend.ts'
import { type FaultProxy, startProxy } from './proxy.ts'

/** A Nextcloud behind a proxy that counts and breaks, with sessions on it. */
export interface SourceBench {
  readonly backend: Backend
  readonly proxy: FaultProxy
  readonly alice: Session
  /** The second user. */
  readonly bob: Session
  /** Sessions that are not counted, to prepare things with. */
  readonly direct: { readonly alice: Session; readonly bob: Session }
  /** As `user`, with a signal to end it. */
  open(user: 'alice' | 'bob', signal: AbortSignal): Session
  /** Requests that a piece of work makes, as `METHOD path`. */
  requestsOf(work: () => Promise<unknown>): Promise<string[]>
  close(): Promise<void>
}

/** Starts it; on the real Nextcloud where one is configured. */
export async function startSources(given?: Backend): Promise<SourceBench> {
  const backend = given ?? (await startBackend())
  const proxy = await startProxy(backend.url)
  const counted = createNextcloud({ baseUrl: proxy.url })
  const uncounted = createNextcloud({ baseUrl: backend.url })
  const users = { alice: backend.alice, bob: backend.bob ?? backend.alice }
  return {
    backend,
    proxy,
    alice: openAs(counted, users.alice),
    bob: openAs(counted, users.bob),
    direct: { alice: openAs(uncounted, users.alice), bob: openAs(uncounted, users.bob) },
    open: (user, signal) => openAs(counted, users[user], signal),
    async requestsOf(work) {
      proxy.forget()
      await work()
      return proxy.requests.map(({ method, path }) => `${method} ${path}`)
    },
    async close() {
      await Promise.all([counted.close(), uncounted.close()])
      await proxy.close()
      await backend.close()
    },
  }
}

function openAs(nextcloud: Nextcloud, user: TestUser, signal?: AbortSignal): Session {
  return nextcloud.open({ kind: 'basic', ...user }, signal)
}

/** What a listing told. */
export interface Listing extends ListingEnd {
  /** By id. */
  readonly found: ReadonlyMap<string, ListedDocument>
  readonly unchanged: readonly string[]
  readonly removed: readonly string[]
  /** The most documents that came at once, and the most of them with content. */
  readonly largestBatch: number
}

/** Lists to the end. */
export async function listingOf(
  source: DocumentSource,
  session: Session,
  state?: string,
): Promise<Listing> {
  const found = new Map<string, ListedDocument>()
  const unchanged: string[] = []
  const removed: string[] = []
  let largestBatch = 0
  let isBusy = false
  /** Whoever does not wait for the sink fills the memory. */
  const alone = async (work: () => void) => {
    if (isBusy) throw new Error('the sink was not awaited')
    isBusy = true
    await new Promise(resolve => setImmediate(resolve))
    work()
    isBusy = false
  }
  const sink: ListingSink = {
    found: documents =>
      alone(() => {
        largestBatch = Math.max(largestBatch, documents.length)
        for (const document of documents) found.set(document.id, document)
      }),
    unchanged: ids => alone(() => unchanged.push(...ids)),
    removed: ids => alone(() => removed.push(...ids)),
  }
  const end = await source.list(session, state, sink)
  return { ...end, found, unchanged, removed, largestBatch }
}

/** Shares a file or folder of alice's with bob; gives what withdraws it. */
export async function shareWithBob(
  { direct, backend }: SourceBench,
  path: string,
): Promise<() => Promise<void>> {
  const shares = '/apps/files_sharing/api/v1/shares'
  const { id } = await ocs(direct.alice, z.object({ id: z.coerce.string() }), {
    method: 'POST',
    path: shares,
    json: { path, shareType: 0, shareWith: backend.bob?.loginName, permissions: 1 },
  })
  return async () => {
    await ocs(direct.alice, z.unknown(), { method: 'DELETE', path: `${shares}/${id}` })
  }
}

/** WebDAV as a user, past everything that is tested. */
export function filesOf(session: Session, { loginName }: TestUser) {
  const at = (path: string) =>
    `/remote.php/dav/files/${encodeURIComponent(loginName)}${encodePath(path.split('/').filter(Boolean))}`
  const send = (method: string, path: string, more: Partial<HttpRequest> = {}) =>
    session.send({ method, path: at(path), ...more })
  return {
    put: (path: string, body: string | Uint8Array) => send('PUT', path, { body }),
    makeFolder: (path: string) => send('MKCOL', path),
    move: (from: string, to: string) =>
      send('MOVE', from, { headers: { destination: session.basePath + at(to) } }),
    remove: (path: string) => send('DELETE', path, { expect: [204, 404] }),
  }
}
