/** Somebody revokes an app password in Nextcloud: the app says where to connect again. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type ConnectHarness,
  connectClient,
  registerClient,
  startConnect,
} from '../support/connect.ts'
import { openBrowser } from './support/browser.ts'
import { type Called, callerOf } from './support/calls.ts'
import { newPerson, type Person } from './support/person.ts'

let browser: Browser
let h: ConnectHarness
let person: Person
let call: () => Promise<Called>
/** Where the app sends its user. */
let link: string

beforeAll(async () => {
  ;[browser, h] = await Promise.all([openBrowser(), startConnect()])
})
afterAll(async () => {
  await browser?.close()
  await h?.close()
})

const demo = () => {
  if (h.backend.demo === undefined) throw new Error('this takes a demo')
  return h.backend.demo
}
const named = (user: string, name: string) =>
  demo()
    .appPasswords(user)
    .filter(each => each.name === name)

beforeEach(async context => {
  const client = await registerClient(h.url, { client_name: context.task.name })
  const { tokens } = await connectClient(h, h.alice, { client, scope: 'notes:read sharing:read' })
  call = () => callerOf(h.url)(tokens.access_token, 'nc_users_get_current_user')
  expect((await call()).data.id).toBe('alice')
  const [appPassword] = named('alice', context.task.name)
  demo().revokeAppPassword('alice', appPassword?.id ?? 0)
  const { error } = await call()
  expect(error).toMatchObject({ code: 'NOT_PROVISIONED', url: expect.stringContaining(h.url) })
  link = error?.url ?? ''
})
afterEach(() => person?.close())

test('Same App', async ({ task: { name } }) => {
  person = await newPerson(browser, { pictures: 'reconnect' })
  await person.page.goto(link)
  await person.button('Continue in Nextcloud').waitFor()
  await person.look('ask')
  await person.press(person.button('Continue in Nextcloud'))
  await person.heading('Confirm in your Nextcloud').waitFor()
  await person.look('waiting')
  await person.confirm(h.alice, { name })
  await person.heading('Connected').waitFor()
  await person.look('connected')
  expect((await call()).data.id).toBe('alice')
  expect(named('alice', name)).toHaveLength(1)
  // Once, and never again.
  await person.page.goto(link)
  await person.heading('This request has expired').waitFor()
  await person.look('again', { status: 404 })
})

test('Borrowed App', async ({ task: { name } }) => {
  person = await newPerson(browser, { pictures: 'reconnect-other', width: 360, dark: true })
  await person.page.goto(link)
  await person.press(person.button('Continue in Nextcloud'))
  await person.heading('Confirm in your Nextcloud').waitFor()
  await person.confirm(h.bob, { name })
  await person.heading('That was a different account').waitFor()
  await person.look('refused', { status: 403 })
  expect((await call()).error?.code).toBe('NOT_PROVISIONED')
  expect(named('bob', name)).toEqual([])
  expect(await h.vault.appPasswords.list('bob')).toEqual([])
})

test('Foreign App', async ({ task: { name } }) => {
  person = await newPerson(browser, { pictures: 'reconnect-signed-in', language: 'de' })
  await person.page.goto(`${h.url}/app`)
  await person.press(person.button('Mit Nextcloud anmelden'))
  await person.confirm(h.bob)
  await person.heading('Deine KI-Apps').waitFor()
  await person.page.goto(link)
  await person.heading('Das war ein anderes Konto').waitFor()
  await person.look('refused', { status: 403 })
  expect((await call()).error?.code).toBe('NOT_PROVISIONED')
  expect(named('bob', name)).toEqual([])
})
