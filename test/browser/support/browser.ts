/** A real browser: Chromium of this machine, as different people have set theirs up. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Language } from '../../../src/web/language.ts'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots')
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' }

/** How somebody looks at pages. */
export interface Look {
  /** Of the window, in CSS pixels; default 1280. */
  readonly width?: number
  /** Default English. */
  readonly language?: Language
  /** Default light. */
  readonly dark?: boolean
  /** Whether scripts run; default true. */
  readonly script?: boolean
}

/** Starts the browser: the one of `CHROMIUM_PATH`, else the system's. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no browser at ${executablePath}. Install one (Debian: apt-get update && apt-get ` +
        'install -y chromium) or give the path of another Chromium in CHROMIUM_PATH.',
    )
  }
  return chromium.launch({ executablePath, args: ARGUMENTS })
}

/** A person's window with cookies of its own; close its `context()` when done. */
export async function newPage(browser: Browser, look: Look = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: 800 },
    locale: LOCALES[look.language ?? 'en'],
    timezoneId: 'Europe/Berlin',
    colorScheme: look.dark ? 'dark' : 'light',
    javaScriptEnabled: look.script ?? true,
  })
  context.setDefaultTimeout(10_000)
  return context.newPage()
}

/** Keeps a picture of the whole page as `test/browser/screenshots/<name>.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const path = join(SCREENSHOTS, `${name}.png`)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
}

/** What a page complained about since: errors, and whatever its policy or the network refused. */
export function complaints(page: Page): string[] {
  const found: string[] = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) found.push(message.text())
  })
  page.on('pageerror', error => found.push(String(error)))
  page.on('requestfailed', request => {
    // One that its page was left during, such as that of a page that waits, has not failed.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    found.push(`failed: ${request.url()}`)
  })
  page.on('response', response => {
    if (response.status() >= 400) found.push(`${response.status()}: ${response.url()}`)
  })
  return found
}
