/** What people find out and decide about what is connected: the pages below `/app`. */
import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type Person as Account,
  type ConnectHarness,
  connectClient,
  registerClient,
  startConnect,
} from '../support/connect.ts'
import { openBrowser } from './support/browser.ts'
import { callerOf } from './support/calls.ts'
import { newPerson, type Person, type PersonOptions } from './support/person.ts'

let browser: Browser
let h: ConnectHarness
let person: Person

beforeAll(async () => {
  const environment = { ENABLE_OFFLINE_ACCESS: 'true' }
  ;[browser, h] = await Promise.all([openBrowser(), startConnect({ environment })])
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})
afterEach(() => person?.close())

const NEW_NOTE = { title: 'New', content: '', category: '' }
const appPasswords = (user: string) =>
  h.backend.demo?.appPasswords(user).map(({ name }) => name) ?? []

/** Somebody who opens a page, and is asked to sign in before it is shown. */
async function signedIn(account: Account, path: string, options: PersonOptions): Promise<void> {
  person = await newPerson(browser, options)
  await person.page.goto(h.url + path)
  await person.heading(person.say('sign-in.title')).waitFor()
  await person.look('sign-in')
  await person.press(person.button(person.say('sign-in.nextcloud')))
  await person.heading(person.say('waiting.title')).waitFor()
  await person.look('waiting')
  await person.confirm(account, { name: new URL(h.url).host })
  await person.page.waitForURL(h.url + path)
}

async function connected(account: Account, name: string, scope: string) {
  const client = await registerClient(h.url, { client_name: name })
  return connectClient(h, account, { client, scope })
}

const card = (name: string): Locator =>
  person.page.getByRole('listitem').filter({ has: person.heading(name) })
/** What stands beside a word on a card. */
const fact = (on: Locator, term: string) =>
  on.getByText(term, { exact: true }).locator('xpath=following-sibling::dd')

test('both apps are there; one is allowed something else, the other nothing any more', async () => {
  const call = callerOf(h.url)
  const notes = await connected(h.bob, 'Notes App', 'notes:read notes:write')
  const files = await connected(h.bob, 'Files App', 'files:read sharing:read')
  const token = files.tokens.access_token
  expect((await call(token, 'nc_users_get_current_user')).data.id).toBe('bob')
  expect(appPasswords('bob')).toEqual(expect.arrayContaining(['Notes App', 'Files App']))

  await signedIn(h.bob, '/app', { pictures: 'account-apps' })
  expect(appPasswords('bob')).not.toContain(new URL(h.url).host)
  await person.look('overview')
  const [one, other] = [card('Notes App'), card('Files App')]
  expect(await fact(one, 'May').innerText()).toBe('Notes: read, change')
  expect(await fact(one, 'Last used').innerText()).toBe('not yet')
  expect(await fact(other, 'May').innerText()).toBe('Files: read\nSharing: read')
  expect(await fact(other, 'Last used').getByRole('time').getAttribute('datetime')).toMatch(/^20/)

  await person.press(person.link('Change what Notes App may do'))
  await person.heading('What Notes App may do').waitFor()
  await person.toggle(person.page.getByLabel('Create, change and delete your notes'))
  await person.toggle(person.page.getByLabel('See and open your files'))
  await person.look('change')
  await person.press(person.button('Save'))
  await person.page.getByText('Saved. It applies at once.').waitFor()
  await person.look('changed')
  expect(await fact(one, 'May').innerText()).toBe('Notes: read\nFiles: read')
  const before = await call(notes.tokens.access_token, 'nc_notes_create_note', NEW_NOTE)
  expect(before.error).toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringMatching(/allowed/),
  })
  const fresh = await notes.client.refresh(notes.tokens.refresh_token)
  expect(fresh.scope).toBe('notes:read files:read')
  const listed = await call(fresh.access_token, 'nc_webdav_list_directory', { path: '/' })
  expect(listed).toMatchObject({ status: 200, error: undefined })

  await person.press(person.button('Disconnect Files App'))
  await person.page.getByText('Disconnected. The app can no longer use your Nextcloud.').waitFor()
  await person.look('disconnected')
  expect(await other.count()).toBe(0)
  expect(await one.count()).toBe(1)
  expect((await call(token, 'nc_users_get_current_user')).status).toBe(401)
  expect((await files.client.refresh(files.tokens.refresh_token)).error).toBe('invalid_grant')
  expect(appPasswords('bob')).toContain('Notes App')
  expect(appPasswords('bob')).not.toContain('Files App')

  await person.press(person.link('Open the log'))
  await person.heading('Log').waitFor()
  await person.look('log')
  const lines = await person.page.getByRole('listitem').locator('p').allInnerTexts()
  expect(lines.map(line => line.replaceAll(/\s+/g, ' '))).toEqual([
    'Access ended Files App',
    'Permissions changed Notes App',
    'Signed in (with Nextcloud)',
    'App allowed Files App (Files: read; Sharing: read)',
    'Access given Files App',
    'App allowed Notes App (Notes: read, change)',
    'Access given Notes App',
  ])
})

test('one signs in to what one opened, and out again, on a phone in German', async () => {
  const look = { width: 360, language: 'de', dark: true } as const
  await signedIn(h.alice, '/app/log?before=nothing', { pictures: 'account-session', ...look })
  await person.heading('Protokoll').waitFor()
  await person.look('log')
  expect(appPasswords('alice')).not.toContain(new URL(h.url).host)
  const cookies = await person.page.context().cookies()

  await person.press(person.link('Zurück zur Übersicht'))
  await person.heading('Deine KI-Apps').waitFor()
  await person.look('overview')
  await person.press(person.button('Abmelden'))
  await person.heading('Anmelden').waitFor()
  await person.look('signed-out')
  // Back does not show what was there.
  await person.page.goBack()
  await person.heading('Anmelden').waitFor()
  // What somebody may have copied of it is worth nothing.
  await person.page.context().addCookies(cookies)
  await person.page.goto(`${h.url}/app`)
  await person.heading('Anmelden').waitFor()
})

test('access while one is away is an app password of its own, and can be ended', async () => {
  const name = `${new URL(h.url).host} (background)`
  await signedIn(h.alice, '/app', { pictures: 'account-background', keyboard: true })
  await person.press(person.button(/^Turn on/))
  await person.button('Continue in Nextcloud').waitFor()
  await person.look('ask')
  await person.press(person.button('Continue in Nextcloud'))
  await person.heading('Confirm in your Nextcloud').waitFor()
  await person.look('waiting-again')
  await person.confirm(h.alice, { name })
  await person.page.getByText('Work while you are away is on.').waitFor()
  expect(appPasswords('alice')).toContain(name)
  await person.page.getByText(/^On since/).waitFor()
  expect(await card(name).count()).toBe(0)
  await person.look('on')
  await person.press(person.button(/^Turn off/))
  await person.page.getByText('Work while you are away is off.').waitFor()
  await person.look('off')
  expect(appPasswords('alice')).not.toContain(name)
})
