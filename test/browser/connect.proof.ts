/** From the address alone to the notes of who confirmed, as different people go the way. */
import type { Client } from '@modelcontextprotocol/client'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ConnectHarness, startConnect } from '../support/connect.ts'
import { callTool } from '../support/harness.ts'
import { type AiApp, type AiAppOptions, startAiApp } from './support/ai-app.ts'
import { openBrowser } from './support/browser.ts'
import { newPerson, type Person, type PersonOptions } from './support/person.ts'

let browser: Browser
let h: ConnectHarness
const left: { close(): Promise<void> }[] = []

beforeAll(async () => {
  const environment = { MCP_ENABLED_APPS: 'core,notes,files' }
  ;[browser, h] = await Promise.all([openBrowser(), startConnect({ environment })])
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})
afterEach(async () => {
  for (const each of left.splice(0)) await each.close()
})

/** What this server suggests to clients that do not know what they will need. */
const SUGGESTED = ['notes:read', 'files:read', 'sharing:read']

async function start(app: AiAppOptions, person: PersonOptions): Promise<[AiApp, Person, URL]> {
  const ai = await startAiApp(h.url, app)
  const somebody = await newPerson(browser, { everything: true, ...person })
  left.push(ai, somebody)
  return [ai, somebody, await ai.begin()]
}

/** Unticks one thing, and goes on to the page that waits. */
async function decide(person: Person, page = person.page): Promise<void> {
  await person.toggle(page.locator('[value="files:read"]'))
  await person.look('unticked', { page })
  await person.press(person.button(person.say('decision.continue'), page))
  await person.heading(person.say('waiting.title'), page).waitFor()
  await person.look('waiting', { page })
}

/** What was allowed and no more, in the account of who confirmed. */
async function expectWorking(app: AiApp, client: Client, user: string): Promise<void> {
  expect(app.tokens()?.scope?.split(' ').toSorted()).toEqual(['notes:read', 'sharing:read'])
  const names = (await client.listTools()).tools.map(({ name }) => name)
  expect(names).toContain('nc_notes_get_note')
  expect(names).not.toContain('nc_notes_create_note')
  expect(names.filter(name => name.startsWith('nc_webdav_'))).toEqual([])
  expect((await callTool(client, 'nc_users_get_current_user')).data.id).toBe(user)
}

test('with a mouse', async () => {
  const [app, person, address] = await start({ name: 'Desktop App' }, { pictures: 'way-mouse' })
  const { page } = person
  await page.goto(address.href)
  await person.heading('Connect Desktop App to your Nextcloud?').waitFor()
  const { host } = new URL(app.redirect)
  await page.getByText(`a program on this computer (${host})`).waitFor()
  await person.heading('Any program on this computer could be it').waitFor()
  const ticked = await page.locator('[name=scopes]:checked').all()
  expect(await Promise.all(ticked.map(box => box.inputValue()))).toEqual(SUGGESTED)
  await person.look('consent')

  await decide(person)
  await person.confirm(h.bob, { name: 'Desktop App' })
  await person.heading('Back in the app').waitFor()
  expect(page.url()).toContain(`${app.redirect}?`)
  await person.lookElsewhere('back', page)
  await expectWorking(app, await app.finish(await app.back()), 'bob')
  // Whoever presses Back finds no page that would do all that again.
  await page.goBack()
  await person.heading('This request has expired').waitFor()
  await person.look('back-again', { status: 404 })
})

test('with nothing but a keyboard, on a phone, in German, in the dark', async () => {
  const [app, person, address] = await start(
    { name: 'Notizhelfer' },
    { pictures: 'way-keyboard', keyboard: true, width: 360, language: 'de', dark: true },
  )
  await person.page.goto(address.href)
  await person.heading('Notizhelfer mit deiner Nextcloud verbinden?').waitFor()
  await person.look('consent')
  await decide(person)
  await person.confirm(h.alice, { name: 'Notizhelfer' })
  await person.heading('Back in the app').waitFor()
  await expectWorking(app, await app.finish(await app.back()), 'alice')
})

test('without scripts', async () => {
  const [app, person, address] = await start(
    { name: 'Quiet App' },
    { pictures: 'way-plain', script: false },
  )
  await person.page.goto(address.href)
  await person.look('consent')
  await decide(person)
  await person.page.locator('noscript p').waitFor()
  await person.confirm(h.bob)
  await person.heading('Back in the app').waitFor()
  await expectWorking(app, await app.finish(await app.back()), 'bob')
})

test('in a small window that another page opened, and that page is told', async () => {
  const [app, person, address] = await start({ name: 'Web App' }, { pictures: 'way-popup' })
  const { page } = person
  await page.goto(`${app.page}#${encodeURIComponent(address.href)}`)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    person.press(person.button('Connect')),
  ])
  await person.heading(/^Connect Web App/, popup).waitFor()
  await person.look('consent', { page: popup })
  await decide(person, popup)
  await person.confirm(h.bob, { page: popup })
  await person.heading('Back in the app', popup).waitFor()
  await page.getByRole('status').getByText('code=').waitFor()
  await person.lookElsewhere('opener', page)
  await expectWorking(app, await app.finish(await app.back()), 'bob')
})

test('to a program with a scheme of its own, for a click', async () => {
  const redirect = 'cursor://anysphere.cursor-mcp/oauth/callback'
  const [app, person, address] = await start(
    { name: 'Cursor', redirect },
    { pictures: 'way-scheme' },
  )
  await person.page.goto(address.href)
  await person.page.getByText('the program for cursor:// links').waitFor()
  await person.heading('Any program on this device could be it').waitFor()
  await person.look('consent')
  await decide(person)
  await person.confirm(h.alice)
  await person.heading('Connected').waitFor()
  await person.page.getByText('One last click takes you back to your AI app.').waitFor()
  await person.look('connected')

  // There is no such program here: the browser gives up where it would start it.
  const [called] = await Promise.all([
    person.page.waitForEvent('requestfailed', each => each.url().startsWith('cursor:')),
    person.press(person.link('Back to the app')),
  ])
  expect(called.url()).toContain(`${redirect}?`)
  await expectWorking(app, await app.finish(new URL(called.url())), 'alice')
})
