/** The whole way: an MCP client over HTTP, the real server, a recording proxy, a Nextcloud. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Environment, loadConfig } from '../../src/config/config.ts'
import type { App } from '../../src/mcp/app.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import { type Composition, compose } from '../../src/server/compose.ts'
import { type HttpServer, serveHttp } from '../../src/server/http.ts'
import { openTelemetry, type TelemetryOptions } from '../../src/server/telemetry.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { type Backend, startBackend } from './backend.ts'
import { basic } from './credentials.ts'
import { type FaultProxy, startProxy } from './proxy.ts'
import { remember, rememberAuthorization, watch } from './secrets.ts'

export { basic }

/** What a tool answered. */
export interface ToolAnswer {
  isError: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  data: any
  /** The error of a failed call. */
  error: { code: string; message: string; [key: string]: unknown } | undefined
}

/** Everything between a test and its Nextcloud. */
export interface Harness {
  backend: Backend
  proxy: FaultProxy
  composition: Composition
  /** Where metrics are served, with METRICS_PORT. */
  metricsUrl: string | undefined
  server: HttpServer
  client: Client
  /** Calls a tool; a failed call is an answer, not an exception. */
  call(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>
  /** Calls a tool that must succeed and gives its structured content. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  ok(name: string, args?: Record<string, unknown>): Promise<any>
  /** A further client, with headers of its own. */
  connect(options?: ConnectOptions): Promise<Client>
  /** Requests to Nextcloud that a piece of work makes, as `METHOD path`. */
  requestsOf(work: () => Promise<unknown>): Promise<string[]>
  close(): Promise<void>
}

export interface ConnectOptions {
  era?: 'legacy' | 'modern'
  headers?: Record<string, string>
}

export interface HarnessOptions {
  /** Settings over the defaults of a single user. */
  environment?: Environment
  backend?: Backend
  apps?: readonly App[]
  era?: 'legacy' | 'modern'
  /** Headers of the harness's own client. */
  headers?: Record<string, string>
  vault?: Vault
  /** What makes vectors for search. */
  embedder?: Embedder
  /** Where the log goes, and what stands in for OpenTelemetry. */
  telemetry?: TelemetryOptions | undefined
  /** False: no client connects; `client` and what goes through it cannot be used. */
  client?: false
}

/** The current revision; older clients are tested as 'legacy'. */
const MODERN = '2026-07-28'

/** Starts it all on free ports. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const backend = options.backend ?? (await startBackend())
  const proxy = await startProxy(backend.url)
  const config = loadConfig({
    NEXTCLOUD_HOST: proxy.url,
    NEXTCLOUD_USERNAME: backend.alice.loginName,
    NEXTCLOUD_PASSWORD: backend.alice.password,
    MCP_PORT: '0',
    LOG_LEVEL: 'trace',
    ...options.environment,
  })
  remember(backend.alice.password)
  // Nobody needs to see it unless they asked for it; but no secret may be in it (test/setup/logs.ts).
  const isWanted = options.environment?.LOG_LEVEL !== undefined
  const { write = isWanted ? writeToStderr : () => {}, ...stubs } = options.telemetry ?? {}
  const telemetry = await openTelemetry(config, {
    ...stubs,
    write(line) {
      watch(line)
      write(line)
    },
  })
  const composition = compose(config, {
    telemetry,
    vault: options.vault,
    embedder: options.embedder,
    ...(options.apps === undefined ? {} : { apps: options.apps }),
  })
  const listening = await serveHttp(composition)
  // Clients in tests go straight to the port, whatever public address is configured.
  const server = { ...listening, url: `http://127.0.0.1:${listening.port}/mcp` }
  const clients: Client[] = []

  const connect = async ({ era = 'modern', headers = {} }: ConnectOptions = {}) => {
    rememberAuthorization(headers.authorization)
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: MODERN } } },
    )
    await client.connect(
      new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }),
    )
    clients.push(client)
    return client
  }
  const isMultiUser = config.deployment.mode === 'multi_user_basic'
  const client = await (options.client === false
    ? unconnected()
    : connect({
        ...(options.era === undefined ? {} : { era: options.era }),
        ...(isMultiUser ? { headers: { authorization: basic(backend.alice) } } : {}),
        ...(options.headers === undefined ? {} : { headers: options.headers }),
      }))

  const call = (name: string, args: Record<string, unknown> = {}) => callTool(client, name, args)
  return {
    backend,
    proxy,
    composition,
    metricsUrl: telemetry.metricsUrl,
    server,
    client,
    call,
    connect,
    async ok(name, args) {
      const answer = await call(name, args)
      if (answer.isError) throw new Error(`${name} failed: ${JSON.stringify(answer.error)}`)
      return answer.data
    },
    async requestsOf(work) {
      proxy.forget()
      await work()
      return proxy.requests.map(({ method, path }) => `${method} ${path}`)
    },
    async close() {
      await Promise.all(clients.map(open => open.close()))
      await server.close()
      await composition.close()
      await telemetry.close()
      await proxy.close()
      await backend.close()
    },
  }
}

function writeToStderr(line: string): void {
  process.stderr.write(line)
}

function unconnected(): Client {
  return new Client({ name: 'test', version: '1' })
}

/** Calls a tool with any client. */
export async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<ToolAnswer> {
  const result = await client.callTool({ name, arguments: args })
  const data = result.structuredContent as ToolAnswer['data']
  return {
    isError: result.isError === true,
    data,
    error: result.isError ? data?.error : undefined,
  }
}
