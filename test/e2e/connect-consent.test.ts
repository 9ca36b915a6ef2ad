/** Attacks on what people decide: old consents, other browsers, links and accounts of others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isReal } from '../support/backend.ts'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  claimsOf,
  codeFor,
  confirm,
  connectClient,
  expectRefused,
  followHere,
  isSignedIn,
  loginUrlOf,
  onwardOf,
  type Person,
  registerClient,
  signInAt,
  startConnect,
  statusOf,
  submit,
} from '../support/connect.ts'
import { createBrowser, formsIn, grantLoginFlow } from '../support/login-flow.ts'

let h: ConnectHarness
beforeAll(async () => {
  h = await startConnect({ environment: { ENABLE_OFFLINE_ACCESS: 'true' } })
})
afterAll(() => h.close())

/** A link for a person to grant access while they are away. */
async function ticketOf(person: Person): Promise<string> {
  const { browser, overview } = await signInAt(h, person)
  const form = formsIn(overview).find(({ action }) => action.pathname.endsWith('/background/on'))
  if (form === undefined) throw new Error(overview.body)
  const onward = onwardOf(await browser.send('POST', form.action, { fields: form.fields }))
  return new URL(onward ?? '', h.url).href
}

describe('a consent', () => {
  test('is good for one answer', async () => {
    const { browser, page } = await ask(h)
    const back = await confirm(browser, await submit(browser, page, { decision: 'allow' }), h.alice)
    expect(back.searchParams.has('code')).toBe(true)
    expectRefused(await submit(browser, page, { decision: 'allow' }))
    expectRefused(await browser.open(page.url))
    expectRefused(await browser.open(new URL(`${page.url.pathname}/finish?login=x`, h.url)))
  })

  test('that was not given cannot be given afterwards', async () => {
    const { browser, page } = await ask(h)
    const decided = await submit(browser, page, { decision: 'deny' })
    const back = (await followHere(browser, decided)) as URL
    expect(back.searchParams.get('error')).toBe('access_denied')
    expectRefused(await submit(browser, page, { decision: 'allow' }))
  })

  test('without a decision is none', async () => {
    const { browser, page } = await ask(h)
    const back = (await followHere(browser, await submit(browser, page))) as URL
    expect(back.searchParams.get('error')).toBe('access_denied')
  })

  test('is shown to the browser that was sent, and to no other', async () => {
    const { page, browser } = await ask(h, {})
    const stranger = createBrowser()
    expectRefused(await stranger.open(page.url))
    expectRefused(await submit(stranger, page, { decision: 'allow' }))
    // Nor to one that has a request of its own.
    const { browser: other, page: own } = await ask(h)
    expectRefused(await other.open(page.url))
    expectRefused(await submit(other, page, { decision: 'allow' }))
    expectRefused(await submit(other, { ...own, url: page.url, body: page.body }))
    expect((await browser.open(page.url)).status).toBe(200)
  })

  test('cannot be given with the form of another browser', async () => {
    const [mine, theirs] = [await ask(h), await ask(h)]
    // The attacker's form, made to lead to the victim's request.
    const csrf = formsIn(theirs.page)[0]?.fields.csrf ?? ''
    const fields = new URLSearchParams({ csrf, scopes: 'notes:read', decision: 'allow' })
    const answer = await mine.browser.send('POST', mine.page.url, { fields })
    expect([answer.status, onwardOf(answer)]).toEqual([200, null])
    expect(answer.body).toContain('name="decision"')
  })

  test('of one request does not count for another one in the same browser', async () => {
    const browser = createBrowser()
    const [first, second] = [await ask(h, { browser }), await ask(h, { browser })]
    expectRefused(await submit(browser, first.page, { decision: 'allow' }))
    const uid = second.page.url.pathname.split('/').at(-1) ?? ''
    expect(first.page.url.pathname).not.toContain(uid)
  })

  test('with a cookie that somebody made up is not shown', async () => {
    const { browser, page } = await ask(h)
    const uid = page.url.pathname.split('/').at(-1) ?? ''
    const stranger = createBrowser()
    // Everybody who sees the address knows the value; the signature is what they do not have.
    stranger.cookies.set('mcp_interaction', uid)
    expectRefused(await stranger.open(page.url))
    stranger.cookies.set('mcp_interaction.sig', 'x'.repeat(27))
    expectRefused(await stranger.open(page.url))
    const { browser: other } = await ask(h)
    stranger.cookies.set('mcp_interaction.sig', other.cookies.get('mcp_interaction.sig') ?? '')
    expectRefused(await stranger.open(page.url))
    expect((await browser.open(page.url)).status).toBe(200)
  })

  test('that was given is worth nothing to whoever has the address to go on', async () => {
    const { client } = await connectClient(h, h.alice)
    const { browser } = await signInAt(h, h.alice)
    const { page } = await ask(h, { client, browser })
    const decided = await submit(browser, page, { decision: 'allow' })
    const onward = onwardOf(decided) ?? ''
    expectRefused(await createBrowser().send('GET', onward), 400)
    // Who has a request of their own is asked about that one.
    const { browser: other } = await ask(h)
    const asked = await other.send('GET', onward)
    expect(asked.headers.get('location')).toMatch(/^\/app\/connect\/[\w-]+$/)
    expect(asked.headers.get('location')).not.toContain(page.url.pathname)
    const back = (await followHere(browser, decided)) as URL
    expect(back.searchParams.has('code')).toBe(true)
    // Nor a second time.
    expectRefused(await browser.send('GET', onward), 400)
  })
})

describe('a link for somebody else', () => {
  test('is refused to who is signed in as another', async () => {
    const link = await ticketOf(h.bob)
    const { browser } = await signInAt(h, h.alice)
    const page = await browser.open(link)
    expectRefused(page, 403)
    expect(page.body).not.toContain('bob')
    const csrf = formsIn(await browser.open(`${h.url}/app`))[0]?.fields.csrf ?? ''
    const fields = { csrf, decision: 'allow', scopes: 'notes:read' }
    expectRefused(await browser.send('POST', link, { fields }), 403)
    expectRefused(await browser.open(`${link}/finish?login=x`), 403)
    // Nor can others make it worthless.
    await browser.send('POST', link, { fields: { csrf, decision: 'deny' } })
    expect((await createBrowser().open(link)).status).toBe(200)
  })

  test.skipIf(isReal)(
    'is of no use to who confirms as another, and leaves nothing behind',
    async () => {
      const before = h.backend.demo?.appPasswords('alice').length
      const link = await ticketOf(h.bob)
      const browser = createBrowser()
      const decided = await submit(browser, await browser.open(link), { decision: 'allow' })
      const waiting = await browser.follow(decided)
      await grantLoginFlow(loginUrlOf(waiting), h.alice)
      expectRefused(await browser.open(waiting.url), 403)
      expect(await isSignedIn(h, browser)).toBe(false)
      expect(h.backend.demo?.appPasswords('alice')).toHaveLength(before ?? -1)
      const entries = await h.vault.appPasswords.list('bob')
      expect(entries.filter(({ loginName }) => loginName === 'alice')).toEqual([])
    },
  )

  test('connects its own user, once', async () => {
    const link = await ticketOf(h.bob)
    const browser = createBrowser()
    const page = await browser.open(link)
    const waiting = await browser.follow(await submit(browser, page, { decision: 'allow' }))
    await grantLoginFlow(loginUrlOf(waiting), h.bob)
    expect((await browser.open(waiting.url)).status).toBe(200)
    expect(await h.composition.background?.status('bob')).toBeDefined()
    expectRefused(await createBrowser().open(link))
    expectRefused(await browser.open(link))
  })

  test('that nobody made leads nowhere', async () => {
    for (const id of ['x', 'x'.repeat(10_000), '..', '%2e%2e%2f', '%00', '%', '%ff', "'--"]) {
      const page = await createBrowser().open(`${h.url}/app/access/${id}`)
      expect([page.status, page.headers.get('location')]).toEqual([
        expect.toSatisfy(status => status >= 400 && status < 500),
        null,
      ])
    }
  })
})

describe('the same account in the wrong hands', () => {
  test('a client of one person is nothing that another one has allowed', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const { browser } = await signInAt(h, h.bob)
    // Bob is asked to confirm in Nextcloud; that Alice did is no reason to let it in.
    const { waiting, loginUrl, verifier } = await awaitNextcloud(h, { client, browser })
    await grantLoginFlow(loginUrl, h.bob)
    const back = (await followHere(browser, await browser.send('GET', waiting.url))) as URL
    const bobs = await client.exchange(back.searchParams.get('code') ?? '', verifier)
    expect(claimsOf(bobs.access_token).sub).toBe('bob')
    expect(await statusOf(h, tokens.access_token)).toBe(200)
  })

  test('who confirms as another person is that person from there on', async () => {
    const { browser } = await signInAt(h, h.alice)
    const { client, code, verifier } = await codeFor(h, h.bob, { browser })
    const tokens = await client.exchange(code, verifier)
    expect(claimsOf(tokens.access_token).sub).toBe('bob')
    // The page shows what belongs to the account that was confirmed, nothing of the one before.
    expect(await h.vault.appPasswords.get('alice', client.id)).toBeUndefined()
    const overview = await browser.open(`${h.url}/app`)
    expect(overview.body).toContain(Buffer.from(client.id).toString('base64url'))
  })
})

describe('one person and another', () => {
  test('what is revoked on the pages is only ever the own', async () => {
    const client = await registerClient(h.url, { client_name: 'Shared' })
    const { tokens } = await connectClient(h, h.bob, { client })
    await connectClient(h, h.alice, { client })
    const { browser, overview } = await signInAt(h, h.alice)
    const [form] = formsIn(overview).filter(({ action }) => action.pathname.endsWith('/revoke'))
    const key = Buffer.from(client.id).toString('base64url')
    for (const name of [key, Buffer.from('bob').toString('base64url'), '-', '', '%00', '..']) {
      const action = new URL(`/app/connections/${name}/revoke`, h.url)
      await browser.send('POST', action, { fields: { csrf: form?.fields.csrf ?? '' } })
    }
    expect(await statusOf(h, tokens.access_token)).toBe(200)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject({ status: 200 })
  })

  test('a connection of somebody else cannot be looked at or changed', async () => {
    const client = await registerClient(h.url, { client_name: 'Of bob alone' })
    const { tokens } = await connectClient(h, h.bob, { client })
    const { browser, overview } = await signInAt(h, h.alice)
    expect(overview.body).not.toContain('Of bob alone')
    const address = `${h.url}/app/connections/${Buffer.from(client.id).toString('base64url')}`
    const page = await browser.open(address)
    expect(page.status).toBe(404)
    const csrf = formsIn(overview)[0]?.fields.csrf ?? ''
    const fields = { csrf, scopes: 'notes:write' }
    expect((await browser.send('POST', address, { fields })).status).toBe(404)
    const entry = await h.vault.appPasswords.get('bob', client.id)
    expect(entry?.scopes).toEqual(['notes:read'])
    expect(await statusOf(h, tokens.access_token)).toBe(200)
  })

  test('a session of the pages is no token, and a token is no session', async () => {
    const { browser } = await signInAt(h, h.alice)
    expect(await statusOf(h, browser.cookies.get('mcp_session') ?? '')).toBe(401)
    const { tokens } = await connectClient(h, h.alice)
    const stranger = createBrowser()
    stranger.cookies.set('mcp_session', tokens.access_token)
    expect((await stranger.open(`${h.url}/app`)).body).not.toContain('/app/sign-out')
  })
})
