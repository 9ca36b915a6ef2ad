/** The search page: how far one's index is, why it is no further, and what is tried again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signInAt } from '../support/connect.ts'
import { type Browser, createBrowser, formsIn, type Page } from '../support/login-flow.ts'
import {
  allowed,
  asUser,
  formTo,
  type SearchPageHarness,
  searchAt,
  startSearchPage,
  titlesOn,
} from '../support/search-page.ts'

const name = `mcp-test-failing-${process.pid}-${Date.now()}`
const RETRY = '/app/search/retry'

/** What is told of one app, without markup. */
function toldOf({ body }: Page, type: string): string {
  const card = new RegExp(`<h3 id="index-${type}">(.*?)</li>`, 's').exec(body)?.[1] ?? ''
  return card
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

describe('nobody has allowed anything', () => {
  let h: SearchPageHarness
  beforeAll(async () => {
    h = await startSearchPage()
  })
  afterAll(() => h.close())

  test('the overview leads there, and the page says what to do', async () => {
    const { browser, overview } = await signInAt(h, h.alice)
    expect(overview.body).toContain('href="/app/search"')
    const page = await searchAt(h, browser, { q: 'anything' })
    expect(page.status).toBe(200)
    expect(page.body).toContain('Nothing can be found yet')
    expect(page.body).toContain('href="/app#background"')
    expect(overview.body).toContain('id="background"')
    expect(page.body).not.toContain('role="search"')
  })

  test('in German for who reads German', async () => {
    const { browser } = await signInAt(h, h.bob)
    const headers = { 'accept-language': 'de' }
    const { body } = await browser.send('GET', `${h.url}/app/search`, { headers })
    expect(body).toContain('Noch kann nichts gefunden werden')
  })

  test('once allowed, it is about to begin; once that has ended, nothing is found', async () => {
    const browser = await allowed(h, h.alice)
    expect((await searchAt(h, browser)).body).toContain('will be listed in a few minutes')
    await h.search.sync.once()
    expect(toldOf(await searchAt(h, browser), 'note')).toMatch(
      /^Notes Documents \d+ Last looked at/,
    )
    await h.composition.background?.revoke(h.alice.user)
    expect((await searchAt(h, browser, { q: 'e' })).body).toContain('Nothing can be found yet')
  })

  test('nor with access that Nextcloud no longer accepts', async () => {
    const browser = await allowed(h, h.alice)
    await h.search.sync.once()
    h.proxy.plan(() => 401)
    try {
      // The first time nothing can be checked, so that nothing is shown; then it is known why.
      const first = await searchAt(h, browser, { q: 'anything' })
      expect([first.status, titlesOn(first)]).toEqual([503, []])
      const page = await searchAt(h, browser, { q: 'anything' })
      expect(page.body).toContain('Nothing can be found yet')
      expect(page.body).not.toContain('role="search"')
    } finally {
      h.proxy.plan(undefined)
    }
  })
})

test('where nobody can allow it, the page says so and leads nowhere', async () => {
  const h = await startSearchPage({ ENABLE_OFFLINE_ACCESS: 'false' })
  try {
    const { browser } = await signInAt(h, h.alice)
    const { body } = await searchAt(h, browser)
    expect(body).toContain('on this server nobody can allow work while they are away')
    expect(body).not.toContain('#background')
  } finally {
    await h.close()
  }
})

describe('what failed', () => {
  let h: SearchPageHarness
  let alice: Browser
  const files = ['one', 'two'].map(each => `${name}-${each} broken.pdf`)
  const home = (user: string) => `/remote.php/dav/files/${user}/`
  /** What failed for good, of a person. */
  const failed = async (user: string) => {
    const { failures } = await h.search.status.report(user, 100)
    return failures.map(({ id }) => id).toSorted()
  }
  const people = () =>
    [
      [h.alice.user, h.backend.alice],
      [h.bob.user, h.backend.bob],
    ] as const
  beforeAll(async () => {
    h = await startSearchPage()
    alice = await allowed(h, h.alice)
    await allowed(h, h.bob)
    for (const [user, login] of people()) {
      for (const file of files) {
        await asUser(h, login, 'PUT', home(user) + encodeURIComponent(file), 'this is no PDF')
      }
    }
    await h.search.sync.once()
  }, 120_000)
  afterAll(async () => {
    for (const [user, login] of people()) {
      for (const file of files) {
        await asUser(h, login, 'DELETE', home(user) + encodeURIComponent(file))
      }
    }
    await h.close()
  })

  test('is told by name, with the reason, and how many there are', async () => {
    const page = await searchAt(h, alice)
    for (const file of files) expect(page.body).toContain(`${file}</bdi></h3>`)
    expect(page.body).toContain('It is damaged, or not what its name says.')
    expect(page.body).toContain('Could not be indexed: 2')
    expect(toldOf(page, 'file')).toContain('Failed 2')
    expect(page.body).not.toContain('<progress')
  })

  test('is tried again by nobody who did not ask for it on this page', async () => {
    const { action, fields } = formTo(await searchAt(h, alice), RETRY)
    const strangers = formTo(await createBrowser().open(`${h.url}/app`), '/sign-in').fields.csrf
    for (const csrf of ['', strangers ?? '', `${fields.csrf}x`]) {
      const refused = await alice.send('POST', action, { fields: { ...fields, csrf } })
      expect(refused.status).toBe(403)
    }
    const { csrf, ...without } = fields
    expect((await alice.send('POST', action, { fields: without })).status).toBe(403)
    const nobody = await createBrowser().send('POST', action, {
      fields: { ...fields, csrf: csrf ?? '' },
    })
    expect(nobody.body).toContain('Sign in with Nextcloud')
    expect((await alice.send('GET', action)).status).toBe(404)
    const odd = await alice.send('POST', action, { fields: { ...fields, type: 'user', id: '1' } })
    expect(odd.status).toBe(404)
    expect(await failed(h.alice.user)).toHaveLength(2)
  })

  test('is tried again one by one, or all of it, and only what is one’s own', async () => {
    const before = await searchAt(h, alice)
    const [own, bobs] = [await failed(h.alice.user), await failed(h.bob.user)]
    expect([own.length, bobs.length]).toEqual([2, 2])
    const one = formTo(before, RETRY, { type: 'file', id: own[0] ?? '' })
    await alice.send('POST', one.action, { fields: { ...one.fields, id: bobs[0] ?? '' } })
    expect([await failed(h.alice.user), await failed(h.bob.user)]).toEqual([own, bobs])

    const done = await alice.follow(await alice.send('POST', one.action, { fields: one.fields }))
    expect(done.url.search).toBe('?done=retried')
    expect(done.body).toContain('What failed is tried again now.')
    expect(await failed(h.alice.user)).toEqual([own[1]])
    // It waits now.
    expect(done.body).toMatch(/<progress aria-labelledby="index-file" max="\d+" value="\d+">/)
    expect(toldOf(done, 'file')).toContain('Waiting 1 Failed 1')

    const all = formsIn(done).findLast(({ action }) => action.pathname === RETRY)
    expect(Object.keys(all?.fields ?? {})).toEqual(['csrf'])
    await alice.send('POST', all?.action ?? '', { fields: all?.fields ?? {} })
    expect([await failed(h.alice.user), await failed(h.bob.user)]).toEqual([[], bobs])
  })
})
