/**
 * A small Qdrant in memory: the part of its HTTP interface that this server uses, which refuses
 * what the real one refuses, in its words, with strict mode on.
 * @see https://api.qdrant.tech/api-reference
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Collection, createCollection, QdrantRefusal } from './collection.ts'

/** A running double. */
export interface QdrantDouble {
  readonly url: string
  /** Requests so far: `PUT /collections/x/points?wait=true`. */
  readonly requests: string[]
  readonly collections: Map<string, Collection>
  /** Answers the next requests with these statuses instead. */
  failNext(...statuses: readonly number[]): void
  close(): Promise<void>
}

/** Starts one on a free port of loopback. */
export async function startQdrant(options: { apiKey?: string } = {}): Promise<QdrantDouble> {
  const collections = new Map<string, Collection>()
  const requests: string[] = []
  const failures: number[] = []
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://qdrant')
    requests.push(`${request.method} ${pathname}${search}`)
    const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ time: 0.001, ...body }))
    const body = await bodyOf(request)
    const failure = failures.shift()
    if (failure !== undefined) {
      const headers: Record<string, string> = failure === 429 ? { 'retry-after': '0' } : {}
      answer(failure, { status: { error: `Service says ${failure}` } }, headers)
      return
    }
    try {
      const key = request.headers['api-key']
      if (options.apiKey !== undefined && key !== options.apiKey) {
        throw key === undefined
          ? new QdrantRefusal(401, 'Must provide an API key or an Authorization bearer token')
          : new QdrantRefusal(403, 'Forbidden: Invalid API key or JWT')
      }
      const result = route(collections, `${request.method}`, pathname, body)
      answer(200, { status: 'ok', result })
    } catch (error) {
      if (!(error instanceof QdrantRefusal)) throw error
      answer(error.status, { status: { error: error.message } })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    collections,
    failNext: (...statuses) => {
      failures.push(...statuses)
    },
    close: () => closed(server),
  }
}

function route(
  collections: Map<string, Collection>,
  method: string,
  path: string,
  body: Record<string, unknown>,
): unknown {
  const [, , name = '', ...rest] = path.split('/').map(decodeURIComponent)
  const action = `${method} ${rest.join('/')}`
  if (action === 'PUT ') {
    if (collections.has(name)) {
      throw new QdrantRefusal(409, `Wrong input: Collection \`${name}\` already exists!`)
    }
    collections.set(name, createCollection(body))
    return true
  }
  if (action === 'DELETE ') return collections.delete(name)
  const collection = collections.get(name)
  if (collection === undefined) {
    throw new QdrantRefusal(404, `Not found: Collection \`${name}\` doesn't exist!`)
  }
  switch (action) {
    case 'PUT index':
      return collection.index(body)
    case 'PUT points':
      return collection.upsert(body)
    case 'POST points/delete':
      return collection.delete(body)
    case 'POST points/scroll':
      return collection.scroll(body)
    case 'POST points/count':
      return collection.count(body)
    case 'POST points/query/batch': {
      const { searches } = body as { searches: Record<string, unknown>[] }
      return searches.map(search => ({ points: collection.query(search) }))
    }
    default:
      throw new QdrantRefusal(404, `Not found: ${method} ${path}`)
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : JSON.parse(text)
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => server.close(() => resolve()))
}
