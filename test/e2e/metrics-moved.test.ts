/**
 * Every metric there is moves when what it tells of happens. Whatever is declared and not in one of
 * the tables below fails the last test; whatever is no longer wired fails the one that it stands in.
 */
import { type AddressInfo, createServer } from 'node:net'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { parseDatabaseUrl } from '../../src/config/database-url.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { observePool } from '../../src/server/observers.ts'
import { createInstruments } from '../../src/telemetry/instruments.ts'
import { VERSION } from '../../src/version.ts'
import type { Harness } from '../support/harness.ts'
import {
  exchanging,
  METRICS,
  me,
  mint,
  note,
  plain,
  searching,
  wiringOf,
} from '../support/measured.ts'
import { metricOf, movedBy, readMetrics } from '../support/metrics.ts'
import { startOAuth } from '../support/oauth.ts'

const SEARCH = 'nc_notes_search_notes'

/** Something that happens, and by how much which series move. */
interface Scenario {
  readonly title: string
  readonly moves: Readonly<Record<string, unknown>>
  /** @returns what moved */
  play(): Promise<Record<string, number>>
}

function scenario<H extends Harness>(
  title: string,
  start: () => Promise<H>,
  /** @returns what ends it after a look at the metrics */
  happen: (h: H) => Promise<(() => Promise<unknown>) | undefined>,
  moves: Scenario['moves'],
): Scenario {
  return {
    title,
    moves,
    async play() {
      const h = await start()
      try {
        const before = await readMetrics(h.metricsUrl)
        const finish = await happen(h)
        const after = await readMetrics(h.metricsUrl)
        await finish?.()
        return movedBy(before, after)
      } finally {
        await h.close()
      }
    },
  }
}

const AT_LEAST_ONE = expect.toSatisfy((value: number) => value >= 1)
const SOME_TIME = expect.toSatisfy((value: number) => value > 0)

const SCENARIOS: readonly Scenario[] = [
  {
    title: 'a server is there',
    moves: { [`mcp_build_info role=all version=${VERSION}`]: 1 },
    async play() {
      const h = await plain()
      const moved = movedBy(new Map(), await readMetrics(h.metricsUrl))
      await h.close()
      return moved
    },
  },
  scenario(
    'a tool is called',
    plain,
    async h => {
      await h.ok(SEARCH, { query: 'x' })
      await h.call('nc_notes_get_note', { note_id: 987_654 })
      return undefined
    },
    {
      [`mcp_tool_calls_total status=success tool_name=${SEARCH}`]: 1,
      'mcp_tool_calls_total status=error tool_name=nc_notes_get_note': 1,
      'mcp_tool_errors_total error_type=NOT_FOUND tool_name=nc_notes_get_note': 1,
      [`mcp_tool_duration_seconds_count tool_name=${SEARCH}`]: 1,
      'mcp_http_requests_total endpoint=/mcp method=POST status_code=200': 2,
      'mcp_http_request_duration_seconds_count endpoint=/mcp method=POST': 2,
      'mcp_nextcloud_api_requests_total app=notes method=GET status_code=404': 1,
      'mcp_nextcloud_api_duration_seconds_count app=notes method=GET': AT_LEAST_ONE,
    },
  ),
  scenario(
    'a resource is read',
    plain,
    async h => {
      await h.client.readResource({ uri: 'notes://settings' })
      await h.client.readResource({ uri: 'nc://Notes/987654' }).catch(() => {})
      return undefined
    },
    {
      'mcp_resource_requests_total resource_uri=notes://settings status=success': 1,
      'mcp_resource_requests_total resource_uri=nc://Notes/{note_id} status=error': 1,
      'mcp_resource_duration_seconds_count resource_uri=notes://settings': 1,
    },
  ),
  scenario(
    'a call is under way',
    plain,
    async h => {
      const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      h.proxy.plan(async () => {
        arrived.resolve()
        await released.promise
        return undefined
      })
      const call = h.call(SEARCH, { query: 'x' })
      await arrived.promise
      return async () => {
        released.resolve()
        await call
      }
    },
    {
      'mcp_calls_in_progress kind=tool': 1,
      'mcp_http_requests_in_progress endpoint=/mcp method=POST': 1,
    },
  ),
  scenario(
    'Nextcloud fails once',
    plain,
    async h => {
      let isFirst = true
      h.proxy.plan(({ path }) => {
        if (!isFirst || !path.includes('/apps/notes/')) return undefined
        isFirst = false
        return 'reset'
      })
      await h.ok(SEARCH, { query: 'x' })
      return undefined
    },
    {
      'mcp_nextcloud_api_requests_total app=notes method=GET status_code=none': 1,
      'mcp_nextcloud_api_retries_total app=notes reason=connection_error': 1,
    },
  ),
  scenario(
    'tokens are checked, and exchanged',
    exchanging,
    async h => {
      const token = await mint(h)
      await me(h, token)
      await me(h, token)
      await me(h, await mint(h, { exp: 1 }))
      await me(h, 'unknown')
      h.idp.exchange.refuse = { status: 403, error: 'access_denied' }
      await me(h, await mint(h))
      h.idp.plan(path => (path === '/token' ? 'reset' : undefined))
      await me(h, await mint(h))
      return undefined
    },
    {
      'mcp_oauth_token_validations_total method=jwt result=valid': 3,
      'mcp_oauth_token_validations_total method=jwt result=invalid': 1,
      'mcp_oauth_token_validations_total method=introspect result=invalid': 1,
      'mcp_oauth_token_cache_hits_total hit=true': 1,
      'mcp_oauth_token_cache_hits_total hit=false': 5,
      'mcp_oauth_token_exchanges_total result=success': 1,
      'mcp_oauth_token_exchanges_total result=refused': 1,
      'mcp_oauth_token_exchanges_total result=error': 1,
    },
  ),
  scenario(
    'tokens cannot be checked',
    exchanging,
    async h => {
      h.idp.plan(path => (path === '/jwks' ? { status: 502 } : undefined))
      expect(await me(h, await mint(h))).toBe(503)
      return undefined
    },
    { 'mcp_oauth_token_validations_total method=jwt result=error': 1 },
  ),
  scenario(
    'tokens are refreshed for a user who is away',
    () =>
      startOAuth('oauth_multi_audience', {
        client: false,
        environment: { ...METRICS, ENABLE_OFFLINE_ACCESS: 'true' },
      }),
    async h => {
      const { background } = h.composition
      const { refreshTokens } = h.vault
      await refreshTokens.put({ userId: 'alice', token: await h.idp.mintRefreshToken() })
      await background?.credentialFor('alice')
      await refreshTokens.put({ userId: 'bob', token: 'one that nobody knows' })
      await expect(background?.credentialFor('bob')).rejects.toThrow()
      return undefined
    },
    {
      'mcp_oauth_token_refreshes_total result=success': 1,
      'mcp_oauth_token_refreshes_total result=refused': 1,
    },
  ),
  scenario(
    'documents are indexed, or fail',
    searching,
    async h => {
      await h.ok('nc_notes_create_note', note('Good', 'A text'))
      await h.ok('nc_notes_create_note', note('Bad', 'REFUSED'))
      await h.ok('nc_webdav_write_file', { path: 'broken.pdf', content: 'no PDF' })
      await wiringOf(h).sync.once()
      return undefined
    },
    {
      mcp_vector_sync_documents_scanned_total: AT_LEAST_ONE,
      'mcp_vector_sync_documents_processed_total status=success': AT_LEAST_ONE,
      'mcp_vector_sync_documents_processed_total status=error': 1,
      mcp_vector_sync_chunks_total: AT_LEAST_ONE,
      'mcp_vector_sync_errors_total code=DAMAGED type=file': 1,
      // The note is a file as well.
      'mcp_vector_sync_retries_total code=REFUSED type=note': 1,
      'mcp_vector_sync_retries_total code=REFUSED type=file': 1,
      mcp_vector_sync_batch_duration_seconds_count: AT_LEAST_ONE,
      'mcp_vector_sync_listing_duration_seconds_count type=note': 1,
      mcp_vector_sync_queue_size: 2,
      'mcp_vector_sync_jobs state=waiting': 2,
      'mcp_vector_sync_jobs state=failed': 1,
      mcp_vector_sync_dead_lettered_documents: 1,
      'mcp_vector_sync_users state=active': 1,
      'mcp_search_index_documents type=note': AT_LEAST_ONE,
      mcp_search_index_chunks: AT_LEAST_ONE,
      mcp_search_index_vector_bytes: AT_LEAST_ONE,
      'astrolabe_embedding_duration_seconds_count kind=dense provider=ollama status=success':
        AT_LEAST_ONE,
      'astrolabe_embedding_requests_total kind=dense provider=ollama status=success': AT_LEAST_ONE,
      'astrolabe_embedding_requests_total kind=dense provider=ollama status=error': AT_LEAST_ONE,
      'astrolabe_embedding_chunks_total kind=dense provider=ollama': AT_LEAST_ONE,
      'astrolabe_embedding_chars_total kind=dense provider=ollama': AT_LEAST_ONE,
      'mcp_embedding_batch_size_count provider=ollama': AT_LEAST_ONE,
      'mcp_embedding_errors_total code=REFUSED provider=ollama retried=false': AT_LEAST_ONE,
    },
  ),
  scenario(
    'nobody does what there is to do',
    searching,
    async h => {
      const { sync, ledger, now } = wiringOf(h)
      await h.ok('nc_webdav_write_file', { path: 'broken.pdf', content: 'no PDF' })
      await sync.once()
      const before = now()
      await ledger.revive({}, before)
      await sync.hint(h.backend.alice.loginName, ['note', 'file'])
      await expect.poll(now).toBeGreaterThan(before + 10)
      return undefined
    },
    {
      mcp_vector_sync_oldest_job_age_seconds: SOME_TIME,
      mcp_vector_sync_listings_due: 2,
      mcp_vector_sync_listing_lag_seconds: SOME_TIME,
    },
  ),
  scenario(
    'somebody searches',
    searching,
    async h => {
      await wiringOf(h).sync.once()
      for (const mode of ['hybrid', 'semantic', 'semantic']) {
        await h.ok('nc_semantic_search', { query: 'x', mode })
      }
      const failed = await h.call('nc_semantic_search', { query: 'REFUSED', mode: 'semantic' })
      expect(failed.isError).toBe(true)
      return undefined
    },
    {
      'mcp_search_queries_total mode=hybrid status=success': 1,
      'mcp_search_queries_total mode=semantic status=success': 2,
      'mcp_search_queries_total mode=semantic status=error': 1,
      'mcp_search_duration_seconds_count mode=semantic': 3,
      'mcp_embedding_cache_lookups_total hit=false': 2,
      'mcp_embedding_cache_lookups_total hit=true': 2,
    },
  ),
  // That both pools of a server are followed is in test/postgres/metrics.proof.ts.
  scenario(
    'a database does not answer',
    plain,
    async h => {
      const silent = createServer(() => {})
      await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
      const { port } = silent.address() as AddressInfo
      const { meter } = h.composition.telemetry
      if (meter === undefined) throw new Error('nobody measures')
      const database = parseDatabaseUrl(`postgres://user@127.0.0.1:${port}/db?sslmode=disable`)
      if ('problem' in database) throw new Error(database.problem)
      const pool = createPool(database, ({ problem }) => new Error(problem), {
        size: 1,
        connectMs: 1_000,
        onOpen: observePool(meter, 'storage'),
      })
      const asked = [pool.connect(), pool.connect()].map(each => each.catch(() => {}))
      return async () => {
        await Promise.all(asked)
        await pool.end()
        silent.close()
      }
    },
    {
      'mcp_database_connections pool=storage state=busy': 1,
      'mcp_database_requests_waiting pool=storage': 1,
    },
  ),
]

test.each(SCENARIOS)('$title', { timeout: 60_000 }, async ({ play, moves }) => {
  expect(await play()).toMatchObject(moves)
})

test('every metric is in one of these', () => {
  const registry = new Registry()
  createInstruments(registry)
  const declared = registry.getMetricsAsArray().map(({ name }) => name)
  const expected = new Set(SCENARIOS.flatMap(({ moves }) => Object.keys(moves).map(metricOf)))
  expect([...expected].toSorted()).toEqual(declared.toSorted())
})
