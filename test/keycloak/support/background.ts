/** Background access with Keycloak: a server that keeps what people grant, and people who grant it. */
import { type Answer, openLoopbackPort, openVisitor, startBrowser } from './browser.ts'
import { registerClient } from './clients.ts'
import type { Keycloak } from './keycloak.ts'
import { type KeepingServer, startKeepingServer } from './mcp.ts'
import { type Nextcloud, startNextcloud } from './nextcloud.ts'
import { openPerson, type Passage, type Person } from './person.ts'
import { openRoad, type Road } from './road.ts'
import { joinKeycloak, serverUrl } from './shared.ts'

/** Who grants, and who comes in between. */
export const USER = 'admin'
export const OTHER = 'test_read_only'

/** What {@link Road.passed} has of a refresh. */
export const REFRESH = 'token refresh_token'

/** People, and what an administrator of Keycloak sees of them. */
export interface Scene {
  readonly keycloak: Keycloak
  /** Path of this server's client below the realm. */
  readonly client: string
  idOf(user: string): string
  /** Somebody with a window in which nobody is signed in anywhere. */
  newPerson(): Promise<Person>
  /** What a user's AI client gets at Keycloak. */
  accessTokenOf(user: string, scopes: readonly string[]): Promise<string>
  /** Offline sessions of a user with this server. */
  offlineSessions(user: string): Promise<{ id: string }[]>
  /** A Nextcloud, and a server whose every request to Keycloak is seen. */
  startWorld(mode: 'login_flow' | 'oauth_multi_audience'): Promise<World>
  /** Closes the windows. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** What one server has around it. */
export interface World {
  readonly nextcloud: Nextcloud
  readonly road: Road
  readonly server: KeepingServer
  /** Of {@link USER}'s AI client. */
  readonly accessToken: string
  /** Opens a link of the server as somebody. */
  visit(link: string, user: string, answer?: Answer): Promise<Person & Passage>
  close(): Promise<void>
}

export async function openScene(): Promise<Scene> {
  const [keycloak, browser, port] = await Promise.all([
    joinKeycloak(),
    startBrowser(),
    openLoopbackPort(),
  ])
  await keycloak.offerScope('audience-nextcloud')
  const { id: clientId } = keycloak.serverClient
  const [[own], ...users] = await Promise.all([
    keycloak.admin('GET', `/clients?clientId=${clientId}`),
    ...[USER, OTHER].map(name => keycloak.admin('GET', `/users?username=${name}`)),
  ])
  const ids = new Map<string, string>(users.map(([{ username, id }]) => [username, id]))
  const windows: { close(): Promise<void> }[] = []
  const scene: Scene = {
    keycloak,
    client: `/clients/${own.id}`,
    idOf: user => ids.get(user) ?? '',
    async newPerson() {
      const visitor = await openVisitor(browser)
      windows.push(visitor)
      return openPerson(visitor, serverUrl)
    },
    async accessTokenOf(user, scopes) {
      const client = await registerClient(keycloak, port.redirectUri)
      const visitor = await openVisitor(browser)
      const tokens = await client.signIn(visitor, user, ['openid', ...scopes])
      await visitor.close()
      return tokens.accessToken
    },
    offlineSessions: user =>
      keycloak.admin('GET', `/users/${ids.get(user)}/offline-sessions/${own.id}`),
    async startWorld(mode) {
      const nextcloud = await startNextcloud(keycloak.issuer, [USER, OTHER])
      const road = await openRoad(keycloak)
      const server = await startKeepingServer(keycloak, nextcloud.url, serverUrl, {
        MCP_DEPLOYMENT_MODE: mode,
        ENABLE_OFFLINE_ACCESS: 'true',
        ...road.environment,
      })
      const scopes = ['profile', 'audience-nextcloud', 'sharing:read']
      return {
        nextcloud,
        road,
        server,
        accessToken: await scene.accessTokenOf(USER, scopes),
        async visit(link, user, answer) {
          const person = await scene.newPerson()
          return { ...person, ...(await person.open(link, user, answer)) }
        },
        async close() {
          await server.close()
          await road.close()
          await nextcloud.close()
        },
      }
    },
    async tidy() {
      for (const window of windows.splice(0)) await window.close()
    },
    async close() {
      await port.close()
      await browser.close()
    },
  }
  return scene
}
