/** What pages are sent with, and what is made of what others say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  connectClient,
  followHere,
  loginUrlOf,
  registerClient,
  signInAt,
  startConnect,
  submit,
} from '../support/connect.ts'
import {
  type Browser,
  createBrowser,
  formsIn,
  grantLoginFlow,
  type Page,
} from '../support/login-flow.ts'

const PUBLIC = 'https://mcp.example.org/sub'

let h: ConnectHarness
/** Known as https on a sub-path, which a proxy in front passes on. */
let sub: ConnectHarness
beforeAll(async () => {
  h = await startConnect()
  sub = await startConnect({ environment: { NEXTCLOUD_MCP_SERVER_URL: PUBLIC } })
})
afterAll(() => Promise.all([h.close(), sub.close()]))

/** All the cookies that were set on the way through everything. */
function recording(): Browser & { lines: string[]; pages: Page[] } {
  const browser = createBrowser()
  const lines: string[] = []
  const pages: Page[] = []
  const { send } = browser
  browser.send = async (...args) => {
    const page = await send(...args)
    lines.push(...page.headers.getSetCookie())
    pages.push(page)
    return page
  }
  browser.open = async url => browser.follow(await browser.send('GET', url))
  browser.follow = async page => {
    let last = page
    for (let step = 0; step < 10; step++) {
      const location = last.headers.get('location')
      if (location === null) return last
      last = await browser.send('GET', new URL(location, last.url))
    }
    throw new Error('round in circles')
  }
  return { ...browser, lines, pages }
}

/** Connects a client and signs out, in front of the public address. */
async function walkAll(): Promise<{ lines: string[]; pages: Page[] }> {
  const browser = recording()
  await connectClient(h, h.alice, { browser })
  // Confirming in Nextcloud has signed in here as well.
  const overview = await browser.open(`${h.url}/app`)
  await browser.open(`${h.url}/app/log`)
  await browser.open(`${h.url}/app/nowhere`)
  const edit = /href="(\/app\/connections\/[^"]*)"/.exec(overview.body)?.[1] ?? ''
  await browser.open(h.url + edit)
  await browser.send('POST', `${h.url}/app/sign-out`, { fields: {} })
  const out = formsIn(overview).find(({ action }) => action.pathname.endsWith('/sign-out'))
  await browser.send('POST', out?.action ?? '', { fields: out?.fields ?? {} })
  await browser.open(`${h.url}/oauth/authorize?client_id=x`)
  await browser.open(`${h.url}/oauth/authorize/x`)
  return browser
}

describe('cookies', () => {
  test('are out of reach for scripts and other sites', async () => {
    const { lines } = await walkAll()
    const names = new Set(lines.map(line => line.replace(/=.*/s, '')))
    for (const name of ['mcp_browser', 'mcp_session', 'mcp_interaction', 'mcp_resume']) {
      expect(names).toContain(name)
    }
    for (const line of lines) {
      expect(line).toMatch(/;\s*httponly/i)
      expect(line).toMatch(/;\s*samesite=lax/i)
      expect(line).toMatch(/;\s*path=\//i)
      expect(line).not.toMatch(/;\s*domain=/i)
    }
  })

  test('of a server with https on a sub-path are for https and that sub-path alone', async () => {
    const browser = recording()
    const here = `http://127.0.0.1:${sub.server.port}`
    const open = async (url: string) => {
      const { pathname, search } = new URL(url, PUBLIC)
      return browser.send('GET', `${here}${pathname}${search}`)
    }
    const client = await registerClient(`${here}/sub`)
    const { url, verifier } = client.begin({ resource: `${PUBLIC}/mcp` })
    const asked = await open(url.href)
    const page = await open(asked.headers.get('location') ?? '')
    expect(page.url.pathname).toMatch(/^\/sub\/app\/connect\//)
    const decided = await submit(browser, page, { decision: 'allow' })
    const waiting = await open(decided.headers.get('location') ?? '')
    expect(waiting.url.pathname).toMatch(/^\/sub\/app\/login\//)
    await grantLoginFlow(loginUrlOf(waiting), sub.alice)
    const granted = await open(waiting.url.href)
    const finished = await open(granted.headers.get('location') ?? '')
    const onward = finished.headers.get('location') ?? ''
    expect(onward).toMatch(/^https:\/\/mcp\.example\.org\/sub\/oauth\/authorize\//)
    const back = new URL((await open(onward)).headers.get('location') ?? '')
    expect(back.searchParams.get('iss')).toBe(PUBLIC)
    const tokens = await client.exchange(back.searchParams.get('code') ?? '', verifier)
    expect(tokens.status).toBe(200)
    expect(browser.lines.length).toBeGreaterThan(4)
    for (const line of browser.lines) {
      expect(line).toMatch(/;\s*secure/i)
      expect(line).toMatch(/;\s*httponly/i)
      expect(line).toMatch(/;\s*path=\/sub\//i)
    }
  })
})

describe('headers', () => {
  test('of every page keep it out of frames, caches and scripts of others', async () => {
    const { pages } = await walkAll()
    const html = pages.filter(
      ({ headers }) => headers.get('content-type')?.includes('html') && !headers.has('location'),
    )
    expect(html.length).toBeGreaterThan(8)
    for (const { url, headers } of html) {
      const policy = headers.get('content-security-policy') ?? ''
      expect([url.pathname, policy]).toEqual([url.pathname, expect.stringContaining("'none'")])
      expect(policy).toMatch(/default-src 'none'/)
      expect(policy).toMatch(/frame-ancestors 'none'/)
      expect(policy).toMatch(/base-uri 'none'/)
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toMatch(/no-store/)
    }
  })

  test('of every redirect keep it out of caches', async () => {
    const { pages } = await walkAll()
    const redirects = pages.filter(({ headers }) => headers.has('location'))
    expect(redirects.length).toBeGreaterThan(5)
    for (const { url, headers } of redirects) {
      expect([url.pathname, headers.get('cache-control')]).toEqual([
        url.pathname,
        expect.stringContaining('no-store'),
      ])
    }
  })

  test('of every page let its forms lead to this server alone', async () => {
    const redirect_uris = ['https://client.example/callback']
    const { page } = await ask(h, { client: await registerClient(h.url, { redirect_uris }) })
    const { waiting } = await awaitNextcloud(h)
    for (const { headers } of [page, waiting]) {
      expect(headers.get('content-security-policy')).toMatch(/form-action 'self'(;|$)/)
    }
  })

  test('of the state of a login and of the token endpoint keep them out of caches', async () => {
    const { browser, waiting } = await awaitNextcloud(h)
    const state = await browser.open(`${waiting.url}/state`)
    expect(state.headers.get('cache-control')).toMatch(/no-store/)
    for (const body of ['', 'grant_type=x', 'grant_type=refresh_token&client_id=x']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await fetch(`${h.url}/oauth/token`, { method: 'POST', headers, body })
      expect(answer.headers.get('cache-control')).toMatch(/no-store/)
      expect(answer.headers.get('content-type')).toMatch(/application\/json/)
      expect(await answer.json()).toMatchObject({ error: expect.any(String) })
    }
  })
})

describe('what others say is text, not markup', () => {
  test('a client that calls itself a script', async () => {
    const client_name = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
    const client = await registerClient(h.url, { client_name })
    const { browser, page } = await ask(h, { client })
    const decided = await submit(browser, page, { decision: 'allow' })
    const waiting = (await followHere(browser, decided)) as Page
    await connectClient(h, h.alice, { client })
    const { overview } = await signInAt(h, h.alice)
    for (const { body } of [page, waiting, overview]) {
      expect(body).toContain('&lt;script&gt;')
      expect(body).not.toMatch(/<script>alert|<img src=x/)
    }
  })

  test('a request that nobody can answer', async () => {
    const url = new URL(`${h.url}/oauth/authorize`)
    for (const name of ['client_id', 'redirect_uri', 'state', 'scope', 'ui_locales']) {
      url.searchParams.set(name, '"><script>alert(1)</script>')
    }
    const { status, body } = await createBrowser().open(url)
    expect(status).toBe(400)
    expect(body).not.toMatch(/alert/)
  })
})
