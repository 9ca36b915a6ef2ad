/** The realm file says what the server needs; whether Keycloak agrees is for `*.proof.ts`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCOPES } from '../../src/identity/scopes.ts'

const FILE = join(import.meta.dirname, '../../deploy/keycloak/realm.json')
const text = readFileSync(FILE, 'utf8')
const realm = JSON.parse(text)
const named = <T extends { name?: string }>(list: T[], name: string) =>
  list.find(one => one.name === name)
const client = (id: string) =>
  realm.clients.find(({ clientId }: { clientId: string }) => clientId === id)

test('every scope is a client scope that is optional, granted by role, with this audience', () => {
  const own = realm.clientScopes.filter(({ name }: { name: string }) => name.includes(':'))
  expect(own.map(({ name }: { name: string }) => name)).toEqual(SCOPES)
  expect(realm.defaultOptionalClientScopes).toEqual(SCOPES)
  expect(client('nextcloud-mcp-server').optionalClientScopes).toEqual(['offline_access', ...SCOPES])
  const roles = new Map(
    realm.scopeMappings.map((mapping: { clientScope: string; roles: string[] }) => [
      mapping.clientScope,
      mapping.roles,
    ]),
  )
  const audience = named(realm.clientScopes, 'audience-nextcloud-mcp-server') as {
    protocolMappers?: unknown
  }
  for (const scope of SCOPES) {
    const role = scope.endsWith(':read') ? 'nextcloud-read' : 'nextcloud-write'
    expect(roles.get(scope), scope).toEqual([role])
    expect(named(own, scope), scope).toMatchObject({ protocolMappers: audience.protocolMappers })
  }
})

test('there is no secret in it, and nobody whose password it tells may sign in', () => {
  expect(text).not.toMatch(/"secret"/)
  const switchedOff = /^\$\{NEXTCLOUD_MCP_TEST_USERS:false\}$/
  for (const user of realm.users) {
    if (user.credentials !== undefined) expect(user.enabled, user.username).toMatch(switchedOff)
  }
  expect(client('test-client-b').enabled).toMatch(switchedOff)
})

test('tokens last five minutes and refresh tokens are good for once', () => {
  expect(realm).toMatchObject({
    accessTokenLifespan: 300,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
  })
})

test('this server signs people in by code with PKCE, and gets lasting access for Nextcloud', () => {
  const server = client('nextcloud-mcp-server')
  const callback = /^\$\{NEXTCLOUD_MCP_SERVER_URL:[^}]+\}\/oauth\/callback$/
  expect(server.redirectUris).toEqual([expect.stringMatching(callback)])
  expect(server).toMatchObject({
    standardFlowEnabled: true,
    implicitFlowEnabled: false,
    directAccessGrantsEnabled: false,
    attributes: { 'pkce.code.challenge.method': 'S256' },
    optionalClientScopes: expect.arrayContaining(['offline_access']),
  })
  // Keycloak exchanges no tokens for a client that needs consent.
  expect(server.consentRequired).toBeUndefined()
  const audiences = server.protocolMappers.map(
    ({ config }: { config: Record<string, string> }) => config['included.client.audience'],
  )
  expect(audiences).toEqual(['nextcloud'])
  const everybody = named(realm.roles.realm, 'default-roles-nextcloud-mcp')
  expect(everybody).toMatchObject({
    composites: { realm: expect.arrayContaining(['offline_access']) },
  })
})
