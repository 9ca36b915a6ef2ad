/** The meter that Prometheus reads; loaded only where metrics are served. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { knownMethod } from './http-method.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { createLevels } from './levels.ts'
import type { Meter, MetricsPage, Outcome } from './meter.ts'

/** What it is made with. */
export interface PrometheusOptions {
  readonly version: string
  /** What this process does: `all`, `api` or `worker`. */
  readonly role: string
  /** Told when the state of the index cannot be read; the other metrics are served all the same. */
  readonly onError: (error: unknown) => void
}

const VALIDATION = { success: 'valid', refused: 'invalid', error: 'error' } as const

/** A meter with a registry of its own. */
export function createPrometheus(options: PrometheusOptions): {
  readonly meter: Meter
  readonly page: MetricsPage
} {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const instruments = createInstruments(registry)
  const { version, role, onError } = options
  instruments.buildInfo.set({ version, role }, 1)
  const levels = createLevels(instruments, onError)
  return {
    meter: {
      ...callMeter(instruments),
      ...tokenMeter(instruments),
      ...embeddingMeter(instruments),
      ...syncMeter(instruments),
      follow: levels.follow,
      followConnections: levels.followConnections,
    },
    page: {
      contentType: registry.contentType,
      async text() {
        await levels.refresh()
        return registry.metrics()
      },
    },
  }
}

function callMeter({
  requests,
  requestSeconds,
  requestsInProgress,
  toolCalls,
  toolSeconds,
  toolErrors,
  resourceReads,
  resourceSeconds,
  callsInProgress,
  nextcloudRequests,
  nextcloudSeconds,
  nextcloudRetries,
}: Instruments): Pick<Meter, 'request' | 'call' | 'nextcloudRequest' | 'nextcloudRetry'> {
  return {
    request({ method: asked, endpoint }) {
      const method = knownMethod(asked)
      const seconds = stopwatch()
      requestsInProgress.inc({ method, endpoint })
      return status => {
        requestsInProgress.dec({ method, endpoint })
        requests.inc({ method, endpoint, status_code: status })
        requestSeconds.observe({ method, endpoint }, seconds())
      }
    },
    call({ kind, name }) {
      const seconds = stopwatch()
      callsInProgress.inc({ kind })
      return code => {
        callsInProgress.dec({ kind })
        const status = code === undefined ? 'success' : 'error'
        if (kind === 'resource') {
          resourceReads.inc({ resource_uri: name, status })
          resourceSeconds.observe({ resource_uri: name }, seconds())
          return
        }
        toolCalls.inc({ tool_name: name, status })
        toolSeconds.observe({ tool_name: name }, seconds())
        if (code !== undefined) toolErrors.inc({ tool_name: name, error_type: code })
      }
    },
    nextcloudRequest({ app, method }) {
      const seconds = stopwatch()
      return status => {
        nextcloudRequests.inc({ app, method, status_code: status ?? 'none' })
        nextcloudSeconds.observe({ app, method }, seconds())
      }
    },
    nextcloudRetry: (app, reason) => nextcloudRetries.inc({ app, reason }),
  }
}

function tokenMeter({
  tokenChecks,
  tokenLookups,
  tokenExchanges,
  tokenRefreshes,
}: Instruments): Pick<Meter, 'tokenCheck' | 'tokenLookup' | 'tokenExchange' | 'tokenRefresh'> {
  return {
    tokenCheck: (method, outcome) => tokenChecks.inc({ method, result: VALIDATION[outcome] }),
    tokenLookup: hit => tokenLookups.inc({ hit: String(hit) }),
    tokenExchange: (outcome: Outcome) => tokenExchanges.inc({ result: outcome }),
    tokenRefresh: (outcome: Outcome) => tokenRefreshes.inc({ result: outcome }),
  }
}

function embeddingMeter({
  embeddingSeconds,
  embeddingRequests,
  embeddedTexts,
  embeddedCharacters,
  embeddingBatch,
  embeddingErrors,
  queryVectorLookups,
}: Instruments): Pick<Meter, 'embedded' | 'embeddingFailed' | 'queryVectorLookup'> {
  return {
    embedded({ tier, texts, characters, ms }) {
      const labels = { kind: 'dense', provider: tier }
      embeddingRequests.inc({ ...labels, status: 'success' })
      embeddingSeconds.observe({ ...labels, status: 'success' }, ms / 1_000)
      embeddedTexts.inc(labels, texts)
      embeddedCharacters.inc(labels, characters)
      embeddingBatch.observe({ provider: tier }, texts)
    },
    embeddingFailed({ tier, code, retried }) {
      embeddingErrors.inc({ provider: tier, code, retried: String(retried) })
      if (!retried) embeddingRequests.inc({ kind: 'dense', provider: tier, status: 'error' })
    },
    queryVectorLookup: hit => queryVectorLookups.inc({ hit: String(hit) }),
  }
}

function syncMeter({
  scanned,
  processed,
  indexedChunks,
  syncErrors,
  batchSeconds,
  listingSeconds,
  searches,
  searchSeconds,
  indexingRetries,
}: Instruments): Pick<
  Meter,
  'listed' | 'indexed' | 'indexingFailed' | 'indexingRetried' | 'search'
> {
  return {
    listed(type, found, ms) {
      scanned.inc(found)
      listingSeconds.observe({ type }, ms / 1_000)
    },
    indexed(documents, chunks, ms) {
      processed.inc({ status: 'success' }, documents)
      indexedChunks.inc(chunks)
      batchSeconds.observe(ms / 1_000)
    },
    indexingFailed(type, code) {
      processed.inc({ status: 'error' })
      syncErrors.inc({ type, code })
    },
    indexingRetried: (type, code) => indexingRetries.inc({ type, code }),
    search(mode) {
      const seconds = stopwatch()
      return code => {
        searches.inc({ mode, status: code === undefined ? 'success' : 'error' })
        searchSeconds.observe({ mode }, seconds())
      }
    },
  }
}

/** @returns gives the seconds since */
function stopwatch(): () => number {
  const started = performance.now()
  return () => (performance.now() - started) / 1_000
}
