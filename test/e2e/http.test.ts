/** The HTTP face around the MCP endpoint. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let base: string
beforeAll(async () => {
  h = await startHarness({
    environment: {
      MCP_ALLOWED_HOSTS: 'mcp.example.org',
      MCP_ALLOWED_ORIGINS: 'https://chat.example.org',
    },
  })
  base = h.server.url.replace(/\/mcp$/, '')
})
afterAll(() => h.close())

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-11-25',
}
const post = (path: string, headers: Record<string, string> = {}) =>
  fetch(base + path, { method: 'POST', headers: { ...HEADERS, ...headers }, body: LIST })

const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { message: string } }).error

/** fetch() sets Host itself. */
function withHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${base}/mcp`,
      { method: 'POST', headers: { ...HEADERS, host } },
      response => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    sent.on('error', reject)
    sent.end(LIST)
  })
}

test('/mcp and /mcp/ are the same', async () => {
  expect((await post('/mcp')).status).toBe(200)
  expect((await post('/mcp/')).status).toBe(200)
})

test('whoever is lost is told where to go', async () => {
  const root = await fetch(`${base}/`)
  expect(root.status).toBe(200)
  expect(await root.text()).toMatch(/\/mcp/)
  const wrong = await post('/')
  expect(wrong.status).toBe(404)
  expect((await errorOf(wrong)).message).toMatch(/\/mcp/)
  const browser = await fetch(`${base}/mcp`, { headers: { accept: 'text/html' } })
  expect(await browser.text()).toMatch(/AI client/)
})

test('health: alive, and ready whatever Nextcloud does', async () => {
  expect((await fetch(`${base}/health/live`)).status).toBe(200)
  const ready = await (await fetch(`${base}/health/ready`)).json()
  expect(ready).toEqual({
    status: 'ok',
    nextcloud: { reachable: true, version: expect.stringMatching(/^\d+\./), maintenance: false },
  })
  const cut = await startHarness()
  cut.proxy.plan(() => 'reset')
  const answer = await fetch(cut.server.url.replace(/\/mcp$/, '/health/ready'))
  expect(answer.status).toBe(200)
  expect(((await answer.json()) as { nextcloud: object }).nextcloud).toMatchObject({
    reachable: false,
  })
  await cut.close()
})

describe('guards', () => {
  test('Host: loopback and configured names pass, others do not', async () => {
    expect(await withHost('localhost:8000')).toBe(200)
    expect(await withHost('127.0.0.1')).toBe(200)
    expect(await withHost('[::1]:8000')).toBe(200)
    expect(await withHost('mcp.example.org')).toBe(200)
    expect(await withHost('evil.example.org')).toBe(403)
  })

  test('Origin: none, loopback and configured ones pass, others do not', async () => {
    expect((await post('/mcp', { origin: 'http://localhost:6274' })).status).toBe(200)
    const allowed = await post('/mcp', { origin: 'https://chat.example.org' })
    expect(allowed.status).toBe(200)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://chat.example.org')
    const refused = await post('/mcp', { origin: 'https://evil.example.org' })
    expect(refused.status).toBe(403)
    expect((await errorOf(refused)).message).toMatch(/MCP_ALLOWED_ORIGINS/)
  })

  test('a preflight from an allowed origin is answered', async () => {
    const response = await fetch(`${base}/mcp`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://chat.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, mcp-protocol-version',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toMatch(/mcp-protocol-version/)
  })
})

test.each([
  ['no JSON', '{', 400],
  ['an empty body', '', 400],
])('%s is answered with a JSON-RPC error', async (_, body, status) => {
  const response = await fetch(`${base}/mcp`, { method: 'POST', headers: HEADERS, body })
  expect(response.status).toBe(status)
  expect(await response.json()).toHaveProperty('error.code')
})
