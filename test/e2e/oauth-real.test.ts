/**
 * `oauth_multi_audience` with Nextcloud's own oidc app as the provider and user_oidc to check the
 * tokens. Needs both, in a real Nextcloud: `NEXTCLOUD_TEST_OIDC=true`, and the password that the
 * test user signs in with (`NEXTCLOUD_TEST_LOGIN_PASSWORD`, for the second one `..._PASSWORD2`).
 */
import { randomUUID } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Vault } from '../../src/vault/vault.ts'
import { isReal, startBackend, type TestUser } from '../support/backend.ts'
import { callTool, type Harness, startHarness } from '../support/harness.ts'
import { SERVER_URL } from '../support/identity-provider.ts'
import {
  type NextcloudClient,
  registerClient,
  signInAtNextcloud,
  type Tokens,
  unregister,
} from '../support/nextcloud-signin.ts'
import { answerOf, challengeOf, memoryVault, message } from '../support/oauth.ts'
import { clientMemory } from '../support/sdk-client.ts'

const { NEXTCLOUD_TEST_OIDC, NEXTCLOUD_TEST_LOGIN_PASSWORD, NEXTCLOUD_TEST_LOGIN_PASSWORD2 } =
  process.env
const hasOidc = isReal && NEXTCLOUD_TEST_OIDC === 'true' && Boolean(NEXTCLOUD_TEST_LOGIN_PASSWORD)
const hasBob = hasOidc && Boolean(NEXTCLOUD_TEST_LOGIN_PASSWORD2)

const ME = 'nc_users_get_current_user'
const RESOURCE = `${SERVER_URL}/mcp`
const SCOPES = 'openid notes:read notes:write files:read files:write sharing:read'

let h: Harness
let vault: Vault
let alice: TestUser
let bob: TestUser
let client: NextcloudClient
let tokens: Tokens
/** Nextcloud keeps a hundred registrations at most: none is left behind. */
const undo: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  if (!hasOidc) return
  const backend = await startBackend()
  alice = { ...backend.alice, password: NEXTCLOUD_TEST_LOGIN_PASSWORD ?? '' }
  bob = { loginName: backend.bob?.loginName ?? '', password: NEXTCLOUD_TEST_LOGIN_PASSWORD2 ?? '' }
  vault = await memoryVault()
  h = await startHarness({
    backend,
    vault,
    client: false,
    environment: {
      MCP_DEPLOYMENT_MODE: 'oauth_multi_audience',
      // Not through the proxy: the provider is looked for where Nextcloud is.
      NEXTCLOUD_HOST: backend.url,
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
      NEXTCLOUD_MCP_SERVER_URL: SERVER_URL,
      NEXTCLOUD_RESOURCE_URI: RESOURCE,
    },
  })
  client = await register()
  tokens = await client.signIn(alice, SCOPES, RESOURCE)
})
afterAll(async () => {
  for (const one of undo) await one()
  await h?.close()
  await vault?.close()
})

/** A client that is deleted at the end. */
async function register(kind?: 'jwt' | 'opaque'): Promise<NextcloudClient> {
  const registered = await registerClient(h.backend.url, kind)
  undo.push(registered.delete)
  return registered
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const connect = (token: string) => h.connect({ headers: bearer(token) })

/** Calls a tool straight at the endpoint. */
const callWith = (token: string, name: string, args: object = {}) =>
  fetch(h.server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...bearer(token),
    },
    body: JSON.stringify(message('tools/call', { name, arguments: args })),
  })

/** Names of the tools that are listed, none of which may need another scope. */
async function toolsFor(token: string, granted: string): Promise<string[]> {
  const { tools } = await (await connect(token)).listTools()
  for (const { name } of tools) {
    const { scopes = [] } = h.composition.catalog.tools.get(name)?.tool ?? {}
    expect(granted.split(' '), name).toEqual(expect.arrayContaining([...scopes]))
  }
  return tools.map(({ name }) => name)
}

/** Calls that must succeed. */
async function caller(token: string) {
  const connected = await connect(token)
  return async (name: string, args: Record<string, unknown> = {}) => {
    const answer = await callTool(connected, name, args)
    if (answer.isError) throw new Error(`${name} failed: ${JSON.stringify(answer.error)}`)
    return answer.data
  }
}

describe.skipIf(!hasOidc)('with a token of the oidc app', () => {
  test('the caller is the user who signed in', async () => {
    const ok = await caller(tokens.access_token)
    expect((await ok(ME)).id).toBe(alice.loginName)
  })

  test('the tools are those of its scopes', async () => {
    const all = await toolsFor(tokens.access_token, SCOPES)
    expect(all).toEqual(
      expect.arrayContaining(['nc_notes_create_note', 'nc_webdav_write_file', ME]),
    )
    const scope = 'openid notes:read'
    const reader = await client.signIn(alice, scope, RESOURCE)
    const some = await toolsFor(reader.access_token, scope)
    expect(some).toContain('nc_notes_get_note')
    expect(some.length).toBeLessThan(all.length)
  })

  test('notes are written, read and deleted', async () => {
    const ok = await caller(tokens.access_token)
    const title = `oauth ${randomUUID()}`
    const { id } = await ok('nc_notes_create_note', { title, content: 'words', category: '' })
    expect(await ok('nc_notes_get_note', { note_id: id })).toMatchObject({ title })
    await ok('nc_notes_delete_note', { note_id: id })
    await expect(ok('nc_notes_get_note', { note_id: id })).rejects.toThrow(/NOT_FOUND/)
  })

  test('files are written, read, listed and deleted', async () => {
    const ok = await caller(tokens.access_token)
    const path = `/oauth ${randomUUID()}.txt`
    const listing = async () => JSON.stringify(await ok('nc_webdav_list_directory'))
    await ok('nc_webdav_write_file', { path, content: 'words' })
    expect((await ok('nc_webdav_read_file', { path })).content).toBe('words')
    expect(await listing()).toContain(path.slice(1))
    await ok('nc_webdav_delete_resource', { path })
    expect(await listing()).not.toContain(path.slice(1))
  })

  test('what its scopes do not cover is answered with those to ask for', async () => {
    const reader = await client.signIn(alice, 'openid notes:read', RESOURCE)
    const refused = await callWith(reader.access_token, 'nc_notes_create_note', { title: 'x' })
    expect(refused.status).toBe(403)
    expect(challengeOf(refused)).toMatchObject({
      error: 'insufficient_scope',
      scope: 'notes:read notes:write',
    })
    const found = await callWith(reader.access_token, 'nc_notes_search_notes', { query: 'x' })
    expect((await answerOf(found)).result?.isError).not.toBe(true)
  })
})

describe.skipIf(!hasBob)('somebody else', () => {
  test('acts as themselves, beside the first', async () => {
    const ok = await caller(tokens.access_token)
    const other = await caller((await client.signIn(bob, SCOPES, RESOURCE)).access_token)
    const [mine, theirs] = await Promise.all([ok(ME), other(ME)])
    expect([mine.id, theirs.id]).toEqual([alice.loginName, bob.loginName])
    const path = `/oauth ${randomUUID()}.txt`
    await ok('nc_webdav_write_file', { path, content: 'words' })
    try {
      await expect(other('nc_webdav_read_file', { path })).rejects.toThrow(/NOT_FOUND/)
    } finally {
      await ok('nc_webdav_delete_resource', { path })
    }
  })
})

describe.skipIf(!hasOidc)('what is refused', () => {
  test('a token that was refreshed away, though its time has not come; the new one works', async () => {
    const old = await client.signIn(alice, `${SCOPES} offline_access`, RESOURCE)
    expect((await answerOf(await callWith(old.access_token, ME))).result?.isError).not.toBe(true)
    let fresh = await client.refresh(old)
    // Within one second the app issues the very same token again.
    while (fresh.access_token === old.access_token) fresh = await client.refresh(fresh)
    const { result } = await answerOf(await callWith(old.access_token, ME))
    expect(result.structuredContent.error).toMatchObject({
      code: 'UNAUTHORIZED',
      status: 401,
      hint: expect.stringMatching(/Sign in again/),
    })
    const ok = await caller(fresh.access_token)
    expect((await ok(ME)).id).toBe(alice.loginName)
  })

  test('a token of a client that has been deleted since', async () => {
    const other = await register()
    const { access_token } = await other.signIn(alice, SCOPES, RESOURCE)
    expect((await answerOf(await callWith(access_token, ME))).result?.isError).not.toBe(true)
    await other.delete()
    const { result } = await answerOf(await callWith(access_token, ME))
    expect(result.structuredContent.error).toMatchObject({ code: 'UNAUTHORIZED', status: 401 })
  })

  test.each([
    ['without a resource', undefined],
    ['for another resource', 'https://other.example.org/mcp'],
  ])('a token %s', async (_, other) => {
    const { access_token } = await client.signIn(alice, SCOPES, other)
    const refused = await callWith(access_token, ME)
    expect(refused.status).toBe(401)
    expect(challengeOf(refused)).toMatchObject({
      error: 'invalid_token',
      error_description: expect.stringContaining('it is not for this server (aud)'),
    })
  })

  test('an ID token', async () => {
    expect((await callWith(tokens.id_token, ME)).status).toBe(401)
  })

  test('an opaque token for another resource, or for none', async () => {
    const other = await register('opaque')
    for (const resource of [undefined, 'http://localhost:1/mcp']) {
      const { access_token } = await other.signIn(alice, SCOPES, resource)
      expect((await callWith(access_token, ME)).status).toBe(401)
    }
  })
})

test.skipIf(!hasOidc)('an opaque token for this server is accepted by introspection', async () => {
  const other = await register('opaque')
  const { access_token } = await other.signIn(alice, SCOPES, RESOURCE)
  expect((await callTool(await connect(access_token), ME)).data.id).toBe('alice')
  // To ask about it, the server has registered itself.
  const issuer = h.composition.oauth?.discovery.found?.issuer ?? ''
  const own = await vault.clients.get(issuer)
  expect(own).toMatchObject({
    clientId: expect.any(String),
    redirectUris: [`${SERVER_URL}/oauth/callback`],
  })
  undo.push(() => unregister(own?.registrationUri ?? '', own?.registrationToken ?? ''))
})

test.skipIf(!hasOidc)('a client that was given the address alone gets in', async () => {
  const { provider: authProvider, kept } = clientMemory({
    metadata: { token_endpoint_auth_method: 'client_secret_post', token_type: 'jwt' },
  })
  const open = () => ({
    mcp: new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' } }),
    transport: new StreamableHTTPClientTransport(new URL(RESOURCE), {
      authProvider,
      async fetch(url, request) {
        // The public address leads to the port that the server has.
        const server = new URL(h.server.url).origin
        const response = await fetch(String(url).replace(SERVER_URL, server), request)
        if (String(url).endsWith('/apps/oidc/register')) {
          const { registration_client_uri: uri, registration_access_token: token } = (await response
            .clone()
            .json()) as Record<string, string>
          undo.push(() => unregister(uri ?? '', token ?? ''))
        }
        return response
      },
    }),
  })
  const first = open()
  await expect(first.mcp.connect(first.transport)).rejects.toThrow(/nauthorized/)
  if (kept.authorization === undefined) throw new Error('was not sent to the provider')
  expect(kept.authorization.searchParams.get('resource')).toBe(RESOURCE)
  expect(kept.authorization.searchParams.get('scope')).toMatch(/^openid notes:read/)
  const back = await signInAtNextcloud(kept.authorization, alice)
  await first.transport.finishAuth(back.searchParams)
  const { mcp, transport } = open()
  await mcp.connect(transport)
  expect((await callTool(mcp, ME)).data.id).toBe(alice.loginName)
  await mcp.close()
})
