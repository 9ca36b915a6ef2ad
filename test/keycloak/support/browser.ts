/** A person with a browser: signs in at Keycloak, agrees to what is asked, comes back with a code. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser in which nobody is signed in yet. */
export interface Visitor {
  /**
   * Opens an authorization request and goes through with it.
   * @returns where it led to, and what was asked on the way
   */
  authorize(url: URL, user: string): Promise<Visit>
  /** A tab of its own, for what is on the way of no client. */
  newPage(): Promise<Page>
  close(): Promise<void>
}

/** How an authorization request went. */
export interface Visit {
  /** Address of the client with the provider's answer. */
  callback: URL
  /** Whether the password was asked for. */
  signedIn: boolean
  /** What the consent page listed; undefined where there was none. */
  consent: string[] | undefined
}

/** Starts a browser. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env.KEYCLOAK_TEST_BROWSER
  if (executablePath === undefined) throw new Error('run these tests with npm run test:keycloak')
  return chromium.launch({ executablePath, args: ARGUMENTS })
}

/** Opens a browser window with cookies of its own. */
export async function openVisitor(browser: Browser): Promise<Visitor> {
  const context = await browser.newContext()
  return {
    async authorize(url, user) {
      const page = await context.newPage()
      try {
        return await authorize(page, url, user)
      } finally {
        await page.close()
      }
    },
    newPage: () => context.newPage(),
    close: () => context.close(),
  }
}

async function authorize(page: Page, url: URL, user: string): Promise<Visit> {
  const redirectUri = url.searchParams.get('redirect_uri') ?? ''
  await page.goto(url.href)
  const passed = await passKeycloak(page, user, redirectUri)
  return { callback: new URL(page.url()), ...passed }
}

/** What people say when Keycloak asks whether a client may have what it wants. */
export type Answer = 'accept' | 'cancel'

/**
 * Goes through Keycloak's pages, from whichever is open.
 * @param back how the address begins that they lead to in the end
 */
export async function passKeycloak(
  page: Page,
  user: string,
  back: string,
  answer: Answer = 'accept',
): Promise<Omit<Visit, 'callback'>> {
  const password = page.locator('input[name=password]')
  const decision = page.locator(`[name=${answer}]`)
  let signedIn = false
  let consent: string[] | undefined

  for (;;) {
    await page.waitForLoadState()
    if (page.url().startsWith(back)) break
    if (await password.isVisible()) {
      signedIn = true
      await page.locator('input[name=username]').fill(user)
      await password.fill(user)
      await goOn(page, '[type=submit]')
    } else if (await decision.isVisible()) {
      consent = await page.locator('#kc-oauth li, .kc-oauth li, main li').allInnerTexts()
      await goOn(page, `[name=${answer}]`)
    } else {
      throw new Error(`stuck at ${page.url()}: ${await page.locator('body').innerText()}`)
    }
  }
  return { signedIn, consent }
}

async function goOn(page: Page, button: string): Promise<void> {
  const before = page.url()
  await Promise.all([
    page.waitForURL(url => url.href !== before),
    page.locator(button).first().click(),
  ])
}

/** Where an AI client on this machine waits for the browser to come back (RFC 8252 7.3). */
export interface LoopbackPort {
  readonly redirectUri: string
  close(): Promise<void>
}

/** Listens on a port, any free one unless told otherwise. */
export async function openLoopbackPort(port = 0, path = '/callback'): Promise<LoopbackPort> {
  const server = createServer((_, response) => response.end('You can close this window.'))
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
