/** Wires search by meaning: the index, what makes its vectors, and what keeps it up to date. */
import type { BackgroundAccess } from '../access/background.ts'
import type { Config, SearchConfig } from '../config/config.ts'
import { parseScope } from '../identity/scopes.ts'
import type { CallerUser } from '../mcp/tool.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import { createChunker } from '../search/chunk/chunker.ts'
import { withQueryCache } from '../search/embed/cache.ts'
import { createEmbedder } from '../search/embed/create.ts'
import type { Embedder } from '../search/embed/embedder.ts'
import type { SearchIndex } from '../search/index/search-index.ts'
import type { Ledger } from '../search/ledger/ledger.ts'
import { createQdrantIndex } from '../search/qdrant/qdrant-index.ts'
import { restingReranker } from '../search/query/rerank.ts'
import { rerankEndpoint } from '../search/query/rerank-endpoint.ts'
import { createSearch, type Search } from '../search/query/search.ts'
import type { DocumentSource } from '../search/source.ts'
import {
  type SearchDatabase,
  type SearchServices,
  searchDatabase,
} from '../search/sqlite/client.ts'
import { sqliteIndex } from '../search/sqlite/index.ts'
import type { SyncAccess, SyncSettings } from '../search/sync/context.ts'
import { type SyncStatuses, syncStatuses } from '../search/sync/status.ts'
import { createSync, type Sync } from '../search/sync/sync.ts'
import type { Activity } from './activity.ts'
import { wireLedger } from './ledger.ts'
import {
  indexLevels,
  observeCache,
  observedSearch,
  observeEmbedding,
  observeSync,
  told,
  tracedEmbedder,
} from './observers.ts'
import type { Telemetry } from './telemetry.ts'

/** What it is wired with. */
export interface SearchOptions {
  readonly config: Config
  readonly search: SearchConfig
  readonly nextcloud: Nextcloud
  /** Access while users are away; undefined: switched off, or there is none. */
  readonly background: () => BackgroundAccess | undefined
  readonly sources: readonly DocumentSource[]
  readonly activity: Activity
  readonly telemetry: Omit<Telemetry, 'requests'>
  /** In place of the configured one; for tests. */
  readonly embedder?: Embedder | undefined
}

/** Search by meaning, wired; nothing is indexed before {@link Sync.start}. */
export interface SearchWiring {
  readonly index: SearchIndex
  readonly ledger: Ledger
  readonly embedder: Embedder
  readonly sources: readonly DocumentSource[]
  readonly sync: Sync
  readonly status: SyncStatuses
  readonly search: Search
  /** Users while they are away, and on the pages. */
  readonly access: SyncAccess
  /** Milliseconds since 1970, by the clock that the ledger goes by. */
  now(): number
  /** A caller's partition of the index; undefined: nobody indexes what is theirs. */
  userOf(user: CallerUser | undefined): Promise<string | undefined>
  /** Ends the sync, then what it stands on. */
  close(): Promise<void>
}

const LEASE_MS = 30_000
const MAX_ATTEMPTS = 5
/** Least time between listings that confirm each other. */
const CONFIRM_MS = 10 * 60_000
/** How long indexing lets calls go first at each step; it goes on however many there are. */
const CALM_MS = 100

/** Opens nothing yet: index, model and listings begin when they are asked for. */
export function wireSearch(options: SearchOptions): SearchWiring {
  const { search, sources, activity, telemetry } = options
  const { log, meter } = telemetry
  const { intervalMs, usersEveryMs, graceMs, batchSize, workers, chunk, path } = search.sync
  const embedder = withQueryCache(
    tracedEmbedder(
      options.embedder ?? createEmbedder(search.embedding, observeEmbedding(meter)),
      telemetry,
    ),
    observeCache(meter),
  )
  const database = searchDatabase({ path })
  const index = indexOf(search.sync, database)
  const { ledger, queue, now, close } = wireLedger(
    options.config.storage,
    index,
    database.writing.ledger,
    meter,
  )
  const settings: SyncSettings = {
    intervalMs,
    usersEveryMs,
    graceMs,
    confirmMs: Math.min(CONFIRM_MS, intervalMs),
    batchSize,
    workers,
    leaseMs: LEASE_MS,
    maxAttempts: MAX_ATTEMPTS,
  }
  const access = accessOf(options)
  const sync = createSync({
    ledger,
    index,
    embedder,
    chunker: createChunker(chunk),
    sources,
    access,
    settings,
    hooks: observeSync(telemetry),
    calm: () => activity.settled(CALM_MS),
    now,
  })
  const { fusion, rerank } = search.query
  const report = (error: unknown) => log.warn({ error: told(error) }, 'searching has trouble')
  const reranker = rerank && rerankEndpoint(rerank)
  const status = syncStatuses({
    ledger,
    index,
    sources,
    trouble: sync.trouble,
    obstacle: () => obstacleOf(options),
    queue,
    now,
  })
  meter?.follow(() => indexLevels(index, status))
  const find = createSearch({
    index,
    embedder,
    sources,
    status,
    fusion,
    reranker: reranker && restingReranker(reranker, { report }),
    onGone: ledger.evicted,
    report,
  })
  return {
    search: observedSearch(find, telemetry),
    index,
    ledger,
    embedder,
    sources,
    sync,
    status,
    access,
    now,
    async userOf(user) {
      const { deployment } = options.config
      if (deployment.mode === 'single_user_basic') return deployment.loginName
      return user === undefined || options.background() === undefined ? undefined : user.userId
    },
    async close() {
      await sync.stop()
      await close()
      await index.close()
      await database.close()
      await reranker?.close()
      await embedder.close()
    },
  }
}

/** Where the passages are: in the search database, or in Qdrant. */
function indexOf(
  { qdrant }: SearchConfig['sync'],
  database: SearchDatabase<SearchServices>,
): SearchIndex {
  return qdrant === undefined ? sqliteIndex(database) : createQdrantIndex(qdrant)
}

/** Whom to work for: whoever allowed it, or the one user there is. */
function accessOf({ config, nextcloud, background }: SearchOptions): SyncAccess {
  const { deployment } = config
  if (deployment.mode === 'single_user_basic') {
    const { loginName, password } = deployment
    return {
      users: async () => [loginName],
      open: async (_, signal) => nextcloud.open({ kind: 'basic', loginName, password }, signal),
      scopes: async () => undefined,
    }
  }
  return {
    users: async () => (await background()?.users()) ?? [],
    async open(user, signal) {
      const granted = background()
      if (granted === undefined) throw new Error('nobody can have allowed background work')
      return nextcloud.open(await granted.credentialFor(user, { signal }), signal)
    },
    async scopes(user) {
      const status = await background()?.status(user)
      if (status?.scopes === undefined) return undefined
      return new Set(status.scopes.flatMap(scope => parseScope(scope) ?? []))
    },
  }
}

/** Why nobody can be indexed in this deployment, for whoever asks how far it is. */
function obstacleOf({ config, background }: SearchOptions): string | undefined {
  const { mode } = config.deployment
  if (mode === 'single_user_basic' || background() !== undefined) return undefined
  return mode === 'multi_user_basic'
    ? 'Nothing is indexed: in multi_user_basic nobody can work for users who are away.'
    : 'Nothing is indexed: an administrator must set ENABLE_OFFLINE_ACCESS=true.'
}
