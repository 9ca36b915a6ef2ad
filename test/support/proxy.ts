/**
 * A reverse proxy between the server under test and its Nextcloud: records every request, and
 * breaks answers in the ways networks and PHP do.
 */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rememberAuthorization } from './secrets.ts'

/** What the server under test sent. */
export interface RecordedRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  /** Resolves when the server under test has gone away before an answer was complete. */
  closed: Promise<void>
}

/** Ways an answer can go wrong. A number answers with that status. */
export type Fault =
  | 'delay' // no answer at all, until the client gives up
  | 'reset' // the connection breaks before the answer
  | 'truncated' // the connection breaks in the middle of the body
  | 'html' // 200 with a login page
  | 'empty' // 200 with nothing
  | 'malformed-xml' // the status one hopes for, with broken XML
  | 401
  | 403
  | 404
  | 409
  | 412
  | 423
  | 429
  | 500
  | 503

export const FAULTS: readonly Fault[] = [
  'delay',
  'reset',
  'truncated',
  'html',
  'empty',
  'malformed-xml',
  401,
  403,
  404,
  409,
  412,
  423,
  429,
  500,
  503,
]

/** An answer that the Nextcloud at hand cannot be made to give. */
export interface MadeUp {
  json: unknown
  /** Default: 200. */
  status?: number
  headers?: Record<string, string>
}

/** What happens to a request; undefined lets it pass. */
type Decision = Fault | MadeUp | undefined

/** Decides what happens to a request; may take its time, for things that happen in between. */
export type Decide = (request: RecordedRequest) => Decision | Promise<Decision>

/** A running proxy. */
export interface FaultProxy {
  url: string
  /** Everything that came by since the last {@link FaultProxy.forget}. */
  readonly requests: RecordedRequest[]
  forget(): void
  /** How many connections the server under test has opened so far. */
  connections(): number
  /** Decides the fault of each request from here on; undefined lets it pass. */
  plan(decide: Decide | undefined): void
  close(): Promise<void>
}

/** Starts a proxy to `target`, which may have a path. */
export async function startProxy(target: string): Promise<FaultProxy> {
  const upstream = new URL(target)
  const requests: RecordedRequest[] = []
  let decide: Decide | undefined
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming
    const closed = new Promise<void>(resolve => {
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) resolve()
      })
    })
    rememberAuthorization(headers.authorization)
    const recorded = { method, path, headers, closed }
    requests.push(recorded)
    const fault = await decide?.(recorded)
    if (fault === undefined) forward(upstream, incoming, outgoing)
    else if (typeof fault === 'object') makeUp(fault, incoming, outgoing)
    else if (fault === 'truncated') truncate(upstream, incoming, outgoing)
    else answerWith(fault, incoming, outgoing)
  })
  let connections = 0
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${upstream.pathname.replace(/\/$/, '')}`,
    requests,
    forget: () => requests.splice(0),
    connections: () => connections,
    plan(next) {
      decide = next
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function forward(upstream: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const passed = upstreamRequest(upstream, incoming, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(outgoing)
  })
  outgoing.on('close', () => passed.destroy())
}

function makeUp(
  { json, status = 200, headers }: MadeUp,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  incoming.resume()
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers })
  outgoing.end(status === 204 ? undefined : JSON.stringify(json))
}

/** Promises the whole body and sends half of it. */
function truncate(upstream: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  upstreamRequest(upstream, incoming, answer => {
    const chunks: Buffer[] = []
    answer.on('data', chunk => chunks.push(chunk))
    answer.on('end', () => {
      const body = Buffer.concat(chunks)
      const { 'transfer-encoding': _, ...headers } = answer.headers
      const promised = Math.max(body.length, 2)
      outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': promised })
      outgoing.write(body.subarray(0, Math.floor(promised / 2)))
      setTimeout(() => outgoing.destroy(), 5)
    })
  })
}

function upstreamRequest(
  upstream: URL,
  incoming: IncomingMessage,
  onAnswer: (answer: IncomingMessage) => void,
) {
  const passed = send(
    {
      host: upstream.hostname,
      port: upstream.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host: upstream.host },
    },
    onAnswer,
  )
  passed.on('error', () => incoming.destroy())
  incoming.pipe(passed)
  return passed
}

function answerWith(
  fault: Exclude<Fault, 'truncated'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  incoming.resume()
  switch (fault) {
    case 'delay':
      return
    case 'reset':
      incoming.socket.resetAndDestroy()
      return
    case 'html':
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' })
      outgoing.end('<!DOCTYPE html><html><body>Please log in</body></html>')
      return
    case 'empty':
      outgoing.writeHead(200, { 'content-length': 0 })
      outgoing.end()
      return
    case 'malformed-xml': {
      const isDav = /^(PROPFIND|REPORT|SEARCH|PROPPATCH)$/.test(incoming.method ?? '')
      outgoing.writeHead(isDav ? 207 : 200, { 'content-type': 'application/xml; charset=utf-8' })
      outgoing.end('<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>/x')
      return
    }
    default:
      outgoing.writeHead(fault, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify({ message: `fault ${fault}` }))
  }
}
