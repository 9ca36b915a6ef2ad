/**
 * The pages for people: login, Login Flow v2 and the list of app passwords. They know browsers by
 * a session cookie, which counts nowhere else.
 */
import { type Exchange, type Reply, unknownRoute } from '../http.ts'
import type { Instance } from '../instance.ts'
import { begin, poll } from './flow.ts'
import { grant, openFlow, showGrant, showPicker } from './grant.ts'
import { revokeByForm, revokeByScript, showRoot, showSecurity, showStart } from './settings.ts'
import { logout, showLogin, tryLogin } from './sign-in.ts'
import { openVisit, type Visit } from './visit.ts'

/** Answers a request of a browser; `matched` is the variable part of the path. */
type Handler = (visit: Visit, matched: string) => Reply

/** What clients call, which have no session. */
const clientRoutes: Record<string, (instance: Instance, exchange: Exchange) => Reply> = {
  '/login/v2': begin,
  '/login/v2/poll': poll,
}

/** Patterns of paths without `/index.php`, and what they answer by method. */
const routes: [pattern: RegExp, handlers: Record<string, Handler>][] = [
  [/^\/?$/, { GET: showRoot }],
  [/^\/login$/, { GET: showLogin, POST: tryLogin }],
  [/^\/logout$/, { GET: logout }],
  [/^\/login\/v2\/flow$/, { GET: showPicker }],
  [/^\/login\/v2\/flow\/([^/]+)$/, { GET: openFlow }],
  [/^\/login\/v2\/grant$/, { GET: showGrant, POST: grant }],
  [/^\/apps\/files\/$/, { GET: showStart }],
  [/^\/settings\/user\/security$/, { GET: showSecurity, POST: revokeByForm }],
  [/^\/settings\/personal\/authtokens\/(\d+)$/, { DELETE: revokeByScript }],
]

/**
 * Answers a request for one of the pages, with or without `/index.php`: 405 for a method the
 * page does not have.
 *
 * @returns nothing when the path is none of theirs
 */
export function handleLogin(instance: Instance, exchange: Exchange): Reply | undefined {
  const path = exchange.path.replace(/^\/index\.php(?=\/|$)/, '')
  const clientRoute = clientRoutes[path]
  if (clientRoute !== undefined) {
    return exchange.method === 'POST' ? clientRoute(instance, exchange) : wrongMethod()
  }
  for (const [pattern, handlers] of routes) {
    const match = pattern.exec(path)
    if (match === null) continue
    const handler = handlers[exchange.method === 'HEAD' ? 'GET' : exchange.method]
    if (handler === undefined) return wrongMethod()
    const visit = openVisit(instance, exchange)
    return { ...handler(visit, match[1] ?? ''), session: visit.sessionId }
  }
  return undefined
}

function wrongMethod(): Reply {
  return { ...unknownRoute(), status: 405 }
}
