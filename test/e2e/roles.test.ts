/** What a process does by its role. */
import { afterEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
afterEach(() => h.close())

const status = async (path: string) => (await fetch(new URL(path, h.server.url))).status

test('a worker answers for its health and nothing else', async () => {
  h = await startHarness({ environment: { MCP_ROLE: 'worker' }, client: false })
  expect(await status('/health/live')).toBe(200)
  expect(await status('/health/ready')).toBe(200)
  expect(await status('/mcp')).toBe(404)
  expect(await status('/app')).toBe(404)
})

test.each(['all', 'api'])('%s serves clients', async role => {
  h = await startHarness({ environment: { MCP_ROLE: role } })
  expect((await h.client.listTools()).tools.length).toBeGreaterThan(100)
})

test('a role that there is not is a configuration error', async () => {
  h = await startHarness({ client: false })
  const other = startHarness({ environment: { MCP_ROLE: 'queen' }, client: false })
  await expect(other).rejects.toThrow(/MCP_ROLE.*must be one of all, api, worker/s)
})
