/** A provider that answers what a test says: for refusals and oddities that a real one has not. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDiscovery, type Discovery, type DiscoveryOptions } from '../../src/oidc/discovery.ts'
import { createProviderHttp, type ProviderHttpOptions } from '../../src/oidc/http.ts'

/** A request to the provider. */
export interface ScriptedRequest {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** An answer; `json` is sent as such. */
export interface ScriptedAnswer {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  body?: string
}

type Route = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>

/** A running provider. */
export interface ScriptedProvider {
  url: string
  requests: ScriptedRequest[]
  /** By `METHOD /path`; changed at will. */
  routes: Record<string, Route>
  /** The discovery document; changed at will. */
  document: Record<string, unknown>
  discovery(options?: Partial<DiscoveryOptions>, http?: ProviderHttpOptions): Discovery
  close(): Promise<void>
}

/** Starts one with a usable discovery document and nothing behind it. */
export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const opened: (() => Promise<void> | void)[] = []
  const requests: ScriptedRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = incoming
    const request = { method, path, headers, body: Buffer.concat(chunks).toString() }
    requests.push(request)
    const route = self.routes[`${method} ${path.split('?')[0]}`]
    const answer = (await route?.(request)) ?? { status: 404 }
    const { status = 200, headers: more = {}, json, body } = answer
    outgoing.writeHead(status, {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...more,
    })
    outgoing.end(json === undefined ? body : JSON.stringify(json))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: ScriptedProvider = {
    url,
    requests,
    document: {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      registration_endpoint: `${url}/register`,
      introspection_endpoint: `${url}/introspect`,
      userinfo_endpoint: `${url}/userinfo`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    },
    routes: { 'GET /.well-known/openid-configuration': () => ({ json: self.document }) },
    discovery(options = {}, httpOptions = {}) {
      const http = createProviderHttp(httpOptions)
      const discovery = createDiscovery({
        url,
        http,
        nextcloudUrl: 'https://cloud.example.org',
        ...options,
      })
      opened.push(() => discovery.close(), http.close)
      return discovery
    },
    async close() {
      for (const close of opened) await close()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
  return self
}
