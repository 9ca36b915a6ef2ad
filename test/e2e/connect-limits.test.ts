/** Too much of everything, and what must not be told: in the log, in errors, to anybody. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { isReal } from '../support/backend.ts'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  clientOf,
  codeFor,
  confirm,
  connectClient,
  followHere,
  onwardOf,
  registerClient,
  signInAt,
  startConnect,
  statusOf,
  submit,
} from '../support/connect.ts'
import { createBrowser, formsIn, grantLoginFlow } from '../support/login-flow.ts'

let h: ConnectHarness
/** Whatever was logged, at the most talkative level. */
let logged = ''
beforeAll(async () => {
  const { stderr } = process
  const write = stderr.write.bind(stderr)
  vi.spyOn(stderr, 'write').mockImplementation((...args: unknown[]) => {
    const [text] = args
    // Lines of the server are JSON here; whatever else there is goes on to where it belongs.
    if (typeof text === 'string' && text.startsWith('{"level"')) logged += text
    else (write as (...rest: unknown[]) => boolean)(...args)
    return true
  })
  h = await startConnect({ environment: { LOG_LEVEL: 'trace', LOG_FORMAT: 'json' } })
})
afterAll(async () => {
  await h.close()
  vi.restoreAllMocks()
})

const JSON_TYPE = { 'content-type': 'application/json' }
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

async function post(path: string, body: string, headers: Record<string, string>) {
  const response = await fetch(h.url + path, { method: 'POST', body, headers, redirect: 'manual' })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('too much', () => {
  test.each([
    [
      '1,000 addresses',
      { redirect_uris: Array.from({ length: 1_000 }, (_, n) => `https://a/${n}`) },
    ],
    ['21 addresses', { redirect_uris: Array.from({ length: 21 }, (_, n) => `https://a/${n}`) }],
    ['a name of 1 MB', { client_name: 'x'.repeat(1_048_576) }],
    ['an address of 1 MB', { redirect_uris: [`https://a/${'x'.repeat(1_048_576)}`] }],
  ])('to register: %s', async (_, metadata) => {
    const body = JSON.stringify({ redirect_uris: ['http://localhost/cb'], ...metadata })
    const answer = await post('/oauth/register', body, JSON_TYPE)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
    expect(answer.headers.get('cache-control')).toMatch(/no-store/)
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a word', '"x"'],
    ['no addresses', '{}'],
    ['objects for addresses', '{"redirect_uris":[{"a":1}]}'],
    ['a prototype', '{"__proto__":{"redirect_uris":["https://a/"]}}'],
    ['an object for a name', '{"redirect_uris":["https://a/"],"client_name":{"a":1}}'],
  ])('or too little to register: %s', async (_, body) => {
    const answer = await post('/oauth/register', body, JSON_TYPE)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ error: expect.stringMatching(/^invalid_/) })
  })

  test('of a form for tokens', async () => {
    const body = `grant_type=authorization_code&client_id=x&code=${'x'.repeat(1_048_576)}`
    const answer = await post('/oauth/token', body, FORM_TYPE)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).error).toBe('invalid_request')
    expect(answer.body.length).toBeLessThan(1_000)
  })

  test('of a form for people', async () => {
    const { browser, page } = await ask(h)
    const [form] = formsIn(page)
    const fields = new URLSearchParams({ ...form?.fields, decision: 'allow', scopes: 'notes:read' })
    for (let at = 0; at < 10_000; at++) fields.append('scopes', 'notes:write')
    const sent = await browser.send('POST', page.url, { fields })
    expect([sent.status, onwardOf(sent)]).toEqual([200, null])
    // Also where its length is not told beforehand.
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(fields.toString()))
        controller.close()
      },
    })
    const response = await fetch(page.url, {
      method: 'POST',
      body: chunks,
      headers: { cookie, ...FORM_TYPE },
      redirect: 'manual',
      duplex: 'half',
    } as RequestInit)
    await response.arrayBuffer()
    expect([response.status, response.headers.get('location')]).toEqual([200, null])
    expect(onwardOf(await submit(browser, page, { decision: 'deny' }))).not.toBeNull()
  })

  test('or odd addresses: nothing breaks', async () => {
    const odd = [
      '%',
      '%ff',
      '%00',
      '..%2f..%2ftoken',
      '%2e%2e',
      'a%0d%0ab',
      'x'.repeat(8_000),
      '%3f',
    ]
    const paths = ['/oauth/authorize/', '/oauth/token/', '/oauth/register/', '/app/connect/']
    const more = ['/app/login/', '/app/access/', '/app/connections/', '/app/log?before=']
    for (const path of [...paths, ...more]) {
      for (const each of odd) {
        for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
          const response = await fetch(`${h.url}${path}${each}`, { method, redirect: 'manual' })
          const body = await response.text()
          expect([method, path, each, response.status < 500]).toEqual([method, path, each, true])
          expect(body).not.toMatch(/node_modules|at \S+ \(/)
        }
      }
    }
  })

  test('or wrong requests for tokens: errors are JSON, and kept nowhere', async () => {
    const wrong: [string, Record<string, string>][] = [
      ['', FORM_TYPE],
      ['grant_type=password&client_id=x&username=a&password=b', FORM_TYPE],
      ['grant_type=client_credentials&client_id=x', FORM_TYPE],
      ['grant_type=authorization_code', FORM_TYPE],
      ['grant_type=authorization_code&client_id=x&client_id=y', FORM_TYPE],
      ['{"grant_type":"authorization_code"}', JSON_TYPE],
      ['<x/>', { 'content-type': 'text/xml' }],
      ['grant_type=refresh_token&client_id=x', { ...FORM_TYPE, authorization: 'Basic eDp5' }],
      ['grant_type=refresh_token', { ...FORM_TYPE, authorization: 'Basic %%%' }],
    ]
    for (const [body, headers] of wrong) {
      const answer = await post('/oauth/token', body, headers)
      expect([400, 401]).toContain(answer.status)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(answer.headers.get('cache-control')).toMatch(/no-store/)
      expect(JSON.parse(answer.body)).toMatchObject({ error: expect.any(String) })
    }
  })

  test.each([
    'password',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:openid:params:grant-type:ciba',
  ])('the grant %s does not exist', async grant_type => {
    const client = await registerClient(h.url)
    const body = new URLSearchParams({ grant_type, client_id: client.id }).toString()
    const answer = await post('/oauth/token', body, FORM_TYPE)
    expect(JSON.parse(answer.body).error).toBe('unsupported_grant_type')
  })
})

test.skipIf(isReal)(
  'too many sign-ins from one place: a page says so, and what to do',
  async () => {
    const local = await startConnect()
    onTestFinished(() => local.close())
    const browser = createBrowser()
    const page = await browser.open(`${local.url}/app`)
    for (let at = 0; at < 60; at++) expect((await submit(browser, page)).status).not.toBe(429)
    const refused = await submit(browser, page)
    expect(refused.status).toBe(429)
    expect(refused.body).toContain('Too many people sign in at once')
  },
)

test('no secret is in the log, in a page of a fault, or in an error', async () => {
  const secrets = new Map<string, string>()
  const told: string[] = []
  const keep = (name: string, value: string | undefined) => {
    expect([name, value]).toEqual([name, expect.stringMatching(/^.{16,}$/s)])
    secrets.set(name, value ?? '')
  }

  // From a waiting page to tokens.
  const { client, browser, page, verifier, waiting, loginUrl } = await awaitNextcloud(h)
  const id = waiting.url.pathname.split('/').at(-1) ?? ''
  keep('login', id)
  keep('poll token', (await h.vault.pending.get('login', id))?.pollToken as string)
  keep('csrf', formsIn(page)[0]?.fields.csrf)
  await grantLoginFlow(loginUrl, h.alice)
  // Nextcloud fails at what comes next.
  h.proxy.plan(({ path }) => (path.includes('/login/v2/poll') ? 500 : undefined))
  told.push((await browser.open(`${waiting.url}/state`)).body)
  const unreachable = await browser.send('GET', waiting.url)
  expect(unreachable.status).toBe(503)
  told.push(unreachable.body.replaceAll(waiting.url.pathname, ''))
  h.proxy.plan(undefined)
  const back = await confirm(browser, waiting, h.alice).catch(async () => {
    return (await followHere(browser, await browser.send('GET', waiting.url))) as URL
  })
  const code = back.searchParams.get('code') ?? ''
  keep('code', code)
  for (const name of ['mcp_session', 'mcp_browser']) keep(name, browser.cookies.get(name))
  const entry = await h.vault.appPasswords.get('alice', client.id)
  keep('app password', entry?.password)

  // Everything goes wrong with them that can.
  const errors = [
    await client.exchange(code, 'wrong'.repeat(10)),
    await clientOf(h.url, 'unknown').exchange(code, verifier),
  ]
  const tokens = await client.exchange(code, verifier)
  keep('verifier', verifier)
  keep('access token', tokens.access_token)
  keep('refresh token', tokens.refresh_token)
  h.proxy.plan(({ path }) => (path.includes('/apps/notes/') ? 500 : undefined))
  await statusOf(h, tokens.access_token)
  h.proxy.plan(undefined)
  const second = await client.refresh(tokens.refresh_token)
  keep('second refresh token', second.refresh_token)
  errors.push(await client.refresh(tokens.refresh_token))
  errors.push(await client.exchange(code, verifier))
  await vi.waitFor(async () => expect(await statusOf(h, tokens.access_token)).toBe(401))
  await statusOf(h, `${tokens.access_token.slice(0, -4)}AAAA`)
  told.push(...errors.map(error => JSON.stringify(error)))
  told.push((await createBrowser().open(`${h.url}/app/sign-in/finish?login=${id}`)).body)
  told.push((await createBrowser().open(`${h.url}/oauth/authorize/x?code=${code}`)).body)

  // Nextcloud takes an app password back badly.
  const other = await connectClient(h, h.bob)
  keep('other app password', (await h.vault.appPasswords.get('bob', other.client.id))?.password)
  h.proxy.plan(({ method }) => (method === 'DELETE' ? 500 : undefined))
  const { browser: bobs, overview } = await signInAt(h, h.bob)
  const revoke = formsIn(overview).find(({ action }) => action.pathname.endsWith('/revoke'))
  await bobs.send('POST', revoke?.action ?? '', { fields: revoke?.fields ?? {} })
  h.proxy.plan(undefined)

  // A client with a secret.
  const registered = await post(
    '/oauth/register',
    JSON.stringify({ redirect_uris: ['http://localhost/cb'] }),
    JSON_TYPE,
  )
  const { client_id, client_secret, registration_access_token } = JSON.parse(registered.body)
  keep('client secret', client_secret)
  keep('registration access token', registration_access_token)
  const basic = Buffer.from(`${client_id}:${client_secret}`).toString('base64')
  keep('basic', basic)
  const headers = { ...FORM_TYPE, authorization: `Basic ${basic}` }
  told.push((await post('/oauth/token', 'grant_type=refresh_token&refresh_token=x', headers)).body)
  for (const { password } of [h.alice, h.bob]) secrets.set('login password', password)

  expect(logged.split('\n').length).toBeGreaterThan(3)
  for (const [name, secret] of secrets) {
    for (const text of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      expect([name, logged.includes(text)]).toEqual([name, false])
      expect([name, told.some(each => each.includes(text))]).toEqual([name, false])
    }
  }
})

test('a client that is used by many at once is answered, and nobody gets what is of another', async () => {
  const client = await registerClient(h.url)
  const people = [h.alice, h.bob, h.alice, h.bob]
  const all = await Promise.all(people.map(person => codeFor(h, person, { client })))
  const answers = await Promise.all(all.map(each => client.exchange(each.code, each.verifier)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})
