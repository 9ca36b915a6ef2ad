/** Somebody revokes an app password in Nextcloud: the app says where to connect again. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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

/** An app of alice's whose app password is gone, and where it sends its user then. */
async function revoked(name: string) {
  const client = await registerClient(h.url, { client_name: name })
  const { tokens } = await connectClient(h, h.alice, { client, scope: 'notes:read sharing:read' })
  const call = () => callerOf(h.url)(tokens.access_token, 'nc_users_get_current_user')
  expect((await call()).data.id).toBe('alice')
  const [appPassword] = named('alice', name)
  demo().revokeAppPassword('alice', appPassword?.id ?? 0)
  const { error } = await call()
  expect(error).toMatchObject({ code: 'NOT_PROVISIONED', url: expect.stringContaining(h.url) })
  return { name, call, link: error?.url ?? '' }
}

afterEach(() => person?.close())

test('confirming once more makes the same token work again', async () => {
  const { name, call, link } = await revoked('Same App')
  person = await newPerson(browser, { pictures: 'reconnect' })
  await person.page.goto(link)
  await person.heading('Let Same App use your Nextcloud?').waitFor()
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

test('confirming with another account is refused, and leaves nothing behind', async () => {
  const { name, call, link } = await revoked('Borrowed App')
  person = await newPerson(browser, { pictures: 'reconnect-other', width: 360, dark: true })
  await person.page.goto(link)
  await person.press(person.button('Continue in Nextcloud'))
  await person.heading('Confirm in your Nextcloud').waitFor()
  await person.confirm(h.bob, { name })
  await person.heading('That was a different account').waitFor()
  await person.look('refused', { status: 403 })
  await expectNothing(name, call)
})

test('whoever is signed in with another account is not even asked', async () => {
  const { name, call, link } = await revoked('Foreign App')
  person = await newPerson(browser, { pictures: 'reconnect-signed-in', language: 'de' })
  await person.page.goto(`${h.url}/app`)
  await person.press(person.button('Mit Nextcloud anmelden'))
  await person.confirm(h.bob)
  await person.heading('Deine KI-Apps').waitFor()
  await person.page.goto(link)
  await person.heading('Das war ein anderes Konto').waitFor()
  await person.look('refused', { status: 403 })
  await expectNothing(name, call)
})

/** Bob gave nothing away, and alice's app has nothing of his. */
async function expectNothing(name: string, call: () => Promise<Called>): Promise<void> {
  expect((await call()).error?.code).toBe('NOT_PROVISIONED')
  expect(named('bob', name)).toEqual([])
  expect(await h.vault.appPasswords.list('bob')).toEqual([])
}
