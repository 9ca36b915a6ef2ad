/**
 * Every metric there is. Names and labels are those of the Python server where they mean the same;
 * docs/metrics.md tells them, deploy/grafana/dashboard.json shows them.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds; from what a cache answers in to what people give up on. */
const CALL_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const REQUEST_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const BATCH_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Makes all of them in a registry. */
export function createInstruments(registry: Registry) {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers })
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: readonly number[],
  ) =>
    new Histogram<L>({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers })

  return {
    buildInfo: gauge('mcp_build_info', 'Version and role of this server; always 1.', [
      'version',
      'role',
    ]),
    requests: counter('mcp_http_requests_total', 'HTTP requests answered.', [
      'method',
      'endpoint',
      'status_code',
    ]),
    requestSeconds: histogram(
      'mcp_http_request_duration_seconds',
      'Time until the answer to an HTTP request began.',
      ['method', 'endpoint'],
      REQUEST_BUCKETS,
    ),
    requestsInProgress: gauge('mcp_http_requests_in_progress', 'HTTP requests being answered.', [
      'method',
      'endpoint',
    ]),
    toolCalls: counter('mcp_tool_calls_total', 'Tool calls; status: success or error.', [
      'tool_name',
      'status',
    ]),
    toolSeconds: histogram(
      'mcp_tool_duration_seconds',
      'Duration of tool calls.',
      ['tool_name'],
      CALL_BUCKETS,
    ),
    toolErrors: counter('mcp_tool_errors_total', 'Failed tool calls by error code.', [
      'tool_name',
      'error_type',
    ]),
    resourceReads: counter('mcp_resource_requests_total', 'Resource reads; success or error.', [
      'resource_uri',
      'status',
    ]),
    resourceSeconds: histogram(
      'mcp_resource_duration_seconds',
      'Duration of resource reads.',
      ['resource_uri'],
      CALL_BUCKETS,
    ),
    callsInProgress: gauge('mcp_calls_in_progress', 'Tool calls and resource reads that run.', [
      'kind',
    ]),
    nextcloudRequests: counter(
      'mcp_nextcloud_api_requests_total',
      'Requests to Nextcloud, each try by itself; status_code none: no answer.',
      ['app', 'method', 'status_code'],
    ),
    nextcloudSeconds: histogram(
      'mcp_nextcloud_api_duration_seconds',
      'Duration of requests to Nextcloud.',
      ['app', 'method'],
      REQUEST_BUCKETS,
    ),
    nextcloudRetries: counter(
      'mcp_nextcloud_api_retries_total',
      'Requests to Nextcloud sent again, by status or connection_error.',
      ['app', 'reason'],
    ),
    tokenChecks: counter(
      'mcp_oauth_token_validations_total',
      'Access tokens checked; method: jwt or introspect; result: valid, invalid or error.',
      ['method', 'result'],
    ),
    tokenLookups: counter(
      'mcp_oauth_token_cache_hits_total',
      'Access tokens looked for among those checked before.',
      ['hit'],
    ),
    tokenExchanges: counter(
      'mcp_oauth_token_exchanges_total',
      'Tokens for Nextcloud asked for in exchange; result: success, refused or error.',
      ['result'],
    ),
    tokenRefreshes: counter(
      'mcp_oauth_token_refreshes_total',
      'Refreshes for users who are away; result: success, refused or error.',
      ['result'],
    ),
    embeddingSeconds: histogram(
      'astrolabe_embedding_duration_seconds',
      'Duration of a batch of embeddings with its retries.',
      ['kind', 'provider', 'status'],
      [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    ),
    embeddingRequests: counter('astrolabe_embedding_requests_total', 'Batches of embeddings.', [
      'kind',
      'provider',
      'status',
    ]),
    embeddedTexts: counter('astrolabe_embedding_chunks_total', 'Texts embedded.', [
      'kind',
      'provider',
    ]),
    embeddedCharacters: counter('astrolabe_embedding_chars_total', 'Characters embedded.', [
      'kind',
      'provider',
    ]),
    embeddingBatch: histogram(
      'mcp_embedding_batch_size',
      'Texts in a batch of embeddings.',
      ['provider'],
      [1, 2, 4, 8, 16, 32, 64, 128],
    ),
    embeddingErrors: counter('mcp_embedding_errors_total', 'Failed tries to embed by error code.', [
      'provider',
      'code',
      'retried',
    ]),
    queryVectorLookups: counter(
      'mcp_embedding_cache_lookups_total',
      'Vectors of queries looked for among those made before.',
      ['hit'],
    ),
    scanned: counter(
      'mcp_vector_sync_documents_scanned_total',
      'Documents that listings found new or changed.',
      [],
    ),
    processed: counter(
      'mcp_vector_sync_documents_processed_total',
      'Documents indexed, or tried in vain; status: success or error.',
      ['status'],
    ),
    indexedChunks: counter('mcp_vector_sync_chunks_total', 'Passages put into the index.', []),
    syncErrors: counter('mcp_vector_sync_errors_total', 'Failures of sync by error code.', [
      'type',
      'code',
    ]),
    indexingRetries: counter(
      'mcp_vector_sync_retries_total',
      'Documents that failed and are tried again, by error code.',
      ['type', 'code'],
    ),
    batchSeconds: histogram(
      'mcp_vector_sync_batch_duration_seconds',
      'Time that a batch of documents took.',
      [],
      BATCH_BUCKETS,
    ),
    listingSeconds: histogram(
      'mcp_vector_sync_listing_duration_seconds',
      'Time that a listing took which ended well.',
      ['type'],
      BATCH_BUCKETS,
    ),
    queueSize: gauge('mcp_vector_sync_queue_size', 'Documents to be indexed.', []),
    jobs: gauge('mcp_vector_sync_jobs', 'Documents to be indexed by what becomes of them.', [
      'state',
    ]),
    deadLetters: gauge(
      'mcp_vector_sync_dead_lettered_documents',
      'Documents that failed for good.',
      [],
    ),
    oldestJob: gauge(
      'mcp_vector_sync_oldest_job_age_seconds',
      'How long the document that has waited longest could have been indexed.',
      [],
    ),
    listingsDue: gauge('mcp_vector_sync_listings_due', 'Listings that are to be made.', []),
    listingLag: gauge(
      'mcp_vector_sync_listing_lag_seconds',
      'By how much the listing is late that is due the longest.',
      [],
    ),
    users: gauge('mcp_vector_sync_users', 'Users by whether they can be worked for.', ['state']),
    searches: counter('mcp_search_queries_total', 'Searches; status: success or error.', [
      'mode',
      'status',
    ]),
    searchSeconds: histogram(
      'mcp_search_duration_seconds',
      'Duration of searches.',
      ['mode'],
      CALL_BUCKETS,
    ),
    documents: gauge('mcp_search_index_documents', 'Documents in the index.', ['type']),
    chunks: gauge('mcp_search_index_chunks', 'Passages in the index.', []),
    vectorBytes: gauge('mcp_search_index_vector_bytes', 'Bytes of vectors in the index.', []),
    connections: gauge('mcp_database_connections', 'Connections to PostgreSQL; busy or idle.', [
      'pool',
      'state',
    ]),
    connectionWaits: gauge(
      'mcp_database_requests_waiting',
      'Work that waits for a connection to PostgreSQL.',
      ['pool'],
    ),
  }
}

export type Instruments = ReturnType<typeof createInstruments>
