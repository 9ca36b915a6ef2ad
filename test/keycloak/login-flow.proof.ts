/** People of Keycloak who connect their Nextcloud by an app password (`login_flow`). */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { callTool } from '../support/harness.ts'
import {
  type LoopbackPort,
  openLoopbackPort,
  openVisitor,
  startBrowser,
  type Visitor,
} from './support/browser.ts'
import { registerClient } from './support/clients.ts'
import type { Keycloak } from './support/keycloak.ts'
import { type KeepingServer, selfMadeClient, startKeepingServer } from './support/mcp.ts'
import { type Nextcloud, startNextcloud } from './support/nextcloud.ts'
import { openPerson, type Person, say } from './support/person.ts'
import { joinKeycloak, serverUrl } from './support/shared.ts'

const USER = 'admin'
const OTHER = 'test_read_only'
const SCOPES = ['openid', 'notes:read', 'notes:write', 'sharing:read']
const ME = 'nc_users_get_current_user'
const NOTE = { title: 'From an AI client', content: 'Hello', category: '' }

let keycloak: Keycloak
let browser: Browser
let port: LoopbackPort
/** What the user's AI client got at Keycloak, in a window that is closed by now. */
let accessToken: string
let nextcloud: Nextcloud
let server: KeepingServer
const visitors: Visitor[] = []

beforeAll(async () => {
  ;[keycloak, browser, port] = await Promise.all([
    joinKeycloak(),
    startBrowser(),
    openLoopbackPort(),
  ])
  const client = await registerClient(keycloak, port.redirectUri)
  const visitor = await openVisitor(browser)
  accessToken = (await client.signIn(visitor, USER, SCOPES)).accessToken
  await visitor.close()
})
afterAll(async () => {
  await port?.close()
  await browser?.close()
})

beforeEach(async () => {
  nextcloud = await startNextcloud(keycloak.issuer, [USER, OTHER])
  server = await startKeepingServer(keycloak, nextcloud.url, serverUrl, {
    MCP_DEPLOYMENT_MODE: 'login_flow',
  })
})
afterEach(async () => {
  for (const visitor of visitors.splice(0)) await visitor.close()
  await server?.close()
  await nextcloud?.close()
})

/** A window in which nobody is signed in anywhere. */
async function newWindow(): Promise<Visitor> {
  const visitor = await openVisitor(browser)
  visitors.push(visitor)
  return visitor
}
const newPerson = async (): Promise<Person> => openPerson(await newWindow(), serverUrl)

async function call(tool: string, args: Record<string, unknown> = {}) {
  return callTool(await server.connect(accessToken), tool, args)
}

/** From a link to an app password for just these scopes. */
async function connect(person: Person, link: string, user: string, scopes: readonly string[]) {
  await person.open(link, user)
  await person.allow(scopes)
  await person.confirm(user, nextcloud.passwordOf(user))
  await person.heading(say('connected.title'))
}

test('a client made of the MCP SDK, from the link to the first call', async () => {
  const visitor = await newWindow()
  const ai = selfMadeClient(serverUrl, port.redirectUri, visitor, USER)
  const before = await ai.work(client => callTool(client, 'nc_auth_check_status'))
  expect(before.data).toMatchObject({ status: 'not_initiated', scopes: null, username: null })
  expect(ai.visits).toHaveLength(1)
  const refused = await ai.work(client => callTool(client, ME))
  expect(refused.error).toMatchObject({
    code: 'NOT_PROVISIONED',
    url: expect.stringContaining(`${serverUrl}/app/access/`),
  })
  const asked = await ai.work(client =>
    callTool(client, 'nc_auth_provision_access', { scopes: ['notes:read', 'sharing:read'] }),
  )
  expect(asked.data).toMatchObject({ status: 'login_required', user_id: before.data.user_id })

  const person = await openPerson(visitor, serverUrl)
  await person.open(asked.data.login_url, USER)
  const ticked = await person.page.locator('[name=scopes]:checked').all()
  expect(await Promise.all(ticked.map(box => box.inputValue()))).toEqual([
    'notes:read',
    'sharing:read',
  ])
  await person.allow(['notes:read', 'sharing:read'])
  const confirmed = await person.confirm(USER, nextcloud.passwordOf(USER))
  expect(confirmed).toContain(new URL(serverUrl).host)
  await person.heading(say('connected.title'))

  const me = await ai.work(client => callTool(client, ME))
  expect(me.data).toMatchObject({ id: USER })
  const [user] = await keycloak.admin('GET', `/users?username=${USER}`)
  expect(await server.vault.appPasswords.list()).toMatchObject([
    { userId: user.id, clientId: undefined, nextcloudUserId: USER },
  ])
  expect(before.data.user_id).toBe(user.id)
})

test('Nextcloud sees an app password, and nothing of what was not ticked', async () => {
  const asked = await call('nc_auth_provision_access')
  expect(asked.data.requested_scopes).toEqual(SCOPES.slice(1))
  await connect(await newPerson(), asked.data.login_url, USER, ['notes:read'])
  expect((await call('nc_auth_check_status')).data).toMatchObject({
    status: 'provisioned',
    scopes: ['notes:read'],
    username: USER,
  })
  expect((await call('check_logged_in')).data).toEqual({ result: 'yes' })

  nextcloud.arrivals.splice(0)
  const found = await call('nc_notes_search_notes', { query: 'nothing' })
  expect(found.isError).toBe(false)
  expect(nextcloud.arrivals.length).toBeGreaterThan(0)
  for (const { loginName, token } of nextcloud.arrivals) {
    expect({ loginName, token }).toEqual({ loginName: USER, token: undefined })
  }
  nextcloud.arrivals.splice(0)
  // The token has both scopes; the person ticked neither.
  for (const [tool, args] of [
    [ME, {}],
    ['nc_notes_create_note', NOTE],
  ] as const) {
    expect((await call(tool, args)).error?.code).toBe('FORBIDDEN')
  }
  expect(nextcloud.arrivals).toEqual([])
})

test('more is allowed in the same window, without asking anybody else again', async () => {
  const first = await call('nc_auth_provision_access', { scopes: ['notes:read'] })
  const person = await newPerson()
  await connect(person, first.data.login_url, USER, ['notes:read'])
  const more = await call('nc_auth_update_scopes', { add_scopes: ['notes:write'] })
  expect(more.data).toMatchObject({ status: 'login_required' })
  expect((await person.open(more.data.login_url, USER)).signedIn).toBe(false)
  await person.allow(['notes:read', 'notes:write'])
  await person.heading(say('connected.title'))
  expect((await call('nc_notes_create_note', NOTE)).isError).toBe(false)
})

test('a link is of no use to another user of Keycloak, and stays good for its own', async () => {
  const { data } = await call('nc_auth_provision_access')
  const other = await newPerson()
  expect((await other.open(data.login_url, OTHER)).signedIn).toBe(true)
  await other.heading(say('other-user.title'))
  expect(await server.vault.appPasswords.list()).toEqual([])
  await connect(await newPerson(), data.login_url, USER, ['sharing:read'])
  expect((await call(ME)).data.id).toBe(USER)
})

test('a client that can open pages has its user go through it all, and goes on', async () => {
  const opened: string[] = []
  const client = await server.connect(accessToken, async url => {
    opened.push(url)
    await connect(await newPerson(), url, USER, ['sharing:read'])
    return 'accept'
  })
  expect(await callTool(client, ME)).toMatchObject({ isError: false, data: { id: USER } })
  expect(opened).toEqual([expect.stringContaining(`${serverUrl}/app/access/`)])
  const again = await callTool(client, 'nc_auth_provision_access')
  expect(again.data).toMatchObject({ status: 'already_provisioned' })
  expect(opened).toHaveLength(1)
})

test('who does not want to is not asked twice', async () => {
  const opened: string[] = []
  const client = await server.connect(accessToken, async url => {
    opened.push(url)
    return 'decline'
  })
  expect((await callTool(client, ME)).error).toMatchObject({
    code: 'NOT_PROVISIONED',
    url: expect.any(String),
  })
  expect(opened).toHaveLength(1)
})

test('signing in to the pages leaves nothing at Keycloak that this server could use', async () => {
  const person = await newPerson()
  expect((await person.open(`${serverUrl}/app`, USER)).signedIn).toBe(true)
  await person.heading(say('overview.title'))
  const [user] = await keycloak.admin('GET', `/users?username=${USER}`)
  const sessions: { clients: Record<string, string> }[] = await keycloak.admin(
    'GET',
    `/users/${user.id}/sessions`,
  )
  const clients = sessions.flatMap(({ clients: names }) => Object.values(names))
  expect(clients).not.toContain(keycloak.serverClient.id)
  await person.press(say('sign-out'), USER)
  await person.page.goto(`${serverUrl}/app`)
  await person.heading(say('sign-in.title'))
})
