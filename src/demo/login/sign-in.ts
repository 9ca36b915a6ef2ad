import { checkPassword, countFailure, isThrottled } from '../auth.ts'
import { header, type Reply, text } from '../http.ts'
import { loginPage, problemPage } from './pages.ts'
import {
  clearSession,
  htmlReply,
  loginPath,
  provesOrigin,
  redirect,
  refusal,
  renewSession,
  signedIn,
  toLogin,
  type Visit,
} from './visit.ts'

const nameLimitBytes = 255

/** GET /login: the login page, or the way past it for who is logged in. */
export function showLogin(visit: Visit): Reply {
  const { url, session, parameters } = visit
  if (signedIn(visit) !== undefined) return onward(visit)
  const { problem } = session
  delete session.problem
  return htmlReply(
    200,
    loginPage({
      action: `${url}/login`,
      requestToken: session.requestToken,
      redirectUrl: text(parameters.redirect_url) ?? '',
      user: text(parameters.user) ?? '',
      ...(problem !== undefined && { problem }),
    }),
  )
}

/**
 * POST /login: whatever comes of it, the browser is sent on. Forms of other sites do not count as
 * wrong passwords, or they could shut their visitors out.
 */
export function tryLogin(visit: Visit): Reply {
  const { instance, exchange, parameters } = visit
  const { credentials, state } = instance
  if (isThrottled(credentials, exchange.address)) return tooMany()
  const typed = text(parameters.user) ?? ''
  if (!isTrusted(header(exchange, 'origin'), exchange.headers.host)) {
    clearSession(visit)
    return failed(visit, typed, 'invalidOrigin')
  }
  if (!provesOrigin(visit)) {
    // Most likely logged in meanwhile in another tab.
    if (signedIn(visit) !== undefined) return onward(visit)
    clearSession(visit)
    countFailure(credentials, exchange.address)
    return failed(visit, typed, 'csrfCheckFailed')
  }
  const name = typed.trim()
  const password = text(parameters.password) ?? ''
  const checked =
    Buffer.byteLength(name) > nameLimitBytes
      ? 'wrong'
      : checkPassword(state.directory, name, password)
  if (typeof checked === 'string') {
    countFailure(credentials, exchange.address)
    return failed(visit, name, checked === 'wrong' ? 'invalidpassword' : 'userdisabled')
  }
  const { account, loginName } = checked
  const redirectUrl = text(parameters.redirect_url) ?? ''
  const ephemeral = redirectUrl.startsWith(`${instance.settings.basePath}/login/v2/grant`)
  renewSession(visit)
  visit.session.user = { userId: account.id, loginName, password, ephemeral }
  account.lastLogin = Math.floor(instance.settings.now() / 1000)
  return onward(visit)
}

/** GET /logout: not without proof that it was wanted. */
export function logout(visit: Visit): Reply {
  if (signedIn(visit) === undefined) return toLogin(visit)
  if (!provesOrigin(visit)) return refusal(visit, 412, 'CSRF check failed')
  clearSession(visit)
  return redirect(`${visit.url}/login?clear=1`)
}

/** To where somebody who is logged in wanted to go: a path of this instance, or the start page. */
export function onward(visit: Visit): Reply {
  const { url, instance, parameters } = visit
  const { basePath } = instance.settings
  const wanted = text(parameters.redirect_url)
  const path = wanted?.startsWith(basePath) ? wanted.slice(basePath.length) : wanted
  const location = path === undefined ? '' : `${url}${path.startsWith('/') ? '' : '/'}${path}`
  // Behind an @ would be the host, and what is before it a name and a password.
  const good = location !== '' && !location.includes('@')
  return redirect(good ? location : `${url}/apps/files/`)
}

function failed(visit: Visit, user: string, problem: string): Reply {
  const { instance, exchange, parameters, session } = visit
  // The last one allowed is already one too many for a person; see `isThrottled`.
  if (isThrottled(instance.credentials, exchange.address)) return tooMany()
  session.problem = problem
  const redirectUrl = text(parameters.redirect_url)
  return redirect(
    loginPath(instance.settings.basePath, {
      ...(redirectUrl !== undefined && { redirect_url: redirectUrl }),
      direct: '1',
      user,
    }),
  )
}

function tooMany(): Reply {
  const message = 'Too many wrong passwords came from your address. Please try again later.'
  return htmlReply(429, problemPage(message))
}

/** Whether a form was on a page of this host or machine. Ports do not count, as in Nextcloud. */
function isTrusted(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  const own = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  return ['localhost', '127.0.0.1', '[::1]', own].includes(hostname)
}
