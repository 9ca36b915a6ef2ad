/** A person with a browser at a Nextcloud, demo or real: grants what Login Flow v2 asks for. */

import { remember } from './secrets.ts'

const MAX_REDIRECTS = 10
const ENTITIES: Record<string, string> = { amp: '&', quot: '"', lt: '<', gt: '>', apos: "'" }

/** A login as the client that began it knows it. */
export interface Login {
  /** For the browser. */
  login: string
  poll: { token: string; endpoint: string }
}

/** Begins a login as a client that calls itself so. */
export async function beginLogin(
  url: string,
  userAgent = 'Test client',
  path = '/index.php/login/v2',
): Promise<Login> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'user-agent': userAgent },
  })
  return (await response.json()) as Login
}

/** Asks once whether a login was granted: 200 with the credentials, or 404 with `[]`. */
export async function pollLogin({ poll: { token, endpoint } }: Login) {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams({ token }) })
  const body = (await response.json()) as { server: string; loginName: string; appPassword: string }
  return { status: response.status, body }
}

/** What a browser got, redirects followed or not. */
export interface Page {
  url: URL
  status: number
  headers: Headers
  body: string
}

/** A form of a page, with the values it comes with. */
export interface Form {
  action: URL
  /** Lower case. */
  method: string
  fields: Record<string, string>
}

/** Sends requests with the cookies it was given; scripts do not run. */
export interface Browser {
  /** Name to value; may be changed. */
  cookies: Map<string, string>
  /** One request, without following a redirect. */
  send(method: string, url: string | URL, options?: SendOptions): Promise<Page>
  /** Follows redirects of a page, by GET, until there are none. */
  follow(page: Page): Promise<Page>
  /** {@link Browser.send} GET, then {@link Browser.follow}. */
  open(url: string | URL): Promise<Page>
}

/** What goes along with a request. */
export interface SendOptions {
  headers?: Record<string, string>
  /** Sent as a form. */
  fields?: Record<string, string> | URLSearchParams
}

/**
 * Walks the browser side of a login: opens the address the client was given, logs in where asked
 * to, and grants access.
 *
 * @throws Error with the last page when a step does not lead on, as after a wrong password
 */
export async function grantLoginFlow(
  loginUrl: string,
  { user, password }: { user: string; password: string },
): Promise<void> {
  const browser = createBrowser()
  const picker = await browser.open(loginUrl)
  let page = await browser.open(grantForm(picker).action)
  if (page.url.pathname.endsWith('/login')) page = await logIn(browser, page, user, password)
  const { action, method, fields } = grantForm(page)
  const done = await browser.send(method, action, { fields })
  if (done.status !== 200) throw stuckAt(done)
}

/**
 * Sends the login form of a page and follows where that leads.
 * @throws Error when it leads back to the login page
 */
export async function logIn(
  browser: Browser,
  page: Page,
  user: string,
  password: string,
): Promise<Page> {
  const { action, fields } = loginForm(page)
  const next = await browser.follow(
    await browser.send('POST', action, {
      headers: { origin: page.url.origin },
      fields: { ...fields, user, password },
    }),
  )
  if (next.url.pathname === page.url.pathname) throw stuckAt(next)
  return next
}

/** The login form of a page; a script makes Nextcloud's, out of what the page has for it. */
export function loginForm(page: Page): Form {
  const found = formsIn(page).find(({ fields }) => 'requesttoken' in fields && 'user' in fields)
  if (found !== undefined) return found
  const action = new URL(page.url.pathname, page.url)
  const requesttoken = decoded(/data-requesttoken="([^"]*)"/.exec(page.body)?.[1])
  const state = /id="initial-state-core-loginRedirectUrl" value="([^"]*)"/.exec(page.body)?.[1]
  const redirect =
    state === undefined ? {} : { redirect_url: JSON.parse(Buffer.from(state, 'base64').toString()) }
  return { action, method: 'post', fields: { requesttoken, ...redirect } }
}

/** All forms of a page that say where they lead. */
export function formsIn({ body, url }: Page): Form[] {
  return [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(
    ([, tag = '', inner = '']) => {
      const { action, method = 'get' } = attributes(tag)
      if (action === undefined) return []
      const fields = [...inner.matchAll(/<input\b([^>]*)>/g)].flatMap(([, input = '']) => {
        const { name, value = '' } = attributes(input)
        return name === undefined ? [] : [[name, value] as const]
      })
      const form = { action: new URL(action, url), method: method.toLowerCase() }
      return [{ ...form, fields: Object.fromEntries(fields) }]
    },
  )
}

/** A browser without any cookies. */
export function createBrowser(): Browser {
  const cookies = new Map<string, string>()
  const browser: Browser = {
    cookies,
    async send(method, url, { headers, fields } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: { accept: 'text/html', ...(cookie !== '' && { cookie }), ...headers },
        ...(fields && { body: new URLSearchParams(fields) }),
      })
      for (const line of response.headers.getSetCookie()) keep(cookies, line)
      const body = await response.text()
      return { url: new URL(url), status: response.status, headers: response.headers, body }
    },
    async follow(page) {
      let last = page
      for (let step = 0; step < MAX_REDIRECTS; step++) {
        const location = last.headers.get('location')
        if (location === null) return last
        last = await browser.send('GET', new URL(location, last.url))
      }
      throw new Error(`${page.url.pathname} leads round in circles`)
    },
    open: async url => browser.follow(await browser.send('GET', url)),
  }
  return browser
}

/** The form that leads to the grant page or, on it, grants. */
function grantForm(page: Page): Form {
  const found = formsIn(page).find(({ action }) => action.pathname.endsWith('/login/v2/grant'))
  if (found === undefined) throw stuckAt(page)
  return found
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (/;\s*max-age=0\b/i.test(line)) cookies.delete(name)
  else cookies.set(name, remember(value))
}

function attributes(tag: string): Record<string, string> {
  const pairs = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name, value]) => [name, decoded(value)]))
}

function decoded(attribute = ''): string {
  return attribute.replace(/&(#x?)?(\w+);/gi, (whole, number: string | undefined, code: string) => {
    if (number === undefined) return ENTITIES[code] ?? whole
    return String.fromCodePoint(Number.parseInt(code, number === '#' ? 10 : 16))
  })
}

function stuckAt({ url, status, body }: Page): Error {
  const text = body
    .replace(/<(head|script|style)\b.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
  const path = url.pathname.replace(/\w{60,}/, 'TOKEN')
  return new Error(`stuck at ${path} (${status}): ${text.slice(0, 300)}`)
}
