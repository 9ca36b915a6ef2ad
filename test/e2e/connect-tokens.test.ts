/** Attacks on tokens: used twice, by others, for more than was allowed, or after they were revoked. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ask,
  type ConnectHarness,
  claimsOf,
  clientOf,
  confirm,
  connectClient,
  type GatheringVault,
  gatheringVault,
  onwardOf,
  registerClient,
  signInAt,
  startConnect,
  statusOf,
  submit,
} from '../support/connect.ts'
import { basic, callTool } from '../support/harness.ts'
import { type Browser, formsIn, type Page } from '../support/login-flow.ts'

let h: ConnectHarness
let vault: GatheringVault
beforeAll(async () => {
  vault = await gatheringVault()
  h = await startConnect({ vault })
})
afterAll(async () => {
  await h.close()
  await vault.close()
})

const REFUSED = { status: 400, error: 'invalid_grant' }

/** What a tool answers to a call with a token. */
async function callWith(token: string, tool: string, args: Record<string, unknown> = {}) {
  const client = await h.connect({ headers: { authorization: `Bearer ${token}` } })
  return callTool(client, tool, args)
}

/** The page on which a connection is changed, of a person with one client that has this name. */
async function connectionPage(browser: Browser, overview: Page, name: string): Promise<Page> {
  const card = overview.body.split('<h3>').find(part => part.includes(name)) ?? ''
  const href = /href="([^"]*\/app\/connections\/[^"]*)"/.exec(card)?.[1]
  return browser.open(new URL(href ?? '/nowhere', overview.url))
}

describe('a refresh token', () => {
  test('that is used again ends everything, what came of it as well', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const second = await client.refresh(tokens.refresh_token)
    const third = await client.refresh(second.refresh_token)
    expect([second.status, third.status]).toEqual([200, 200])
    expect(await statusOf(h, third.access_token)).toBe(200)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    expect(await client.refresh(third.refresh_token)).toMatchObject(REFUSED)
    // What was handed out stands on the app password, which is gone too.
    await vi.waitFor(async () => expect(await statusOf(h, third.access_token)).toBe(401))
    for (const { access_token } of [tokens, second]) {
      expect(await statusOf(h, access_token)).toBe(401)
    }
  })

  test('that is used again ends one connection, not those of others', async () => {
    const [one, other] = [await connectClient(h, h.alice), await connectClient(h, h.alice)]
    const bobs = await connectClient(h, h.bob, { client: one.client })
    const next = await one.client.refresh(one.tokens.refresh_token)
    await one.client.refresh(next.refresh_token)
    expect(await one.client.refresh(one.tokens.refresh_token)).toMatchObject(REFUSED)
    await vi.waitFor(async () => expect(await statusOf(h, one.tokens.access_token)).toBe(401))
    expect(await statusOf(h, other.tokens.access_token)).toBe(200)
    expect(await other.client.refresh(other.tokens.refresh_token)).toMatchObject({ status: 200 })
    expect(await statusOf(h, bobs.tokens.access_token)).toBe(200)
    expect(await bobs.client.refresh(bobs.tokens.refresh_token)).toMatchObject({ status: 200 })
  })

  test('whose answer was lost gives another one, and only one of them leads on', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const lost = await client.refresh(tokens.refresh_token)
    const answers = [
      await client.refresh(tokens.refresh_token),
      await client.refresh(tokens.refresh_token),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const next = await client.refresh(answers[1]?.refresh_token ?? '')
    expect(next.status).toBe(200)
    expect(await statusOf(h, next.access_token)).toBe(200)
    // Two have an answer now, so one of them is somebody else.
    expect(await client.refresh(lost.refresh_token)).toMatchObject(REFUSED)
    expect(await client.refresh(next.refresh_token)).toMatchObject(REFUSED)
    await vi.waitFor(async () => expect(await statusOf(h, next.access_token)).toBe(401))
  })

  test('gives one answer at most to 20 who use it at once', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    vault.gather('authorization:RefreshToken', 20)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.refresh(tokens.refresh_token)),
    )
    const good = answers.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThanOrEqual(1)
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(REFUSED)
    expect((await connectClient(h, h.alice)).tokens.status).toBe(200)
  })

  test('is of no use to another client, and trying does not end it', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const attacker = await registerClient(h.url)
    expect(await attacker.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    expect(await clientOf(h.url, 'unknown').refresh(tokens.refresh_token)).toMatchObject({
      status: 401,
      error: 'invalid_client',
    })
    expect(await client.refresh(tokens.refresh_token)).toMatchObject({ status: 200 })
  })

  test('of a client with a secret is of no use without the secret', async () => {
    const response = await fetch(`${h.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['http://localhost:9999/callback'],
        token_endpoint_auth_method: 'client_secret_post',
      }),
    })
    const { client_id, client_secret } = (await response.json()) as Record<string, string>
    const client = clientOf(h.url, client_id ?? '')
    const { page, browser, verifier } = await ask(h, { client })
    const back = await confirm(browser, await submit(browser, page, { decision: 'allow' }), h.alice)
    const code = back.searchParams.get('code') ?? ''
    const unknown = { status: 401, error: 'invalid_client' }
    expect(await client.exchange(code, verifier)).toMatchObject(unknown)
    const wrong = { client_secret: `${client_secret}x` }
    expect(await client.exchange(code, verifier, wrong)).toMatchObject(unknown)
    const secret = { client_secret: client_secret ?? '' }
    const tokens = await client.exchange(code, verifier, secret)
    expect(tokens.status).toBe(200)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(unknown)
    expect(await client.refresh(tokens.refresh_token, secret)).toMatchObject({ status: 200 })
  })

  test('is no access token, and the other way round', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    expect(await statusOf(h, tokens.refresh_token)).toBe(401)
    expect(await client.refresh(tokens.access_token)).toMatchObject(REFUSED)
  })
})

describe('scopes', () => {
  test('do not become more on refresh', async () => {
    const { client, tokens } = await connectClient(h, h.alice, { scope: 'notes:read' })
    for (const scope of ['notes:write', 'notes:read notes:write', 'notes.write', 'openid']) {
      const answer = await client.refresh(tokens.refresh_token, { scope })
      expect(answer).toMatchObject({ status: 400, error: 'invalid_scope' })
    }
    const again = await client.refresh(tokens.refresh_token, { scope: 'notes:read' })
    expect(claimsOf(again.access_token).scope).toBe('notes:read')
  })

  test('do not become more by adding boxes that there are none of', async () => {
    const { tokens } = await connectClient(h, h.alice, {
      scope: 'notes:read',
      scopes: ['notes:read', 'semantic:read', 'admin', 'openid', 'notes:read notes:write'],
    })
    // Nothing here has tools for semantic search, so nobody is asked about it.
    expect(tokens.scope).toBe('notes:read')
    expect(claimsOf(tokens.access_token).scope).toBe('notes:read')
    const denied = await callWith(tokens.access_token, 'nc_notes_create_note', {
      title: 'x',
      content: 'x',
      category: 'x',
    }).catch(error => error)
    expect(denied).toMatchObject({ message: expect.stringMatching(/scope|403/i) })
  })

  test('that were not ticked are neither in the token nor of any use', async () => {
    const { client, tokens } = await connectClient(h, h.alice, {
      scope: 'notes:read notes:write sharing:read',
      scopes: ['notes:read'],
    })
    expect(tokens.scope).toBe('notes:read')
    const again = await client.refresh(tokens.refresh_token)
    expect(claimsOf(again.access_token).scope).toBe('notes:read')
    const widened = await client.refresh(again.refresh_token, { scope: 'notes:read notes:write' })
    expect(widened).toMatchObject({ status: 400, error: 'invalid_scope' })
  })

  test('that nobody ticked are not taken for all', async () => {
    const { browser, page } = await ask(h)
    const after = await submit(browser, page, { decision: 'allow', scopes: [] })
    expect([after.status, onwardOf(after)]).toEqual([200, null])
    expect(after.body).toContain('name="decision"')
  })

  test('as the person changed them later win over those of a token', async () => {
    const client = await registerClient(h.url, { client_name: 'Narrowed' })
    const { tokens } = await connectClient(h, h.alice, { client, scope: 'notes:read sharing:read' })
    const { browser, overview } = await signInAt(h, h.alice)
    const page = await connectionPage(browser, overview, 'Narrowed')
    const form = formsIn(page).find(({ action }) => !action.pathname.endsWith('/sign-out'))
    const fields = new URLSearchParams({ csrf: form?.fields.csrf ?? '', scopes: 'notes:read' })
    expect((await browser.send('POST', form?.action ?? '', { fields })).status).toBe(303)
    // The token still says otherwise.
    expect(claimsOf(tokens.access_token).scope).toBe('notes:read sharing:read')
    const answer = await callWith(tokens.access_token, 'nc_users_get_current_user')
    expect(answer.error?.code).toBe('FORBIDDEN')
    const again = await client.refresh(tokens.refresh_token)
    expect(claimsOf(again.access_token).scope).toBe('notes:read')
    // More is given by the person as well, and by nobody else.
    fields.append('scopes', 'notes:write')
    await browser.send('POST', form?.action ?? '', { fields })
    const more = await client.refresh(again.refresh_token)
    expect(claimsOf(more.access_token).scope).toBe('notes:read notes:write')
  })
})

describe('revoked', () => {
  test('by the person: the token is refused at once, and so is the next', async () => {
    const client = await registerClient(h.url, { client_name: 'Unwanted' })
    const { tokens } = await connectClient(h, h.alice, { client })
    const { browser, overview } = await signInAt(h, h.alice)
    const card = formsIn(overview).find(
      ({ action }) =>
        action.pathname.endsWith('/revoke') &&
        action.pathname.includes(Buffer.from(client.id).toString('base64url')),
    )
    expect(await statusOf(h, tokens.access_token)).toBe(200)
    const done = await browser.send('POST', card?.action ?? '', { fields: card?.fields ?? {} })
    expect(done.status).toBe(303)
    expect(await statusOf(h, tokens.access_token)).toBe(401)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    // What it did is still told by its name.
    const gone = await browser.open(`${h.url}/app`)
    expect(gone.body).not.toContain('Unwanted')
    expect((await browser.open(`${h.url}/app/log`)).body).toContain('Unwanted')
    // Nor do they come back to life when the client is connected anew.
    const { tokens: fresh } = await connectClient(h, h.alice, { client })
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    expect(await statusOf(h, fresh.access_token)).toBe(200)
  })

  test('in Nextcloud: the answer says where to connect, and Nextcloud is asked once', async () => {
    const { client, tokens } = await connectClient(h, h.bob)
    const entry = await h.vault.appPasswords.get('bob', client.id)
    await fetch(`${h.backend.url}/ocs/v2.php/core/apppassword`, {
      method: 'DELETE',
      headers: {
        'ocs-apirequest': 'true',
        authorization: basic({ loginName: 'bob', password: '', ...entry }),
      },
    })
    const caller = await h.connect({ headers: { authorization: `Bearer ${tokens.access_token}` } })
    const requests: number[] = []
    for (let at = 0; at < 3; at++) {
      const made = await h.requestsOf(async () => {
        const { error } = await callTool(caller, 'nc_notes_search_notes', { query: 'x' })
        expect(error).toMatchObject({
          code: 'NOT_PROVISIONED',
          url: expect.stringContaining(`${h.url}/app/access/`),
        })
      })
      requests.push(made.length)
    }
    // Each more would count towards locking the person out.
    expect(requests).toEqual([1, 0, 0])
  })

  test('by the client itself: refresh token, access token and app password', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    expect(await client.revoke(tokens.refresh_token)).toBe(200)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    await vi.waitFor(async () => expect(await statusOf(h, tokens.access_token)).toBe(401))
  })

  test('by the client itself, at a server that was started since and has shown no page yet', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const later = await startConnect({ vault, backend: { ...h.backend, close: async () => {} } })
    onTestFinished(() => later.close())
    expect(await clientOf(later.url, client.id).revoke(tokens.refresh_token)).toBe(200)
    await vi.waitFor(async () => expect(await statusOf(h, tokens.access_token)).toBe(401))
  })

  test('by another client: not at all', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const attacker = await registerClient(h.url)
    await attacker.revoke(tokens.refresh_token)
    await attacker.revoke(tokens.access_token)
    expect(await statusOf(h, tokens.access_token)).toBe(200)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject({ status: 200 })
  })

  test('by a client that connected twice: what is left of the first time is no reason to stay', async () => {
    const { client, tokens } = await connectClient(h, h.alice)
    const { tokens: latest } = await connectClient(h, h.alice, { client })
    expect(await client.revoke(tokens.refresh_token)).toBe(200)
    // The other one still counts.
    expect(await statusOf(h, latest.access_token)).toBe(200)
    expect(await client.revoke(latest.refresh_token)).toBe(200)
    await vi.waitFor(async () => expect(await statusOf(h, latest.access_token)).toBe(401))
  })

  test('by a client whose form was sent twice: nothing stays behind', async () => {
    const { client, tokens: first } = await connectClient(h, h.alice)
    const { browser } = await signInAt(h, h.alice)
    // Connected already, so the form is all there is to it; somebody clicks twice.
    const { page, verifier } = await ask(h, { client, browser })
    await submit(browser, page, { decision: 'allow' })
    const back = await confirm(browser, await submit(browser, page, { decision: 'allow' }), h.alice)
    const tokens = await client.exchange(back.searchParams.get('code') ?? '', verifier)
    expect(tokens.status).toBe(200)
    for (const { refresh_token } of [first, tokens]) await client.revoke(refresh_token)
    await vi.waitFor(async () => expect(await statusOf(h, tokens.access_token)).toBe(401))
  })
})
