/** What a request says of where this server is never shows in an answer; nor where to go next. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  awaitNextcloud,
  type ConnectHarness,
  claimsOf,
  loginUrlOf,
  registerClient,
  startConnect,
} from '../support/connect.ts'
import { createBrowser, formsIn, grantLoginFlow } from '../support/login-flow.ts'

let h: ConnectHarness
beforeAll(async () => {
  // Any name may come through: what is not refused must not be believed either.
  h = await startConnect({ environment: { MCP_ALLOWED_HOSTS: '*' } })
})
afterAll(() => h.close())

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** A request whose headers are sent as they are given. */
function raw(
  method: string,
  url: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', chunk => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('after signing in', () => {
  test.each([
    '//evil.org',
    '//evil.org/app',
    '///evil.org/app',
    'https://evil.org',
    'https://evil.org/app',
    'https:evil.org/app',
    '/\\evil.org',
    '/\\/evil.org/app',
    '\\\\evil.org\\app',
    '/\t/evil.org/app',
    '/%09/evil.org/app',
    '/%2f%2fevil.org',
    '/%5cevil.org',
    '/app/..//evil.org',
    '/app/../..//evil.org/app',
    '/app/%2e%2e//evil.org',
    '/app@evil.org',
    '/app.evil.org',
    '/application',
    '/oauth/authorize?client_id=x',
    'javascript:alert(1)',
    'data:text/html,x',
    'app',
    '@evil.org',
    ' https://evil.org',
    '/app\r\nlocation: https://evil.org',
    'http://here.invalid/app',
    '\u0000/app',
    '',
  ])('%j leads to the pages of this server', async returnTo => {
    const browser = createBrowser()
    const [form] = formsIn(await browser.open(`${h.url}/app`))
    const fields = { ...form?.fields, return_to: returnTo }
    const begun = await browser.send('POST', form?.action ?? '', { fields })
    const waiting = await browser.follow(begun)
    await grantLoginFlow(loginUrlOf(waiting), h.alice)
    const state = JSON.parse((await browser.open(`${waiting.url}/state`)).body)
    expect(state.next).toMatch(/^\/app\/sign-in\/finish\?login=[\w-]+$/)
    const finished = await browser.send('GET', new URL(state.next, h.url))
    const location = finished.headers.get('location') ?? ''
    expect(location).toMatch(/^\/app(?![^/?])/)
    const reached = new URL(location, h.url)
    expect(reached.origin).toBe(h.url)
    expect(reached.pathname).toMatch(/^\/app(\/|$)/)
  })

  test.each([
    '/app/log?before=x',
    '/app//evil.org',
    '/app/%2f%2fevil.org',
    '/app/..%2f..%2fevil.org',
    '/app/log?x=//evil.org',
  ])('the page %s is come back to, and nothing beyond', async path => {
    const page = await createBrowser().open(h.url + path)
    for (const { fields } of formsIn(page)) {
      const reached = new URL(fields.return_to ?? '/app', h.url)
      expect([reached.origin, reached.pathname.startsWith('/app')]).toEqual([h.url, true])
      expect(fields.return_to ?? '/app').not.toMatch(/^\/[/\\]/)
    }
  })

  test('what a page waits for leads to this server', async () => {
    const { browser, waiting, loginUrl } = await awaitNextcloud(h)
    const before = JSON.parse((await browser.open(`${waiting.url}/state?next=//evil.org`)).body)
    expect(before).toEqual({ state: 'waiting' })
    await grantLoginFlow(loginUrl, h.alice)
    const after = JSON.parse((await browser.open(`${waiting.url}/state?next=//evil.org`)).body)
    expect(after).toEqual({
      state: 'done',
      next: expect.stringMatching(/^\/app\/connect\/[\w-]+\/finish\?login=[\w-]+$/),
    })
  })
})

describe('what a request says of this server', () => {
  const lies = (over: Record<string, string> = {}) => ({
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-port': '666',
    'x-forwarded-prefix': '/evil.example',
    'x-forwarded-server': 'evil.example',
    'x-original-host': 'evil.example',
    'x-original-url': '/evil.example',
    forwarded: 'host=evil.example;proto=https',
    ...over,
  })
  const believed = ({ status, headers, body }: Answer) => {
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(headers) + body).not.toMatch(/evil|:666/)
  }
  const METADATA = [
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/mcp',
    '/oauth/jwks',
  ]

  test.each(METADATA)('does not show in %s', async path => {
    const told = await raw('GET', h.url + path, lies())
    expect(told.status).toBe(200)
    believed(told)
    expect(JSON.parse(told.body)).toEqual(await (await fetch(h.url + path)).json())
  })

  test('does not show in a registration, a challenge or an error', async () => {
    const json = { 'content-type': 'application/json' }
    const metadata = { redirect_uris: ['http://localhost/cb'], token_endpoint_auth_method: 'none' }
    const registered = await raw(
      'POST',
      `${h.url}/oauth/register`,
      lies(json),
      JSON.stringify(metadata),
    )
    expect(registered.status).toBe(201)
    believed(registered)
    believed(await raw('POST', `${h.url}/mcp`, lies(json), '{}'))
    believed(await raw('POST', `${h.url}/oauth/token`, lies(), ''))
    believed(await raw('GET', `${h.url}/oauth/authorize`, lies()))
    believed(await raw('GET', `${h.url}/oauth/authorize/x`, lies()))
  })

  test('does not show in redirects, cookies or pages', async () => {
    const client = await registerClient(h.url)
    const asked = await raw('GET', client.begin().url.href, lies())
    expect(asked.status).toBe(303)
    believed(asked)
    // This server is known as http: a cookie for https alone would be lost.
    expect(asked.headers['set-cookie']?.join()).not.toMatch(/secure|domain/i)
    const cookie = (asked.headers['set-cookie'] ?? [])
      .map(line => line.replace(/;.*$/, ''))
      .join('; ')
    believed(
      await raw('GET', new URL(String(asked.headers.location), h.url).href, lies({ cookie })),
    )
    for (const path of ['/app', '/app/log', '/app/nowhere', '/app/login/x', '/app/access/x']) {
      believed(await raw('GET', h.url + path, lies()))
    }
    believed(await raw('GET', `${h.url}/oauth/authorize?client_id=x`, lies()))
  })

  test('does not lead a token elsewhere', async () => {
    const { browser, page, client, verifier } = await ask(h)
    const form = formsIn(page)[0]
    const cookie = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = new URLSearchParams({ ...form?.fields, scopes: 'notes:read', decision: 'allow' })
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const headers = { 'content-length': `${body.toString().length}`, cookie: cookie(), ...type }
    const decided = await raw('POST', form?.action.href ?? '', lies(headers), body.toString())
    believed(decided)
    const waiting = await browser.open(new URL(String(decided.headers.location), h.url))
    await grantLoginFlow(loginUrlOf(waiting), h.alice)
    const granted = await browser.send('GET', waiting.url)
    const finish = new URL(granted.headers.get('location') ?? '', h.url)
    const finished = await raw('GET', finish.href, lies({ cookie: cookie() }))
    believed(finished)
    const onward = String(finished.headers.location)
    expect(new URL(onward, h.url).origin).toBe(h.url)
    const back = await raw('GET', new URL(onward, h.url).href, lies({ cookie: cookie() }))
    believed(back)
    const code = new URL(String(back.headers.location)).searchParams.get('code') ?? ''
    const token = await raw(
      'POST',
      `${h.url}/oauth/token`,
      lies(type),
      new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.id,
        redirect_uri: 'http://localhost:9999/callback',
        code,
        code_verifier: verifier,
      }).toString(),
    )
    expect(token.status).toBe(200)
    expect(claimsOf(JSON.parse(token.body).access_token)).toMatchObject({
      iss: h.url,
      aud: `${h.url}/mcp`,
    })
  })
})
