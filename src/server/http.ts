/** The HTTP face: guards, identity, the MCP endpoint, health, and a word for whoever is lost. */

import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { scopesOf } from '../identity/caller.ts'
import { announcedScopes, missingScopes } from '../mcp/scope-check.ts'
import { SESSION_HEADER } from '../mcp/server.ts'
import { isPassing } from '../vault/errors.ts'
import { NAME, VERSION } from '../version.ts'
import { addBrowserRoutes, addOpenRoutes } from './authorization-routes.ts'
import { MAX_REQUEST_BYTES, onlyParsedBody, withParsedBody } from './body.ts'
import type { Composition } from './compose.ts'
import { createGuards } from './guards.ts'
import { createReadiness } from './health.ts'
import { addPages } from './pages-routes.ts'
import { followRequests, REQUEST_ID_HEADER } from './requests.ts'
import { addWebhook } from './webhook-route.ts'
import { addMetadataRoutes } from './well-known.ts'

/** Longest a call may go on after the process was asked to stop. */
const SHUTDOWN_LIMIT_MS = 30_000
/** When to come again while the storage is out of order. */
const RETRY_AFTER_S = 5
/** How long finished answers and open subscription streams may still hold their connections. */
const LAST_ANSWERS_MS = 200

/** A server that listens. */
export interface HttpServer {
  /** Address of the MCP endpoint, with the port that was really taken. */
  readonly url: string
  readonly port: number
  /** Stops accepting, lets running calls finish, then closes. */
  close(): Promise<void>
}

/** Listens as configured. @throws the system's error when the port cannot be taken */
export async function serveHttp(composition: Composition): Promise<HttpServer> {
  const { config, log, factory, activity, oauth } = composition
  const handler = createMcpHandler(factory, {
    maxRequestBodySize: MAX_REQUEST_BYTES,
    onerror: error => log.debug({ error: error.message }, 'rejected request'),
  })
  const app = createHttpApp(composition, handler)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.listen.port, config.listen.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const host = config.listen.host.includes(':') ? `[${config.listen.host}]` : config.listen.host
  return {
    // With OAuth clients must use the address that tokens are for.
    url: oauth?.resource.resource ?? `${config.listen.publicUrl ?? `http://${host}:${port}`}/mcp`,
    port,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      await activity.settled(SHUTDOWN_LIMIT_MS)
      // The last answers are made but perhaps not sent; connections fall idle when they are.
      const sweep = setInterval(() => server.closeIdleConnections(), 20)
      await Promise.race([closed, sleep(LAST_ANSWERS_MS)])
      clearInterval(sweep)
      await handler.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The routes, without a socket. */
export function createHttpApp(
  composition: Composition,
  handler: McpHttpHandler,
): Hono<{ Bindings: HttpBindings }> {
  const { config, log, telemetry, catalog, identity, oauth } = composition
  const guards = createGuards(config.listen)
  const readiness = createReadiness(composition)
  const app = new Hono<{ Bindings: HttpBindings }>()

  const base = oauth ? new URL(oauth.resource.resource).pathname.replace(/\/mcp$/, '') : ''
  followRequests(app, telemetry, base)
  app.get('/health/live', c => c.json({ status: 'ok' }))
  app.get('/health/ready', async c => c.json(await readiness()))
  if (config.role === 'worker') return app
  if (oauth) addMetadataRoutes(app, oauth)
  if (oauth?.builtin) addOpenRoutes(app, oauth.builtin, base)

  const crossOrigin = cors({
    origin: origin => (guards.allowsOrigin(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    exposeHeaders: [
      'WWW-Authenticate',
      'Mcp-Session-Id',
      'Mcp-Protocol-Version',
      REQUEST_ID_HEADER,
    ],
    maxAge: 600,
  })
  app.use(async (c, next) => guards.refusal(c.req.raw) ?? next())
  addWebhook(app, composition, base)
  if (oauth?.builtin) addBrowserRoutes(app, oauth.builtin, base)
  if (oauth?.pages) addPages(app, oauth.pages, base)
  app.use((c, next) => (c.req.raw.headers.has('origin') ? crossOrigin(c, next) : next()))

  const serveMcp = async (request: Request): Promise<Response> => {
    if (request.method === 'GET' && wantsHtml(request)) return lost(config, 200)
    const asked = announcedScopes(catalog, request.headers)
    const caller = await identity.identify(request, asked)
    if (caller instanceof Response) return caller
    const authInfo = { token: '', clientId: '', scopes: [], extra: { caller } }
    const granted = scopesOf(caller)
    const call =
      granted === undefined
        ? await withParsedBody(request, { authInfo })
        : await onlyParsedBody(request, { authInfo })
    if (call instanceof Response) return call
    const missing = granted && missingScopes(catalog, granted, call[1].parsedBody)
    if (missing) {
      log.info({ scopes: missing.join(' ') }, 'refused a call for missing scopes')
      return identity.refuse(missing)
    }
    const response = await handler.fetch(...call)
    // Current clients name the method in a header; the others get a session to cancel calls in.
    if (!request.headers.has('mcp-method') && !request.headers.has(SESSION_HEADER)) {
      response.headers.set(SESSION_HEADER, randomUUID())
    }
    return response
  }
  app.all('/mcp', c => serveMcp(c.req.raw))
  app.all('/mcp/', c => serveMcp(c.req.raw))

  app.get('/', c =>
    oauth?.pages && wantsHtml(c.req.raw) ? c.redirect(`${base}/app`) : lost(config, 200),
  )
  app.notFound(() => lost(config, 404))
  app.onError((error, c) => {
    if (isPassing(error)) {
      composition.log.warn({ code: error.code }, error.message)
      c.header('retry-after', String(RETRY_AFTER_S))
      return c.json({ error: 'temporarily_unavailable' }, 503)
    }
    composition.log.error({ error: error.stack }, 'fault')
    return c.json({ error: 'internal_error' }, 500)
  })
  return app
}

function wantsHtml(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') ?? false
}

/** Says where to go; also to an MCP client that was given the wrong path. */
function lost(config: Composition['config'], status: 200 | 404): Response {
  const base = config.listen.publicUrl
  const message = `This is ${NAME} ${VERSION}. The MCP endpoint is ${base ?? ''}/mcp (streamable HTTP): give your AI client this address with /mcp at its end.`
  return Response.json(
    {
      jsonrpc: '2.0',
      ...(status === 404 ? { error: { code: -32_601, message } } : { message }),
      id: null,
    },
    { status },
  )
}
