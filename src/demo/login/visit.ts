import { randomText } from '../auth.ts'
import {
  cookie,
  type Exchange,
  header,
  jsonReply,
  type Parameters,
  parameters,
  type Reply,
  reply,
  text,
} from '../http.ts'
import type { Instance } from '../instance.ts'
import type { BrowserSession } from '../state.ts'
import type { Account } from '../users.ts'
import { problemPage } from './pages.ts'

/** One request for a page, with the session of the browser that sent it. */
export interface Visit {
  instance: Instance
  exchange: Exchange
  parameters: Parameters
  /** Address of the instance as the browser knows it, without trailing slash. */
  url: string
  /** Renewed when somebody logs in or out. */
  sessionId: string
  session: BrowserSession
}

// Beyond it the oldest makes room. Every client that ignores cookies leaves a session behind.
const sessionLimit = 1000

/** The request with the session its cookie names, or a new one: ids of others are not adopted. */
export function openVisit(instance: Instance, exchange: Exchange): Visit {
  const sent = cookie(exchange.headers, instance.id) ?? ''
  const known = instance.state.sessions.get(sent)
  const [sessionId, session] = known === undefined ? newSession(instance) : [sent, known]
  const url = publicUrl(instance, exchange)
  return { instance, exchange, parameters: parameters(exchange), url, sessionId, session }
}

/** Replaces the session by an empty one, as when somebody logs out. */
export function clearSession(visit: Visit): void {
  const { instance } = visit
  instance.state.sessions.delete(visit.sessionId)
  const [id, session] = newSession(instance)
  visit.sessionId = id
  visit.session = session
}

/** Gives the session another id and request token: what was known before is worth nothing. */
export function renewSession(visit: Visit): void {
  const { session } = visit
  clearSession(visit)
  const { requestToken } = visit.session
  Object.assign(visit.session, session, { requestToken })
}

/** Who is logged in, if anybody. */
export function signedIn({ instance, session: { user } }: Visit): Account | undefined {
  const account = user && instance.state.directory.accounts.get(user.userId)
  return account?.enabled && account.password === user?.password ? account : undefined
}

/** Whether a form came from a page of this session, or a program vouches for itself. */
export function provesOrigin(visit: Visit): boolean {
  const { exchange, parameters, session } = visit
  if (!hasStrictCookies(visit)) return false
  if ((header(exchange, 'ocs-apirequest') ?? '') !== '') return true
  const token = text(parameters.requesttoken) ?? header(exchange, 'requesttoken')
  return token === session.requestToken
}

/** Whether the browser was on this site before, which it shows with cookies for this site only. */
export function hasStrictCookies({ instance, exchange }: Visit): boolean {
  if (cookie(exchange.headers, instance.id) === undefined) return true
  return ['lax', 'strict'].every(
    kind => cookie(exchange.headers, `nc_sameSiteCookie${kind}`) === 'true',
  )
}

/** A page for people. */
export function htmlReply(status: number, body: string): Reply {
  return reply(status, htmlHeaders, body)
}

/** Sends the browser elsewhere, by GET. What a header cannot hold is percent-encoded. */
export function redirect(location: string, status = 303): Reply {
  const Location = location.replace(/[^\x21-\x7e]/gu, character => encodeURIComponent(character))
  return reply(status, { ...htmlHeaders, Location })
}

/** A refusal: a page for browsers, JSON for whoever does not ask for HTML. */
export function refusal(visit: Visit, status: number, message: string): Reply {
  if (!wantsHtml(visit)) return jsonReply(status, { message })
  return htmlReply(status, problemPage(message))
}

/** To the login page and from there back here; JSON for whoever does not ask for HTML. */
export function toLogin(visit: Visit): Reply {
  if (!wantsHtml(visit)) return jsonReply(401, { message: 'Current user is not logged in' })
  const { instance, exchange, parameters } = visit
  const { basePath } = instance.settings
  const user = text(parameters.user) ?? ''
  return redirect(
    loginPath(basePath, {
      redirect_url: basePath + exchange.path + exchange.search,
      ...(text(parameters.direct) === '1' && { direct: '1' }),
      ...(user !== '' && { user }),
    }),
  )
}

/** Path of the login page with parameters, encoded no further than Nextcloud does. */
export function loginPath(basePath: string, given: Record<string, string>): string {
  const pairs = Object.entries(given).map(
    ([name, value]) =>
      `${name}=${encodeURIComponent(value).replace(/%(?:2F|3F|3A|40)/g, decodeURIComponent)}`,
  )
  return `${basePath}/login?${pairs.join('&')}`
}

/** Address of the instance as whoever asks knows it, without trailing slash. */
export function publicUrl({ settings, url }: Instance, exchange: Exchange): string {
  const host = header(exchange, 'host')
  return host === undefined ? url : `http://${host}${settings.basePath}`
}

/** Nobody else may frame these pages, and their forms lead nowhere else. */
const htmlHeaders = {
  'Content-Type': 'text/html; charset=UTF-8',
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  'Content-Security-Policy':
    "default-src 'none';base-uri 'none';style-src 'self' 'unsafe-inline';img-src 'self' data:;" +
    "frame-ancestors 'self';form-action 'self'",
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

function wantsHtml({ exchange }: Visit): boolean {
  return /html/i.test(header(exchange, 'accept') ?? '')
}

function newSession({ state: { sessions } }: Instance): [id: string, session: BrowserSession] {
  const [oldest] = sessions.keys()
  if (sessions.size >= sessionLimit && oldest !== undefined) sessions.delete(oldest)
  const id = randomText(26, 'abcdefghijklmnopqrstuvwxyz0123456789')
  const session = { requestToken: randomText(64) }
  sessions.set(id, session)
  return [id, session]
}
