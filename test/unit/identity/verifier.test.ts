import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createVerifier } from '../../../src/identity/verifier.ts'
import { createDiscovery } from '../../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../../src/oidc/http.ts'
import type { Provider } from '../../../src/oidc/provider.ts'
import { createServerClients } from '../../../src/oidc/server-client.ts'
import {
  type IdentityProvider,
  SERVER_CLIENT,
  SERVER_URL,
  startIdentityProvider,
} from '../../support/identity-provider.ts'

const MINUTE = 60_000

let idp: IdentityProvider
let provider: Provider
let time: number
beforeAll(async () => {
  idp = await startIdentityProvider()
  const http = createProviderHttp()
  const url = idp.discoveryUrl
  provider = await createDiscovery({ url, http, nextcloudUrl: 'http://x' }).provider()
})
afterAll(() => idp.close())
beforeEach(() => {
  time = Date.now()
  idp.forget()
})

const create = () =>
  createVerifier({
    provider: async () => provider,
    clients: createServerClients({
      configured: SERVER_CLIENT,
      request: { name: '', redirectUris: [], scopes: [], tokenType: 'jwt', resourceUrl: '' },
    }),
    audiences: [`${SERVER_URL}/mcp`],
    resource: `${SERVER_URL}/mcp`,
    now: () => time,
  })

test('what is remembered ends with the token', async () => {
  const verifier = create()
  const token = await idp.mint({ exp: Math.floor(time / 1_000) + 60 })
  const first = await verifier.verify(token)
  expect(await verifier.verify(token)).toBe(first)
  time += MINUTE
  expect(await verifier.verify(token)).not.toBe(first)
})

test('and after an hour', async () => {
  const verifier = create()
  const token = await idp.mint({ exp: Math.floor(time / 1_000) + 24 * 3_600 })
  const first = await verifier.verify(token)
  time += 60 * MINUTE - 1
  expect(await verifier.verify(token)).toBe(first)
  time += 1
  expect(await verifier.verify(token)).not.toBe(first)
})

test('a revoked opaque token is refused within a minute', async () => {
  const verifier = create()
  const { token, revoke } = await idp.mintOpaque()
  await Promise.all([verifier.verify(token), verifier.verify(token)])
  expect(idp.callsTo('introspection')).toHaveLength(1)
  await revoke()
  time += MINUTE
  await expect(verifier.verify(token)).rejects.toThrow(/no longer/)
})

test('an unknown token is not asked about at each call', async () => {
  const verifier = create()
  for (let at = 0; at < 10; at++) await expect(verifier.verify('unknown')).rejects.toThrow()
  expect(idp.callsTo('introspection')).toHaveLength(1)
  time += 10_000
  await expect(verifier.verify('unknown')).rejects.toThrow()
  expect(idp.callsTo('introspection')).toHaveLength(2)
})

test.each([
  ['too long', 'x'.repeat(16_385)],
  ['not the characters of a token', 'ä'],
  ['empty', ''],
])('a token that is %s is refused here', async (_, token) => {
  await expect(create().verify(token)).rejects.toThrow(/not accepted/)
  expect(idp.calls).toEqual([])
})

test('a key that changes is found when a minute has passed', async () => {
  const verifier = create()
  await verifier.verify(await idp.mint())
  await idp.rotateKey()
  const token = await idp.mint()
  await expect(verifier.verify(token)).rejects.toThrow(/no such key/)
  provider = await createDiscovery({
    url: idp.discoveryUrl,
    http: provider.http,
    nextcloudUrl: 'http://x',
  }).provider()
  await verifier.verify(token)
})
