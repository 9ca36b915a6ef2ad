/**
 * A person's browser: who it is signed in as, the token that its forms must carry, and what they
 * carry beside it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { callerAddress } from '../authorization/rate-limit.ts'
import type { BrowserSession, BrowserSessions } from '../vault/vault.ts'
import { type Language, languageOf } from './language.ts'
import { CSRF_FIELD, type PageContext } from './views/index.ts'

/** A request of a browser. */
export type PageRequest = Context<{ Bindings: HttpBindings }>

/** Who is in front of the screen. */
export interface Visitor {
  /** A secret of this browser, signed in or not: what is begun in it can be finished in it only. */
  readonly browserId: string
  readonly user: { readonly id: string; readonly displayName: string } | undefined
  readonly language: Language
  /** What the views need. */
  readonly page: PageContext
}

/** Cookies and forms of one deployment. */
export interface Browsers {
  visitor(c: PageRequest): Promise<Visitor>
  /** The form that was sent, if it carries the right token. */
  form(c: PageRequest, visitor: Visitor): Promise<FormData | undefined>
  /** Signs a person in; any session before ends. */
  signIn(c: PageRequest, user: { id: string; displayName: string }): Promise<void>
  signOut(c: PageRequest): Promise<void>
}

/** What they need. */
export interface BrowsersOptions {
  /** Public address of this server. */
  readonly serverUrl: string
  readonly nextcloudUrl: string
  /** Key of the form tokens. */
  readonly secret: string
  readonly sessions: BrowserSessions
}

const SESSION_MS = 12 * 3_600_000
const MAX_FORM_BYTES = 64 * 1_024

/** @see Browsers */
export function createBrowsers(options: BrowsersOptions): Browsers {
  const { sessions, nextcloudUrl } = options
  const { protocol, pathname } = new URL(options.serverUrl)
  const base = pathname.replace(/\/+$/, '')
  const cookie = {
    path: `${base}/`,
    httpOnly: true,
    sameSite: 'Lax',
    secure: protocol === 'https:',
  } as const
  // With this prefix no page of another host in the domain can set them (RFC 6265bis 4.1.3.2).
  const prefix = cookie.secure && base === '' ? '__Host-' : ''
  const sessionCookie = `${prefix}mcp_session`
  const browserCookie = `${prefix}mcp_browser`
  const formToken = (browserId: string, sessionId: string | undefined) =>
    createHmac('sha256', options.secret)
      .update(JSON.stringify([browserId, sessionId ?? null]))
      .digest('base64url')
  const browserIdOf = (c: PageRequest): string => {
    const known = getCookie(c, browserCookie)
    if (known !== undefined && /^[\w-]{43}$/.test(known)) return known
    const fresh = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
    setCookie(c, browserCookie, fresh, cookie)
    return fresh
  }
  const sessionOf = async (sessionId: string | undefined): Promise<BrowserSession | undefined> =>
    sessionId === undefined || sessionId === '' ? undefined : sessions.get(sessionId)

  return {
    async visitor(c) {
      const sessionId = getCookie(c, sessionCookie)
      const session = await sessionOf(sessionId)
      const browserId = browserIdOf(c)
      const language = languageOf(c.req.header('accept-language') ?? null)
      const user = session && {
        id: session.userId,
        displayName: String(session.data.displayName ?? session.userId),
      }
      const csrf = formToken(browserId, session && sessionId)
      return { browserId, user, language, page: { language, base, csrf, user, nextcloudUrl } }
    },

    async form(c, { page }) {
      const type = c.req.header('content-type') ?? ''
      const length = Number(c.req.header('content-length') ?? Number.NaN)
      if (!/^application\/x-www-form-urlencoded\b/i.test(type) || !(length <= MAX_FORM_BYTES)) {
        return undefined
      }
      const form = await c.req.formData()
      return sameText(String(form.get(CSRF_FIELD) ?? ''), page.csrf) ? form : undefined
    },

    async signIn(c, { id, displayName }) {
      const before = getCookie(c, sessionCookie)
      if (before) await sessions.delete(before)
      const sessionId = await sessions.create(id, SESSION_MS, { displayName })
      setCookie(c, sessionCookie, sessionId, { ...cookie, maxAge: SESSION_MS / 1_000 })
    },

    async signOut(c) {
      const sessionId = getCookie(c, sessionCookie)
      if (sessionId) await sessions.delete(sessionId)
      deleteCookie(c, sessionCookie, cookie)
      deleteCookie(c, browserCookie, cookie)
    },
  }
}

/**
 * Where a browser is, for a fair share of what is limited and for nothing else: behind a proxy in
 * the same network, what that says last.
 */
export function addressOf(c: PageRequest): string {
  return callerAddress(c.env.incoming)
}

/** A path of the pages to go on to; anything else, such as another site's address, leads home. */
export function localPath(path: string | null | undefined, base: string): string {
  const home = `${base}/app`
  const url = URL.parse(path ?? '', 'http://here.invalid')
  const isLocal =
    url?.origin === 'http://here.invalid' &&
    (path?.startsWith('/') ?? false) &&
    (url.pathname === home || url.pathname.startsWith(`${home}/`))
  return isLocal ? url.pathname + url.search : home
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
