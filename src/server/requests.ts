/** Each HTTP request gets an id, a line in the log at debug, a measurement and a span. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { knownMethod } from '../telemetry/http-method.ts'
import { requestIdOf } from '../telemetry/request-scope.ts'
import type { TraceCarrier } from '../telemetry/tracing.ts'
import type { Telemetry } from './telemetry.ts'

/** In requests, from a proxy that has given one, and in answers. */
export const REQUEST_ID_HEADER = 'X-Request-Id'

/** Endpoints by how their paths begin; anything else is `other`, as paths may hold secrets. */
const ENDPOINTS = [
  '/mcp',
  '/health/live',
  '/health/ready',
  '/.well-known',
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/register',
  '/oauth/revoke',
  '/oauth/jwks',
  '/oauth',
  '/app',
  '/webhooks/nextcloud',
]

/** Follows the requests to an app; to be added before its routes. @param base path of the server */
export function followRequests(
  app: Hono<{ Bindings: HttpBindings }>,
  { log, requests, meter, tracing }: Telemetry,
  base: string,
): void {
  app.use(async (c, next) => {
    const requestId = requestIdOf(c.req.header(REQUEST_ID_HEADER) ?? null)
    const { method } = c.req
    const endpoint = endpointOf(c.req.path, base)
    const started = performance.now()
    const ended = meter?.request({ method, endpoint })
    // Some endpoints answer on Node's own stream, which then has the status.
    const { outgoing } = c.env
    outgoing.setHeader(REQUEST_ID_HEADER, requestId)
    const answer = async () => {
      await next()
      return c.res.headers.has('x-hono-already-sent') ? outgoing.statusCode : c.res.status
    }
    const traced = () =>
      tracing === undefined
        ? answer()
        : tracing.span(
            {
              name: `${knownMethod(method)} ${endpoint}`,
              kind: 'server',
              from: carrierOf(c.req.raw.headers),
            },
            async span => {
              const status = await answer()
              span.attribute('http.response.status_code', status)
              if (status >= 500) span.failed(String(status))
              return status
            },
          )
    await requests.run(requestId, async () => {
      const status = await traced()
      ended?.(status)
      const ms = Math.round(performance.now() - started)
      log.debug({ method, endpoint, status, ms }, 'request')
    })
  })
}

function carrierOf(headers: Headers): TraceCarrier {
  return { traceparent: headers.get('traceparent'), tracestate: headers.get('tracestate') }
}

/** A word out of a small set for the path of a request. */
export function endpointOf(path: string, base: string): string {
  const below = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
  const named = ENDPOINTS.find(known => below === known || below.startsWith(`${known}/`))
  return named ?? (below === '/' ? '/' : 'other')
}
