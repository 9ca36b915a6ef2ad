/**
 * Nextcloud's oidc app never tells the resource of a token at introspection, but answers
 * `active: true` about another client's token only to the client whose resource it is for.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifier } from '../../../src/identity/verifier.ts'
import type { ServerClient } from '../../../src/oidc/server-client.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const RESOURCE = 'https://mcp.example.org/mcp'
const INTROSPECTION = '/apps/oidc/introspect'

let scripted: ScriptedProvider
beforeAll(async () => {
  scripted = await startScriptedProvider()
})
afterAll(() => scripted.close())

/** What is made of an active token of `owner`, seen by a client from `source`. */
async function verify({
  owner = 'ai-client',
  source = 'registration' as ServerClient['source'],
  path = INTROSPECTION,
  nextcloudUrl = scripted.url,
} = {}) {
  scripted.document.introspection_endpoint = scripted.url + path
  scripted.routes[`POST ${path}`] = () => ({
    json: {
      active: true,
      client_id: owner,
      aud: owner,
      sub: 'alice',
      scope: 'notes:read',
      exp: Math.floor(Date.now() / 1_000) + 60,
    },
  })
  const provider = await scripted.discovery({ nextcloudUrl }).provider()
  const client = { id: 'this-server', secret: 'secret', source, expiresAt: undefined }
  const clients = {
    known: async () => client,
    get: async () => client,
    refused: async () => {},
  }
  const verifier = createVerifier({
    provider: async () => provider,
    clients: clients as never,
    audiences: [RESOURCE],
    resource: RESOURCE,
  })
  return verifier.verify('opaque')
}

test('a token of another client is for the resource that this server registered with', async () => {
  expect(await verify()).toMatchObject({ userId: 'alice', audience: [RESOURCE] })
})

test.each([
  ['of a provider that is not Nextcloud', { nextcloudUrl: 'http://elsewhere' }],
  ['of another introspection endpoint', { path: '/realms/x/introspect' }],
  ['seen by a client that somebody configured', { source: 'environment' as const }],
])('but not %s', async (_, circumstances) => {
  await expect(verify(circumstances)).rejects.toThrow(/not for this server/)
})

test("a token of this server's own client names that client, as before", async () => {
  expect((await verify({ owner: 'this-server' })).audience).toEqual(['this-server'])
})
