/** What the headers forbid, and that they allow what an authorization request needs. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { newPage, openBrowser } from './support/browser.ts'
import { type Fixture, startFixture } from './support/fixture.ts'

let browser: Browser
let fixture: Fixture
let page: Page
const servers: Server[] = []

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
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** A client that waits for the browser on a port of its own. */
async function client(host: string, body = '<title>client</title>'): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(body)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/callback`
}

test('a form leads nowhere else', async () => {
  fixture.redirect = await client('127.0.0.1')
  await page.goto(`${fixture.url}/consent`)
  const refused = page.waitForEvent('console', message => message.text().includes('form-action'))
  await page.locator('[value=allow]').click()
  await refused
  expect(page.url()).toBe(`${fixture.url}/consent`)
})

test.each([true, false])('keeps the page that opened it: %s', async keepsOpener => {
  fixture.headers = { keepsOpener }
  const opener = await client('127.0.0.1')
  await page.goto(opener)
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.evaluate(`void (globalThis.popup = open('${fixture.url}/consent'))`),
  ])
  await popup.waitForLoadState()
  // Back at the client, which tells the page that opened it.
  await popup.goto(opener)
  expect(await popup.evaluate('opener !== null')).toBe(keepsOpener)
})

test('nobody can put a page into a frame', async () => {
  const framing = await client('127.0.0.1', `<iframe src="${fixture.url}/consent"></iframe>`)
  const refused = page.waitForEvent('console', message => /frame-ancestors/.test(message.text()))
  await page.goto(framing)
  await refused
})

test('forms tell where they come from', async () => {
  await page.goto(`${fixture.url}/consent`)
  const [request] = await Promise.all([
    page.waitForRequest(each => each.method() === 'POST'),
    page.locator('[value=allow]').click(),
  ])
  expect((await request.allHeaders()).origin).toBe(fixture.url)
})

test('times are in the zone of the reader', async () => {
  await page.goto(`${fixture.url}/log`)
  const time = page.locator('time').first()
  expect(await time.getAttribute('datetime')).toBe('2026-03-14T09:30:00.000Z')
  expect(await time.textContent()).toBe('14 Mar 2026, 10:30')
  expect(await time.getAttribute('title')).toBe('14 Mar 2026, 09:30 UTC')
})
