/** Access to Nextcloud while people of Keycloak are away: granted, used, and given up. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { callTool } from '../support/harness.ts'
import { openScene, REFRESH, type Scene, USER, type World } from './support/background.ts'
import { startKeepingServer } from './support/mcp.ts'
import { startNextcloud } from './support/nextcloud.ts'
import { say } from './support/person.ts'
import { serverUrl } from './support/shared.ts'

const ME = 'nc_users_get_current_user'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
afterEach(() => scene?.tidy())

describe.each(['login_flow', 'oauth_multi_audience'] as const)('in %s', mode => {
  let world: World
  beforeAll(async () => {
    world = await scene.startWorld(mode)
  })
  afterAll(async () => {
    await world?.close()
  })
  const call = async (tool: string) => callTool(await world.server.connect(world.accessToken), tool)
  const jobToken = async () => {
    const credential = await world.server.background?.credentialFor(scene.idOf(USER))
    if (credential?.kind !== 'bearer') throw new Error('no token')
    return credential.token
  }

  test('a person grants it at Keycloak, by code with PKCE, for this server alone', async () => {
    const { data } = await call('provision_nextcloud_access')
    expect(data.provisioning_url).toContain(`${serverUrl}/oauth/authorize-nextcloud?`)
    const person = await scene.newPerson()
    const [asked] = await Promise.all([
      person.page.waitForRequest(request => request.url().includes('/openid-connect/auth?')),
      person.open(data.provisioning_url, USER),
    ])
    expect(Object.fromEntries(new URL(asked.url()).searchParams)).toMatchObject({
      client_id: scene.keycloak.serverClient.id,
      redirect_uri: `${serverUrl}/oauth/callback`,
      scope: 'openid profile offline_access',
      code_challenge_method: 'S256',
      state: expect.any(String),
      nonce: expect.any(String),
    })
    await person.page.getByText(say('notice.background-on')).waitFor()
    const grant = await world.server.vault.refreshTokens.get(scene.idOf(USER))
    expect(grant).toMatchObject({ flow: 'flow2', audience: 'nextcloud' })
    expect(grant?.scopes).toContain('offline_access')
    expect(decodeJwt(grant?.token ?? '').typ).toBe('Offline')
    expect(await scene.offlineSessions(USER)).toHaveLength(1)
    expect((await call('check_provisioning_status')).data).toMatchObject({
      is_provisioned: true,
      credential_type: 'refresh_token',
      client_id: scene.keycloak.serverClient.id,
      flow_type: 'flow2',
    })
    expect((await call('provision_nextcloud_access')).data.already_provisioned).toBe(true)
  })

  test('a job gets a token that Nextcloud takes as that user, once for all jobs', async () => {
    const granted = (await world.server.vault.refreshTokens.get(scene.idOf(USER)))?.token
    world.road.passed.splice(0)
    const [token, ...others] = await Promise.all([1, 2, 3, 4].map(jobToken))
    expect(new Set(others)).toEqual(new Set([token]))
    expect(await jobToken()).toBe(token)
    expect(world.road.passed).toEqual([REFRESH])
    expect(decodeJwt(String(token))).toMatchObject({
      sub: scene.idOf(USER),
      aud: 'nextcloud',
      azp: scene.keycloak.serverClient.id,
      preferred_username: USER,
    })
    const response = await fetch(`${world.nextcloud.url}/ocs/v2.php/cloud/user?format=json`, {
      headers: { authorization: `Bearer ${token}`, 'ocs-apirequest': 'true' },
    })
    expect(await response.json()).toMatchObject({ ocs: { data: { id: USER } } })
    const stored = (await world.server.vault.refreshTokens.get(scene.idOf(USER)))?.token
    expect(stored).not.toBe(granted)
  })

  test('no call of a session uses it, and this server takes none', async () => {
    const token = await jobToken()
    world.nextcloud.arrivals.splice(0)
    world.road.passed.splice(0)
    const answer = await call(ME)
    if (mode === 'login_flow') expect(answer.error?.code).toBe('NOT_PROVISIONED')
    else expect(answer.data.id).toBe(USER)
    expect(world.nextcloud.arrivals.every(arrival => arrival.token === world.accessToken)).toBe(
      true,
    )
    expect(world.nextcloud.arrivals.length > 0).toBe(mode === 'oauth_multi_audience')
    expect(world.road.passed).toEqual([])
    expect((await world.server.call(token, ME)).status).toBe(401)
  })

  test('ends here and at Keycloak when the user says so', async () => {
    world.road.passed.splice(0)
    expect((await call('revoke_nextcloud_access')).data.message).toMatch(/has ended/)
    expect(world.road.passed).toEqual(['revoke'])
    expect(await scene.offlineSessions(USER)).toEqual([])
    expect(await world.server.vault.refreshTokens.list()).toEqual([])
    expect((await call('check_provisioning_status')).data.is_provisioned).toBe(false)
    expect((await call('revoke_nextcloud_access')).data.message).toMatch(/none/)
    await expect(jobToken()).rejects.toMatchObject({ code: 'NOT_PROVISIONED' })
    expect(world.road.passed).toEqual(['revoke'])
  })
})

test('in oauth_token_exchange there are no tools for any of it', async () => {
  const nextcloud = await startNextcloud(scene.keycloak.issuer, [USER])
  const server = await startKeepingServer(scene.keycloak, nextcloud.url, serverUrl, {
    MCP_DEPLOYMENT_MODE: 'oauth_token_exchange',
    ENABLE_OFFLINE_ACCESS: 'true',
  })
  try {
    const accessToken = await scene.accessTokenOf(USER, ['notes:read', 'sharing:read'])
    const client = await server.connect(accessToken)
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain(ME)
    expect(
      names.filter(name => /nc_auth|logged_in|provisioning|nextcloud_access/.test(name)),
    ).toEqual([])
    expect((await callTool(client, ME)).data.id).toBe(USER)
    expect((await fetch(`${serverUrl}/app`)).status).toBe(404)
  } finally {
    await server.close()
    await nextcloud.close()
  }
})
