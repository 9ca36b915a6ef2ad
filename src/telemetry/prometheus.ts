/** The meter that Prometheus reads; loaded only where metrics are served. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { createInstruments, type Instruments } from './instruments.ts'
import type { IndexLevels, Meter, MetricsPage, Outcome } from './meter.ts'

/** What it is made with. */
export interface PrometheusOptions {
  readonly version: string
  /** Told when the state of the index cannot be read; the other metrics are served all the same. */
  readonly onError: (error: unknown) => void
}

/** Longest that whoever asks waits for the state of the index. */
const LEVELS_WITHIN_MS = 2_000

const VALIDATION = { success: 'valid', refused: 'invalid', error: 'error' } as const
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A meter with a registry of its own. */
export function createPrometheus(options: PrometheusOptions): {
  readonly meter: Meter
  readonly page: MetricsPage
} {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const instruments = createInstruments(registry)
  instruments.buildInfo.set({ version: options.version }, 1)
  let read: (() => Promise<IndexLevels>) | undefined
  return {
    meter: {
      ...callMeter(instruments),
      ...tokenMeter(instruments),
      ...embeddingMeter(instruments),
      ...syncMeter(instruments),
      follow: levels => {
        read = levels
      },
    },
    page: {
      contentType: registry.contentType,
      async text() {
        if (read !== undefined) {
          await within(read(), LEVELS_WITHIN_MS)
            .then(levels => setLevels(instruments, levels))
            .catch(options.onError)
        }
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
      // Whoever calls may write anything there.
      const method = METHODS.has(asked) ? asked : 'other'
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
}: Instruments): Pick<Meter, 'listed' | 'indexed' | 'indexingFailed' | 'search'> {
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
    search(mode) {
      const seconds = stopwatch()
      return code => {
        searches.inc({ mode, status: code === undefined ? 'success' : 'error' })
        searchSeconds.observe({ mode }, seconds())
      }
    },
  }
}

function setLevels(instruments: Instruments, levels: IndexLevels): void {
  const { jobs, queueSize, deadLetters, documents, chunks, vectorBytes } = instruments
  const { waiting = 0, running = 0, failed = 0 } = levels.jobs
  queueSize.set(waiting + running)
  deadLetters.set(failed)
  for (const [state, count] of Object.entries(levels.jobs)) jobs.set({ state }, count)
  // Types of which nothing is left would otherwise stand there as they were.
  documents.reset()
  for (const [type, count = 0] of Object.entries(levels.documents)) documents.set({ type }, count)
  chunks.set(levels.chunks)
  vectorBytes.set(levels.vectorBytes)
}

/** @returns gives the seconds since */
function stopwatch(): () => number {
  const started = performance.now()
  return () => (performance.now() - started) / 1_000
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${ms} ms`))
    const timer = setTimeout(late, ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
