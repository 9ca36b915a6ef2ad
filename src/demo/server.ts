import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { cookbookPrefix, handleCookbook } from './cookbook/api.ts'
import { handleDav } from './dav/router.ts'
import { deckPrefix, handleDeck } from './deck/routes.ts'
import { cookie, type Exchange, jsonReply, type Reply, reply, unknownRoute } from './http.ts'
import { type Instance, isEnabled } from './instance.ts'
import { handleLogin } from './login/routes.ts'
import { handleMail, mailPrefix } from './mail/api.ts'
import { handleNews, newsPrefix } from './news/api.ts'
import { handleNotes, notesPrefix } from './notes/api.ts'
import { status } from './ocs/capabilities.ts'
import { serveDirectLink } from './ocs/direct-links.ts'
import { handleOcs } from './ocs/routes.ts'
import { handlePreview } from './preview.ts'
import { handlePublic } from './shares/public.ts'
import { handleTables, tablesPrefix } from './tables/api1.ts'
import { handleTablesOcs, tablesOcsPrefix } from './tables/ocs.ts'

/** Makes the HTTP server of an instance; `observe` is told of every request before its answer. */
export function createDemoServer(
  instance: Instance,
  observe: (request: IncomingMessage) => void,
): Server {
  const cookies = cookieMaker(instance)
  return createServer((request, response) => {
    observe(request)
    void answer(instance, request).then(
      found => {
        const session = found.session ?? sessionOf(instance, request)
        send(request, response, found, found.session === null ? [] : cookies(session))
      },
      (error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}

async function answer(instance: Instance, request: IncomingMessage): Promise<Reply> {
  const { method = 'GET', url = '/', headers, socket } = request
  const { basePath } = instance.settings
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  if (!path.startsWith(`${basePath}/`)) return webServerNotFound()
  const exchange: Exchange = {
    method,
    path: path.slice(basePath.length),
    search: mark < 0 ? '' : url.slice(mark),
    headers,
    body: await readBody(request),
    address: socket.remoteAddress ?? '',
  }
  try {
    return await route(instance, exchange)
  } catch (error) {
    // A fault of the demo itself: say so instead of imitating an answer of Nextcloud.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return reply(500, { 'Content-Type': 'text/plain; charset=utf-8' }, `Demo fault: ${message}\n`)
  }
}

function route(instance: Instance, exchange: Exchange): Reply | Promise<Reply> {
  const { path } = exchange
  if (path.startsWith(notesPrefix)) return handleNotes(instance, exchange)
  if (path.startsWith(tablesPrefix)) return handleTables(instance, exchange)
  if (path.startsWith(tablesOcsPrefix) && isEnabled(instance, 'tables')) {
    return handleTablesOcs(instance, exchange)
  }
  if (path.startsWith(newsPrefix)) return handleNews(instance, exchange)
  if (path.startsWith(cookbookPrefix)) return handleCookbook(instance, exchange)
  if (path.startsWith(deckPrefix)) return handleDeck(instance, exchange)
  if (path.startsWith(mailPrefix)) return handleMail(instance, exchange)
  if (path.startsWith('/ocs/v2.php/')) return handleOcs(instance, exchange, 2)
  if (path.startsWith('/ocs/v1.php/')) return handleOcs(instance, exchange, 1)
  if (/^\/remote\.php\/(?:web)?dav(?:\/|$)/.test(path)) return handleDav(instance, exchange)
  if (path === '/status.php') {
    return jsonReply(200, status, {
      'Content-Type': 'application/json',
      'Access-Control-Allow-Origin': '*',
    })
  }
  if (path === '/index.php/core/preview') return handlePreview(instance, exchange)
  if (path.startsWith('/remote.php/direct/')) return serveDirectLink(instance, exchange)
  if (/^\/\.well-known\/(?:cal|card)dav\/?$/.test(path)) {
    return reply(301, { Location: `${instance.url}/remote.php/dav/`, 'Content-Type': 'text/html' })
  }
  const open = handlePublic(instance, exchange) ?? handleLogin(instance, exchange)
  if (open !== undefined) return open
  return path.startsWith('/index.php/') ? unknownRoute() : webServerNotFound()
}

/**
 * What never reaches Nextcloud, and so has none of its cookies. Addresses of apps without
 * `index.php` are among it: they work only where the administrator set up rewriting, so clients
 * must not rely on them.
 */
function webServerNotFound(): Reply {
  const page =
    '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>\n'
  return { ...reply(404, { 'Content-Type': 'text/html' }, page), session: null }
}

const noBody = Buffer.alloc(0)

/** Requests without body are not waited for: most are reads. */
function readBody(request: IncomingMessage): Buffer | Promise<Buffer> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  if (encoding === undefined && (length === undefined || length === '0')) return noBody
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () =>
      resolve(parts.length === 1 ? (parts[0] ?? noBody) : Buffer.concat(parts)),
    )
    request.on('error', reject)
  })
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
  cookies: string[],
): void {
  const bare = status === 304 || status === 204
  response.writeHead(status, {
    ...headers,
    ...(!bare && { 'Content-Length': Buffer.byteLength(body) }),
    'Set-Cookie': cookies,
  })
  if (bare || method === 'HEAD' || body.length === 0) response.end()
  else response.end(body)
}

/** The id of the browser session a request belongs to, if any. */
function sessionOf({ id, state }: Instance, { headers }: IncomingMessage): string | undefined {
  const sent = headers.cookie === undefined ? undefined : cookie(headers, id)
  return sent !== undefined && state.sessions.has(sent) ? sent : undefined
}

/**
 * Nextcloud opens a session on every request without one and sends its cookies. A client that
 * authenticates each request has no use for them and must not send them back; here only the
 * sessions of the pages for people are kept.
 */
function cookieMaker({ id, settings }: Instance): (known?: string) => string[] {
  const path = settings.basePath || '/'
  const passphrase = encodeURIComponent(randomBytes(96).toString('base64'))
  const session = randomBytes(12).toString('hex')
  const forever = 'expires=Fri, 31-Dec-2100 23:59:59 GMT'
  const constant = [
    `oc_sessionPassphrase=${passphrase}; path=${path}; HttpOnly; SameSite=Lax`,
    `nc_sameSiteCookielax=true; path=${path}; httponly;${forever}; SameSite=lax`,
    `nc_sameSiteCookiestrict=true; path=${path}; httponly;${forever}; SameSite=strict`,
  ]
  let count = 0
  return (known = `${session}${++count}`) => [
    `${id}=${known}; path=${path}; HttpOnly; SameSite=Lax`,
    ...constant,
  ]
}
