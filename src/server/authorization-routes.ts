/** The endpoints of the built-in authorization server, which answers on Node's own streams. */
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Hono } from 'hono'
import { PATHS } from '../authorization/paths.ts'
import { callerAddress, createRateLimit } from '../authorization/rate-limit.ts'
import type { Builtin } from './builtin.ts'

type App = Hono<{ Bindings: HttpBindings }>

const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
/** Asked for by programs, without cookies, from any web page. */
const OPEN = [PATHS.token, PATHS.registration, PATHS.revocation, PATHS.jwks]

/** Registrations: hundreds of people may come in a minute, and a flood does in an hour. */
const MOST_REGISTRATIONS = [
  { max: 300, maxOfOne: 150, windowMs: 60_000 },
  { max: 2_000, maxOfOne: 1_000, windowMs: 3_600_000 },
]

/** Adds what any program may ask. Sub-paths are served as proxies may pass them on. */
export function addOpenRoutes(app: App, builtin: Builtin, base: string): void {
  const limits = MOST_REGISTRATIONS.map(createRateLimit)
  for (const path of prefixed(PATHS.registration, base)) {
    app.post(path, async (c, next) => {
      const address = callerAddress(c.env.incoming)
      const wait = Math.max(...limits.map(limit => limit.take(address)))
      return wait === 0 ? next() : tooMany(wait)
    })
  }
  for (const document of DOCUMENTS) {
    // Of an issuer with a path, RFC 8414 looks at the root and OpenID Connect below it.
    for (const path of new Set([document, `${document}${base}`, base + document])) {
      app.all(path, c => handle(c, builtin, document))
    }
  }
  for (const endpoint of OPEN) {
    for (const path of prefixed(endpoint, base)) {
      app.all(path, c => handle(c, builtin, endpoint))
      app.all(`${path}/:id`, c => handle(c, builtin, `${endpoint}/${c.req.param('id')}`))
    }
  }
}

/** Adds what a person's browser is sent through. */
export function addBrowserRoutes(app: App, builtin: Builtin, base: string): void {
  for (const path of prefixed(PATHS.authorization, base)) {
    app.all(path, c => handle(c, builtin, PATHS.authorization))
    app.all(`${path}/:uid`, c => handle(c, builtin, `${PATHS.authorization}/${c.req.param('uid')}`))
  }
}

function tooMany(seconds: number): Response {
  const body = { error: 'temporarily_unavailable', error_description: 'too many registrations' }
  return Response.json(body, {
    status: 429,
    headers: { 'retry-after': String(seconds), 'cache-control': 'no-store' },
  })
}

/** A path as a proxy in front of a sub-path passes it on: without the sub-path, or with it. */
function prefixed(path: string, base: string): string[] {
  return [...new Set([path, base + path])]
}

async function handle(
  { env, req }: Context<{ Bindings: HttpBindings }>,
  builtin: Builtin,
  path: string,
): Promise<Response> {
  // Whoever reads the body through this request first leaves nothing for the library.
  if (req.raw.bodyUsed) throw new Error('the body was read already')
  await (await builtin.server()).handle(env, path)
  return RESPONSE_ALREADY_SENT
}
