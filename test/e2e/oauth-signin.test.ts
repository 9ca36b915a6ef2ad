/**
 * The whole way of a client that knows nothing but the address: challenge, metadata, registration,
 * code with PKCE in a browser (played by a few requests), token, call.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signIn } from '../support/browser.ts'
import { type Front, startFront } from '../support/front.ts'
import { callTool } from '../support/harness.ts'
import { type OAuthHarness, startOAuth } from '../support/oauth.ts'
import { clientMemory, connectSdk } from '../support/sdk-client.ts'

let h: OAuthHarness
let front: Front
beforeEach(async () => {
  // Clients check that the resource is the address they were given: it must be known beforehand.
  front = await startFront()
  h = await startOAuth('oauth_token_exchange', {
    client: false,
    environment: { NEXTCLOUD_MCP_SERVER_URL: front.url },
  })
  front.lead(h.server.port)
})
afterEach(async () => {
  await h.close()
  await front.close()
})

test('a client that was given the address alone gets in, and acts as the user who signed in', async () => {
  const { provider, kept } = clientMemory()
  const first = connectSdk(front.url, provider)
  await expect(first.client.connect(first.transport)).rejects.toThrow(/nauthorized/)
  const { authorization } = kept
  if (authorization === undefined) throw new Error('was not sent to the provider')
  expect(authorization.searchParams.get('code_challenge_method')).toBe('S256')
  expect(authorization.searchParams.get('resource')).toBe(`${front.url}/mcp`)
  expect(authorization.searchParams.get('scope')).toMatch(/^openid notes:read/)

  const back = await signIn(authorization, 'bob')
  await first.transport.finishAuth(back.searchParams)
  const { client, transport } = connectSdk(front.url, provider)
  await client.connect(transport)
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('nc_notes_get_note')
  expect((await callTool(client, 'nc_users_get_current_user')).data.id).toBe('bob')
  for (const { claims } of h.nextcloud.bearers) {
    expect(claims).toMatchObject({ sub: 'bob', aud: 'nextcloud' })
  }
  await client.close()
})
