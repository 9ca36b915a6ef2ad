/** Signing in with this server's own client, at a real provider and at one that misbehaves. */
import { SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  beginCodeFlow,
  type CodeFlow,
  type CodeFlowRequest,
  finishCodeFlow,
} from '../../../src/oidc/code-flow.ts'
import { createDiscovery } from '../../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../../src/oidc/http.ts'
import type { Provider } from '../../../src/oidc/provider.ts'
import { signIn } from '../../support/browser.ts'
import {
  createSigningKey,
  SERVER_CLIENT,
  SERVER_URL,
  type SigningKey,
  startIdentityProvider,
} from '../../support/identity-provider.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const redirectUri = `${SERVER_URL}/oauth/callback`
const REQUEST: CodeFlowRequest = { redirectUri, scopes: ['profile', 'offline_access'] }

test('a real provider signs alice in, and gives what is needed while she is away', async () => {
  const idp = await startIdentityProvider()
  onTestFinished(idp.close)
  const http = createProviderHttp()
  onTestFinished(http.close)
  const discovery = createDiscovery({
    url: idp.discoveryUrl,
    http,
    nextcloudUrl: 'https://cloud.example.org',
  })
  const provider = await discovery.provider()
  const flow = await beginCodeFlow(provider, SERVER_CLIENT, REQUEST)
  const callbackUrl = await signIn(new URL(flow.url), 'alice')
  const signedIn = await finishCodeFlow(provider, SERVER_CLIENT, {
    ...flow,
    callbackUrl,
    redirectUri,
  })
  expect(signedIn).toMatchObject({
    subject: 'alice',
    userId: 'alice',
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    scopes: ['openid', 'profile', 'offline_access'],
  })
  expect(signedIn.accessExpiresAt - Date.now()).toBeGreaterThan(200_000)
  // The library sends what the provider needs to see that it is the one who began.
  const [exchange] = idp.callsTo('token')
  expect(exchange?.form.get('code_verifier')).toBe(flow.codeVerifier)
  expect(exchange?.form.get('redirect_uri')).toBe(redirectUri)
  // The code is good for one sign-in.
  const again = finishCodeFlow(provider, SERVER_CLIENT, { ...flow, callbackUrl, redirectUri })
  await expect(again).rejects.toMatchObject({
    code: 'REFUSED',
    details: { oauthError: 'invalid_grant' },
  })
})

describe('at a provider that answers what it is told to', () => {
  const CLIENT = { id: 'server', secret: 'secret' }
  let idp: ScriptedProvider
  let key: SigningKey
  let provider: Provider
  let flow: CodeFlow
  /** What the token endpoint answers beside the usual. */
  let answer: Record<string, unknown>
  let claims: Record<string, unknown>

  const idToken = (more: Record<string, unknown> = {}, signer = key) => {
    const now = Math.floor(Date.now() / 1_000)
    return new SignJWT({
      iss: idp.url,
      sub: 'alice',
      aud: CLIENT.id,
      nonce: flow.nonce,
      iat: now,
      exp: now + 300,
      ...claims,
      ...more,
    })
      .setProtectedHeader({ alg: 'RS256', kid: signer.kid })
      .sign(signer.privateKey)
  }
  const callback = (more: Record<string, string> = {}) =>
    `${redirectUri}?${new URLSearchParams({ code: 'code', state: flow.state, ...more })}`
  const finish = (callbackUrl = callback(), more: object = {}) =>
    finishCodeFlow(provider, CLIENT, { ...flow, callbackUrl, redirectUri, ...more })
  const tokenRequests = () => idp.requests.filter(({ path }) => path === '/token')

  beforeEach(async () => {
    idp = await startScriptedProvider()
    key = await createSigningKey('first')
    claims = {}
    answer = {}
    idp.routes['GET /jwks'] = () => ({ json: { keys: [key.publicJwk] } })
    idp.routes['POST /token'] = async () => ({
      json: {
        access_token: 'access',
        token_type: 'Bearer',
        expires_in: 120,
        id_token: await idToken(),
        ...answer,
      },
    })
    provider = await idp.discovery().provider()
    flow = await beginCodeFlow(provider, CLIENT, REQUEST)
  })
  afterEach(() => idp.close())

  test('the browser is sent with everything that makes the flow safe', async () => {
    const { url, ...secrets } = flow
    const sent = Object.fromEntries(new URL(url).searchParams)
    expect(url).toMatch(`${idp.url}/authorize?`)
    expect(sent).toMatchObject({
      response_type: 'code',
      client_id: 'server',
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access',
      code_challenge_method: 'S256',
      prompt: 'consent',
      state: secrets.state,
      nonce: secrets.nonce,
    })
    expect(sent.code_challenge).toMatch(/^[\w-]{43}$/)
    expect(url).not.toContain(secrets.codeVerifier)
    const other = await beginCodeFlow(provider, CLIENT, REQUEST)
    for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
      expect(other[name]).not.toBe(flow[name])
    }
  })

  test('further parameters are added and take the place of none', async () => {
    const { url } = await beginCodeFlow(provider, CLIENT, {
      redirectUri,
      scopes: [],
      prompt: 'login',
      resource: 'https://cloud.example.org',
      audience: 'nextcloud',
      extra: { kc_idp_hint: 'x', state: 'mine', nonce: 'mine', code_challenge_method: 'plain' },
    })
    const { searchParams } = new URL(url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      prompt: 'login',
      resource: 'https://cloud.example.org',
      audience: 'nextcloud',
      kc_idp_hint: 'x',
      code_challenge_method: 'S256',
      scope: 'openid',
    })
    expect(searchParams.getAll('state')).not.toContain('mine')
    expect(searchParams.getAll('nonce')).not.toContain('mine')
  })

  test('a provider without a page for it is said so', async () => {
    delete idp.document.authorization_endpoint
    const without = await idp.discovery().provider()
    await expect(beginCodeFlow(without, CLIENT, REQUEST)).rejects.toThrow(/with a browser/)
  })

  test('what is known of the user and the tokens is given', async () => {
    claims = { name: 'Alice', preferred_username: 'ali', email: 'a@example.org', picture: 'x' }
    answer = { refresh_token: 'refresh', refresh_expires_in: 1_800, scope: 'openid  notes:read' }
    const time = Date.now()
    expect(await finish(callback(), { now: () => time })).toEqual({
      subject: 'alice',
      userId: 'alice',
      profile: { name: 'Alice', preferred_username: 'ali', email: 'a@example.org' },
      accessToken: 'access',
      accessExpiresAt: time + 120_000,
      refreshToken: 'refresh',
      refreshExpiresAt: time + 1_800_000,
      scopes: ['openid', 'notes:read'],
    })
  })

  test('what the provider does not say is not made up', async () => {
    answer = { expires_in: undefined, refresh_token: 'refresh', refresh_expires_in: 0 }
    const time = Date.now()
    const asked = { now: () => time, scopes: ['openid', 'profile'] }
    const signedIn = await finish(callback(), asked)
    expect(signedIn.refreshExpiresAt).toBeUndefined()
    expect(signedIn.accessExpiresAt).toBe(time + 60_000)
    expect(signedIn.scopes).toEqual(['openid', 'profile'])
    expect((await finish()).scopes).toEqual([])
    answer = {}
    expect(await finish()).not.toHaveProperty('refreshToken')
  })

  test('the redirect URI is the one that was asked with, wherever the browser came in', async () => {
    await finish(callback().replace(SERVER_URL, 'http://inside:8000'))
    const sent = new URLSearchParams(tokenRequests()[0]?.body)
    expect(sent.get('redirect_uri')).toBe(redirectUri)
    await finish(callback(), { resource: 'https://cloud.example.org' })
    expect(tokenRequests()[1]?.body).toContain('resource=https')
  })

  describe('an ID token is not accepted', () => {
    const now = Math.floor(Date.now() / 1_000)
    test.each([
      ['of another issuer', { iss: 'https://evil.example.org' }, /issuer/],
      ['for another client', { aud: 'other' }, /aud/],
      ['for several without saying which', { aud: ['server', 'other'] }, /azp/],
      ['for several and another', { aud: ['server', 'other'], azp: 'other' }, /azp/],
      ['of another sign-in', { nonce: 'other' }, /nonce/],
      ['without a nonce', { nonce: undefined }, /nonce/],
      ['that has expired', { exp: now - 60 }, /expired/],
      ['that does not expire', { exp: undefined }, /exp/],
      ['without a time', { iat: undefined }, /iat/],
      ['without a user', { sub: undefined }, /sub/],
      ['of nobody', { sub: '' }, /sub/],
      [
        'without a user, whatever the name for display',
        { sub: undefined, preferred_username: 'a' },
        /sub/,
      ],
    ])('%s', async (_, change, reason) => {
      claims = change
      await expect(finish()).rejects.toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringMatching(reason),
      })
    })

    test('that nobody signed, or somebody else, or with the shared secret', async () => {
      answer = { id_token: await idToken({}, await createSigningKey('first')) }
      await expect(finish()).rejects.toThrow(/signature/)
      const [header, payload] = (await idToken()).split('.')
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      answer = { id_token: `${none}.${payload}.` }
      await expect(finish()).rejects.toThrow(/not accepted/)
      answer = { id_token: `${header}.${payload}.` }
      await expect(finish()).rejects.toThrow(/not accepted/)
      const secret = new TextEncoder().encode('secret'.repeat(8))
      const hs256 = new SignJWT({ sub: 'alice' }).setProtectedHeader({ alg: 'HS256' }).sign(secret)
      answer = { id_token: await hs256 }
      await expect(finish()).rejects.toThrow(/RS256/)
    })

    test('that is missing', async () => {
      answer = { id_token: undefined }
      await expect(finish()).rejects.toThrow(/there is none/)
    })
  })

  test('the clock that is given decides', async () => {
    await expect(finish(callback(), { now: () => Date.now() + 3_600_000 })).rejects.toThrow(
      /expired/,
    )
  })

  test('without the keys nobody can be told who it is', async () => {
    idp.routes['GET /jwks'] = () => ({ status: 503 })
    await expect(finish()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('a token that is bound to a key is not taken', async () => {
    answer = { token_type: 'DPoP' }
    await expect(finish()).rejects.toMatchObject({ code: 'MISCONFIGURED' })
  })

  describe('a provider that clients know under another name', () => {
    const publicIssuer = 'https://id.example.org'
    beforeEach(async () => {
      provider = await idp.discovery({ publicIssuer }).provider()
      flow = await beginCodeFlow(provider, CLIENT, REQUEST)
    })

    test('sends browsers there, and may sign under either name', async () => {
      expect(flow.url).toMatch('https://id.example.org/authorize?')
      await expect(finish()).resolves.toMatchObject({ userId: 'alice' })
      claims = { iss: publicIssuer }
      await expect(finish(callback({ iss: publicIssuer }))).resolves.toMatchObject({
        userId: 'alice',
      })
      claims = { iss: 'https://other.example.org' }
      await expect(finish()).rejects.toThrow(/issuer/)
    })
  })

  describe('the answer of another provider (RFC 9207)', () => {
    test('gives it no code', async () => {
      await expect(finish(callback({ iss: 'https://evil.example.org' }))).rejects.toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringContaining('(iss)'),
      })
      const twice = `${callback({ iss: idp.url })}&iss=https://evil.example.org`
      await expect(finish(twice)).rejects.toThrow(/iss/)
      expect(tokenRequests()).toEqual([])
      await expect(finish(callback({ iss: idp.url }))).resolves.toMatchObject({ userId: 'alice' })
    })

    test('is not taken for one that forgot to name itself', async () => {
      idp.document.authorization_response_iss_parameter_supported = true
      provider = await idp.discovery().provider()
      await expect(finish()).rejects.toThrow(/iss/)
      expect(tokenRequests()).toEqual([])
      await expect(finish(callback({ iss: idp.url }))).resolves.toMatchObject({ userId: 'alice' })
    })
  })

  test('an answer to another sign-in gets nowhere, an error in it neither', async () => {
    for (const more of [{ state: 'other' }, { state: 'other', error: 'access_denied' }]) {
      await expect(finish(callback(more))).rejects.toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringContaining('(state)'),
      })
    }
    await expect(finish(`${redirectUri}?code=code`)).rejects.toThrow(/state/)
    await expect(finish(`${callback()}&state=${flow.state}`)).rejects.toThrow(/state/)
    expect(tokenRequests()).toEqual([])
  })

  test('a refusal is told with its OAuth error', async () => {
    const token = 'x'.repeat(64)
    const denied = callback({ error: 'access_denied', error_description: `no: ${token}` })
    await expect(finish(denied)).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'The sign-in was refused (access_denied)',
      details: { oauthError: 'access_denied', description: 'no: …' },
    })
    expect(tokenRequests()).toEqual([])
    idp.routes['POST /token'] = () => ({ status: 400, json: { error: 'invalid_grant' } })
    await expect(finish()).rejects.toMatchObject({
      code: 'REFUSED',
      details: { oauthError: 'invalid_grant' },
    })
    idp.routes['POST /token'] = () => ({ status: 502 })
    await expect(finish()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('no error holds the code, the verifier or the secret', async () => {
    idp.routes['POST /token'] = () => ({ status: 200, body: 'nonsense' })
    const error = await finish(callback({ code: 'the-secret-code' })).catch((e: Error) => e)
    expect(error).toBeInstanceOf(Error)
    const text = String((error as Error).message)
    for (const secret of ['the-secret-code', flow.codeVerifier, CLIENT.secret]) {
      expect(text).not.toContain(secret)
    }
  })
})
