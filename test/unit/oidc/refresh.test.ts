/** Refresh tokens: what comes of using and of revoking one. */
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createDiscovery } from '../../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../../src/oidc/http.ts'
import type { Provider } from '../../../src/oidc/provider.ts'
import { refreshGrant, revokeToken } from '../../../src/oidc/refresh.ts'
import { SERVER_CLIENT, startIdentityProvider } from '../../support/identity-provider.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const CLIENT = { id: 'server', secret: 'secret' }
const GIVEN = { access_token: 'access', token_type: 'Bearer', expires_in: 120 }

let idp: ScriptedProvider
let provider: Provider
beforeEach(async () => {
  idp = await startScriptedProvider()
  idp.document.revocation_endpoint = `${idp.url}/revoke`
  provider = await idp.discovery().provider()
  idp.requests.splice(0)
})
afterEach(() => idp.close())

const answering = (status: number, json: object) => {
  idp.routes['POST /token'] = () => ({ status, json })
}
const sent = () => Object.fromEntries(new URLSearchParams(idp.requests.at(-1)?.body))

test('a real provider rotates, notices reuse, and ends the grant', async () => {
  const real = await startIdentityProvider()
  onTestFinished(real.close)
  const http = createProviderHttp()
  onTestFinished(http.close)
  const nextcloudUrl = 'https://cloud.example.org'
  const found = await createDiscovery({ url: real.discoveryUrl, http, nextcloudUrl }).provider()
  const first = await real.mintRefreshToken()
  expect(await refreshGrant(found, SERVER_CLIENT, first)).toMatchObject({ refreshToken: first })
  real.rotates = true
  const { refreshToken: second = '' } = await refreshGrant(found, SERVER_CLIENT, first)
  expect(second).not.toBe(first)
  const reuse = { code: 'REFUSED', details: { oauthError: 'invalid_grant' } }
  await expect(refreshGrant(found, SERVER_CLIENT, first)).rejects.toMatchObject(reuse)
  await expect(refreshGrant(found, SERVER_CLIENT, second)).rejects.toMatchObject(reuse)
  const other = await real.mintRefreshToken()
  expect(await revokeToken(found, SERVER_CLIENT, other)).toBe(true)
  await expect(refreshGrant(found, SERVER_CLIENT, other)).rejects.toMatchObject(reuse)
})

test('gives the token, and what takes the place of the other one', async () => {
  answering(200, { ...GIVEN, refresh_token: 'next', refresh_expires_in: 60, scope: 'a b' })
  const now = () => 1_000
  expect(await refreshGrant(provider, CLIENT, 'first', { now })).toEqual({
    accessToken: 'access',
    expiresAt: 121_000,
    refreshToken: 'next',
    refreshExpiresAt: 61_000,
    scopes: ['a', 'b'],
  })
  expect(sent()).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'first' })
  expect(sent()).not.toHaveProperty('scope')
})

test('what is not said is absent', async () => {
  answering(200, { ...GIVEN, refresh_expires_in: 60 })
  const answer = await refreshGrant(provider, CLIENT, 'first', { now: () => 0 })
  expect(answer).toEqual({ accessToken: 'access', expiresAt: 120_000 })
})

test('asks for fewer scopes, and for a resource, where told to', async () => {
  answering(200, GIVEN)
  await refreshGrant(provider, CLIENT, 'first', { scope: 'openid', resource: 'https://nc' })
  expect(sent()).toMatchObject({ scope: 'openid', resource: 'https://nc' })
})

test('an ID token that makes no sense does not lose the next refresh token', async () => {
  answering(200, { ...GIVEN, refresh_token: 'next', id_token: 'nonsense' })
  expect(await refreshGrant(provider, CLIENT, 'first')).toMatchObject({ refreshToken: 'next' })
})

test.each([
  [400, { error: 'invalid_grant', error_description: 'reuse' }, 'REFUSED', 'invalid_grant'],
  [401, { error: 'invalid_client' }, 'REFUSED', 'invalid_client'],
  [400, { error: 'invalid_request' }, 'REFUSED', 'invalid_request'],
  [503, {}, 'UNAVAILABLE', undefined],
  [429, {}, 'UNAVAILABLE', undefined],
  [200, { token: 'no' }, 'MISCONFIGURED', undefined],
  [200, { ...GIVEN, token_type: 'DPoP' }, 'MISCONFIGURED', undefined],
])('%i %j is %s', async (status, json, code, oauthError) => {
  answering(status, json)
  const error = await refreshGrant(provider, CLIENT, 'first').catch((caught: unknown) => caught)
  expect(error).toMatchObject({ name: 'ProviderError', code })
  expect((error as { details: { oauthError?: string } }).details.oauthError).toBe(oauthError)
})

test("the words of Nextcloud's older versions for a token that is gone are understood", async () => {
  answering(400, {
    error: 'invalid_request',
    error_description: 'Could not find access token for code or refresh_token.',
  })
  await expect(refreshGrant(provider, CLIENT, 'first')).rejects.toMatchObject({
    code: 'REFUSED',
    details: { oauthError: 'invalid_grant' },
  })
})

test("another client's token is not sent", async () => {
  const refreshing = refreshGrant(provider, CLIENT, 'first', { issuedTo: 'before' })
  await expect(refreshing).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  expect(idp.requests).toEqual([])
  answering(200, GIVEN)
  await refreshGrant(provider, CLIENT, 'first', { issuedTo: 'server' })
})

test('revokes where that is possible', async () => {
  idp.routes['POST /revoke'] = () => ({ status: 200 })
  expect(await revokeToken(provider, CLIENT, 'first')).toBe(true)
  expect(sent()).toMatchObject({ token: 'first', token_type_hint: 'refresh_token' })
  const unsupported = { status: 400, json: { error: 'unsupported_token_type' } }
  idp.routes['POST /revoke'] = () => unsupported
  expect(await revokeToken(provider, CLIENT, 'first')).toBe(false)
  idp.routes['POST /revoke'] = () => ({ status: 503 })
  await expect(revokeToken(provider, CLIENT, 'first')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
  idp.routes['POST /revoke'] = () => ({ status: 401, json: { error: 'invalid_client' } })
  await expect(revokeToken(provider, CLIENT, 'first')).rejects.toMatchObject({ code: 'REFUSED' })
  delete idp.document.revocation_endpoint
  const without = await idp.discovery().provider()
  const before = idp.requests.length
  expect(await revokeToken(without, CLIENT, 'first')).toBe(false)
  expect(idp.requests).toHaveLength(before)
})
