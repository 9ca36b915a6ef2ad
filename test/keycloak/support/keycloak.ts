/** A Keycloak of the test's own, with the realm of `deploy/keycloak` imported as people do it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../support/ports.ts'

const REALM_FILE = join(import.meta.dirname, '../../../deploy/keycloak/realm.json')
const REALM = 'nextcloud-mcp'
const ADMINISTRATOR = 'bootstrap'
const STARTS_WITHIN_MS = 180_000

/** A running Keycloak. */
export interface Keycloak {
  readonly issuer: string
  readonly tokenEndpoint: string
  /** Client id and secret of the MCP server, as an administrator reads them. */
  readonly serverClient: { id: string; secret: string }
  /**
   * A request of the realm's administrator.
   * @param path below `/admin/realms/nextcloud-mcp`
   * @returns the answer, undefined where there is none
   */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  admin(method: string, path: string, body?: unknown): Promise<any>
  /** Lets clients that register from here on ask for a scope; more than once is no matter. */
  offerScope(name: string): Promise<void>
  /** Makes a client for people whose AI client does not register itself. @returns its id */
  createPublicClient(redirectUri: string): Promise<string>
}

/** One that runs, for whoever is to reach it: plain data, which goes from process to process. */
export interface KeycloakAddress {
  readonly url: string
  /** Of the first administrator. */
  readonly password: string
}

/** One that was started here. */
export interface StartedKeycloak extends Keycloak {
  readonly address: KeycloakAddress
  close(): Promise<void>
}

/**
 * Starts one on free ports of 127.0.0.1, with nothing kept from one start to the next.
 * @param variant which of the prepared ones
 * @param mcpServerUrl public address of the MCP server, for which tokens are to be
 */
export async function startKeycloak(
  variant: 'standard' | 'legacy',
  mcpServerUrl: string,
): Promise<StartedKeycloak> {
  const home = process.env[`KEYCLOAK_TEST_${variant.toUpperCase()}`]
  if (home === undefined) throw new Error('run these tests with npm run test:keycloak')
  await mkdir(join(home, 'data/import'), { recursive: true })
  await copyFile(REALM_FILE, join(home, 'data/import/realm.json'))

  const [port, managementPort] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const address = { url, password: crypto.randomUUID() }
  const child = spawn(join(home, 'bin/kc.sh'), ['start', '--optimized', '--import-realm'], {
    env: {
      ...process.env,
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMINISTRATOR,
      KC_BOOTSTRAP_ADMIN_PASSWORD: address.password,
      KC_CACHE: 'local',
      KC_HOSTNAME: url,
      KC_HTTP_ENABLED: 'true',
      KC_HTTP_HOST: '127.0.0.1',
      KC_HTTP_PORT: String(port),
      KC_HTTP_MANAGEMENT_HOST: '127.0.0.1',
      KC_HTTP_MANAGEMENT_PORT: String(managementPort),
      NEXTCLOUD_MCP_SERVER_URL: mcpServerUrl,
      NEXTCLOUD_MCP_TEST_USERS: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const close = async () => {
    child.kill('SIGTERM')
    await exited
  }
  try {
    await untilReady(child, `http://127.0.0.1:${managementPort}/health/ready`)
    return { ...(await reachKeycloak(address)), address, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The same Keycloak as whoever started it has it. */
export async function reachKeycloak(address: KeycloakAddress): Promise<Keycloak> {
  const admin = administrator(address)
  const issuer = `${address.url}/realms/${REALM}`
  return {
    issuer,
    tokenEndpoint: `${issuer}/protocol/openid-connect/token`,
    serverClient: await serverClient(admin),
    admin,
    async offerScope(name) {
      const offered = '/default-optional-client-scopes'
      const inList = async (path: string) =>
        (await admin('GET', path)).find((scope: { name: string }) => scope.name === name)
      if ((await inList(offered)) !== undefined) return
      await admin('PUT', `${offered}/${(await inList('/client-scopes')).id}`)
    },
    async createPublicClient(redirectUri) {
      const clientId = `ai-client-${crypto.randomUUID()}`
      await admin('POST', '/clients', {
        clientId,
        publicClient: true,
        fullScopeAllowed: false,
        redirectUris: [redirectUri],
        attributes: { 'pkce.code.challenge.method': 'S256' },
      })
      return clientId
    },
  }
}

async function untilReady(child: ChildProcess, healthUrl: string): Promise<void> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000)
    })
  }
  const deadline = Date.now() + STARTS_WITHIN_MS
  while (child.exitCode === null && Date.now() < deadline) {
    const isReady = await fetch(healthUrl).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await sleep(250)
  }
  throw new Error(`Keycloak does not start:\n${said}`)
}

function administrator({ url, password }: KeycloakAddress): Keycloak['admin'] {
  return async (method, path, body) => {
    // Such a token lasts a minute, and these requests are few.
    const login = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'admin-cli',
        username: ADMINISTRATOR,
        password,
      }),
    })
    const { access_token: token } = (await login.json()) as { access_token: string }
    const response = await fetch(`${url}/admin/realms/${REALM}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}

async function serverClient(admin: Keycloak['admin']) {
  const clientId = 'nextcloud-mcp-server'
  const [{ id }] = await admin('GET', `/clients?clientId=${clientId}`)
  const { value } = await admin('GET', `/clients/${id}/client-secret`)
  return { id: clientId, secret: value as string }
}
