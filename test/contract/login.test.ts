/**
 * The pages for people, step by step. What is expected here is what a Nextcloud 31.0.2 answered;
 * with NEXTCLOUD_TEST_URL and NEXTCLOUD_TEST_LOGIN_PASSWORD a real one is asked again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoNextcloud, startDemoNextcloud } from '../../src/demo/index.ts'
import {
  type Browser,
  beginLogin,
  createBrowser,
  formsIn,
  grantLoginFlow,
  type Login,
  logIn,
  loginForm,
  type Page,
  pollLogin,
} from '../support/login-flow.ts'

const { env } = process
const real = env.NEXTCLOUD_TEST_URL !== undefined && env.NEXTCLOUD_TEST_LOGIN_PASSWORD !== undefined

let demo: DemoNextcloud | undefined
let url = ''
let user = ''
let password = ''

beforeAll(async () => {
  if (real) {
    url = (env.NEXTCLOUD_TEST_URL ?? '').replace(/\/$/, '')
    user = env.NEXTCLOUD_TEST_USER ?? ''
    password = env.NEXTCLOUD_TEST_LOGIN_PASSWORD ?? ''
  } else {
    demo = await startDemoNextcloud()
    url = demo.url
    user = 'alice'
    password = 'alice-demo'
  }
})
afterAll(() => demo?.close())

const begin = (path?: string) => beginLogin(url, 'Contract test', path)

/** Status, and where a page leads with secrets left out, or what type it is of. */
function summary({ status, headers, url: at }: Page): string {
  const location = headers.get('location')
  if (location === null) return `${status} ${headers.get('content-type')}`
  const { origin, pathname, search } = new URL(location, at)
  expect(origin).toBe(at.origin)
  const base = new URL(url).pathname.replace(/\/$/, '')
  expect(pathname.startsWith(base)).toBe(true)
  // The order of parameters is of no importance.
  const query = search
    .slice(1)
    .split('&')
    .toSorted()
    .join('&')
    .replace(/%3D/g, '=')
    .replace(/%26/g, '+')
    .replace(/=\w{60,}/g, '=TOKEN')
  return `${status} ${pathname.slice(base.length)}${query === '' ? '' : `?${query}`}`
}

const html = 'text/html; charset=UTF-8'
const json = 'application/json; charset=utf-8'
const pending = { status: 404, body: [] }
const grantPath = '/login/v2/grant?user=+direct=0+stateToken=TOKEN'
const noHtml = { headers: { accept: 'application/json' } }

/** Opens a login up to the page that names the client; gives the address of the grant page. */
async function pick(browser: Browser, { login }: Login): Promise<URL> {
  const picker = await browser.open(login)
  expect(summary(picker)).toBe(`200 ${html}`)
  expect(picker.body).toContain('Contract test')
  const [form] = formsIn(picker)
  expect(form).toMatchObject({
    method: 'get',
    action: { pathname: expectedPath('/login/v2/grant') },
  })
  return form?.action ?? new URL(url)
}

/** Up to the grant page; gives its form. */
async function pickAndLogIn(browser: Browser, flow: Login) {
  const page = await browser.open(await pick(browser, flow))
  const grantPage = await logIn(browser, page, user, password)
  expect(summary(grantPage)).toBe(`200 ${html}`)
  const [form] = formsIn(grantPage)
  if (form === undefined) throw new Error('the grant page has no form')
  return { grantPage, form }
}

const expectedPath = (path: string) => new URL(url + path).pathname

describe(real ? 'a real Nextcloud' : 'the demo', () => {
  test('begins a login with and without index.php', async () => {
    for (const path of ['/login/v2', '/index.php/login/v2']) {
      const { login, poll } = await begin(path)
      expect(login).toMatch(new RegExp(`^${url}/login/v2/flow/[A-Za-z0-9]{128}$`))
      expect(poll.endpoint).toBe(`${url}/login/v2/poll`)
      expect(poll.token).toMatch(/^[A-Za-z0-9]{128}$/)
    }
  })

  test('leads from page to page and tells the client once', async () => {
    const flow = await begin()
    const browser = createBrowser()
    const landing = await browser.send('GET', flow.login)
    expect(summary(landing)).toBe('303 /login/v2/flow?direct=0&user=')
    const action = await pick(browser, flow)

    expect(summary(await browser.send('GET', action, noHtml))).toBe(`401 ${json}`)
    const toLogin = await browser.send('GET', action)
    expect(summary(toLogin)).toBe(`303 /login?redirect_url=${grantPath}`)
    const loginPage = await browser.follow(toLogin)
    const { action: loginAction, fields } = loginForm(loginPage)
    expect(loginAction.pathname).toBe(expectedPath('/login'))
    expect(new URL(fields.redirect_url ?? '', url).search).toBe(action.search)
    const { origin } = new URL(url)
    const loggedIn = await browser.send('POST', loginAction, {
      headers: { origin },
      fields: { ...fields, user, password },
    })
    expect(summary(loggedIn)).toBe('303 /login/v2/grant?direct=0&stateToken=TOKEN&user=')

    const grantPage = await browser.follow(loggedIn)
    expect(summary(grantPage)).toBe(`200 ${html}`)
    expect(grantPage.body).toContain('Contract test')
    expect(grantPage.body).toContain(`(${user})`)
    const [form] = formsIn(grantPage)
    expect(form?.method).toBe('post')
    expect(await pollLogin(flow)).toEqual(pending)
    const send = () => browser.send('POST', form?.action ?? '', { fields: form?.fields ?? {} })
    expect(summary(await send())).toBe(`200 ${html}`)

    expect(summary(await send())).toBe(`403 ${html}`)
    expect(summary(await browser.send('GET', `${url}/login/v2/flow`))).toBe(`403 ${html}`)
    expect(summary(await browser.send('GET', flow.login))).toBe('303 /login/v2/flow?direct=0&user=')
    const told = { server: url, loginName: user, appPassword: expect.stringMatching(/^\w{72}$/) }
    expect(await pollLogin(flow)).toEqual({ status: 200, body: told })
    expect(await pollLogin(flow)).toEqual(pending)
    expect(summary(await browser.send('GET', flow.login))).toBe(`403 ${html}`)
  })

  test('refuses what was not asked for on its own pages', async () => {
    const flow = await begin()
    const browser = createBrowser()
    const { form } = await pickAndLogIn(browser, flow)
    const { stateToken = '', requesttoken = '' } = form.fields
    const grantUrl = `${url}/login/v2/grant`
    const post = (fields: Record<string, string>, headers = {}) =>
      browser.send('POST', grantUrl, { fields, headers })

    expect(summary(await browser.send('GET', grantUrl))).toBe(`403 ${html}`)
    const wrong = await browser.send('GET', `${grantUrl}?stateToken=wrong`, noHtml)
    expect(summary(wrong)).toBe(`403 ${html}`)
    expect(summary(await post({}))).toBe(`412 ${html}`)
    const failed = await post({ stateToken }, noHtml.headers)
    expect([failed.status, failed.body]).toEqual([412, '{"message":"CSRF check failed"}'])
    expect(summary(await post({ stateToken, requesttoken: 'a:b' }))).toBe(`412 ${html}`)
    expect(summary(await post({ requesttoken }))).toBe(`403 ${html}`)
    expect(summary(await post({ stateToken: 'wrong', requesttoken }))).toBe(`403 ${html}`)

    const foreign = createBrowser()
    const stolen = await foreign.send('POST', grantUrl, { fields: form.fields })
    expect(summary(stolen)).toBe('303 /login?redirect_url=/login/v2/grant')
    const { fields } = loginForm(await foreign.open(`${url}/login`))
    expect(summary(await post({ stateToken, requesttoken: fields.requesttoken ?? '' }))).toBe(
      `412 ${html}`,
    )

    const strict = browser.cookies.get('nc_sameSiteCookiestrict') ?? ''
    browser.cookies.delete('nc_sameSiteCookiestrict')
    expect(summary(await post(form.fields))).toBe('303 /')
    browser.cookies.set('nc_sameSiteCookiestrict', strict)
    expect(await pollLogin(flow)).toEqual(pending)
    const inHeader = await post({ stateToken }, { requesttoken, accept: '*/*' })
    expect(summary(inHeader)).toBe(`200 ${html}`)
    expect((await pollLogin(flow)).status).toBe(200)
  })

  test('gives the session another id at login, and the old one is worth nothing', async () => {
    const flow = await begin()
    const browser = createBrowser()
    const action = await pick(browser, flow)
    const fixed = createBrowser()
    const page = await browser.open(action)
    for (const [name, value] of browser.cookies) fixed.cookies.set(name, value)
    await logIn(browser, page, user, password)
    expect(summary(await fixed.send('GET', action))).toBe(`303 /login?redirect_url=${grantPath}`)
    expect(summary(await fixed.send('GET', `${url}/login/v2/flow`))).toBe(`403 ${html}`)
  })

  test('knows one login at a time: the last one opened', async () => {
    const browser = createBrowser()
    const first = await pick(browser, await begin())
    await logIn(browser, await browser.open(`${url}/login`), user, password)
    const second = await pick(browser, await begin('/login/v2'))
    expect(summary(await browser.send('GET', first))).toBe(`403 ${html}`)
    expect(summary(await browser.send('GET', second))).toBe(`200 ${html}`)
  })

  test('sends back who could not log in; a wrong password alone loses nothing', async () => {
    const { origin } = new URL(url)
    const attempts: [headers: Record<string, string>, fields: Record<string, string>][] = [
      [{ origin }, { password: 'wrong' }],
      [{}, {}],
      [{ origin: 'https://evil.example' }, {}],
      [{ origin }, { requesttoken: 'a:b' }],
    ]
    for (const [index, [headers, fields]] of attempts.entries()) {
      const browser = createBrowser()
      const page = await browser.open(await pick(browser, await begin()))
      const form = loginForm(page)
      const back = await browser.send('POST', form.action, {
        headers,
        fields: { ...form.fields, user, password, ...fields },
      })
      expect(summary(back)).toBe(`303 /login?direct=1&redirect_url=${grantPath}&user=${user}`)
      const again = await browser.follow(back)
      expect(summary(again)).toBe(`200 ${html}`)
      const after = await logIn(browser, again, user, password)
      expect(summary(after)).toBe(`${index === 0 ? 200 : 403} ${html}`)
    }
  })

  test('sends people on to paths of its own only', async () => {
    const targets = {
      'https://evil.example/': '303 /https://evil.example/',
      '//evil.example/': '303 //evil.example/',
      'apps/x': '303 /apps/x',
      '/a@b': '303 /apps/files/',
    }
    for (const [target, expected] of Object.entries(targets)) {
      const browser = createBrowser()
      const page = await browser.open(`${url}/login?redirect_url=${encodeURIComponent(target)}`)
      const { action, fields } = loginForm(page)
      expect(fields.redirect_url).toBe(target)
      const headers = { origin: new URL(url).origin }
      const sent = await browser.send('POST', action, {
        headers,
        fields: { ...fields, user, password },
      })
      expect(summary(sent)).toBe(expected)
    }
  })

  test('has a way past the login page and out again', async () => {
    const browser = createBrowser()
    expect(summary(await browser.send('GET', `${url}/`))).toBe('302 /login')
    expect(summary(await browser.send('GET', `${url}/logout`))).toBe(
      '303 /login?redirect_url=/logout',
    )
    const settings = `${url}/index.php/settings/user/security`
    expect(summary(await browser.send('GET', settings))).toBe(
      '303 /login?redirect_url=/index.php/settings/user/security',
    )
    await logIn(browser, await browser.open(`${url}/login`), user, password)
    expect(summary(await browser.send('GET', `${url}/login`))).toBe('303 /apps/files/')
    expect(summary(await browser.send('GET', `${url}/login?redirect_url=/login/v2/grant`))).toBe(
      '303 /login/v2/grant',
    )
    const page = await browser.send('GET', settings)
    expect(page.status).toBe(200)
    expect(summary(await browser.send('GET', `${url}/logout`))).toBe(`412 ${html}`)
    const { fields } = loginForm(page)
    const out = `${url}/logout?requesttoken=${encodeURIComponent(fields.requesttoken ?? '')}`
    expect(summary(await browser.send('GET', out))).toBe('303 /login?clear=1')
    expect((await browser.send('GET', settings)).status).toBe(303)
  })

  test('answers 405 to other methods, and may not be framed', async () => {
    const browser = createBrowser()
    const cases = { '/login': 'PUT', '/login/v2': 'GET', '/login/v2/poll': 'GET' }
    for (const [path, method] of Object.entries(cases)) {
      expect(summary(await browser.send(method, url + path))).toBe(`405 ${html}`)
    }
    const page = await browser.send('GET', `${url}/index.php/login`)
    expect(page.headers.get('x-frame-options')).toBe('SAMEORIGIN')
    const policy = page.headers.get('content-security-policy')?.split(';')
    expect(policy).toContain("form-action 'self'")
    expect(policy).toContain("frame-ancestors 'self'")
  })

  test('lets the tests grant a login', async () => {
    const flow = await begin()
    await expect(grantLoginFlow(flow.login, { user, password: 'wrong' })).rejects.toThrow(
      'stuck at',
    )
    await grantLoginFlow(flow.login, { user, password })
    expect(await pollLogin(flow)).toMatchObject({ status: 200, body: { loginName: user } })
    await expect(grantLoginFlow(flow.login, { user, password })).rejects.toThrow('(403)')
  })
})
