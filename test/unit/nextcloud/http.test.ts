/** The road itself, over real sockets: what no reverse proxy shows as plainly. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { hasCode } from '../../../src/nextcloud/errors.ts'
import { createHttp, type Http, type HttpOptions } from '../../../src/nextcloud/http.ts'

let server: Server
let http: Http
afterEach(async () => {
  await http.close()
  server.closeAllConnections()
  server.close()
})

async function road(listener: RequestListener, options: Partial<HttpOptions> = {}): Promise<void> {
  server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  http = createHttp({ baseUrl: `http://127.0.0.1:${port}/sub/`, timeoutMs: 400, ...options })
}
const get = (more: object = {}) => http.send({ method: 'GET', path: '/x', ...more }, undefined)
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it succeeded'),
    error => error,
  )

test('sends below the sub-path, with the query and the standing headers', async () => {
  let seen: IncomingMessage | undefined
  await road((request, response) => {
    seen = request
    response.end('ok')
  })
  await http.send(
    { method: 'GET', path: '/a%20b', query: { q: 'ä&', n: 1, none: undefined, 't[]': ['1', '2'] } },
    { kind: 'basic', loginName: 'zoë', password: 'p:w' },
  )
  expect(seen?.url).toBe('/sub/a%20b?q=%C3%A4%26&n=1&t%5B%5D=1&t%5B%5D=2')
  expect(seen?.headers['ocs-apirequest']).toBe('true')
  const [, encoded = ''] = seen?.headers.authorization?.split(' ') ?? []
  expect(Buffer.from(encoded, 'base64').toString()).toBe('zoë:p:w')
})

test('a compressed answer is read, and a cut one is no answer', async () => {
  const packed = gzipSync(JSON.stringify({ ok: true }))
  let cut = false
  await road((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(cut ? packed.subarray(0, packed.length - 12) : packed)
  })
  expect((await get()).json(z.object({ ok: z.boolean() }))).toEqual({ ok: true })
  cut = true
  expect(hasCode(await failure(get()), 'UNREACHABLE')).toBe(true)
})

test('an answer over the cap is refused before it is all in memory', async () => {
  await road((_, response) => {
    response.write(Buffer.alloc(64 * 1024))
    response.on('close', () => response.destroy())
  })
  expect(hasCode(await failure(get({ maxBytes: 1_000 })), 'TOO_LARGE')).toBe(true)
})

test('a body that drips for ever ends at the time limit', async () => {
  await road((_, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(drip))
  })
  const started = Date.now()
  expect(hasCode(await failure(get()), 'UNREACHABLE')).toBe(true)
  expect(Date.now() - started).toBeLessThan(2_000)
})

test('a locked item is tried again with the same body until it is free', async () => {
  const bodies: string[] = []
  await road(async (request, response) => {
    bodies.push(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString())
    response.writeHead(bodies.length < 3 ? 423 : 201).end()
  })
  const reply = await http.send({ method: 'PUT', path: '/x', body: 'same' }, undefined)
  expect(reply.status).toBe(201)
  expect(bodies).toEqual(['same', 'same', 'same'])
})

test('a broken connection: a read is tried again, a write is not and says so', async () => {
  let requests = 0
  await road(request => {
    requests++
    request.socket.destroy()
  })
  await failure(get())
  expect(requests).toBe(2)
  requests = 0
  const error = await failure(http.send({ method: 'PUT', path: '/x', body: 'b' }, undefined))
  expect(requests).toBe(1)
  expect(error.details.outcomeUnknown).toBe(true)
  expect(error.details.hint).toMatch(/may or may not/)
})

test('a write that never left is not said to have an unknown outcome', async () => {
  await road(() => {})
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  await http.close()
  http = createHttp({ baseUrl: `http://127.0.0.1:${port}` })
  const error = await failure(http.send({ method: 'PUT', path: '/x', body: 'b' }, undefined))
  expect(error.code).toBe('UNREACHABLE')
  expect(error.details.outcomeUnknown).toBe(false)
})

test('no error tells the address, the credential or a stack', async () => {
  await road((_, response) => response.writeHead(500).end('Internal /var/www secret'))
  const error = await failure(
    http.send(
      { method: 'GET', path: '/x' },
      { kind: 'basic', loginName: 'u', password: 'hunter2' },
    ),
  )
  const told = JSON.stringify({ message: error.message, ...error.details, cause: undefined })
  expect(told).not.toMatch(/127\.0\.0\.1|hunter2|var\/www/)
})

test('a redirect is an error that names the address to set', async () => {
  await road((_, response) =>
    response.writeHead(301, { location: 'https://cloud.example.org/x' }).end(),
  )
  const error = await failure(get())
  expect(error.code).toBe('UNREACHABLE')
  expect(error.details.hint).toMatch(/NEXTCLOUD_HOST.*https:\/\/cloud\.example\.org/)
})

test('cancelling between two tries ends the waiting', async () => {
  await road((_, response) => response.writeHead(429).end())
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 50)
  const started = Date.now()
  await failure(get({ signal: abort.signal }))
  expect(Date.now() - started).toBeLessThan(600)
})

test('a body that is let go unread ends quietly', async () => {
  await road((_, response) => {
    response.writeHead(200, { 'content-length': '1000000' })
    response.write('x'.repeat(1_000))
  })
  const { body } = await http.stream({ method: 'GET', path: '/x' }, undefined)
  const ended = new Promise(resolve => body.once('close', resolve))
  // An error that nobody hears of would end the process.
  expect(body.listenerCount('error')).toBeGreaterThan(0)
  body.destroy()
  await ended
})
