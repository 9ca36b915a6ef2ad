/** Tokens for Nextcloud in exchange for the caller's: the same user, one audience, few scopes, briefly. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createImpersonation } from '../../src/oidc/exchange.ts'
import { SERVER_CLIENT, SERVER_URL } from '../support/identity-provider.ts'
import { answerOf, message, type OAuthHarness, startOAuth } from '../support/oauth.ts'

const ME = 'nc_users_get_current_user'
const SEARCH = 'nc_notes_search_notes'
const CREATE = 'nc_notes_create_note'

let h: OAuthHarness
beforeEach(async () => {
  h = await startOAuth('oauth_token_exchange', { client: false })
})
afterEach(() => h.close())

/** A token for this server alone, as its users bring it. */
const mint = (claims: object = {}) => h.idp.mint({ aud: `${SERVER_URL}/mcp`, ...claims })
const call = async (token: string, tool: string, args: object = { query: '' }) =>
  (await answerOf(await h.callWith(token, tool, args))).result
const note = { title: 'x', content: 'x', category: '' }

test('the new token is of the same user, for Nextcloud, with the scopes of the tool', async () => {
  const token = await mint({ sub: 'bob' })
  expect((await call(token, ME, {})).structuredContent.id).toBe('bob')
  expect((await call(token, CREATE, note)).isError).toBeUndefined()
  expect(h.nextcloud.bearers.length).toBeGreaterThanOrEqual(2)
  for (const { token: used, claims, headers } of h.nextcloud.bearers) {
    expect(used).not.toBe(token)
    expect(claims).toMatchObject({ sub: 'bob', aud: 'nextcloud' })
    expect(headers['ocs-apirequest']).toBe('true')
    expect(headers.cookie).toBeUndefined()
  }
  const forms = h.idp.callsTo('token').map(({ form }) => form)
  expect(forms[1]?.get('scope')).toBe('openid notes:write')
  for (const form of forms) {
    expect(form.get('subject_token')).toBe(token)
    expect(form.get('audience')).toBe('nextcloud')
    expect(form.get('requested_subject')).toBeNull()
    expect(form.get('client_id')).toBe(SERVER_CLIENT.id)
  }
})

test('scopes are spelt as in the token', async () => {
  await call(await mint({ scope: 'openid notes.read' }), SEARCH)
  expect(h.idp.callsTo('token')[0]?.form.get('scope')).toBe('openid notes.read')
})

test('50 calls at once make one exchange, and later ones none', async () => {
  const token = await mint()
  await Promise.all(Array.from({ length: 50 }, () => call(token, SEARCH)))
  await call(token, SEARCH)
  expect(h.idp.callsTo('token')).toHaveLength(1)
})

test('other scopes, another token, another user: another exchange each', async () => {
  const token = await mint()
  await call(token, SEARCH)
  await call(token, CREATE, note)
  await call(await mint({ sub: 'bob' }), SEARCH)
  await call(await mint(), SEARCH)
  const used = new Set(h.nextcloud.bearers.map(({ token: one }) => one))
  expect(h.idp.callsTo('token')).toHaveLength(4)
  expect(used.size).toBe(4)
})

test('a token that Nextcloud refuses is not used again, and the call not repeated', async () => {
  const token = await mint()
  await call(token, SEARCH)
  const first = h.nextcloud.bearers.at(-1)?.token ?? ''
  h.nextcloud.refuse(first)
  h.nextcloud.bearers.splice(0)
  const refused = await call(token, SEARCH)
  expect(refused.structuredContent.error).toMatchObject({ code: 'UNAUTHORIZED', status: 401 })
  expect(h.nextcloud.bearers).toHaveLength(1)
  expect((await call(token, SEARCH)).isError).toBeUndefined()
  expect(h.nextcloud.bearers.at(-1)?.token).not.toBe(first)
})

describe('when the exchange fails nothing else is tried', () => {
  test.each([
    [
      'not allowed',
      { status: 403, error: 'access_denied' },
      'FORBIDDEN',
      /administrator.*nextcloud/,
    ],
    ['not supported', { status: 400, error: 'unsupported_grant_type' }, 'FORBIDDEN', /exchange/],
    ['no such audience', { status: 400, error: 'invalid_target' }, 'FORBIDDEN', /audience/],
    ['a token no longer good', { status: 400, error: 'invalid_grant' }, 'UNAUTHORIZED', /Sign in/],
  ])('%s', async (_, refuse, code, hint) => {
    const token = await mint()
    const description = `Token ${token} is not liked`
    h.idp.exchange.refuse = { ...refuse, description }
    const { isError, structuredContent } = await call(token, SEARCH)
    expect(isError).toBe(true)
    expect(structuredContent.error).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
      server_message: 'Token … is not liked',
    })
    expect(JSON.stringify(structuredContent)).not.toContain(token.slice(0, 40))
    expect(h.nextcloud.bearers).toEqual([])
    expect(h.proxy.requests).toEqual([])
    await call(token, SEARCH)
    expect(h.idp.callsTo('token')).toHaveLength(2)
  })

  test.each([
    ['down', () => 'reset' as const],
    ['failing', () => ({ status: 500 })],
    ['redirecting', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })],
  ])('a provider that is %s', async (_, disturbance) => {
    const token = await mint()
    await h.post(message('tools/list', {}), { token: 'unknown' })
    h.idp.plan(path => (path === '/token' ? disturbance() : undefined))
    const { structuredContent } = await call(token, SEARCH)
    expect(['UNREACHABLE', 'FORBIDDEN']).toContain(structuredContent.error.code)
    expect(h.proxy.requests).toEqual([])
  })

  test.each([
    ['of another user', { sub: 'bob' }],
    ['for somebody else', { aud: 'other' }],
  ])('a new token %s', async (_, claims) => {
    h.idp.exchange.claims = claims
    const { structuredContent } = await call(await mint(), SEARCH)
    expect(structuredContent.error.code).toBe('FORBIDDEN')
    expect(h.proxy.requests).toEqual([])
  })
})

describe('service accounts', () => {
  test('a token of theirs reaches Nextcloud on no way there is', async () => {
    const provider = await h.composition.oauth?.discovery.provider()
    if (provider === undefined) throw new Error('no provider')
    const impersonation = createImpersonation(provider, SERVER_CLIENT)
    const request = { user: 'bob', audience: 'nextcloud', scope: 'openid notes:read' }
    await expect(impersonation.tokenFor(request)).rejects.toThrow(/does not impersonate/)
    const token = await mint()
    for (const tool of [SEARCH, ME, CREATE]) await call(token, tool, tool === CREATE ? note : {})
    h.idp.exchange.refuse = { status: 403, error: 'access_denied' }
    await call(await mint(), SEARCH)
    expect(h.idp.serviceTokens).toHaveLength(1)
    const sent = h.proxy.requests.map(({ headers }) => headers.authorization ?? '')
    expect(sent.length).toBeGreaterThan(0)
    for (const service of h.idp.serviceTokens) {
      expect(sent.some(authorization => authorization.includes(service))).toBe(false)
    }
    // Nobody but the impersonation asked for one.
    const grants = h.idp.callsTo('token').map(({ form }) => form.get('grant_type'))
    expect(grants.filter(grant => grant === 'client_credentials')).toHaveLength(1)
  })

  test('the standard exchange is told by its answer, once, and impersonation by its own', async () => {
    const provider = await h.composition.oauth?.discovery.provider()
    if (provider === undefined) throw new Error('no provider')
    const request = { user: 'bob', audience: 'nextcloud', scope: 'openid notes:read' }
    const standard = createImpersonation(provider, SERVER_CLIENT)
    await expect(standard.tokenFor(request)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    expect(standard.supported).toBe(false)
    h.idp.forget()
    await expect(standard.tokenFor(request)).rejects.toMatchObject({ code: 'MISCONFIGURED' })
    expect(h.idp.calls).toEqual([])

    h.idp.exchange = { impersonates: true }
    const legacy = createImpersonation(provider, SERVER_CLIENT)
    const { token } = await legacy.tokenFor(request)
    expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({ sub: 'bob' })
    expect(legacy.supported).toBe(true)
    h.idp.exchange = { refuse: { status: 403, error: 'access_denied' } }
    await expect(legacy.tokenFor(request)).rejects.toMatchObject({ code: 'REFUSED' })
    expect(legacy.supported).toBe(true)
  })
})
