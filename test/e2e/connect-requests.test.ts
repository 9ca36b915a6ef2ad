/** Attacks on where people are sent, and on what for. */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  authorize,
  authorizeWith,
  type ConnectHarness,
  claimsOf,
  codeFor,
  connectClient,
  onwardOf,
  REDIRECT,
  registerClient,
  startConnect,
  statusOf,
  submit,
  type TestClient,
} from '../support/connect.ts'
import { createBrowser } from '../support/login-flow.ts'

let h: ConnectHarness
/** For what needs no client of its own: there is a limit to how many may register. */
let shared: TestClient
beforeAll(async () => {
  h = await startConnect()
  shared = await registerClient(h.url)
})
afterAll(() => h.close())

describe('redirects', () => {
  const REGISTERED = 'https://client.example/callback'
  let web: TestClient
  let native: TestClient
  let several: TestClient
  beforeAll(async () => {
    web = await registerClient(h.url, { redirect_uris: [REGISTERED] })
    native = await registerClient(h.url, { redirect_uris: ['http://localhost/callback'] })
    several = await registerClient(h.url, {
      redirect_uris: [REGISTERED, 'https://client.example/other'],
    })
  })
  // Each as it is, and with an error that would otherwise be told to the client.
  const tries = [{}, { response_type: 'token' }, { prompt: 'none' }, { code_challenge: undefined }]

  test.each([
    'https://client.example/callback/',
    'https://client.example/callback/deeper',
    'https://client.example/callback?added=1',
    'https://client.example/callback#fragment',
    'https://client.example/callback%2f..%2f',
    'https://client.example/x/../callback',
    'https://client.example/Callback',
    'https://CLIENT.example/callback',
    'https://client.example:443/callback',
    'https://client.example:8443/callback',
    'https://client.example./callback',
    'https://client.example.evil.org/callback',
    'https://evil-client.example/callback',
    'https://sub.client.example/callback',
    'https://client.example@evil.org/callback',
    'https://client.example:x@evil.org/callback',
    'https://user@client.example/callback',
    'https://evil.org\\@client.example/callback',
    'https://evil.org/https://client.example/callback',
    'http://client.example/callback',
    'client.example://callback',
    'javascript://client.example/callback%0aalert(1)',
    '//client.example/callback',
    '/callback',
    'http://localhost/callback',
    ' https://client.example/callback',
    'https://client.example/callback ',
    '',
  ])('never lead to %j', async redirect_uri => {
    for (const parameters of tries) {
      const { status, to, body } = await authorizeWith(several, { ...parameters, redirect_uri })
      expect([status, to]).toEqual([400, undefined])
      expect(body).not.toContain('evil.org')
    }
  })

  test('never lead anywhere when several are registered and none is named', async () => {
    const { status, to } = await authorizeWith(several, { redirect_uri: undefined })
    expect([status, to]).toEqual([400, undefined])
  })

  test('never lead to one of two that are named', async () => {
    const { url } = web.begin()
    url.searchParams.append('redirect_uri', 'https://evil.org/callback')
    const { to } = await authorize(url)
    // The library falls back on the only one that is registered.
    expect(to?.origin + (to?.pathname ?? '')).toBe(REGISTERED)
    expect(to?.searchParams.get('error')).toBe('invalid_request')
  })

  test('never lead anywhere for a client that nobody knows', async () => {
    const { url } = web.begin({ client_id: 'unknown' })
    expect(await authorize(url)).toMatchObject({ status: 400, to: undefined })
    url.searchParams.delete('client_id')
    expect(await authorize(url)).toMatchObject({ status: 400, to: undefined })
    url.searchParams.append('client_id', web.id)
    url.searchParams.append('client_id', several.id)
    expect(await authorize(url)).toMatchObject({ status: 400, to: undefined })
  })

  test.each([
    ['http://localhost:1/callback', true],
    ['http://localhost:65535/callback', true],
    ['http://localhost/callback', true],
    ['http://localhost:1234/other', false],
    ['http://localhost:1234/callback/', false],
    ['http://localhost:1234/callback?x', false],
    ['https://localhost:1234/callback', false],
    ['http://user@localhost:1234/callback', false],
    ['http://localhost:1234@evil.org/callback', false],
    ['http://localhost.evil.org:1234/callback', false],
    ['http://192.168.0.1:1234/callback', false],
  ])('to loopback with any port, but nothing else: %s', async (redirect_uri, isAllowed) => {
    const { to } = await authorizeWith(native, { redirect_uri })
    if (isAllowed) expect(to?.pathname).toMatch(/^\/app\/connect\//)
    else expect(to).toBeUndefined()
  })

  test('of a client that is no native one have the port that was registered', async () => {
    const client = await registerClient(h.url, { redirect_uris: ['https://localhost.example/cb'] })
    const { to } = await authorizeWith(client, { redirect_uri: 'https://localhost.example:1/cb' })
    expect(to).toBeUndefined()
  })
})

describe('other ways of asking', () => {
  test.each([
    ['response_type', 'token', 'invalid_request'],
    ['response_type', 'id_token', 'invalid_request'],
    ['response_type', 'code token', 'invalid_request'],
    ['response_type', 'code id_token', 'invalid_request'],
    ['response_type', 'none', 'unsupported_response_type'],
    ['response_type', '', 'invalid_request'],
    ['response_mode', 'web_message', 'unsupported_response_mode'],
    ['response_mode', 'query.jwt', 'unsupported_response_mode'],
    ['response_mode', 'nonsense', 'unsupported_response_mode'],
    ['request_uri', 'https://evil.org/request', 'request_uri_not_supported'],
    ['request', 'e30.e30.', 'request_not_supported'],
  ])('%s=%s is refused', async (name, value, error) => {
    const { to } = await authorizeWith(shared, { [name]: value })
    expect(to?.origin + (to?.pathname ?? '')).toBe(REDIRECT)
    expect(`${to?.search}${to?.hash}`).toContain(`error=${error}`)
    expect(`${to?.search}${to?.hash}`).not.toContain('code=')
  })

  test.each(['fragment', 'form_post'])('response_mode=%s never carries a code', async mode => {
    const client = await registerClient(h.url)
    const { status, to, body } = await authorizeWith(client, { response_mode: mode })
    // Never asked: a code that is in the page of a server can be read there.
    expect(to?.pathname ?? '').not.toContain('/app/connect/')
    expect(`${to?.hash}${body}`).toContain('invalid_request')
    expect(status).toBeLessThan(500)
  })

  test.each(['none', 'none login', 'none consent'])(
    'prompt=%s never gives a code',
    async prompt => {
      // Not even to a client that was allowed before, in a browser that is signed in.
      const { client, browser } = await codeFor(h, h.alice)
      const { url } = client.begin({ prompt })
      const page = await browser.send('GET', url)
      const to = new URL(page.headers.get('location') ?? '')
      expect(to.searchParams.get('error')).toMatch(
        /^(login|interaction|consent)_required|invalid_r/,
      )
      expect(to.searchParams.has('code')).toBe(false)
    },
  )

  test.each(['login', 'consent', 'select_account', undefined])(
    'prompt=%s asks the person every time',
    async prompt => {
      const { client, browser } = await codeFor(h, h.alice)
      const parameters = prompt === undefined ? {} : { prompt }
      const page = await browser.send('GET', client.begin(parameters).url)
      const to = new URL(page.headers.get('location') ?? '', h.url)
      if (prompt === 'select_account') expect(to.searchParams.has('code')).toBe(false)
      else expect(to.pathname).toMatch(/^\/app\/connect\//)
    },
  )

  test('an answer cannot be had without the browser that was asked', async () => {
    const { browser, page } = await ask(h)
    const decided = await submit(browser, page, { decision: 'deny' })
    const resume = onwardOf(decided) ?? ''
    const stranger = await createBrowser().send('GET', resume)
    expect([stranger.status, stranger.headers.get('location')]).toEqual([400, null])
  })
})

describe('resources', () => {
  test.each(['https://evil.org/mcp', 'http://localhost/mcp', 'urn:x', 'mcp', '#'])(
    '%s is refused',
    async resource => {
      const { to } = await authorizeWith(shared, { resource })
      expect(to?.searchParams.get('error')).toBe('invalid_target')
    },
  )

  test('two of them are refused where one is not this server', async () => {
    const { url } = shared.begin()
    url.searchParams.append('resource', 'https://evil.org/mcp')
    expect((await authorize(url)).to?.searchParams.get('error')).toBe('invalid_target')
  })

  test.each([
    ['none', () => undefined],
    ['the address of the endpoint', () => `${h.url}/mcp`],
    ['the same with a slash', () => `${h.url}/mcp/`],
    ['the address of the server', () => h.url],
    ['the same with a slash', () => `${h.url}/`],
  ])('%s gives a token for this server alone', async (_, resourceOf) => {
    const client = await registerClient(h.url)
    const verifier = randomBytes(32).toString('base64url')
    const { url } = client.begin()
    url.searchParams.set(
      'code_challenge',
      createHash('sha256').update(verifier).digest('base64url'),
    )
    const resource = resourceOf()
    if (resource === undefined) url.searchParams.delete('resource')
    else url.searchParams.set('resource', resource)
    const begin = () => ({ url, verifier, state: '' })
    const { code } = await codeFor(h, h.alice, { client: { ...client, begin } })
    const parameters: Record<string, string> = resource === undefined ? {} : { resource }
    const tokens = await client.exchange(code, verifier, parameters)
    expect(tokens).toMatchObject({ status: 200, scope: 'notes:read' })
    expect(claimsOf(tokens.access_token)).toMatchObject({
      iss: h.url,
      aud: `${h.url}/mcp`,
      scope: 'notes:read',
    })
    expect(await statusOf(h, tokens.access_token)).toBe(200)
    const other = { resource: 'https://evil.org/mcp' }
    expect((await client.refresh(tokens.refresh_token, other)).error).toBe('invalid_target')
  })

  test('an ID token is no access token', async () => {
    const { tokens } = await connectClient(h, h.alice, { scope: 'openid notes:read' })
    const { id_token } = tokens as unknown as { id_token: string }
    expect(id_token).toMatch(/^ey/)
    expect(await statusOf(h, id_token)).toBe(401)
  })
})
