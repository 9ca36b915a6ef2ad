/** What each of several processes tells of the database and of the ledger that they share. */
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { compose } from '../../src/server/compose.ts'
import { openStorage } from '../../src/server/storage.ts'
import { openTelemetry } from '../../src/server/telemetry.ts'
import { startBackend } from '../support/backend.ts'
import { readMetrics } from '../support/metrics.ts'
import { startQdrant } from '../support/qdrant/server.ts'
import { stubEmbedder } from '../support/search.ts'
import { freshDatabase, KEY, onPostgres } from './support/databases.ts'

onPostgres('metrics of processes on one database', () => {
  test('each has its role and its connections; what is shared is the same', async () => {
    const [url, backend, qdrant] = [
      await freshDatabase(),
      await startBackend(),
      await startQdrant(),
    ]
    onTestFinished(async () => {
      await Promise.all([backend.close(), qdrant.close()])
    })
    const start = async (role: 'api' | 'worker') => {
      const config = loadConfig({
        NEXTCLOUD_HOST: backend.url,
        NEXTCLOUD_MCP_SERVER_URL: 'http://localhost:8000',
        DATABASE_URL: url,
        TOKEN_ENCRYPTION_KEY: KEY,
        ENABLE_OFFLINE_ACCESS: 'true',
        ENABLE_SEMANTIC_SEARCH: 'true',
        QDRANT_URL: qdrant.url,
        MCP_ROLE: role,
        METRICS_PORT: '0',
        LOG_LEVEL: 'error',
      })
      const telemetry = await openTelemetry(config)
      const vault = await openStorage(config, telemetry)
      const { search, close } = compose(config, { telemetry, vault, embedder: stubEmbedder() })
      onTestFinished(async () => {
        await close()
        await vault?.close()
        await telemetry.close()
      })
      return { search, metrics: () => readMetrics(telemetry.metricsUrl) }
    }
    const [api, worker] = [await start('api'), await start('worker')]
    await worker.search?.sync.once()
    const types = worker.search?.sources.map(({ type }) => type) ?? []
    const [generation] = (await worker.search?.index.generations()) ?? []
    await worker.search?.ledger.present(generation?.id ?? 0, ['alice'], types, 0)
    for (const [role, { metrics }] of Object.entries({ api, worker })) {
      const page = await metrics()
      expect([...page.keys()].find(each => each.startsWith('mcp_build_info'))).toContain(
        `role=${role}`,
      )
      for (const pool of ['storage', 'search']) {
        const of = (state: string) =>
          page.get(`mcp_database_connections pool=${pool} state=${state}`)
        expect((of('busy') ?? 0) + (of('idle') ?? 0), `${role} ${pool}`).toBeGreaterThan(0)
        expect(page.get(`mcp_database_requests_waiting pool=${pool}`)).toBe(0)
      }
    }
    const shared = async ({ metrics }: typeof api) =>
      [...(await metrics())].filter(([series]) => /^mcp_(?:vector_sync|search_index)/.test(series))
    expect(await shared(api)).toEqual(expect.arrayContaining(await shared(worker)))
    expect(await shared(api)).toContainEqual(['mcp_vector_sync_listings_due', types.length])
    expect(await shared(api)).toContainEqual(['mcp_vector_sync_users state=active', 1])
  })
})
