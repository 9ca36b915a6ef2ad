/**
 * Requests to the identity provider, as the OAuth libraries make them: with the certificates that
 * are configured, a limit on time and size, and no redirect save where one is asked for.
 */
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { Agent, type Dispatcher } from 'undici'
import { ProviderError } from './errors.ts'

/** How the provider is reached. */
export interface ProviderHttpOptions {
  /** False accepts any certificate; for a test instance only. Default true. */
  verifySsl?: boolean
  /** Path of a PEM file with further certificate authorities. */
  caBundle?: string
  /** Longest time for one answer. Default 10,000. */
  timeoutMs?: number
  userAgent?: string
  /** An origin that is reached under another one from here. */
  reroute?: { readonly from: string; readonly to: string }
}

/** A request as the libraries make it. */
export interface ProviderRequest {
  readonly method?: string
  readonly headers?: Headers | Record<string, string>
  readonly body?: unknown
  readonly signal?: AbortSignal | null | undefined
}

/** Sends requests to the provider. */
export interface ProviderHttp {
  /**
   * Answers with what the provider said; a redirect is an answer like any other.
   * @throws ProviderError `UNAVAILABLE` without an answer, on 429 and on 5xx
   */
  fetch(url: string | URL, request?: ProviderRequest): Promise<Response>
  /** As {@link fetch}, following redirects of a GET; never from https to http. */
  follow(url: string | URL, request?: ProviderRequest): Promise<Response>
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 10_000
/** Discovery documents, key sets and tokens are a few kilobytes. */
const MAX_BYTES = 1024 * 1024
const MAX_REDIRECTS = 3
const MAX_RETRY_AFTER_MS = 3_600_000

/** Opens the connections; connects on first use. */
export function createProviderHttp(options: ProviderHttpOptions = {}): ProviderHttp {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const agent = new Agent({
    connections: 32,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: {
      timeout: timeoutMs,
      rejectUnauthorized: options.verifySsl ?? true,
      // Given `ca` replaces the built-in authorities; a private one is meant to be added to them.
      ...(options.caBundle === undefined
        ? {}
        : { ca: [...rootCertificates, readFileSync(options.caBundle, 'utf8')] }),
    },
  })
  const rerouted = (url: string | URL): URL => {
    const target = new URL(url)
    const { reroute } = options
    return reroute !== undefined && target.origin === reroute.from
      ? new URL(reroute.to + target.pathname + target.search)
      : target
  }

  async function send(url: URL, request: ProviderRequest): Promise<Response> {
    const limit = AbortSignal.timeout(timeoutMs)
    const { origin, pathname, search } = url
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: {
          'user-agent': options.userAgent ?? 'nextcloud-mcp-server',
          ...plainHeaders(request.headers),
        },
        body: request.body === undefined || request.body === null ? null : String(request.body),
        signal: request.signal ? AbortSignal.any([limit, request.signal]) : limit,
      })
      return toResponse(answer.statusCode, answer.headers, await read(answer.body))
    } catch (error) {
      throw error instanceof ProviderError ? error : unreachable(error)
    }
  }

  const fetch = async (url: string | URL, request: ProviderRequest = {}) =>
    available(await send(rerouted(url), request))
  return {
    fetch,
    async follow(url, request = {}) {
      let target = new URL(url)
      for (let hop = 0; ; hop++) {
        const response = await fetch(target, request)
        const location = response.headers.get('location')
        if (response.status < 300 || response.status > 399 || location === null) return response
        const next = URL.parse(location, target.href)
        if (hop === MAX_REDIRECTS || next === null || isDowngrade(target, next)) {
          throw new ProviderError('MISCONFIGURED', 'The provider redirects to where none follows')
        }
        target = next
      }
    },
    close: () => agent.close(),
  }
}

function isDowngrade(from: URL, to: URL): boolean {
  return to.protocol !== 'https:' && (from.protocol === 'https:' || to.protocol !== 'http:')
}

async function read(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) {
      throw new ProviderError('UNAVAILABLE', "The provider's answer is too large")
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function toResponse(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  body: Buffer,
): Response {
  const hasBody = status !== 204 && status !== 304
  return new Response(hasBody ? new Uint8Array(body) : null, {
    status,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((text): [string, string] => [name, text]),
    ),
  })
}

/** Passes an answer on, unless it says that there is none right now. */
function available(response: Response): Response {
  const { status } = response
  if (status !== 429 && status < 500) return response
  const wait = retryAfterMs(response.headers.get('retry-after'))
  throw new ProviderError(
    'UNAVAILABLE',
    status === 429 ? 'The provider gets too many requests' : `The provider failed (HTTP ${status})`,
    { status, ...(wait === undefined ? {} : { retryAfterMs: wait }) },
  )
}

/** `Retry-After` (RFC 9110 10.2.3), at most an hour. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : undefined
  const wait = seconds === undefined ? Date.parse(value) - Date.now() : seconds * 1_000
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS)
}

function unreachable(error: unknown): ProviderError {
  const { code, name } = error as { code?: string; name?: string }
  const reason =
    name === 'TimeoutError' || /TIMEOUT/.test(code ?? '')
      ? 'did not answer within the time limit'
      : /CERT|SELF_SIGNED|TLS|SSL|VERIFY/.test(code ?? '')
        ? 'has a certificate that is not trusted; set NEXTCLOUD_CA_BUNDLE'
        : `cannot be reached${code === undefined ? '' : ` (${code})`}`
  return new ProviderError('UNAVAILABLE', `The provider ${reason}`, { cause: error })
}

function plainHeaders(headers: ProviderRequest['headers']): Record<string, string> {
  return headers instanceof Headers ? Object.fromEntries(headers) : { ...headers }
}
