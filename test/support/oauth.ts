/** A server in one of the OAuth modes, with a provider and a Nextcloud that takes its tokens. */
import type { Environment } from '../../src/config/config.ts'
import type { TelemetryOptions } from '../../src/server/telemetry.ts'
import { generateKey } from '../../src/vault/fernet.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { demoBackend } from './backend.ts'
import { type BearerNextcloud, startBearerNextcloud } from './bearer-nextcloud.ts'
import { type Harness, startHarness } from './harness.ts'
import {
  type IdentityProvider,
  SERVER_CLIENT,
  SERVER_URL,
  startIdentityProvider,
} from './identity-provider.ts'

const KEY = generateKey()

export type Era = 'legacy' | 'modern'

/** Everything between a token and the user's notes. */
export interface OAuthHarness extends Harness {
  idp: IdentityProvider
  nextcloud: BearerNextcloud
  vault: Vault
  /** One JSON-RPC message, or whatever is given, straight to the endpoint. */
  post(message: unknown, options?: PostOptions): Promise<Response>
  /** Calls a tool straight at the endpoint. */
  callWith(token: string | undefined, tool: string, args?: object, era?: Era): Promise<Response>
}

export interface PostOptions {
  token?: string | undefined
  era?: Era
  headers?: Record<string, string>
}

export interface OAuthHarnessOptions {
  telemetry?: TelemetryOptions | undefined
  environment?: Environment
  idp?: IdentityProvider
  /** Default: one in memory. */
  vault?: Vault
  /** False: no client connects. */
  client?: false
}

/** Settings of a mode, with the provider and this server's client at it. */
export function oauthEnvironment(mode: string, idp: IdentityProvider): Environment {
  return {
    MCP_DEPLOYMENT_MODE: mode,
    NEXTCLOUD_USERNAME: undefined,
    NEXTCLOUD_PASSWORD: undefined,
    OIDC_DISCOVERY_URL: idp.discoveryUrl,
    OIDC_CLIENT_ID: SERVER_CLIENT.id,
    OIDC_CLIENT_SECRET: SERVER_CLIENT.secret,
    NEXTCLOUD_MCP_SERVER_URL: SERVER_URL,
    TOKEN_STORAGE_DB: ':memory:',
    TOKEN_ENCRYPTION_KEY: KEY,
  }
}

/** An empty storage in memory. */
export function memoryVault(): Promise<Vault> {
  return openVault({ path: ':memory:', keys: KEY })
}

/** Starts it all; the harness's own client is alice with every scope. */
export async function startOAuth(
  mode: 'login_flow' | 'oauth_multi_audience' | 'oauth_token_exchange',
  options: OAuthHarnessOptions = {},
): Promise<OAuthHarness> {
  const idp = options.idp ?? (await startIdentityProvider())
  const vault = options.vault ?? (await memoryVault())
  const nextcloud = await startBearerNextcloud(await demoBackend(), idp)
  const h = await startHarness({
    backend: nextcloud,
    environment: { ...oauthEnvironment(mode, idp), ...options.environment },
    headers: { authorization: `Bearer ${await idp.mint()}` },
    vault,
    telemetry: options.telemetry,
    ...(options.client === undefined ? {} : { client: options.client }),
  })
  const post: OAuthHarness['post'] = (message, { token, era = 'legacy', headers = {} } = {}) =>
    fetch(h.server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': era === 'modern' ? '2026-07-28' : '2025-11-25',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    })
  return {
    ...h,
    idp,
    nextcloud,
    vault,
    post,
    callWith: (token, tool, args = {}, era = 'legacy') =>
      post(message('tools/call', { name: tool, arguments: args }, era), {
        token,
        era,
        ...(era === 'modern' ? { headers: { 'mcp-method': 'tools/call', 'mcp-name': tool } } : {}),
      }),
    async close() {
      await h.close()
      await vault.close()
      await idp.close()
    },
  }
}

/** A request as clients of either era send it. */
export function message(method: string, params: object, era: Era = 'legacy', id = 1): object {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  }
  const given = era === 'modern' ? { ...params, _meta: meta } : params
  return { jsonrpc: '2.0', id, method, params: given }
}

/** The challenge of an answer: scheme parameters of `WWW-Authenticate` (RFC 6750 3). */
export function challengeOf(response: Response): Record<string, string> {
  const header = response.headers.get('www-authenticate') ?? ''
  return Object.fromEntries(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

/** The JSON-RPC answer, out of a stream of events where it is one. */
export async function answerOf(response: Response): Promise<{
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  result?: any
  error?: { code: number; message: string }
}> {
  const text = await response.text()
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text)
}
