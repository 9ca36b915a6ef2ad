/** Passes on to the log, the meter and the traces what the rooms tell of their work. */
import { isCodedError } from '../nextcloud/errors.ts'
import type { RequestObserver } from '../nextcloud/observed.ts'
import { isProviderError } from '../oidc/errors.ts'
import type { PoolLimits } from '../postgres/pool.ts'
import type { CacheHooks } from '../search/embed/cache.ts'
import { type Embedder, EmbeddingError, type EmbeddingHooks } from '../search/embed/embedder.ts'
import type { SearchIndex } from '../search/index/search-index.ts'
import type { Search } from '../search/query/search.ts'
import type { SyncHooks } from '../search/sync/context.ts'
import type { SyncStatuses } from '../search/sync/status.ts'
import type { IndexLevels, Meter, Outcome } from '../telemetry/meter.ts'
import type { Telemetry } from './telemetry.ts'

type Measuring = Pick<Telemetry, 'meter' | 'tracing'>

/** The code of a failure, of those that there are. */
export function codeOf(error: unknown): string {
  return isCodedError(error) || error instanceof EmbeddingError ? error.code : 'INTERNAL'
}

/** Follows requests to Nextcloud; undefined where nobody wants to know. */
export function observeNextcloud({ meter, tracing }: Measuring): RequestObserver | undefined {
  if (meter === undefined && tracing === undefined) return undefined
  return {
    async around(request, send) {
      const ended = meter?.nextcloudRequest(request)
      let status: number | undefined
      const attempt = async (headers: Readonly<Record<string, string>>) => {
        const reply = await send(headers)
        status = reply.status
        return reply
      }
      try {
        if (tracing === undefined) return await attempt({})
        const { app, method } = request
        const attributes = { 'nextcloud.app': app, 'http.request.method': method }
        const name = `nextcloud ${app} ${method}`
        return await tracing.span({ name, kind: 'client', attributes }, async span => {
          const reply = await attempt(span.headers)
          span.attribute('http.response.status_code', reply.status)
          if (reply.status >= 400) span.failed(String(reply.status))
          return reply
        })
      } finally {
        ended?.(status)
      }
    },
    retried: ({ app }, reason) => meter?.nextcloudRetry(app, reason),
  }
}

/** What makes vectors, as it is counted. */
export function observeEmbedding(meter: Meter | undefined): EmbeddingHooks {
  return meter === undefined ? {} : { onBatch: meter.embedded, onError: meter.embeddingFailed }
}

/** What remembers vectors, as it is counted. */
export function observeCache(meter: Meter | undefined): CacheHooks {
  return meter === undefined ? {} : { onLookup: ({ hit }) => meter.queryVectorLookup(hit) }
}

/** What keeps the index up to date, as it is logged, counted and traced. */
export function observeSync({ log, meter, tracing }: Omit<Telemetry, 'requests'>): SyncHooks {
  return {
    ...(tracing && {
      around: (step, work) => {
        const name = step.kind === 'list' ? `list ${step.type}` : 'index documents'
        return tracing.span({ name, kind: 'internal' }, work)
      },
    }),
    onRetried: (type, code) => meter?.indexingRetried(type, code),
    onTrouble(where, error) {
      log.warn({ where, error: told(error) }, 'indexing has trouble')
    },
    onListed(user, type, found, ms) {
      log.debug({ user, type, found, ms: Math.round(ms) }, 'listed')
      meter?.listed(type, found, ms)
    },
    onIndexed(documents, chunks, ms) {
      log.debug({ documents, chunks, ms: Math.round(ms) }, 'indexed')
      meter?.indexed(documents, chunks, ms)
    },
    onFailed(user, type, code) {
      log.info({ user, type, code }, 'could not be indexed')
      meter?.indexingFailed(type, code)
    },
  }
}

/** An error as the log tells it. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error)
}

/** The same search, counted and traced. */
export function observedSearch(search: Search, { meter, tracing }: Measuring): Search {
  return async (asker, request) => {
    const { mode } = request
    const ended = meter?.search(mode)
    const find = () => search(asker, request)
    try {
      const result = await (tracing?.span({ name: `search ${mode}`, kind: 'internal' }, find) ??
        find())
      ended?.(undefined)
      return result
    } catch (error) {
      ended?.(codeOf(error))
      throw error
    }
  }
}

/** The same embedder, traced. */
export function tracedEmbedder(embedder: Embedder, { tracing }: Measuring): Embedder {
  if (tracing === undefined) return embedder
  return {
    ...embedder,
    embed: (texts, options) =>
      tracing.span(
        {
          name: `embed ${options.kind}`,
          kind: 'client',
          attributes: { 'embedding.texts': texts.length },
        },
        () => embedder.embed(texts, options),
      ),
  }
}

/** How the index of everybody stands. */
export async function indexLevels(
  index: Pick<SearchIndex, 'stats'>,
  status: Pick<SyncStatuses, 'jobs' | 'lag'>,
): Promise<IndexLevels> {
  const [{ documentsByType: documents, chunks, vectorBytes }, jobs, lag] = await Promise.all([
    index.stats(),
    status.jobs(),
    status.lag(),
  ])
  const { jobMs: oldestJobMs, listingMs: listingLagMs, listings: listingsDue, users } = lag
  return {
    jobs: { ...jobs },
    documents,
    chunks,
    vectorBytes,
    oldestJobMs,
    listingsDue,
    listingLagMs,
    users,
  }
}

/** Follows the connections of a pool. @param pool what they are for */
export function observePool(
  { followConnections }: Meter,
  pool: 'storage' | 'search',
): NonNullable<PoolLimits['onOpen']> {
  return usage => followConnections(pool, usage)
}

/** The same request to the identity provider, its outcome told. */
export async function tellingOutcome<T>(
  request: () => Promise<T>,
  tell: ((outcome: Outcome) => void) | undefined,
): Promise<T> {
  try {
    const answer = await request()
    tell?.('success')
    return answer
  } catch (error) {
    tell?.(isProviderError(error, 'REFUSED') ? 'refused' : 'error')
    throw error
  }
}
