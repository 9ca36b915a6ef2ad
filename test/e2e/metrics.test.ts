/** Metrics as Prometheus reads them, while the server works. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const lines: string[] = []

beforeAll(async () => {
  h = await startHarness({
    environment: { METRICS_PORT: '0', LOG_LEVEL: 'debug', LOG_FORMAT: 'json' },
    telemetry: { write: line => lines.push(line) },
  })
})
afterAll(() => h.close())

/** The value of a series, its labels in any order; undefined: it is not there. */
async function value(name: string, labels: Record<string, string> = {}) {
  const page = await (await fetch(String(h.metricsUrl))).text()
  const found = page
    .split('\n')
    .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .find(line => Object.entries(labels).every(([key, text]) => line.includes(`${key}="${text}"`)))
  return found === undefined ? undefined : Number(found.split(' ').at(-1))
}

describe('the port', () => {
  test('answers GET /metrics and nothing else', async () => {
    const url = String(h.metricsUrl)
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(new URL('/mcp', url))).status).toBe(404)
    expect((await fetch(h.server.url.replace('/mcp', '/metrics'))).status).toBe(404)
  })

  test('is not opened unless asked for', async () => {
    const other = await startHarness({ client: false })
    expect(other.metricsUrl).toBeUndefined()
    await other.close()
  })
})

test('calls are counted by tool and how they end', async () => {
  await h.ok('nc_notes_search_notes', { query: 'x' })
  const failed = await h.call('nc_notes_get_note', { note_id: 999_999 })
  expect(failed.error?.code).toBe('NOT_FOUND')
  const [search, get] = ['nc_notes_search_notes', 'nc_notes_get_note']
  expect(await value('mcp_tool_calls_total', { tool_name: search, status: 'success' })).toBe(1)
  expect(await value('mcp_tool_calls_total', { tool_name: get, status: 'error' })).toBe(1)
  expect(await value('mcp_tool_errors_total', { tool_name: get, error_type: 'NOT_FOUND' })).toBe(1)
  expect(await value('mcp_tool_duration_seconds_count', { tool_name: get })).toBe(1)
  expect(await value('mcp_calls_in_progress', { kind: 'tool' })).toBe(0)
})

test('whatever callers name, labels stay few', async () => {
  for (const name of ['invented_one', 'invented_two']) {
    await expect(h.call(name)).rejects.toThrow()
  }
  expect(await value('mcp_tool_calls_total', { tool_name: 'other', status: 'error' })).toBe(2)
  await fetch(h.server.url.replace('/mcp', '/invented/path'), { method: 'PROPFIND' })
  const labels = { method: 'other', endpoint: 'other', status_code: '404' }
  expect(await value('mcp_http_requests_total', labels)).toBe(1)
  expect(await (await fetch(String(h.metricsUrl))).text()).not.toContain('invented')
})

test('requests to Nextcloud are counted by app, and tries by themselves', async () => {
  let isFirst = true
  h.proxy.plan(({ path }) => {
    if (!isFirst || !path.includes('/apps/notes/')) return undefined
    isFirst = false
    return 503
  })
  const labels = { app: 'notes', method: 'GET' }
  const tries = () => value('mcp_nextcloud_api_duration_seconds_count', labels)
  const before = (await tries()) ?? 0
  await h.ok('nc_notes_search_notes', { query: 'x' })
  h.proxy.plan(undefined)
  expect(await value('mcp_nextcloud_api_requests_total', { ...labels, status_code: '503' })).toBe(1)
  expect(await tries()).toBe(before + 2)
  expect(await value('mcp_nextcloud_api_retries_total', { app: 'notes', reason: '503' })).toBe(1)
})

describe('request ids', () => {
  const live = () => h.server.url.replace('/mcp', '/health/live')

  test('of a proxy are kept, in the answer and in each line of the log', async () => {
    const headers = { 'x-request-id': 'proxy-7.1' }
    const response = await fetch(live(), { headers })
    expect(response.headers.get('x-request-id')).toBe('proxy-7.1')
    const client = await h.connect({ headers: { 'x-request-id': 'of-a-call' } })
    await client.callTool({ name: 'nc_notes_search_notes', arguments: { query: 'x' } })
    const mine = lines
      .map(line => JSON.parse(line))
      .filter(({ requestId }) => requestId === 'of-a-call')
    expect(mine.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['call', 'request']))
  })

  test('are made where there is none, or one that is not fit for a log', async () => {
    const made = (await fetch(live())).headers.get('x-request-id')
    expect(made).toMatch(/^[\da-f-]{36}$/)
    const odd = await fetch(live(), { headers: { 'x-request-id': 'two words {}' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  })
})
