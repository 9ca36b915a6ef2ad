import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Provider } from '../../../src/oidc/provider.ts'
import { refreshGrant } from '../../../src/oidc/refresh.ts'
import {
  actingAs,
  createServerClients,
  type ServerClientOptions,
} from '../../../src/oidc/server-client.ts'
import { UNKNOWN_ISSUER, type Vault } from '../../../src/vault/vault.ts'
import { memoryVault } from '../../support/oauth.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const HOUR = 3_600_000
const REQUEST = {
  name: 'nextcloud-mcp-server',
  redirectUris: ['http://localhost:8000/oauth/callback'],
  scopes: ['openid', 'offline_access', 'notes:read'],
  tokenType: 'jwt',
  resourceUrl: 'http://localhost:8000/mcp',
} as const

let idp: ScriptedProvider
let provider: Provider
let vault: Vault
let time: number
let registered: number
beforeEach(async () => {
  idp = await startScriptedProvider()
  idp.document.scopes_supported = ['openid', 'offline_access']
  provider = await idp.discovery().provider()
  vault = await memoryVault()
  time = Date.parse('2026-11-01T12:00:00Z')
  registered = 0
  idp.requests.splice(0)
  idp.routes['POST /register'] = ({ body }) => {
    const id = `client-${++registered}`
    return {
      status: 201,
      json: {
        ...JSON.parse(body),
        client_id: id,
        client_secret: `secret-${registered}`,
        client_id_issued_at: time / 1_000,
        client_secret_expires_at: (time + HOUR) / 1_000,
        registration_access_token: `manage-${registered}`,
        registration_client_uri: `${idp.url}/register/${id}`,
      },
    }
  }
})
afterEach(async () => {
  await idp.close()
  await vault.close()
})

const create = (options: Partial<ServerClientOptions> = {}) =>
  createServerClients({ request: REQUEST, storage: vault, now: () => time, ...options })
const sent = () => JSON.parse(idp.requests.at(-1)?.body ?? '{}')

describe('environment, else storage, else registration', () => {
  test('a configured client is the client', async () => {
    const clients = create({ configured: { id: 'mine', secret: 's' } })
    expect(await clients.get(provider)).toMatchObject({ id: 'mine', source: 'environment' })
    expect(await clients.known(provider)).toMatchObject({ id: 'mine' })
    expect(idp.requests).toEqual([])
  })

  test('without one it registers when it is needed, once for all who ask', async () => {
    const clients = create()
    expect(await clients.known(provider)).toBeUndefined()
    expect(idp.requests).toEqual([])
    const got = await Promise.all(Array.from({ length: 10 }, () => clients.get(provider)))
    expect(new Set(got.map(({ id }) => id))).toEqual(new Set(['client-1']))
    expect(registered).toBe(1)
    expect(sent()).toMatchObject({
      client_name: 'nextcloud-mcp-server',
      redirect_uris: REQUEST.redirectUris,
      token_endpoint_auth_method: 'client_secret_post',
      // Not notes:read: the provider does not know it and would refuse it all.
      scope: 'openid offline_access',
    })
    expect(sent().token_type).toBeUndefined()
  })

  test('the registration is kept, encrypted, for the next start', async () => {
    await create().get(provider)
    const again = await create().get(provider)
    expect(again).toMatchObject({ id: 'client-1', secret: 'secret-1', source: 'storage' })
    expect(registered).toBe(1)
  })

  test('two processes that start at once register one client', async () => {
    const [one, other] = await Promise.all([create().get(provider), create().get(provider)])
    expect(one?.id).toBe(other?.id)
    expect(registered).toBe(1)
  })

  test('without a storage it lasts as long as the process', async () => {
    const clients = create({ storage: undefined })
    await clients.get(provider)
    expect((await clients.get(provider)).id).toBe('client-1')
    expect(registered).toBe(1)
  })

  test("at Nextcloud's own oidc app the kind of tokens and the resource are said", async () => {
    const integrated = await idp.discovery({ nextcloudUrl: idp.url }).provider()
    await create().get(integrated)
    expect(sent()).toMatchObject({
      token_type: 'jwt',
      resource_url: REQUEST.resourceUrl,
      scope: 'openid offline_access notes:read',
    })
  })

  test('a client taken over without an issuer is used where it belongs, and nowhere else', async () => {
    const { redirectUris } = REQUEST
    const taken = { issuer: UNKNOWN_ISSUER, clientId: 'old', clientSecret: 'secret', redirectUris }
    await vault.clients.put({ ...taken, registrationUri: 'https://other.example.org/register/old' })
    expect(await create().known(provider)).toBeUndefined()
    await vault.clients.put({ ...taken, registrationUri: `${idp.url}/register/old` })
    expect(await create().known(provider)).toMatchObject({ id: 'old', source: 'storage' })
    expect((await vault.clients.get(idp.url))?.clientId).toBe('old')
  })

  test('one from another address of this server is replaced', async () => {
    const redirectUris = ['https://before.example.org/oauth/callback']
    await vault.clients.put({ issuer: idp.url, clientId: 'old', redirectUris })
    const clients = create()
    expect(await clients.known(provider)).toBeUndefined()
    expect((await clients.get(provider)).id).toBe('client-1')
    expect((await vault.clients.get(idp.url))?.clientId).toBe('client-1')
  })
})

describe('a client that expires', () => {
  test('is registered anew before it does', async () => {
    const clients = create()
    await clients.get(provider)
    time += 0.85 * HOUR
    expect((await clients.get(provider)).id).toBe('client-1')
    time += 0.1 * HOUR
    expect((await clients.get(provider)).id).toBe('client-2')
    expect((await vault.clients.get(idp.url))?.clientId).toBe('client-2')
  })

  test('serves to its end when there is no other to be had', async () => {
    const clients = create()
    await clients.get(provider)
    idp.routes['POST /register'] = () => ({ status: 503 })
    time += 0.95 * HOUR
    expect((await clients.get(provider)).id).toBe('client-1')
    expect((await clients.get(provider)).id).toBe('client-1')
    expect(idp.requests).toHaveLength(2)
    time += 0.1 * HOUR
    expect(await clients.known(provider)).toBeUndefined()
    await expect(clients.get(provider)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('is not used out of the storage when it is over', async () => {
    await create().get(provider)
    time += 2 * HOUR
    expect((await create().get(provider)).id).toBe('client-2')
  })
})

describe('a registration that fails', () => {
  test('for too many is tried again when the provider allows', async () => {
    const { 'POST /register': route } = idp.routes
    idp.routes['POST /register'] = () => ({ status: 429, headers: { 'retry-after': '60' } })
    const clients = create()
    for (let at = 0; at < 5; at++) {
      await expect(clients.get(provider)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    }
    time += 59_000
    await expect(clients.get(provider)).rejects.toThrow()
    expect(idp.requests).toHaveLength(1)
    if (route) idp.routes['POST /register'] = route
    time += 2_000
    expect((await clients.get(provider)).id).toBe('client-1')
  })

  test('again and again is tried less and less often', async () => {
    idp.routes['POST /register'] = () => ({
      status: 400,
      json: { error: 'max_num_clients_exceeded' },
    })
    const clients = create()
    for (let second = 0; second < 3_600; second += 5) {
      await expect(clients.get(provider)).rejects.toMatchObject({
        code: 'REFUSED',
        details: { oauthError: 'max_num_clients_exceeded' },
      })
      time += 5_000
    }
    expect(idp.requests.length).toBeLessThan(15)
  })

  test('where there is none says what to configure', async () => {
    delete idp.document.registration_endpoint
    const closed = await idp.discovery().provider()
    await expect(create().get(closed)).rejects.toThrow(/OIDC_CLIENT_ID/)
  })
})

test('a client that the provider no longer knows is replaced, not more than once a minute', async () => {
  const clients = create()
  const first = await clients.get(provider)
  await clients.refused(provider, first)
  const second = await clients.get(provider)
  expect(second.id).toBe('client-2')
  await clients.refused(provider, second)
  expect((await clients.get(provider)).id).toBe('client-2')
  const configured = create({ configured: { id: 'mine', secret: 's' } })
  await configured.refused(provider, await configured.get(provider))
  expect((await configured.get(provider)).id).toBe('mine')
})

test('whatever is done as a client finds out that the provider no longer knows it', async () => {
  const clients = create()
  const client = await clients.get(provider)
  const failing = (code: string, status: number) => {
    idp.routes['POST /token'] = () => ({ status, json: { error: code } })
    return actingAs(clients, provider, client, () => refreshGrant(provider, client, 'token'))
  }
  await expect(failing('invalid_grant', 400)).rejects.toThrow(/invalid_grant/)
  expect((await clients.get(provider)).id).toBe(client.id)
  await expect(failing('invalid_client', 401)).rejects.toThrow(/invalid_client/)
  expect((await clients.get(provider)).id).toBe('client-2')
})

describe('management (RFC 7592)', () => {
  beforeEach(() => create().get(provider))

  test('reads, updates and deletes with the registration token', async () => {
    idp.routes['GET /register/client-1'] = () => ({
      json: { client_id: 'client-1', redirect_uris: ['http://x/cb'] },
    })
    const shown = await create().show(provider)
    expect(shown).toMatchObject({ clientId: 'client-1', redirectUris: ['http://x/cb'] })
    expect(idp.requests.at(-1)?.headers.authorization).toBe('Bearer manage-1')

    idp.routes['PUT /register/client-1'] = ({ body }) => ({
      json: { ...JSON.parse(body), client_secret: 'new', registration_access_token: 'manage-2' },
    })
    await create().update(provider)
    expect(sent()).toMatchObject({ client_id: 'client-1', redirect_uris: REQUEST.redirectUris })
    expect(await vault.clients.get(idp.url)).toMatchObject({
      clientSecret: 'new',
      registrationToken: 'manage-2',
    })

    idp.routes['DELETE /register/client-1'] = () => ({ status: 204 })
    expect(await create().delete(provider)).toBe(true)
    expect(idp.requests.at(-1)?.headers.authorization).toBe('Bearer manage-2')
    expect(await vault.clients.get(idp.url)).toBeUndefined()
  })

  test('one that the provider no longer knows is gone here too', async () => {
    idp.routes['DELETE /register/client-1'] = () => ({ status: 401 })
    expect(await create().delete(provider)).toBe(false)
    expect(await vault.clients.get(idp.url)).toBeUndefined()
  })

  test('nothing is deleted here while the provider cannot be asked', async () => {
    idp.routes['DELETE /register/client-1'] = () => ({ status: 500 })
    await expect(create().delete(provider)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await vault.clients.get(idp.url)).toBeDefined()
  })

  test('the registration token goes to the provider only', async () => {
    const stored = await vault.clients.get(idp.url)
    if (stored === undefined) throw new Error('nothing stored')
    await vault.clients.put({ ...stored, registrationUri: 'https://evil.example.org/register/x' })
    await expect(create().show(provider)).rejects.toThrow(/another provider/)
  })

  test('a configured client is not touched', async () => {
    const clients = create({ configured: { id: 'mine', secret: 's' } })
    await expect(clients.delete(provider)).rejects.toThrow(/managed at the provider/)
  })
})
