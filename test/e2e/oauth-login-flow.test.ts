/** Tokens of an external provider, and app passwords out of the storage. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { basic } from '../support/harness.ts'
import { CALLER_CLIENT } from '../support/identity-provider.ts'
import { answerOf, type OAuthHarness, startOAuth } from '../support/oauth.ts'

let h: OAuthHarness
beforeEach(async () => {
  h = await startOAuth('login_flow', { client: false })
})
afterEach(() => h.close())

const call = async (token: string, tool = 'nc_users_get_current_user', args: object = {}) => {
  const { result } = await answerOf(await h.callWith(token, tool, args))
  return result.structuredContent
}
const provision = (user: string, more: object = {}) =>
  h.vault.appPasswords.put({
    userId: user,
    loginName: user,
    password: h.backend.demo?.appPassword(user) ?? '',
    scopes: null,
    ...more,
  })

test('without a stored app password the answer says what to do, and nothing is sent', async () => {
  expect((await call(await h.idp.mint())).error).toMatchObject({
    code: 'NOT_PROVISIONED',
    message: expect.stringMatching(/not connected/),
    hint: expect.any(String),
  })
  expect(h.proxy.requests).toEqual([])
})

test('each caller acts with their own stored app password; the token stays here', async () => {
  await provision('alice')
  await provision('bob')
  expect((await call(await h.idp.mint())).id).toBe('alice')
  expect((await call(await h.idp.mint({ sub: 'bob' }))).id).toBe('bob')
  expect(h.nextcloud.bearers).toEqual([])
  expect(h.proxy.requests.every(({ headers }) => headers.authorization?.startsWith('Basic '))).toBe(
    true,
  )
  expect((await h.vault.appPasswords.list('alice'))[0]?.lastUsedAt).toBeDefined()
})

test('one for the client goes before one for all clients', async () => {
  await provision('alice', { userId: 'alice', loginName: 'bob', password: bobs() })
  await provision('alice', { clientId: CALLER_CLIENT.id })
  expect((await call(await h.idp.mint())).id).toBe('alice')
  expect((await call(await h.idp.mint({ client_id: 'other' }))).id).toBe('bob')
})

test('what was not allowed to the app password is refused whatever the token allows', async () => {
  await provision('alice', { scopes: ['notes.read'] })
  const token = await h.idp.mint()
  expect((await call(token, 'nc_notes_search_notes', { query: '' })).error).toBeUndefined()
  h.proxy.forget()
  const refused = await call(token, 'nc_notes_create_note', {
    title: 'x',
    content: '',
    category: '',
  })
  expect(refused.error).toMatchObject({ code: 'FORBIDDEN' })
  expect(h.proxy.requests).toEqual([])
})

test('a tool that does more the more is allowed goes by the narrower of both', async () => {
  await provision('alice', { scopes: ['files.read', 'notes.read'] })
  const search = async (scope: string) => {
    const found = await call(await h.idp.mint({ scope }), 'nc_search_everything', { query: 'a' })
    return found.not_searched.map(({ provider }: { provider: string }) => provider)
  }
  const everything = 'openid files:read notes:read talk:read collectives:read'
  expect(await search(everything)).toContain('talk-message')
  expect(await search(everything)).not.toContain('notes')
  expect(await search('openid files:read talk:read')).toContain('notes')
})

test('one that was revoked in Nextcloud is sent once, until there is a new one', async () => {
  const password = h.backend.demo?.appPassword('alice') ?? ''
  await provision('alice', { password })
  const token = await h.idp.mint()
  expect((await call(token)).id).toBe('alice')
  await fetch(`${h.backend.url}/ocs/v2.php/core/apppassword`, {
    method: 'DELETE',
    headers: { authorization: basic({ loginName: 'alice', password }), 'ocs-apirequest': 'true' },
  })
  h.proxy.forget()
  for (let attempt = 0; attempt < 3; attempt++) {
    expect((await call(token)).error).toMatchObject({
      code: 'NOT_PROVISIONED',
      message: expect.stringMatching(/no longer accepts/),
      url: expect.stringMatching(/^http:\/\/localhost:8000\/app\/access\//),
    })
  }
  expect(h.proxy.requests).toHaveLength(1)
  await provision('alice')
  expect((await call(token)).id).toBe('alice')
})

function bobs(): string {
  return h.backend.demo?.appPassword('bob') ?? ''
}
