/** An MCP endpoint over HTTP, of either era. */
import { bodyText, type HttpResponse, requestBytes } from './http.ts'

type Params = Readonly<Record<string, unknown>>
type Headers = Readonly<Record<string, string>>

/** A server to measure. */
export interface Endpoint {
  readonly label: string
  readonly url: URL
  /** The revision it is spoken to in. */
  readonly protocolVersion: string
  message(method: string, params?: Params): Message
}

/** A request before it has an id. */
interface Message {
  readonly headers: Headers
  body(id?: number): string
}

/** A JSON-RPC result, as far as the benchmark looks at it. */
export interface RpcResult {
  readonly isError?: boolean
  readonly tools?: readonly { readonly name: string }[]
  readonly structuredContent?: Params
}

const MODERN = '2026-07-28'
const LEGACY = '2025-11-25'
const CLIENT = { name: 'bench', version: '1' }

/**
 * Finds out what a server speaks: the current, stateless revision where it can, else that of 2025
 * with its handshake.
 * @param headers sent with every request, for servers that ask who calls
 * @throws Error with the server's words when it speaks neither
 */
export async function connectEndpoint(
  label: string,
  url: URL,
  headers: Headers = {},
): Promise<Endpoint> {
  const modern = modernEndpoint(label, url, headers)
  const speaksModern = await ask(modern, 'tools/list').then(
    ({ tools }) => tools !== undefined,
    () => false,
  )
  return speaksModern ? modern : legacyEndpoint(label, url, headers)
}

/**
 * Sends one request and resolves with its result.
 * @throws Error when the answer is not a result, or a tool's error
 */
export async function ask(endpoint: Endpoint, method: string, params?: Params): Promise<RpcResult> {
  const response = await post(endpoint, endpoint.message(method, params))
  return resultOf(await response.text(), endpoint.label)
}

/** Calls a tool once and resolves with its structured content. @throws Error as {@link ask} does */
export async function callTool(endpoint: Endpoint, name: string, args: Params): Promise<Params> {
  const result = await ask(endpoint, 'tools/call', { name, arguments: args })
  return result.structuredContent ?? {}
}

/** The same request for each of `concurrency` connections, with an id for each. */
export function loadRequests(
  endpoint: Endpoint,
  concurrency: number,
  method: string,
  params?: Params,
): Buffer[] {
  const { headers, body } = endpoint.message(method, params)
  return Array.from({ length: concurrency }, (_, index) =>
    requestBytes('POST', endpoint.url, headers, body(index + 1)),
  )
}

/** Throws where an answer is not a JSON-RPC result, or is a tool's error. */
export function verifyResult(response: HttpResponse): void {
  verifyText(bodyText(response))
}

/** The same of an answer that did not come over HTTP. */
export function verifyText(text: string): void {
  resultOf(text, 'the server')
}

/** A server of the current, stateless revision; nothing is sent. */
export function modernEndpoint(label: string, url: URL, extra: Headers): Endpoint {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': CLIENT,
  }
  return {
    label,
    url,
    protocolVersion: MODERN,
    message(method, params) {
      const name = typeof params?.name === 'string' ? { 'Mcp-Name': params.name } : {}
      return {
        headers: { ...commonHeaders(MODERN), 'Mcp-Method': method, ...name, ...extra },
        body: rpcBody(method, { ...params, _meta }),
      }
    },
  }
}

/** A server of the revision of 2025, after the handshake. @throws Error with the server's words */
export async function legacyEndpoint(label: string, url: URL, extra: Headers): Promise<Endpoint> {
  const speaking = (session: Headers): Endpoint => ({
    label,
    url,
    protocolVersion: LEGACY,
    message: (method, params) => ({
      headers: { ...commonHeaders(LEGACY), ...session, ...extra },
      body: rpcBody(method, params),
    }),
  })
  const stranger = speaking({})
  const hello = { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT }
  const response = await post(stranger, stranger.message('initialize', hello))
  resultOf(await response.text(), label)
  const session = response.headers.get('mcp-session-id')
  const endpoint = speaking(session ? { 'Mcp-Session-Id': session } : {})
  const { headers } = endpoint.message('')
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
  await post(endpoint, { headers, body: () => JSON.stringify(initialized) })
  return endpoint
}

function commonHeaders(version: string): Headers {
  return {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': version,
  }
}

function rpcBody(method: string, params: Params | undefined): Message['body'] {
  return (id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) })
}

function post({ url }: Endpoint, { headers, body }: Message): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: body(), signal: AbortSignal.timeout(30_000) })
}

/** The result in an answer, which is plain JSON or one event of a stream. */
function resultOf(text: string, who: string): RpcResult {
  const json = text.startsWith('{') ? text : /^data: *(\{.*)$/m.exec(text)?.[1]
  const { result } = JSON.parse(json ?? '{}') as { result?: RpcResult }
  if (!result || result.isError) throw new Error(`${who} answered: ${text.slice(0, 500)}`)
  return result
}
