import { mintAppPassword, randomText } from '../auth.ts'
import { type Reply, text } from '../http.ts'
import type { PendingLogin } from '../state.ts'
import type { Account } from '../users.ts'
import { loginByFlowToken } from './flow.ts'
import { donePage, grantPage, pickerPage, problemPage } from './pages.ts'
import {
  hasStrictCookies,
  htmlReply,
  provesOrigin,
  redirect,
  refusal,
  signedIn,
  toLogin,
  type Visit,
} from './visit.ts'

/** GET /login/v2/flow/TOKEN: where clients send people. The browser remembers the login. */
export function openFlow(visit: Visit, token: string): Reply {
  if (loginByFlowToken(visit.instance, token) === undefined) return unknownLogin()
  visit.session.flowToken = token
  return redirect(`${visit.url}/login/v2/flow?${prefill(visit)}`)
}

/** GET /login/v2/flow: who asks. Each look at this page makes the state token anew. */
export function showPicker(visit: Visit): Reply {
  const { url, instance, session } = visit
  const login = loginByFlowToken(instance, session.flowToken)
  if (login === undefined) return unknownLogin()
  session.stateToken = randomText(64)
  const query = prefill(visit)
  query.set('stateToken', session.stateToken)
  const action = new URL(`${url}/login/v2/grant?${query}`)
  return htmlReply(200, pickerPage(login.clientName, action))
}

/** GET /login/v2/grant?stateToken=TOKEN: who asks whom. */
export function showGrant(visit: Visit): Reply {
  const { url, session } = visit
  const account = signedIn(visit)
  if (account === undefined) return toLogin(visit)
  return withLogin(visit, ({ clientName }, stateToken) => {
    const tokens = { requestToken: session.requestToken, stateToken }
    const page = grantPage(clientName, account, `${url}/login/v2/grant`, tokens)
    return htmlReply(200, page)
  })
}

/** POST /login/v2/grant with `stateToken` and `requesttoken`: makes the app password. */
export function grant(visit: Visit): Reply {
  const { instance, url, session } = visit
  const account = signedIn(visit)
  if (account === undefined) return toLogin(visit)
  if (!hasStrictCookies(visit)) return redirect(`${instance.settings.basePath}/`)
  if (!provesOrigin(visit)) return refusal(visit, 412, 'CSRF check failed')
  return withLogin(visit, login => {
    delete session.flowToken
    delete session.stateToken
    login.granted = { server: url, ...credentialsFor(visit, account, login) }
    return htmlReply(200, donePage())
  })
}

function credentialsFor({ instance, session }: Visit, account: Account, login: PendingLogin) {
  const loginName = session.user?.loginName ?? account.id
  const minting = { name: login.clientName, loginName }
  return { loginName, appPassword: mintAppPassword(instance.credentials, account, minting) }
}

/** Goes on only with the state token of this session and with a login that still waits. */
function withLogin(visit: Visit, goOn: (login: PendingLogin, stateToken: string) => Reply): Reply {
  const { instance, session, parameters } = visit
  const stateToken = text(parameters.stateToken)
  if (stateToken === undefined) return forbidden('The state token is missing.')
  if (stateToken !== session.stateToken) {
    return forbidden('The state token is not that of the last page you opened.')
  }
  const login = loginByFlowToken(instance, session.flowToken)
  return login === undefined ? unknownLogin() : goOn(login, stateToken)
}

function unknownLogin(): Reply {
  return forbidden('This login is unknown, over or too old. Start it again in the client.')
}

/** Always a page, whoever asks. */
function forbidden(message: string): Reply {
  return htmlReply(403, problemPage(message))
}

/** What clients may say about the login, and Nextcloud hands on from page to page. */
function prefill({ parameters }: Visit): URLSearchParams {
  const direct = text(parameters.direct) === '1' ? '1' : '0'
  return new URLSearchParams({ user: text(parameters.user) ?? '', direct })
}
