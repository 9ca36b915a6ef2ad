/** The MCP server in one of its OAuth modes, and AI clients that talk to it. */
import {
  Client,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import type { BackgroundAccess } from '../../../src/access/background.ts'
import { type Environment, loadConfig } from '../../../src/config/config.ts'
import type { Catalog } from '../../../src/mcp/catalog.ts'
import { createDiscovery } from '../../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../../src/oidc/http.ts'
import type { Provider } from '../../../src/oidc/provider.ts'
import { compose } from '../../../src/server/compose.ts'
import { serveHttp } from '../../../src/server/http.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openVault } from '../../../src/vault/sqlite/open.ts'
import type { Vault } from '../../../src/vault/vault.ts'
import { challengeOf, message } from '../../support/oauth.ts'
import type { Visit, Visitor } from './browser.ts'
import type { Keycloak } from './keycloak.ts'

/** A running MCP server. */
export interface McpServer {
  /** Of the MCP endpoint. */
  url: string
  catalog: Catalog
  /**
   * A client that has its token from elsewhere.
   * @param visit shows a page to the person in front of the client; undefined: it cannot
   */
  connect(token: string, visit?: Visiting): Promise<Client>
  /** A plain call, for its status and challenge. */
  call(token: string, tool: string, args?: object): Promise<Answer>
  close(): Promise<void>
}

/** Shows a page to a person. @returns what they said */
export type Visiting = (url: string) => Promise<'accept' | 'decline'>

/** One that stores what people grant. */
export interface KeepingServer extends McpServer {
  vault: Vault
  /** For jobs; undefined: switched off. */
  background: BackgroundAccess | undefined
}

/** What a plain call was answered with. */
export interface Answer {
  status: number
  challenge: Record<string, string>
}

/** Starts it at `serverUrl`, in front of a Nextcloud, with the realm's client. */
export async function startMcpServer(
  keycloak: Keycloak,
  nextcloudUrl: string,
  serverUrl: string,
  environment: Environment,
): Promise<McpServer> {
  return start(keycloak, nextcloudUrl, serverUrl, environment, undefined)
}

/** The same with a storage, in memory. */
export async function startKeepingServer(
  keycloak: Keycloak,
  nextcloudUrl: string,
  serverUrl: string,
  environment: Environment,
): Promise<KeepingServer> {
  const key = generateKey()
  const vault = await openVault({ path: ':memory:', keys: key })
  const storage = { TOKEN_STORAGE_DB: ':memory:', TOKEN_ENCRYPTION_KEY: key }
  const settings = { ...storage, ...environment }
  const server = await start(keycloak, nextcloudUrl, serverUrl, settings, vault)
  return {
    ...server,
    vault,
    async close() {
      await server.close()
      await vault.close()
    },
  }
}

async function start(
  keycloak: Keycloak,
  nextcloudUrl: string,
  serverUrl: string,
  environment: Environment,
  vault: Vault | undefined,
): Promise<McpServer & Pick<KeepingServer, 'background'>> {
  const composition = compose(
    loadConfig({
      NEXTCLOUD_HOST: nextcloudUrl,
      NEXTCLOUD_MCP_SERVER_URL: serverUrl,
      MCP_PORT: new URL(serverUrl).port,
      OIDC_DISCOVERY_URL: `${keycloak.issuer}/.well-known/openid-configuration`,
      OIDC_CLIENT_ID: keycloak.serverClient.id,
      OIDC_CLIENT_SECRET: keycloak.serverClient.secret,
      LOG_LEVEL: 'silent',
      ...environment,
    }),
    { vault },
  )
  const server = await serveHttp(composition)
  const url = `${serverUrl}/mcp`
  const clients: Client[] = []
  return {
    url,
    catalog: composition.catalog,
    background: composition.background,
    async connect(token, visit) {
      const client = newClient(visit)
      const headers = { authorization: `Bearer ${token}` }
      await client.connect(
        new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
      )
      clients.push(client)
      return client
    },
    async call(token, tool, args = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify(message('tools/call', { name: tool, arguments: args })),
      })
      await response.body?.cancel()
      return { status: response.status, challenge: challengeOf(response) }
    },
    async close() {
      await Promise.all(clients.map(client => client.close()))
      await server.close()
      await composition.close()
    },
  }
}

/** The provider as the MCP server's own code sees it. */
export async function connectProvider(
  keycloak: Keycloak,
): Promise<{ provider: Provider; close(): Promise<void> }> {
  const http = createProviderHttp({ verifySsl: true, userAgent: 'test' })
  const discovery = createDiscovery({
    url: keycloak.issuer,
    http,
    nextcloudUrl: 'https://cloud.example.org',
  })
  const provider = await discovery.provider()
  return {
    provider,
    async close() {
      discovery.close()
      await http.close()
    },
  }
}

/** An AI client that finds out by itself where to sign in, made of the MCP SDK. */
export interface SelfMadeClient {
  /** Does some work; whenever that needs a sign-in, a person goes through with it. */
  work<T>(task: (client: Client) => Promise<T>): Promise<T>
  /** The sign-ins that were needed so far. */
  readonly visits: Visit[]
  readonly tokens: OAuthTokens | undefined
}

/**
 * @param known a client that an administrator made; undefined: it registers itself
 */
export function selfMadeClient(
  serverUrl: string,
  redirectUri: string,
  visitor: Visitor,
  user: string,
  known?: { client_id: string; issuer: string },
): SelfMadeClient {
  const visits: Visit[] = []
  let information: OAuthClientInformationMixed | undefined = known
  let tokens: OAuthTokens | undefined
  let verifier = ''
  let discovered: OAuthDiscoveryState | undefined
  const provider: OAuthClientProvider = {
    redirectUrl: redirectUri,
    clientMetadata: {
      client_name: 'An AI client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => information,
    saveClientInformation(registered) {
      information = registered
    },
    tokens: () => tokens,
    saveTokens(got) {
      tokens = got
    },
    async redirectToAuthorization(url) {
      visits.push(await visitor.authorize(url, user))
    },
    saveCodeVerifier(value) {
      verifier = value
    },
    codeVerifier: () => verifier,
    discoveryState: () => discovered,
    saveDiscoveryState(state) {
      discovered = state
    },
  }
  const attempt = async <T>(task: (client: Client) => Promise<T>): Promise<T> => {
    const client = newClient()
    const transport = new StreamableHTTPClientTransport(new URL(`${serverUrl}/mcp`), {
      authProvider: provider,
    })
    const visited = visits.length
    try {
      await client.connect(transport)
      return await task(client)
    } catch (error) {
      if (visits.length > visited && error instanceof UnauthorizedError) {
        await transport.finishAuth(visits.at(-1)?.callback.searchParams ?? new URLSearchParams())
      }
      throw error
    } finally {
      await client.close()
    }
  }
  return {
    visits,
    get tokens() {
      return tokens
    },
    async work(task) {
      // Sign in, step up: more often nobody would put up with it.
      for (let signIns = 0; ; signIns++) {
        try {
          return await attempt(task)
        } catch (error) {
          if (!(error instanceof UnauthorizedError) || signIns === 2) throw error
        }
      }
    },
  }
}

function newClient(visit?: Visiting): Client {
  const client = new Client(
    { name: 'ai-client', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      ...(visit === undefined ? {} : { capabilities: { elicitation: { url: {} } } }),
    },
  )
  if (visit !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (params.mode !== 'url') throw new Error('not a page')
      return { action: await visit(params.url) }
    })
  }
  return client
}
