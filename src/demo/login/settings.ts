import { appPasswordsOf, revokeById } from '../auth.ts'
import { integer, jsonReply, type Reply, text } from '../http.ts'
import type { Account } from '../users.ts'
import { securityPage, startPage } from './pages.ts'
import { onward } from './sign-in.ts'
import {
  clearSession,
  htmlReply,
  provesOrigin,
  redirect,
  refusal,
  signedIn,
  toLogin,
  type Visit,
} from './visit.ts'

/** GET /: nothing is here, so on to the login page or past it. */
export function showRoot(visit: Visit): Reply {
  if (signedIn(visit) !== undefined) return { ...onward(visit), status: 302 }
  return redirect(`${visit.url}/login`, 302)
}

/** GET /apps/files/: the start page. */
export function showStart(visit: Visit): Reply {
  return asUser(visit, account => {
    const { url, session } = visit
    const logout = `${url}/logout?requesttoken=${session.requestToken}`
    const links = { security: `${url}/index.php/settings/user/security`, logout }
    return htmlReply(200, startPage(account, links))
  })
}

/** GET /settings/user/security: the app passwords. Nextcloud draws this page by script. */
export function showSecurity(visit: Visit): Reply {
  return asUser(visit, account => {
    const { url, instance, session } = visit
    const kept = appPasswordsOf(instance.credentials, account.id).map(([, shown]) => shown)
    const action = `${url}/index.php/settings/user/security`
    return htmlReply(200, securityPage(account, kept, action, session.requestToken))
  })
}

/** POST /settings/user/security with `revoke`: the demo's own, for lack of scripts. */
export function revokeByForm(visit: Visit): Reply {
  return asUser(visit, ({ id }) => {
    if (!provesOrigin(visit)) return refusal(visit, 412, 'CSRF check failed')
    revokeById(visit.instance.credentials, id, integer(text(visit.parameters.revoke)) ?? 0)
    return redirect(`${visit.url}/index.php/settings/user/security`)
  })
}

/** DELETE /settings/personal/authtokens/ID: what Nextcloud's own page sends. */
export function revokeByScript(visit: Visit, id: string): Reply {
  return asUser(visit, account => {
    if (!provesOrigin(visit)) return refusal(visit, 412, 'CSRF check failed')
    const found = revokeById(visit.instance.credentials, account.id, Number(id))
    return jsonReply(found ? 200 : 404, [])
  })
}

/** Who logged in to grant a login may do only that: anything else ends the session. */
function asUser(visit: Visit, goOn: (account: Account) => Reply): Reply {
  const account = signedIn(visit)
  if (account !== undefined && visit.session.user?.ephemeral === false) return goOn(account)
  if (account !== undefined) clearSession(visit)
  return toLogin(visit)
}
