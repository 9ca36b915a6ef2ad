/** Attacks on logins at Nextcloud: begun by others, for something else, twice, or called off. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isReal } from '../support/backend.ts'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  connectClient,
  expectRefused,
  followHere,
  isSignedIn,
  loginUrlOf,
  signInAt,
  startConnect,
  submit,
} from '../support/connect.ts'
import {
  type Browser,
  createBrowser,
  formsIn,
  grantLoginFlow,
  type Page,
} from '../support/login-flow.ts'

let h: ConnectHarness
beforeAll(async () => {
  h = await startConnect()
})
afterAll(() => h.close())

/** A login on the way for signing in. */
async function beginSignIn(browser: Browser): Promise<{ waiting: Page; id: string }> {
  const begun = await submit(browser, await browser.open(`${h.url}/app`))
  return withId(await browser.follow(begun))
}

function withId(waiting: Page): { waiting: Page; id: string } {
  return { waiting, id: waiting.url.pathname.split('/').at(-1) ?? '' }
}

describe('a login that somebody else began', () => {
  test('to connect: its pages are refused to other browsers, also once it was granted', async () => {
    const attacker = await awaitNextcloud(h)
    const victims = [createBrowser(), (await ask(h)).browser, (await signInAt(h, h.bob)).browser]
    const { id } = withId(attacker.waiting)
    const finish = `${attacker.page.url.pathname}/finish?login=${id}`
    const tryAll = async () => {
      for (const victim of victims) {
        expectRefused(await victim.open(attacker.waiting.url))
        const state = await victim.open(`${attacker.waiting.url}/state`)
        expect(JSON.parse(state.body)).toEqual({ state: 'failed' })
        expectRefused(await victim.open(new URL(finish, h.url)))
        expectRefused(await victim.open(`${h.url}/app/sign-in/finish?login=${id}`))
      }
    }
    await tryAll()
    await grantLoginFlow(attacker.loginUrl, h.alice)
    await tryAll()
    // For whom it is, it still works.
    const back = await followHere(
      attacker.browser,
      await attacker.browser.send('GET', attacker.waiting.url),
    )
    expect(back).toBeInstanceOf(URL)
    expect((back as URL).searchParams.has('code')).toBe(true)
  })

  test('to sign in: nobody is signed in as somebody else by a link', async () => {
    const attacker = createBrowser()
    const { waiting, id } = await beginSignIn(attacker)
    await grantLoginFlow(loginUrlOf(waiting), h.bob)
    const victim = createBrowser()
    await victim.open(`${h.url}/app`)
    expectRefused(await victim.open(`${h.url}/app/sign-in/finish?login=${id}`))
    expectRefused(await victim.open(waiting.url))
    expect(await isSignedIn(h, victim)).toBe(false)
    await attacker.open(waiting.url)
    expect(await isSignedIn(h, attacker)).toBe(true)
  })

  test('cannot be called off by others', async () => {
    const { waiting, browser, loginUrl } = await awaitNextcloud(h)
    const stranger = createBrowser()
    const own = await stranger.open(`${h.url}/app`)
    const csrf = formsIn(own)[0]?.fields.csrf ?? ''
    await stranger.send('POST', `${waiting.url}/cancel`, { fields: { csrf } })
    await grantLoginFlow(loginUrl, h.alice)
    const state = await browser.open(`${waiting.url}/state`)
    expect(JSON.parse(state.body)).toMatchObject({ state: 'done' })
  })
})

describe('a login in the same browser', () => {
  test('to connect does not sign in', async () => {
    const { browser, waiting, loginUrl } = await awaitNextcloud(h)
    await grantLoginFlow(loginUrl, h.alice)
    await browser.open(`${waiting.url}/state`)
    const { id } = withId(waiting)
    expectRefused(await browser.open(`${h.url}/app/sign-in/finish?login=${id}`))
    expect(await isSignedIn(h, browser)).toBe(false)
  })

  test('to sign in does not connect', async () => {
    const browser = createBrowser()
    const { waiting, id } = await beginSignIn(browser)
    const { page } = await ask(h, { browser })
    await grantLoginFlow(loginUrlOf(waiting), h.alice)
    await browser.open(`${waiting.url}/state`)
    expectRefused(await browser.open(new URL(`${page.url.pathname}/finish?login=${id}`, h.url)))
  })

  test('for one request does not count for another one', async () => {
    const first = await awaitNextcloud(h)
    await grantLoginFlow(first.loginUrl, h.alice)
    const { browser } = first
    await browser.open(`${first.waiting.url}/state`)
    const { page } = await ask(h, { browser })
    const { id } = withId(first.waiting)
    expectRefused(await browser.open(new URL(`${page.url.pathname}/finish?login=${id}`, h.url)))
  })

  test('that was not granted yet finishes nothing', async () => {
    const { browser, page, waiting } = await awaitNextcloud(h)
    const { id } = withId(waiting)
    for (const login of [id, '', 'x', `${id}%00`]) {
      const finish = new URL(`${page.url.pathname}/finish?login=${login}`, h.url)
      expectRefused(await browser.send('GET', finish))
    }
  })

  test('is taken once, by one of many at once', async () => {
    const { browser, page, waiting, loginUrl } = await awaitNextcloud(h)
    await grantLoginFlow(loginUrl, h.alice)
    await browser.open(`${waiting.url}/state`)
    const finish = new URL(`${page.url.pathname}/finish?login=${withId(waiting).id}`, h.url)
    const all = await Promise.all(Array.from({ length: 10 }, () => browser.send('GET', finish)))
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1)
    for (const each of all) if (each.status !== 303) expectRefused(each)
  })

  test.skipIf(isReal)('leaves no app password behind where it does not belong', async () => {
    const { browser, waiting, loginUrl } = await awaitNextcloud(h)
    const before = h.backend.demo?.appPasswords('bob').length
    await grantLoginFlow(loginUrl, h.bob)
    await browser.open(`${waiting.url}/state`)
    await browser.open(`${h.url}/app/sign-in/finish?login=${withId(waiting).id}`)
    // Either it can still be taken where it belongs, or it is gone in Nextcloud too.
    const back = await followHere(browser, await browser.send('GET', waiting.url)).catch(() => {})
    const isConnected = back instanceof URL && back.searchParams.has('code')
    const left = h.backend.demo?.appPasswords('bob').length
    expect(isConnected || left === before).toBe(true)
  })
})

describe('a login that Nextcloud fails at in the end', () => {
  test.skipIf(isReal)('can be finished when it is there again, or leaves nothing', async () => {
    const { browser, waiting, loginUrl } = await awaitNextcloud(h)
    const before = h.backend.demo?.appPasswords('bob').length
    await grantLoginFlow(loginUrl, h.bob)
    h.proxy.plan(({ path }) => (path.includes('/cloud/user') ? 503 : undefined))
    onTestFinished(() => h.proxy.plan(undefined))
    const failed = await browser.open(waiting.url)
    expect(failed.status).toBe(503)
    h.proxy.plan(undefined)
    const again = /class="button" href="([^"]*)"/.exec(failed.body)?.[1] ?? ''
    const back = await followHere(browser, await browser.send('GET', new URL(again, h.url)))
    const isConnected = back instanceof URL && back.searchParams.has('code')
    const left = h.backend.demo?.appPasswords('bob').length
    expect([isConnected, left]).toEqual(isConnected ? [true, left] : [false, before])
  })
})

describe('a login that was called off', () => {
  test.skipIf(isReal)('leaves nothing in Nextcloud, and connects nothing', async () => {
    const { browser, page, waiting, loginUrl } = await awaitNextcloud(h)
    const before = h.backend.demo?.appPasswords('bob').length
    await grantLoginFlow(loginUrl, h.bob)
    const [form] = formsIn(waiting)
    await browser.send('POST', form?.action ?? '', { fields: form?.fields ?? {} })
    expectRefused(await browser.open(waiting.url))
    const finish = `${page.url.pathname}/finish?login=${withId(waiting).id}`
    expectRefused(await browser.open(new URL(finish, h.url)))
    expect(h.backend.demo?.appPasswords('bob')).toHaveLength(before ?? -1)
  })

  test.skipIf(isReal)('while Nextcloud was being asked: likewise', async () => {
    const { browser, waiting, loginUrl } = await awaitNextcloud(h)
    const before = h.backend.demo?.appPasswords('bob').length
    await grantLoginFlow(loginUrl, h.bob)
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    let polls = 0
    h.proxy.plan(async ({ path }) => {
      if (!path.endsWith('/login/v2/poll') || polls++ > 0) return undefined
      onAsked()
      await held
      return undefined
    })
    onTestFinished(() => h.proxy.plan(undefined))
    const looking = browser.send('GET', `${waiting.url}/state`)
    await asked
    const [form] = formsIn(waiting)
    const cancelling = browser.send('POST', form?.action ?? '', { fields: form?.fields ?? {} })
    // Whichever comes first, the answer of Nextcloud comes after the form was sent.
    await Promise.race([cancelling, h.vault.audit.page()])
    release()
    await Promise.all([looking, cancelling])
    expectRefused(await browser.open(waiting.url))
    expect(h.backend.demo?.appPasswords('bob')).toHaveLength(before ?? -1)
  })
})

describe('a session', () => {
  test('is another one after every sign-in, whatever the browser came with', async () => {
    const browser = createBrowser()
    browser.cookies.set('mcp_session', 'fixed-by-an-attacker')
    await signInAt(h, h.alice, browser)
    const first = browser.cookies.get('mcp_session') ?? ''
    expect(first).toMatch(/^[\w-]{43}$/)
    // Signed in once more, as by connecting a client: the one before has ended.
    await connectClient(h, h.alice, { browser })
    expect(browser.cookies.get('mcp_session')).not.toBe(first)
    const stolen = createBrowser()
    stolen.cookies.set('mcp_session', first)
    expect(await isSignedIn(h, stolen)).toBe(false)
  })

  test('ends on this server, not in the browser alone', async () => {
    const { browser, overview } = await signInAt(h, h.alice)
    const stolen = createBrowser()
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value)
    expect(await isSignedIn(h, stolen)).toBe(true)
    const { action, fields } =
      formsIn(overview).find(form => form.action.pathname.endsWith('/sign-out')) ?? expect.fail()
    await browser.send('POST', action, { fields })
    expect(await isSignedIn(h, stolen)).toBe(false)
    expect(browser.cookies.has('mcp_session')).toBe(false)
  })
})
