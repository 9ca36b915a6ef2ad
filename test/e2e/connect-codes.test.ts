/** Attacks on codes. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ask,
  authorizeWith,
  type ConnectHarness,
  claimsOf,
  codeFor,
  followHere,
  type GatheringVault,
  gatheringVault,
  REDIRECT,
  registerClient,
  startConnect,
  statusOf,
  submit,
  type TestClient,
} from '../support/connect.ts'

let h: ConnectHarness
let vault: GatheringVault
/** For what needs no client of its own: there is a limit to how many may register. */
let shared: TestClient
beforeAll(async () => {
  vault = await gatheringVault()
  h = await startConnect({ vault })
  shared = await registerClient(h.url)
})
afterAll(async () => {
  await h.close()
  await vault.close()
})

const OTHER_VERIFIER = 'attacker'.repeat(6)
const REFUSED = { status: 400, error: 'invalid_grant' }

describe('a code that was stolen', () => {
  test('is of no use to another client, with its own verifier or the right one', async () => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    const attacker = await registerClient(h.url, { client_name: 'Attacker' })
    expect(await attacker.exchange(code, OTHER_VERIFIER)).toMatchObject(REFUSED)
    expect(await attacker.exchange(code, verifier)).toMatchObject(REFUSED)
    // Nor does trying spoil it for whom it belongs to.
    expect(await client.exchange(code, verifier)).toMatchObject({ status: 200 })
  })

  test('is of no use in a flow of the same client that the attacker began', async () => {
    const client = await registerClient(h.url)
    const victim = await codeFor(h, h.alice, { client })
    const attacker = await codeFor(h, h.bob, { client })
    expect(await client.exchange(victim.code, attacker.verifier)).toMatchObject(REFUSED)
    expect(await client.exchange(attacker.code, victim.verifier)).toMatchObject(REFUSED)
    const { access_token } = await client.exchange(attacker.code, attacker.verifier)
    expect(claimsOf(access_token).sub).toBe('bob')
  })

  test.each([
    ['no verifier', { code_verifier: '' }],
    ['a wrong verifier', { code_verifier: OTHER_VERIFIER }],
    ['another redirect address', { redirect_uri: 'http://localhost:9999/other' }],
    ['another port', { redirect_uri: 'http://localhost:9998/callback' }],
    ['another resource', { resource: 'https://evil.org/mcp' }],
  ])('is of no use with %s', async (_, parameters) => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    const answer = await client.exchange(code, verifier, parameters)
    expect(answer.status).toBe(400)
    expect(answer.error).toMatch(/^invalid_(grant|request|target)$/)
    expect(answer).not.toHaveProperty('access_token')
  })

  test('is of no use with the challenge itself for a verifier', async () => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    expect(await client.exchange(code, challenge)).toMatchObject(REFUSED)
    const field = { code_challenge_method: 'plain' }
    expect(await client.exchange(code, challenge, field)).toMatchObject(REFUSED)
  })

  test('is of no use a second time, and ends what came of the first', async () => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    const tokens = await client.exchange(code, verifier)
    expect(await statusOf(h, tokens.access_token)).toBe(200)
    expect(await client.exchange(code, verifier)).toMatchObject(REFUSED)
    expect(await client.refresh(tokens.refresh_token)).toMatchObject(REFUSED)
    await vi.waitFor(async () => expect(await statusOf(h, tokens.access_token)).toBe(401))
  })

  test('of 20 who use it at once, one gets something', async () => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    vault.gather('authorization:AuthorizationCode', 20)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.exchange(code, verifier)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(REFUSED)
  })

  test('is of no use after a minute', async () => {
    const { client, code, verifier } = await codeFor(h, h.alice)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    expect(await client.exchange(code, verifier)).toMatchObject(REFUSED)
  })

  test('is no refresh token, no access token, and nothing to a client without it', async () => {
    const { client, code } = await codeFor(h, h.alice)
    expect(await client.refresh(code)).toMatchObject(REFUSED)
    expect(await statusOf(h, code)).toBe(401)
    expect(await client.exchange('x'.repeat(43), OTHER_VERIFIER)).toMatchObject(REFUSED)
  })
})

describe('PKCE', () => {
  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a method without a challenge', { code_challenge: undefined }],
    ['the method plain', { code_challenge_method: 'plain' }],
    ['no method, which means plain', { code_challenge_method: undefined }],
    ['an empty challenge', { code_challenge: '' }],
    ['a short challenge', { code_challenge: 'abc' }],
    ['an unknown method', { code_challenge_method: 'S512' }],
  ])('cannot be gone without: %s', async (_, parameters) => {
    const { to } = await authorizeWith(shared, parameters)
    expect(to && to.origin + to.pathname).toBe(REDIRECT)
    expect(to?.searchParams.get('error')).toBe('invalid_request')
    expect(to?.searchParams.has('code')).toBe(false)
  })

  test('is announced, and nothing weaker', async () => {
    const metadata = await (await fetch(`${h.url}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ code_challenge_methods_supported: ['S256'] })
  })

  test('is asked of clients with a secret too', async () => {
    const client = await registerClient(h.url, {
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['https://client.example/callback'],
    })
    const { to } = await authorizeWith(client, { code_challenge: undefined })
    expect(to?.searchParams.get('error')).toBe('invalid_request')
  })
})

describe('the issuer', () => {
  test('is announced to be in every answer', async () => {
    const metadata = await (await fetch(`${h.url}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({
      issuer: h.url,
      authorization_response_iss_parameter_supported: true,
    })
  })

  test('is in the answer with a code', async () => {
    const { back } = await codeFor(h, h.alice)
    expect(back.searchParams.get('iss')).toBe(h.url)
  })

  test('is in the answer of a person who does not agree', async () => {
    const { browser, page, state } = await ask(h)
    const back = (await followHere(
      browser,
      await submit(browser, page, { decision: 'deny' }),
    )) as URL
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      iss: h.url,
      state,
    })
    expect(back.searchParams.has('code')).toBe(false)
  })

  test.each([
    ['prompt', { prompt: 'none' }],
    ['scope', { scope: 'notes:read', prompt: 'none login' }],
    ['response_type', { response_type: 'token' }],
    ['resource', { resource: 'https://evil.org/mcp' }],
    ['code_challenge', { code_challenge: undefined }],
    ['request', { request: 'e30.e30.' }],
  ])('is in the error about %s, with the state', async (_, parameters) => {
    const { to } = await authorizeWith(shared, { ...parameters, state: 's1' })
    const answer = new URLSearchParams(`${to?.search.slice(1)}${to?.hash.slice(1)}`)
    expect(Object.fromEntries(answer)).toMatchObject({
      error: expect.any(String),
      iss: h.url,
      state: 's1',
    })
    expect(answer.has('code')).toBe(false)
  })
})
