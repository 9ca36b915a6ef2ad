import { randomBytes } from 'node:crypto'
import { mintAppPassword } from './auth.ts'
import {
  type Exchange,
  jsonReply,
  parameters,
  type Reply,
  reply,
  text,
  unknownRoute,
} from './http.ts'
import type { Instance } from './instance.ts'
import { accountByLogin } from './users.ts'
import { escapeXml } from './xml.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
// A real instance forgets logins after twenty minutes; here the oldest makes room.
const loginLimit = 100

/**
 * Login Flow v2. The part for clients (begin, poll) is as in Nextcloud; the part for browsers is
 * one page with one form instead of Nextcloud's four pages.
 *
 * @returns nothing when the path is none of the flow's
 */
export function handleLoginFlow(instance: Instance, exchange: Exchange): Reply | undefined {
  const path = exchange.path.replace(/^\/index\.php/, '')
  const { method } = exchange
  if (path === '/login/v2' && method === 'POST') return begin(instance)
  if (path === '/login/v2/poll' && method === 'POST') return poll(instance, exchange)
  const token = /^\/login\/v2\/flow\/([\w-]+)$/.exec(path)?.[1]
  if (token === undefined) return undefined
  if (method === 'GET') return page(instance, token)
  return method === 'POST' ? grant(instance, exchange, token) : undefined
}

function begin({ state, url }: Instance): Reply {
  const pollToken = randomToken()
  const flowToken = randomToken()
  const [oldest] = state.logins.keys()
  if (state.logins.size >= loginLimit && oldest !== undefined) state.logins.delete(oldest)
  state.logins.set(pollToken, { flowToken })
  return jsonReply(200, {
    poll: { token: pollToken, endpoint: `${url}/login/v2/poll` },
    login: `${url}/login/v2/flow/${flowToken}`,
  })
}

/** A granted login is told once; until then, and ever after, there is nothing. */
function poll({ state, url }: Instance, exchange: Exchange): Reply {
  const token = text(parameters(exchange).token) ?? ''
  const granted = state.logins.get(token)?.granted
  if (granted === undefined) return jsonReply(404, [])
  state.logins.delete(token)
  return jsonReply(200, { server: url, ...granted })
}

function page(instance: Instance, token: string, problem = ''): Reply {
  if (pendingLogin(instance, token) === undefined) return unknownRoute()
  const notice = problem === '' ? '' : `<p role="alert">${escapeXml(problem)}</p>`
  return reply(
    problem === '' ? 200 : 401,
    html,
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Log in – Nextcloud demo</title></head>
<body>
<h1>Connect to your account</h1>${notice}
<form method="post">
<p><label>Account name <input name="user" autocomplete="username" required></label></p>
<p><label>Password
<input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Grant access</button></p>
</form>
</body>
</html>\n`,
  )
}

function grant(instance: Instance, exchange: Exchange, token: string): Reply {
  const login = pendingLogin(instance, token)
  if (login === undefined) return unknownRoute()
  const given = parameters(exchange)
  const loginName = text(given.user) ?? ''
  const account = accountByLogin(instance.state.directory, loginName)
  if (account?.enabled !== true || account.password !== text(given.password)) {
    return page(instance, token, 'Wrong login or password.')
  }
  const appPassword = mintAppPassword(instance.credentials, account, loginName)
  login.granted = { loginName, appPassword }
  return reply(
    200,
    html,
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Account connected</title>' +
      '</head><body><h1>Account connected</h1><p>You can close this window.</p></body></html>\n',
  )
}

function pendingLogin({ state }: Instance, flowToken: string) {
  return [...state.logins.values()].find(login => login.flowToken === flowToken && !login.granted)
}

function randomToken(): string {
  return randomBytes(96).toString('base64url')
}
