/** Two servers on one database, and a front that leads to them in turn. */
import { onTestFinished } from 'vitest'
import { type Backend, startBackend } from '../../support/backend.ts'
import type { ConnectHarness } from '../../support/connect.ts'
import { type Front, startFront } from '../../support/front.ts'
import { type Harness, startHarness } from '../../support/harness.ts'
import { freshDatabase, openOn } from './databases.ts'

/** The servers, and what tests of signing in need of them. */
export interface Replicas extends Pick<ConnectHarness, 'url' | 'alice' | 'bob'> {
  readonly front: Front
  readonly backend: Backend
  readonly servers: readonly [Harness, Harness]
}

/** Starts them; they end with the test. */
export async function startReplicas(): Promise<Replicas> {
  const database = await freshDatabase()
  const backend = await startBackend()
  const front = await startFront()
  const start = async () => {
    const h = await startHarness({
      backend: { ...backend, close: async () => {} },
      vault: await openOn(database),
      client: false,
      environment: {
        NEXTCLOUD_USERNAME: undefined,
        NEXTCLOUD_PASSWORD: undefined,
        NEXTCLOUD_PUBLIC_URL: backend.url,
        NEXTCLOUD_MCP_SERVER_URL: front.url,
      },
    })
    onTestFinished(() => h.close())
    return h
  }
  onTestFinished(async () => {
    await front.close()
    await backend.close()
  })
  const servers = [await start(), await start()] as const
  front.lead(...servers.map(({ server }) => server.port))
  return {
    url: front.url,
    front,
    backend,
    servers,
    alice: { user: 'alice', password: 'alice-demo' },
    bob: { user: 'bob', password: 'bob-demo' },
  }
}
