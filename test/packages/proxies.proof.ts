/** The examples of reverse proxies pass on what the server needs, and nothing that it should not. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Agent, fetch as fetchWith } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectHarness, startConnect } from '../support/connect.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type Listening, listen } from '../support/relay.ts'
import { freePort, PROXIES, type RunningProxy } from './support/proxies.ts'

const MIB = 1024 * 1024

/** The certificates are those of the tests, or of the proxy itself. */
const insecure = new Agent({ connect: { rejectUnauthorized: false } })

function send(port: number, path: string, headers: Record<string, string> = {}, method = 'GET') {
  return request({
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    path,
    method,
    headers: { host: 'localhost', ...headers },
    rejectUnauthorized: false,
    agent: false,
  })
}

async function answerTo(sent: ReturnType<typeof send>, body: Buffer | string = '') {
  const answered: Promise<IncomingMessage[]> = once(sent, 'response')
  sent.end(body)
  const [answer] = await answered
  if (answer === undefined) throw new Error('no answer')
  return answer
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe.each(PROXIES)('$name', ({ name, isInstalled, refusesWith, start }) => {
  if (!isInstalled) {
    test.skip(`is not installed here: ${name}`, () => {})
    return
  }

  describe('on a host of its own', () => {
    let upstream: Listening
    let proxy: RunningProxy
    let seen: IncomingMessage | undefined
    let received = 0
    /** Whether the last request came to its end. */
    let whole = false
    /** Sends the second event of a stream. */
    let goOn = () => {}
    beforeAll(async () => {
      upstream = await listen((incoming, outgoing) => {
        seen = incoming
        received = 0
        incoming.on('data', (chunk: Buffer) => {
          received += chunk.length
        })
        incoming.on('end', () => {
          whole = true
          if (incoming.url !== '/stream') return outgoing.end(String(received))
          outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
          outgoing.write('data: first\n\n')
          goOn = () => outgoing.end('data: second\n\n')
        })
      })
      proxy = await start(upstream.port, 'host', await freePort())
    })
    afterAll(async () => {
      await proxy.close()
      await upstream.close()
    })

    test('events come as they are sent, and not when all are there', async () => {
      const answer = await answerTo(send(proxy.port, '/stream', {}, 'POST'), '{}')
      const [first] = await once(answer, 'data')
      expect(String(first)).toBe('data: first\n\n')
      goOn()
      expect(await textOf(answer)).toBe('data: second\n\n')
    })

    test('the name is passed on, and who calls is not what the caller says', async () => {
      const forged = { 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer x' }
      await answerTo(send(proxy.port, '/mcp?a=%2F', forged))
      expect(seen?.url).toBe('/mcp?a=%2F')
      expect(seen?.headers.host).toBe('localhost')
      expect(seen?.headers.authorization).toBe('Bearer x')
      expect(seen?.headers['x-forwarded-for']).toBe('127.0.0.1')
    })

    test('a connection that says nothing is given up before the server does that', async () => {
      await textOf(await answerTo(send(proxy.port, '/mcp')))
      const socket = seen?.socket
      if (socket === undefined) throw new Error('nothing was passed on')
      const first = await Promise.race([
        once(socket, 'end').then(() => 'the proxy'),
        once(socket, 'close').then(() => 'the server'),
      ])
      expect(first).toBe('the proxy')
    })

    test('what the server takes gets through', async () => {
      const most = Buffer.alloc(64 * MIB, 'x')
      const answer = await answerTo(send(proxy.port, '/mcp', {}, 'POST'), most)
      expect(await textOf(answer)).toBe(String(64 * MIB))
    })

    test.runIf(refusesWith.length > 0)(
      'what it does not take is refused before the server has it',
      async () => {
        whole = false
        const sent = send(proxy.port, '/mcp', {}, 'POST')
        // A proxy that has said no need not listen to the rest.
        const refused = await answerTo(sent, Buffer.alloc(64 * MIB + 1, 'x')).then(
          ({ statusCode }) => statusCode,
          (error: NodeJS.ErrnoException) => error.code,
        )
        sent.on('error', () => {}).destroy()
        expect([...refusesWith, 'ECONNRESET', 'EPIPE']).toContain(refused)
        expect(whole).toBe(false)
        expect((await answerTo(send(proxy.port, '/mcp'))).statusCode).toBe(200)
      },
    )
  })

  describe('before the server', () => {
    let h: Harness
    let proxy: RunningProxy
    beforeAll(async () => {
      const port = await freePort()
      h = await startHarness({
        environment: { NEXTCLOUD_MCP_SERVER_URL: `https://localhost:${port}` },
        client: false,
      })
      proxy = await start(h.server.port, 'host', port)
    })
    afterAll(async () => {
      await proxy.close()
      await h.close()
    })

    test('a client lists tools and calls one', async () => {
      const client = new Client({ name: 'test', version: '1' })
      const url = new URL(`https://localhost:${proxy.port}/mcp`)
      const throughProxy: typeof fetch = async (input, init) => {
        const { status, headers, body } = await fetchWith(String(input), {
          method: init?.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init?.headers)),
          body: typeof init?.body === 'string' ? init.body : null,
          dispatcher: insecure,
        })
        const given = [...headers.entries()]
        return new Response(status === 202 || status === 204 ? null : body, {
          status,
          headers: given,
        })
      }
      await client.connect(new StreamableHTTPClientTransport(url, { fetch: throughProxy }))
      const { tools } = await client.listTools()
      expect(tools.length).toBeGreaterThan(100)
      const found = await client.callTool({
        name: 'nc_notes_search_notes',
        arguments: { query: '' },
      })
      expect(found.isError ?? false).toBe(false)
      await client.close()
    })
  })

  describe('below a path', () => {
    let h: ConnectHarness
    let proxy: RunningProxy
    let base: string
    beforeAll(async () => {
      const port = await freePort()
      base = `https://localhost:${port}/mcp-server`
      h = await startConnect({ environment: { NEXTCLOUD_MCP_SERVER_URL: base } })
      proxy = await start(h.server.port, 'subpath', port)
    })
    afterAll(async () => {
      await proxy.close()
      await h.close()
    })

    const get = (url: string, init: { method?: string; body?: string } = {}) =>
      fetchWith(url, {
        ...init,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        dispatcher: insecure,
        redirect: 'manual',
      })

    test('a client that knows the address alone finds where to register', async () => {
      const refused = await get(`${base}/mcp`, { method: 'POST', body: '{}' })
      expect(refused.status).toBe(401)
      const [, metadata = ''] =
        /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
      expect(metadata).toBe(
        `${new URL(base).origin}/.well-known/oauth-protected-resource/mcp-server/mcp`,
      )
      expect(await (await get(metadata)).json()).toMatchObject({
        resource: `${base}/mcp`,
        authorization_servers: [base],
      })
      const server = await get(
        `${new URL(base).origin}/.well-known/oauth-authorization-server/mcp-server`,
      )
      const { issuer, registration_endpoint } = await registration(server)
      expect(issuer).toBe(base)
      const registered = await get(registration_endpoint, {
        method: 'POST',
        body: JSON.stringify({
          redirect_uris: ['http://localhost:9999/callback'],
          token_endpoint_auth_method: 'none',
        }),
      })
      expect(registered.status).toBe(201)
    })

    test('people get their page, and other things of the host are left alone', async () => {
      const page = await get(`${base}/app`)
      expect([200, 302, 303]).toContain(page.status)
      const { location } = Object.fromEntries(page.headers)
      if (location !== undefined) expect(new URL(location, `${base}/app`).href).toContain(base)
      for (const path of ['/mcp', '/app', '/.well-known/oauth-protected-resource/other']) {
        expect((await get(new URL(path, base).href)).status).toBe(404)
      }
    })
  })
})

async function registration(answer: { json(): Promise<unknown> }) {
  const document = await answer.json()
  if (typeof document !== 'object' || document === null) throw new Error('no metadata')
  const { issuer, registration_endpoint } = { issuer: '', registration_endpoint: '', ...document }
  return { issuer, registration_endpoint }
}
