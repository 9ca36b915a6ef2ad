/** Keycloak with its legacy token exchange, which lets background work act for users who are away. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createImpersonation } from '../../src/oidc/exchange.ts'
import {
  type LoopbackPort,
  openLoopbackPort,
  openVisitor,
  startBrowser,
} from './support/browser.ts'
import { exchange, registerClient, requestToken, type TokenResponse } from './support/clients.ts'
import { type StartedKeycloak, startKeycloak } from './support/keycloak.ts'
import { connectProvider } from './support/mcp.ts'
import { type Nextcloud, startNextcloud } from './support/nextcloud.ts'

const USER = 'test_read_only'
const SERVER = 'nextcloud-mcp-server'

let keycloak: StartedKeycloak
let browser: Browser
let port: LoopbackPort
let nextcloud: Nextcloud
/** The user's id, as tokens have it. */
let sub: string

beforeAll(async () => {
  ;[keycloak, browser, port] = await Promise.all([
    startKeycloak('legacy', 'http://127.0.0.1:8000'),
    startBrowser(),
    openLoopbackPort(),
  ])
  nextcloud = await startNextcloud(keycloak.issuer, [USER])
  const [user] = await keycloak.admin('GET', `/users?username=${USER}`)
  sub = user.id
})
afterAll(async () => {
  await nextcloud?.close()
  await port?.close()
  await browser?.close()
  await keycloak?.close()
})

/** Acts for a user, with a service account's token of this moment. */
async function impersonate(
  user: string,
  parameters: Record<string, string> = {},
): Promise<TokenResponse> {
  const service = await requestToken(keycloak, { grant_type: 'client_credentials' })
  return exchange(keycloak, String(service.tokens?.accessToken), {
    requested_subject: user,
    ...parameters,
  })
}

async function idOfClient(clientId: string): Promise<string> {
  const [{ id }] = await keycloak.admin('GET', `/clients?clientId=${clientId}`)
  return id
}

describe('impersonation', () => {
  test('changes the user, by name or id, to a token that Nextcloud takes', async () => {
    for (const user of [USER, sub]) {
      const { status, tokens } = await impersonate(user)
      expect(status).toBe(200)
      expect(tokens?.claims).toMatchObject({ sub, preferred_username: USER, azp: SERVER })
      expect(tokens?.claims.aud).toBe('nextcloud')
      const { iat = 0, exp = 0 } = tokens?.claims ?? {}
      expect(exp - iat).toBeLessThanOrEqual(300)
      const response = await fetch(`${nextcloud.url}/ocs/v2.php/cloud/user?format=json`, {
        headers: { authorization: `Bearer ${tokens?.accessToken}`, 'ocs-apirequest': 'true' },
      })
      expect(await response.json()).toMatchObject({ ocs: { data: { id: USER } } })
    }
  })

  test('has no scopes but those of the service account, whatever is asked for', async () => {
    const { tokens } = await impersonate(USER, { scope: 'openid notes:read' })
    expect(tokens?.scopes.toSorted()).toEqual(['email', 'profile'])
  })

  test('of nobody is refused', async () => {
    expect(await impersonate('nobody')).toMatchObject({ status: 403, error: 'access_denied' })
  })

  test('is what the MCP server does for background work', async () => {
    const { provider, close } = await connectProvider(keycloak)
    try {
      const impersonation = createImpersonation(provider, keycloak.serverClient)
      const { token, expiresAt } = await impersonation.tokenFor({
        user: sub,
        audience: 'nextcloud',
        scope: 'openid notes:read',
      })
      expect(impersonation.supported).toBe(true)
      expect(expiresAt).toBeGreaterThan(Date.now())
      nextcloud.arrivals.splice(0)
      await fetch(`${nextcloud.url}/status.php`, { headers: { authorization: `Bearer ${token}` } })
      expect(nextcloud.arrivals[0]?.claims).toMatchObject({ sub, aud: 'nextcloud' })
    } finally {
      await close()
    }
  })

  test('is refused with an audience, until an administrator permits just that', async () => {
    const named = () => impersonate(USER, { audience: 'nextcloud' })
    expect(await named()).toMatchObject({ status: 403, error: 'access_denied' })
    await permitExchangeTo('nextcloud')
    const { status, tokens } = await named()
    expect(status).toBe(200)
    expect(tokens?.claims).toMatchObject({ sub, aud: 'nextcloud' })
  })

  test('is refused without the role', async () => {
    const management = await idOfClient('realm-management')
    const server = await idOfClient(SERVER)
    const { id: account } = await keycloak.admin('GET', `/clients/${server}/service-account-user`)
    const path = `/users/${account}/role-mappings/clients/${management}`
    const roles = await keycloak.admin('GET', path)
    expect(roles.map(({ name }: { name: string }) => name)).toEqual(['impersonation'])
    await keycloak.admin('DELETE', path, roles)
    expect(await impersonate(USER)).toMatchObject({ status: 403, error: 'access_denied' })
    await keycloak.admin('POST', path, roles)
    expect((await impersonate(USER)).status).toBe(200)
  })
})

test('the standard exchange goes on beside it, and keeps the user', async () => {
  const client = await registerClient(keycloak, port.redirectUri)
  const visitor = await openVisitor(browser)
  const { accessToken } = await client.signIn(visitor, USER, ['openid', 'notes:read'])
  await visitor.close()
  const { status, tokens } = await exchange(keycloak, accessToken, {
    audience: 'nextcloud',
    scope: 'openid notes:read',
  })
  expect(status).toBe(200)
  expect(tokens?.claims).toMatchObject({ sub, aud: 'nextcloud' })
  expect(tokens?.scopes).toContain('notes:read')
})

test('a user who holds no role of that kind impersonates nobody', async () => {
  const client = await registerClient(keycloak, port.redirectUri)
  const visitor = await openVisitor(browser)
  const { accessToken } = await client.signIn(visitor, USER, ['openid'])
  await visitor.close()
  const answer = await exchange(keycloak, accessToken, { requested_subject: 'admin' })
  expect(answer).toMatchObject({ status: 403, error: 'access_denied' })
})

/** Fine-grained admin permissions: the server's client may exchange tokens for a client's. */
async function permitExchangeTo(clientId: string): Promise<void> {
  const [target, server, management] = await Promise.all(
    [clientId, SERVER, 'realm-management'].map(idOfClient),
  )
  const { scopePermissions } = await keycloak.admin(
    'PUT',
    `/clients/${target}/management/permissions`,
    { enabled: true },
  )
  const permission = scopePermissions['token-exchange']
  const authorization = `/clients/${management}/authz/resource-server`
  const [policy, scope, resources, scopes] = await Promise.all([
    keycloak.admin('POST', `${authorization}/policy/client`, {
      name: 'nextcloud-mcp-server',
      clients: [server],
    }),
    keycloak.admin('GET', `${authorization}/permission/scope/${permission}`),
    keycloak.admin('GET', `${authorization}/policy/${permission}/resources`),
    keycloak.admin('GET', `${authorization}/policy/${permission}/scopes`),
  ])
  await keycloak.admin('PUT', `${authorization}/permission/scope/${permission}`, {
    ...scope,
    policies: [policy.id],
    resources: resources.map(({ _id }: { _id: string }) => _id),
    scopes: scopes.map(({ id }: { id: string }) => id),
  })
}
