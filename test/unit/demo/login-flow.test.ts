import { expect, test } from 'vitest'
import type { DemoNextcloud } from '../../../src/demo/index.ts'
import {
  type Browser,
  beginLogin,
  createBrowser,
  formsIn,
  grantLoginFlow,
  logIn,
  loginForm,
  pollLogin,
} from '../../support/login-flow.ts'
import { clientOf, demoForTest } from './client.ts'

/** Logs a browser in at the login page, for more than a grant. */
async function signedIn(demo: DemoNextcloud, user = 'alice'): Promise<Browser> {
  const browser = createBrowser()
  const page = await browser.open(`${demo.url}/login`)
  await logIn(browser, page, user, `${user}-demo`)
  return browser
}

async function statusOf(browser: Browser, url: string): Promise<number> {
  return (await browser.send('GET', url)).status
}

test('a client gets an app password that bears its name', async () => {
  const demo = await demoForTest({ basePath: '/cloud' })
  const flow = await beginLogin(demo.url, 'Ã¤ client <b>')
  expect(flow.login).toContain(`${demo.url}/login/v2/flow/`)
  await grantLoginFlow(flow.login, { user: 'alice', password: 'alice-demo' })

  const { body } = await pollLogin(flow)
  expect(body).toEqual({
    server: demo.url,
    loginName: 'alice',
    appPassword: expect.stringMatching(/^\w{72}$/),
  })
  expect((await pollLogin(flow)).status).toBe(404)
  const send = clientOf(demo, 'alice', body.appPassword)
  expect((await send('GET', '/ocs/v2.php/cloud/user')).status).toBe(200)
  expect(demo.appPasswords('alice')).toMatchObject([{ id: 1, name: 'ä client <b>' }])
})

test('names are escaped on every page, shortened when long, and may be missing', async () => {
  const demo = await demoForTest()
  const names = { '<i>&"': '<i>&"', [`${'y'.repeat(128)}`]: 'y'.repeat(128), '': '' }
  for (const userAgent of [...Object.keys(names), 'x'.repeat(129)]) {
    const flow = await beginLogin(demo.url, userAgent)
    const picker = await createBrowser().open(flow.login)
    expect(picker.body).not.toContain('<i>')
    expect(picker.body).toContain(userAgent === '' ? 'An unnamed client' : '<strong>')
    await grantLoginFlow(flow.login, { user: 'alice', password: 'alice-demo' })
  }
  expect(demo.appPasswords('alice').map(({ name }) => name)).toEqual([
    ...Object.values(names),
    `${'x'.repeat(120)}…`,
  ])
  const password = await clientOf(demo)('GET', '/ocs/v2.php/core/getapppassword', {
    headers: { 'User-Agent': 'Another client' },
  })
  expect(password.body).toMatch(/"apppassword":"\w{72}"/)
  expect(demo.appPasswords('alice').at(-1)?.name).toBe('Another client')
})

test('a login is over after twenty minutes, granted or not', async () => {
  let clock = Date.parse('2026-01-01T00:00:00Z')
  const demo = await demoForTest({ now: () => clock })
  const [waiting, granted] = [await beginLogin(demo.url), await beginLogin(demo.url)]
  const browser = createBrowser()
  clock += 1_200_000
  const picker = await browser.open(waiting.login)
  expect(picker.status).toBe(200)
  await grantLoginFlow(granted.login, { user: 'alice', password: 'alice-demo' })
  clock += 1000
  expect(await statusOf(browser, waiting.login)).toBe(403)
  expect(await statusOf(browser, `${demo.url}/login/v2/flow`)).toBe(403)
  const page = await browser.open(formsIn(picker)[0]?.action ?? '')
  expect((await logIn(browser, page, 'alice', 'alice-demo')).status).toBe(403)
  expect((await pollLogin(waiting)).status).toBe(404)
  expect((await pollLogin(granted)).status).toBe(404)
})

test('of too many logins the oldest is forgotten, and a reset forgets all', async () => {
  const demo = await demoForTest()
  const first = await beginLogin(demo.url)
  const second = await beginLogin(demo.url)
  for (let count = 2; count < 101; count++) await beginLogin(demo.url)
  const browser = createBrowser()
  expect(await statusOf(browser, first.login)).toBe(403)
  expect(await statusOf(browser, second.login)).toBe(303)
  demo.reset()
  expect(await statusOf(browser, second.login)).toBe(403)
})

test('a mail address logs in, but the app password belongs to the account name', async () => {
  const ldap = { id: '8f2b', loginNames: ['carol'], displayName: 'Carol', email: 'c@example.org' }
  const twin = { displayName: 'Twin', email: 'twin@example.org' }
  const demo = await demoForTest({
    users: [
      { id: 'alice', displayName: 'Alice', email: 'alice@example.org', password: 'alice-demo' },
      { ...ldap, password: 'carol-demo' },
      { ...twin, id: 'castor', password: 'twin-demo' },
      { ...twin, id: 'pollux', password: 'twin-demo' },
    ],
  })
  const loginNameFor = async (user: string, password: string) => {
    const flow = await beginLogin(demo.url)
    await grantLoginFlow(flow.login, { user, password })
    const { body } = await pollLogin(flow)
    const send = clientOf(demo, body.loginName, body.appPassword)
    expect((await send('GET', '/ocs/v2.php/cloud/user')).status).toBe(200)
    return body.loginName
  }
  expect(await loginNameFor('alice@example.org', 'alice-demo')).toBe('alice')
  expect(await loginNameFor(' carol ', 'carol-demo')).toBe('carol')
  expect(await loginNameFor('c@example.org', 'carol-demo')).toBe('c@example.org')
  await expect(loginNameFor('twin@example.org', 'twin-demo')).rejects.toThrow('Wrong account name')
  await expect(loginNameFor('', '')).rejects.toThrow('Wrong account name')
})

test('wrong passwords at the login page throttle the whole address', async () => {
  const demo = await demoForTest({ bruteForceProtection: true })
  const browser = createBrowser()
  const { origin } = new URL(demo.url)
  const attempt = async (headers: Record<string, string> = { origin }, password = 'wrong') => {
    const { action, fields } = loginForm(await browser.open(`${demo.url}/login`))
    const all = { ...fields, user: 'alice', password }
    return (await browser.send('POST', action, { headers, fields: all })).status
  }
  expect(await attempt({})).toBe(303)
  for (let count = 1; count < 11; count++) expect(await attempt()).toBe(303)
  expect(await attempt()).toBe(429)
  expect(await attempt({ origin }, 'alice-demo')).toBe(429)
  expect((await clientOf(demo)('GET', '/ocs/v2.php/cloud/user')).status).toBe(429)
})

test('a session ends with its account, its password or a reset, and is no credential', async () => {
  const demo = await demoForTest()
  const admin = clientOf(demo, 'admin')
  const page = `${demo.url}/apps/files/`
  const bob = await signedIn(demo, 'bob')
  const alice = await signedIn(demo)
  expect([await statusOf(alice, page), await statusOf(bob, page)]).toEqual([200, 200])
  const api = await alice.send('GET', `${demo.url}/ocs/v2.php/cloud/user`, {
    headers: { 'OCS-APIRequest': 'true' },
  })
  expect(api.status).toBe(401)
  expect(await statusOf(alice, `${demo.url}/favicon.ico`)).toBe(404)
  expect(await statusOf(alice, page)).toBe(200)

  await admin('PUT', '/ocs/v2.php/cloud/users/alice', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key: 'password', value: 'new' }),
  })
  await admin('DELETE', '/ocs/v2.php/cloud/users/bob')
  expect([await statusOf(alice, page), await statusOf(bob, page)]).toEqual([303, 303])
  const other = await signedIn(demo, 'admin')
  demo.reset()
  expect(await statusOf(other, page)).toBe(303)
})

test('who logged in to grant a login may do nothing else', async () => {
  const demo = await demoForTest({ basePath: '/cloud' })
  const browser = createBrowser()
  const picker = await browser.open((await beginLogin(demo.url)).login)
  const action = formsIn(picker)[0]?.action ?? ''
  await logIn(browser, await browser.open(action), 'alice', 'alice-demo')
  // Browsers ask for it by themselves; the answer is none of Nextcloud's and must leave cookies be.
  expect(await statusOf(browser, new URL('/favicon.ico', demo.url).href)).toBe(404)
  expect(await statusOf(browser, action.toString())).toBe(200)
  expect(await statusOf(browser, `${demo.url}/index.php/settings/user/security`)).toBe(303)
  expect(await statusOf(browser, action.toString())).toBe(303)
})

test('app passwords are listed and revoked, by their user or by the test', async () => {
  let clock = Date.parse('2026-01-01T00:00:00Z')
  const demo = await demoForTest({ now: () => clock })
  const passwords = [demo.appPassword('alice'), demo.appPassword('alice'), demo.appPassword('bob')]
  const seconds = clock / 1000
  expect(demo.appPasswords('alice')).toEqual([
    { id: 1, name: 'Typed in', lastUsed: seconds },
    { id: 2, name: 'Typed in', lastUsed: seconds },
  ])
  const send = clientOf(demo, 'alice', passwords[0])
  const use = async () => (await send('GET', '/ocs/v2.php/cloud/user')).status
  const lastUsed = () => demo.appPasswords('alice')[0]?.lastUsed
  clock += 60_000
  await use()
  expect(lastUsed()).toBe(seconds)
  clock += 1000
  await use()
  expect(lastUsed()).toBe(seconds + 61)

  demo.revokeAppPassword('alice', 1)
  expect(await use()).toBe(401)
  expect(() => demo.revokeAppPassword('alice', 3)).toThrow(RangeError)
  expect(() => demo.appPasswords('nobody')).toThrow(RangeError)

  const settings = `${demo.url}/index.php/settings/user/security`
  const browser = await signedIn(demo)
  const page = await browser.open(settings)
  const [form] = formsIn(page)
  expect(page.body).toContain('Typed in')
  expect(form?.fields.revoke).toBe('2')
  const fields = { ...form?.fields, requesttoken: 'wrong' }
  expect((await browser.send('POST', settings, { fields })).status).toBe(412)
  await browser.send('POST', form?.action ?? '', { fields: { ...form?.fields, revoke: '3' } })
  expect(demo.appPasswords('bob')).toHaveLength(1)
  const after = await browser.follow(
    await browser.send('POST', form?.action ?? '', { fields: form?.fields ?? {} }),
  )
  expect(after.body).toContain('None.')
  expect(demo.appPasswords('alice')).toEqual([])
})

test('app passwords are revoked as the page of a real Nextcloud does it', async () => {
  const demo = await demoForTest()
  demo.appPassword('alice')
  const browser = await signedIn(demo)
  const page = await browser.open(`${demo.url}/index.php/settings/user/security`)
  const { requesttoken = '' } = loginForm(page).fields
  const revoke = async (headers: Record<string, string>, id = 1) =>
    (
      await browser.send('DELETE', `${demo.url}/index.php/settings/personal/authtokens/${id}`, {
        headers: { accept: 'application/json', ...headers },
      })
    ).status
  expect(await revoke({})).toBe(412)
  expect(await revoke({ requesttoken }, 9)).toBe(404)
  expect(await revoke({ requesttoken })).toBe(200)
  expect(demo.appPasswords('alice')).toEqual([])
})

test('the pages are well-formed, in a language, headed and labelled', async () => {
  const demo = await demoForTest()
  const browser = createBrowser()
  const flow = await beginLogin(demo.url)
  const picker = await browser.open(flow.login)
  const loginPage = await browser.open(formsIn(picker)[0]?.action ?? '')
  const grantPage = await logIn(browser, loginPage, 'alice', 'alice-demo')
  const [form] = formsIn(grantPage)
  const done = await browser.send('POST', form?.action ?? '', { fields: form?.fields ?? {} })
  const refused = await browser.send('GET', flow.login.replace(/\w+$/, 'unknown'))
  const settings = await (await signedIn(demo)).open(`${demo.url}/settings/user/security`)
  for (const { body } of [picker, loginPage, grantPage, done, refused, settings]) {
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(body.match(/<h1>/g)).toHaveLength(1)
    expect(body).not.toContain('<script')
    expect(body.match(/<\w+/g)?.length).toBeGreaterThan(5)
  }
  for (const [, id] of loginPage.body.matchAll(/<input id="(\w+)"/g)) {
    expect(loginPage.body).toContain(`<label for="${id}">`)
  }
  expect(loginPage.body).toContain('<meta name="referrer" content="same-origin">')
})
