/** The page that waits for Nextcloud: it goes on by itself, to this server only, and not for ever. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newPage, openBrowser } from './support/browser.ts'
import { type Fixture, startFixture } from './support/fixture.ts'

let browser: Browser
let fixture: Fixture
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  fixture = await startFixture()
  page = await newPage(browser)
})
afterEach(async () => {
  await page.context().close()
  await fixture.close()
})

const status = () => page.getByRole('status')
const open = () => page.goto(`${fixture.url}/waiting`)
const asked = (times: number) => vi.waitUntil(() => fixture.asked >= times, { timeout: 5_000 })

test('goes on when the person has confirmed, and Back does not come back here', async () => {
  await page.goto(`${fixture.url}/overview`)
  await open()
  await asked(1)
  expect(await status().textContent()).toBe('Waiting for you to confirm …')
  fixture.state = { state: 'done', next: '/connected' }
  await page.waitForURL('**/connected')
  await page.goBack()
  expect(page.url()).toBe(`${fixture.url}/overview`)
})

test.each([
  ['another site', 'https://attacker.example/'],
  ['another site without a scheme', '//attacker.example/'],
  ['a script', 'javascript:document.title="taken"'],
  ['something that is no text', 1],
])('does not follow %s', async (_, next) => {
  fixture.state = { state: 'done', next: next as string }
  await open()
  await status().getByText('Confirmed. You can close this page.').waitFor()
  expect(page.url()).toBe(`${fixture.url}/waiting`)
  expect(await page.title()).toContain('Confirm in your Nextcloud')
  expect(fixture.asked).toBe(1)
})

test.each([{ state: 'failed' } as const, 404, 403])('says what to do after %j', async state => {
  fixture.state = state
  await open()
  await status().getByText('That did not work.').waitFor()
  expect(fixture.asked).toBe(1)
})

test('bears a server that is away for a while, and asks it less often', async () => {
  await page.clock.install()
  fixture.state = 503
  await open()
  await asked(1)
  await page.clock.runFor(3_000)
  await status().getByText('It keeps trying').waitFor()
  const before = fixture.asked
  // Regularly it would have asked forty times.
  await page.clock.runFor(60_000)
  expect(fixture.asked - before).toBeLessThan(10)
  fixture.state = { state: 'done', next: '/connected' }
  const arrived = page.waitForURL('**/connected')
  await page.clock.runFor(15_000)
  await arrived
})

test('gives up after twenty minutes', async () => {
  await page.clock.install()
  await open()
  await asked(1)
  await page.clock.fastForward('21:00')
  await status().getByText('This took too long.').waitFor()
  const before = fixture.asked
  await page.clock.runFor(60_000)
  expect(fixture.asked).toBe(before)
})

test('opens Nextcloud in a tab that knows nothing of this one', async () => {
  await open()
  const link = page.getByRole('link', { name: 'Open Nextcloud (opens in a new tab)' })
  expect(await link.getAttribute('rel')).toBe('noopener')
  await page
    .context()
    .route('https://cloud.example.org/**', route =>
      route.fulfill({ contentType: 'text/html', body: '<title>Nextcloud</title>' }),
    )
  const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
  await tab.waitForLoadState()
  expect(tab.url()).toBe('https://cloud.example.org/login/v2/flow/abc')
  expect(await tab.evaluate('opener')).toBe(null)
})

test('without scripts it loads itself again', async () => {
  const plain = await newPage(browser, { script: false })
  const loads: string[] = []
  plain.on('request', request => {
    if (request.isNavigationRequest()) loads.push(request.url())
  })
  await plain.goto(`${fixture.url}/waiting`)
  await vi.waitUntil(() => loads.length > 1, { timeout: 8_000 })
  await plain.locator('noscript p').waitFor()
  await plain.context().close()
})
