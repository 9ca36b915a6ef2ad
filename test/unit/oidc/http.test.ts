import { afterEach, beforeEach, expect, test } from 'vitest'
import { createProviderHttp, type ProviderHttp } from '../../../src/oidc/http.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

let idp: ScriptedProvider
let http: ProviderHttp
beforeEach(async () => {
  idp = await startScriptedProvider()
  http = createProviderHttp({ timeoutMs: 200 })
})
afterEach(async () => {
  await idp.close()
  await http.close()
})

test('answers are passed on, refusals among them', async () => {
  idp.routes['POST /token'] = ({ body }) => ({ status: 400, json: { error: body } })
  const response = await http.fetch(`${idp.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'b c' }),
    headers: new Headers({ accept: 'application/json' }),
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: 'a=b+c' })
  expect(idp.requests[0]?.headers).toMatchObject({ accept: 'application/json' })
  expect(idp.requests[0]?.headers.cookie).toBeUndefined()
})

test.each([
  ['seconds', '30', 30_000],
  ['a date', new Date(Date.now() + 60_000).toUTCString(), 60_000],
  ['too long', '86400', 3_600_000],
  ['the past', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
])('a limit tells when to come back: %s', async (_, header, expected) => {
  idp.routes['GET /a'] = () => ({ status: 429, headers: { 'retry-after': header } })
  const error = await http.fetch(`${idp.url}/a`).catch(caught => caught)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { status: 429 } })
  expect(Math.abs(error.details.retryAfterMs - expected)).toBeLessThan(2_000)
})

test('nonsense in Retry-After is left out', async () => {
  idp.routes['GET /a'] = () => ({ status: 503, headers: { 'retry-after': 'soon' } })
  const error = await http.fetch(`${idp.url}/a`).catch(caught => caught)
  expect(error.details.retryAfterMs).toBeUndefined()
})

test('a silent provider is given up on', async () => {
  idp.routes['GET /a'] = () => new Promise(() => {})
  await expect(http.fetch(`${idp.url}/a`)).rejects.toThrow(/time limit/)
})

test('redirects are answers, unless they are to be followed', async () => {
  idp.routes['GET /a'] = () => ({ status: 302, headers: { location: '/b' } })
  idp.routes['GET /b'] = () => ({ json: {} })
  expect((await http.fetch(`${idp.url}/a`)).status).toBe(302)
  expect((await http.follow(`${idp.url}/a`)).status).toBe(200)
})
