/** Every form of the pages, sent by a page of somebody else: nothing may come of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  connectClient,
  isSignedIn,
  loginUrlOf,
  onwardOf,
  signInAt,
  startConnect,
  submit,
} from '../support/connect.ts'
import {
  type Browser,
  createBrowser,
  type Form,
  formsIn,
  grantLoginFlow,
  type Page,
} from '../support/login-flow.ts'

let h: ConnectHarness
beforeAll(async () => {
  h = await startConnect({ environment: { ENABLE_OFFLINE_ACCESS: 'true' } })
})
afterAll(() => h.close())

/** A form in front of a person, and what it must not do for others. */
interface Case {
  browser: Browser
  form: Form
  /** What a person adds to what the form comes with. */
  answer: Record<string, string>
  /** Where the right answer leads. */
  leadsTo: RegExp
  /** Whether all is as before. */
  isUntouched(): Promise<boolean>
}

/** The form of a page whose action ends so. */
function formOf(page: Page, action: RegExp): Form {
  const found = formsIn(page).find(form => action.test(form.action.pathname))
  if (found === undefined) throw new Error(`no such form: ${page.status} ${page.body}`)
  return found
}

/** A person who is signed in, with a client of their own. */
async function connected() {
  const { client } = await connectClient(h, h.alice)
  const key = Buffer.from(client.id).toString('base64url')
  return { client, key, ...(await signInAt(h, h.alice)) }
}

/** A link to grant access while away, opened by who has not granted it, or no longer. */
async function openTicket() {
  const { browser } = await signInAt(h, h.bob)
  await h.composition.background?.revoke('bob')
  const overview = await browser.open(`${h.url}/app`)
  const { action, fields } = formOf(overview, /\/background\/on$/)
  const link = new URL(onwardOf(await browser.send('POST', action, { fields })) ?? '', h.url)
  return { browser, page: await browser.open(link), link }
}

/** Grants access while away to a person, with all that belongs to it. */
async function grantBackground(): Promise<Browser> {
  const { browser, page } = await openTicket()
  const waiting = await browser.follow(await submit(browser, page, { decision: 'allow' }))
  await grantLoginFlow(loginUrlOf(waiting), h.bob)
  await browser.open(waiting.url)
  return browser
}

const isWaiting = async (browser: Browser, waiting: Page) =>
  JSON.parse((await browser.open(`${waiting.url}/state`)).body).state === 'waiting'

/** Every form there is, by its action with what is different each time left out. */
const FORMS: Record<string, () => Promise<Case>> = {
  '/app/connect/*': async () => {
    const { browser, page } = await ask(h)
    return {
      browser,
      form: formOf(page, /\/app\/connect\//),
      answer: { decision: 'allow', scopes: 'notes:read' },
      leadsTo: /^\/app\/login\//,
      isUntouched: async () => (await browser.open(page.url)).body.includes('name="decision"'),
    }
  },
  '/app/login/*/cancel': async () => {
    const { browser, waiting } = await awaitNextcloud(h)
    return {
      browser,
      form: formOf(waiting, /\/cancel$/),
      answer: {},
      leadsTo: /^\/app\/connect\//,
      isUntouched: () => isWaiting(browser, waiting),
    }
  },
  '/app/sign-in': async () => {
    const browser = createBrowser()
    return {
      browser,
      form: formOf(await browser.open(`${h.url}/app`), /\/sign-in$/),
      answer: {},
      leadsTo: /^\/app\/login\//,
      isUntouched: async () => !(await isSignedIn(h, browser)),
    }
  },
  '/app/sign-out': async () => {
    const { browser, overview } = await signInAt(h, h.alice)
    return {
      browser,
      form: formOf(overview, /\/sign-out$/),
      answer: {},
      leadsTo: /^\/app$/,
      isUntouched: () => isSignedIn(h, browser),
    }
  },
  '/app/connections/*/revoke': async () => {
    const { browser, overview, client, key } = await connected()
    return {
      browser,
      form: formOf(overview, new RegExp(`/${key}/revoke$`)),
      answer: {},
      leadsTo: /^\/app\?done=revoked$/,
      isUntouched: async () => (await h.vault.appPasswords.get('alice', client.id)) !== undefined,
    }
  },
  '/app/connections/*': async () => {
    const { browser, client, key } = await connected()
    const page = await browser.open(`${h.url}/app/connections/${key}`)
    return {
      browser,
      form: formOf(page, new RegExp(`/${key}$`)),
      answer: { scopes: 'notes:write' },
      leadsTo: /^\/app\?done=scopes-saved$/,
      isUntouched: async () =>
        (await h.vault.appPasswords.get('alice', client.id))?.scopes?.join() === 'notes:read',
    }
  },
  '/app/background/on': async () => {
    const { browser, overview } = await signInAt(h, h.alice)
    return {
      browser,
      form: formOf(overview, /\/background\/on$/),
      answer: {},
      leadsTo: /^\/app\/access\//,
      // It leads to a link, which is of no use to who does not see it.
      isUntouched: () => isSignedIn(h, browser),
    }
  },
  '/app/background/off': async () => {
    const browser = await grantBackground()
    return {
      browser,
      form: formOf(await browser.open(`${h.url}/app`), /\/background\/off$/),
      answer: {},
      leadsTo: /^\/app\?done=background-off$/,
      isUntouched: async () => (await h.composition.background?.status('bob')) !== undefined,
    }
  },
  '/app/access/*': async () => {
    const { browser, page, link } = await openTicket()
    return {
      browser,
      form: formOf(page, /\/app\/access\//),
      answer: { decision: 'allow', scopes: 'notes:read' },
      leadsTo: /^\/app\/login\//,
      isUntouched: async () => (await browser.open(link)).body.includes('name="decision"'),
    }
  },
}

/** A token that is good in another browser, which may be signed in as the same person. */
async function tokensOfOthers(): Promise<string[]> {
  const [stranger, same] = [createBrowser(), await signInAt(h, h.alice)]
  return [await stranger.open(`${h.url}/app`), same.overview].map(
    page => formsIn(page)[0]?.fields.csrf ?? '',
  )
}

describe('a form that somebody else sends', () => {
  test.each(Object.entries(FORMS))('%s', async (_, open) => {
    const { browser, form, answer, leadsTo, isUntouched } = await open()
    const right: Record<string, string> = { ...form.fields, ...answer }
    expect(right.csrf).toMatch(/^[\w-]{43}$/)
    expect(form.method).toBe('post')
    const { csrf, ...without } = right
    const [strangers = '', others = ''] = await tokensOfOthers()
    const wrong: Record<string, Record<string, string>> = {
      'no token': without,
      'an empty token': { ...right, csrf: '' },
      'a token of a stranger': { ...right, csrf: strangers },
      'a token of the same person elsewhere': { ...right, csrf: others },
      'a token with something after it': { ...right, csrf: `${csrf}x` },
      'the secret of the browser': { ...right, csrf: browser.cookies.get('mcp_browser') ?? '' },
    }
    const cases: [string, Promise<Page>][] = []
    for (const [name, fields] of Object.entries(wrong)) {
      cases.push([name, browser.send('POST', form.action, { fields })])
    }
    // What a link, an image or a page of somebody else can make a browser send.
    const query = new URL(form.action)
    query.search = new URLSearchParams(right).toString()
    cases.push(['by GET', browser.send('GET', query)])
    cases.push(['in the address', browser.send('POST', query, { fields: {} })])
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type }
      cases.push([type, browser.send('POST', form.action, { headers, fields: right })])
    }
    for (const origin of ['https://evil.example', 'null', `${h.url}.evil.example`]) {
      const headers = { origin }
      cases.push([origin, browser.send('POST', form.action, { headers, fields: right })])
    }
    for (const [name, sent] of cases) {
      const page = await sent
      expect([name, onwardOf(page)]).toEqual([name, null])
      expect([name, page.status < 500]).toEqual([name, true])
      expect([name, page.body.includes('login/v2/flow')]).toEqual([name, false])
    }
    expect(await isUntouched()).toBe(true)
    // The same with all that belongs to it does what it should, or nothing was shown above.
    const done = await browser.send('POST', form.action, {
      headers: { origin: h.url },
      fields: right,
    })
    expect([done.status < 400, onwardOf(done)]).toEqual([true, expect.stringMatching(leadsTo)])
  })

  test('there are no others', async () => {
    const seen = new Set<string>()
    const pages: Page[] = []
    const { browser, key } = await connected()
    const away = await grantBackground()
    for (const path of ['', `/connections/${key}`, '/log', '/nowhere']) {
      pages.push(await browser.open(`${h.url}/app${path}`), await away.open(`${h.url}/app${path}`))
    }
    pages.push((await ask(h)).page, (await awaitNextcloud(h)).waiting, (await openTicket()).page)
    pages.push(await createBrowser().open(`${h.url}/app`))
    pages.push(await browser.open(`${h.url}/oauth/authorize?client_id=unknown`))
    for (const page of pages) {
      expect((page.body.match(/<form\b/g) ?? []).length).toBe(formsIn(page).length)
      for (const { action, method, fields } of formsIn(page)) {
        expect([method, action.origin]).toEqual(['post', h.url])
        expect(fields.csrf).toMatch(/^[\w-]{43}$/)
        seen.add(action.pathname.replace(/\/(connect|login|connections|access)\/[^/]+/, '/$1/*'))
      }
    }
    expect([...seen].toSorted()).toEqual(Object.keys(FORMS).toSorted())
  })
})

describe('a token of before', () => {
  test('signing in is none afterwards, and one of before signing out neither', async () => {
    const browser = createBrowser()
    const before = formsIn(await browser.open(`${h.url}/app`))[0]?.fields.csrf ?? ''
    const { overview } = await signInAt(h, h.alice, browser)
    const { action } = formOf(overview, /\/sign-out$/)
    const refused = await browser.send('POST', action, { fields: { csrf: before } })
    expect([refused.status, await isSignedIn(h, browser)]).toEqual([403, true])
    const during = formsIn(overview)[0]?.fields.csrf ?? ''
    await browser.send('POST', action, { fields: { csrf: during } })
    expect(await isSignedIn(h, browser)).toBe(false)
    for (const csrf of [before, during]) {
      const sent = await browser.send('POST', `${h.url}/app/sign-in`, { fields: { csrf } })
      expect(onwardOf(sent)).toBeNull()
    }
  })

  test('signing in gives no consent', async () => {
    const { browser, page } = await ask(h)
    await signInAt(h, h.alice, browser)
    const sent = await submit(browser, page, { decision: 'allow' })
    expect([sent.status, onwardOf(sent)]).toEqual([200, null])
    // The page is shown again, with a token that is good.
    const again = await submit(browser, sent, { decision: 'allow' })
    expect(again.headers.get('location')).toMatch(/^\/app\/login\//)
  })
})
