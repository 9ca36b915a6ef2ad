/** What comes between a grant for background work and the jobs, in the words of Keycloak. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { callTool } from '../support/harness.ts'
import { OTHER, openScene, REFRESH, type Scene, USER, type World } from './support/background.ts'
import type { Answer } from './support/browser.ts'
import { say } from './support/person.ts'
import { serverUrl } from './support/shared.ts'

const NOTHING = {
  code: 'NOT_PROVISIONED',
  details: { hint: expect.stringMatching(/Connect.*again/) },
}

let scene: Scene
let world: World

beforeAll(async () => {
  scene = await openScene()
  world = await scene.startWorld('login_flow')
  // Less than the broker keeps a token for: each call refreshes.
  await changeClient(({ attributes }) => ({
    attributes: { ...attributes, 'access.token.lifespan': '30' },
  }))
})
afterAll(async () => {
  await changeClient(({ attributes }) => ({
    attributes: { ...attributes, 'access.token.lifespan': '' },
  }))
  await world?.close()
  await scene?.close()
})
afterEach(async () => {
  await scene.tidy()
  for (const user of [USER, OTHER]) await world.server.background?.revoke(scene.idOf(user))
})

/** Changes this server's client at Keycloak. */
async function changeClient(
  change: (client: { attributes: object }) => Record<string, unknown>,
): Promise<void> {
  const client = await scene.keycloak.admin('GET', scene.client)
  await scene.keycloak.admin('PUT', scene.client, { ...client, ...change(client) })
}

const stored = async (user = USER) => world.server.vault.refreshTokens.get(scene.idOf(user))
const job = (user = USER) => world.server.background?.credentialFor(scene.idOf(user))
/** The link for the user who asked, opened by somebody. */
const grant = async (as = USER, answer?: Answer) => {
  const { data } = await callTool(
    await world.server.connect(world.accessToken),
    'provision_nextcloud_access',
  )
  return world.visit(data.provisioning_url, as, answer)
}
/** The second of two jobs asks nobody. */
const isOver = async () => {
  world.road.passed.splice(0)
  await expect(job()).rejects.toMatchObject(NOTHING)
  expect(world.road.passed).toEqual([REFRESH])
  await expect(job()).rejects.toMatchObject(NOTHING)
  expect(world.road.passed).toEqual([REFRESH])
  expect(await stored()).toBeUndefined()
}

/** Waits for the second to be over. */
const untilAfter = (second: number) =>
  vi.waitFor(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(second), 5_000)

test('each refresh brings a new token, and one that comes again ends it all', async () => {
  const realm = await scene.keycloak.admin('GET', '')
  expect(realm).toMatchObject({ revokeRefreshToken: true, refreshTokenMaxReuse: 0 })
  await grant()
  const first = await stored()
  if (first === undefined) throw new Error('no grant')
  const tokens = new Set([first.token])
  for (let refresh = 0; refresh < 3; refresh++) {
    // Keycloak tells which of two tokens is older by whole seconds.
    await untilAfter(decodeJwt(String((await stored())?.token)).iat ?? 0)
    await job()
    tokens.add(String((await stored())?.token))
  }
  expect(tokens.size).toBe(4)
  const { userId, token, clientId = '' } = first
  await world.server.vault.refreshTokens.put({ userId, token, clientId })
  await isOver()
  await grant()
  await job()
})

test('an administrator ends the session', async () => {
  await grant()
  await job()
  const [session] = await scene.offlineSessions(USER)
  await scene.keycloak.admin('DELETE', `/sessions/${session?.id}?isOffline=true`)
  await isOver()
})

test('Keycloak cannot be reached for a while', async () => {
  await grant()
  await job()
  const before = await stored()
  const away = { code: 'UNREACHABLE' }
  await world.road.cut()
  await expect(job()).rejects.toMatchObject(away)
  await world.road.mend()
  world.road.passed.splice(0)
  // It is left alone at first, however often a job asks.
  await expect(job()).rejects.toMatchObject(away)
  expect(world.road.passed).toEqual([])
  expect(await stored()).toEqual(before)
  const credential = await vi.waitFor(() => job(), { timeout: 30_000, interval: 500 })
  expect(credential).toMatchObject({ kind: 'bearer' })
  expect(world.road.passed).toEqual([REFRESH])
  expect((await stored())?.token).not.toBe(before?.token)
  expect((await stored())?.provisionedAt).toBe(before?.provisionedAt)
})

test('another user opens the link, and nothing of theirs is kept', async () => {
  const person = await grant(OTHER)
  await person.heading(say('other-user.title'))
  expect(await world.server.vault.refreshTokens.list()).toEqual([])
  expect(await scene.offlineSessions(OTHER)).toEqual([])
})

test('it is switched on and off on the pages', async () => {
  const person = await scene.newPerson()
  await person.open(`${serverUrl}/app`, USER)
  await person.press(say('background.turn-on'), USER)
  await person.page.getByText(say('notice.background-on')).waitFor()
  expect(await job()).toMatchObject({ kind: 'bearer' })
  await person.press(say('background.turn-off'), USER)
  await person.page.getByText(say('notice.background-off')).waitFor()
  expect(await scene.offlineSessions(USER)).toEqual([])
})

test('another user opens the link who has granted it, and keeps what they have', async () => {
  const person = await scene.newPerson()
  await person.open(`${serverUrl}/app`, OTHER)
  await person.press(say('background.turn-on'), OTHER)
  await person.page.getByText(say('notice.background-on')).waitFor()
  const other = await grant(OTHER)
  await other.heading(say('other-user.title'))
  expect(await job(OTHER)).toMatchObject({ kind: 'bearer' })
  expect(await scene.offlineSessions(OTHER)).toHaveLength(1)
})

/** Changes something of this server's client, or of a user, for as long as the work takes. */
const meanwhile = async (
  change: () => Promise<() => Promise<unknown>>,
  work: () => Promise<unknown>,
) => {
  const putBack = await change()
  try {
    await work()
  } finally {
    await putBack()
  }
  expect(await stored()).toBeUndefined()
  expect(await scene.offlineSessions(USER)).toEqual([])
}
test('Keycloak asks where the client needs consent, and a no is a no', async () => {
  const change = async () => {
    await changeClient(() => ({ consentRequired: true }))
    return () => changeClient(() => ({ consentRequired: false }))
  }
  await meanwhile(change, async () => {
    const { consent, page, heading } = await grant(USER, 'cancel')
    expect(consent).toContain('Offline Access')
    await heading(say('denied.title'))
    expect(page.url()).toContain('error=access_denied')
  })
})

test('a user who may not have offline access is told so', async () => {
  const path = `/users/${scene.idOf(USER)}/role-mappings/realm`
  const roles = await Promise.all(
    ['offline_access', 'default-roles-nextcloud-mcp'].map(role =>
      scene.keycloak.admin('GET', `/roles/${role}`),
    ),
  )
  const change = async () => {
    await scene.keycloak.admin('DELETE', path, roles)
    return () => scene.keycloak.admin('POST', path, [roles[0]])
  }
  await meanwhile(change, async () => {
    await (await grant()).heading(say('no-background.title'))
  })
})

test('so is one at whose Keycloak this server may not have it', async () => {
  const path = `${scene.client}/optional-client-scopes`
  const scopes: { id: string; name: string }[] = await scene.keycloak.admin('GET', path)
  const offline = scopes.find(({ name }) => name === 'offline_access')
  const change = async () => {
    await scene.keycloak.admin('DELETE', `${path}/${offline?.id}`)
    return () => scene.keycloak.admin('PUT', `${path}/${offline?.id}`)
  }
  await meanwhile(change, async () => {
    await (await grant()).heading(say('no-background.title'))
  })
})

test('tokens that are not for Nextcloud are found out at once, and given back', async () => {
  const path = `${scene.client}/protocol-mappers/models`
  const mappers: { id: string; name: string; config: object }[] = await scene.keycloak.admin(
    'GET',
    path,
  )
  const audience = mappers.find(({ name }) => name === 'audience nextcloud')
  const change = async () => {
    const config = { ...audience?.config, 'included.client.audience': 'account' }
    await scene.keycloak.admin('PUT', `${path}/${audience?.id}`, { ...audience, config })
    return () => scene.keycloak.admin('PUT', `${path}/${audience?.id}`, audience)
  }
  await meanwhile(change, async () => {
    await (await grant()).heading(say('provider-failed.title'))
    expect(world.road.passed.at(-1)).toBe('revoke')
  })
})
