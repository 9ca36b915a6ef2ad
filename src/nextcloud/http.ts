/**
 * The one road to Nextcloud: a keep-alive pool that sends a request, retries what is safe to
 * retry, and answers with a whole reply or a {@link CodedError}, never with something in between.
 *
 * Sends `OCS-APIRequest: true` on everything (with it a stock Nextcloud accepts bearer tokens on
 * all app routes and skips its CSRF check) and keeps no cookies (a replayed session cookie trips
 * the strict-cookie check).
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { type Dispatcher, Pool } from 'undici'
import { authorization, type Credential } from './credential.ts'
import { CodedError } from './errors.ts'
import { appOf, type RequestObserver } from './observed.ts'
import { decoded, Reply, replyHeaders, type StreamedReply } from './reply.ts'
import type { HttpRequest } from './request.ts'
import { createRetryBudget, isSafe } from './retry.ts'
import { errorOfReply, errorOfTransport } from './translate.ts'

/** How an instance is reached. */
export interface HttpOptions {
  /** Address of the instance, sub-path included, with or without a trailing slash. */
  baseUrl: string
  /** False accepts any certificate; for a test instance only. Default true. */
  verifySsl?: boolean
  /** Path of a PEM file with further certificate authorities. */
  caBundle?: string
  /** Longest silence in milliseconds before a request fails. Default 30,000. */
  timeoutMs?: number
  /** Most connections at a time. Default 64. */
  maxConnections?: number
  /** `User-Agent` of every request. */
  userAgent?: string
  /** Follows every request, for metrics and traces. */
  observer?: RequestObserver | undefined
}

/** Sends requests to one instance on behalf of any credential. */
export interface Http {
  /** Address of the instance without a trailing slash; for links, never for errors. */
  readonly baseUrl: string
  /** Path of the instance below its origin: `''` or `/nextcloud`. */
  readonly basePath: string
  /**
   * Sends and reads the whole reply.
   * @throws CodedError for every status outside `expect` and every failure to get a whole reply
   */
  send(request: HttpRequest, credential: Credential | undefined): Promise<Reply>
  /** Sends and hands over the body unread; the receiver must read or destroy it. */
  stream(request: HttpRequest, credential: Credential | undefined): Promise<StreamedReply>
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024

/** Opens the pool; connects on first use. */
export function createHttp(options: HttpOptions): Http {
  const url = new URL(options.baseUrl)
  const basePath = url.pathname.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const pool = new Pool(url.origin, {
    connections: options.maxConnections ?? 64,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 15_000,
    connect: {
      timeout: Math.min(timeoutMs, 10_000),
      rejectUnauthorized: options.verifySsl ?? true,
      // Given `ca` replaces the built-in authorities; a private one is meant to be added to them.
      ...(options.caBundle === undefined
        ? {}
        : { ca: [...rootCertificates, readFileSync(options.caBundle, 'utf8')] }),
    },
  })
  const standing = {
    'ocs-apirequest': 'true',
    'user-agent': options.userAgent ?? 'nextcloud-mcp-server',
    'accept-encoding': 'gzip',
  }

  async function dispatch(
    request: HttpRequest,
    credential: Credential | undefined,
    further: Readonly<Record<string, string>>,
  ): Promise<Dispatcher.ResponseData> {
    return pool.request({
      method: request.method as Dispatcher.HttpMethod,
      path: basePath + request.path + queryString(request.query),
      headers: {
        ...standing,
        ...(credential === undefined ? {} : { authorization: authorization(credential) }),
        ...further,
        ...request.headers,
      },
      body: typeof request.body === 'function' ? request.body() : (request.body ?? null),
      signal: request.signal ?? null,
    })
  }

  /** Reads to the end; a stream that goes on sending a byte now and then is cut off as well. */
  async function readAll(request: HttpRequest, response: Dispatcher.ResponseData): Promise<Reply> {
    const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES
    const headers = replyHeaders(response.headers)
    const reply = (body: Buffer) =>
      new Reply(response.statusCode, headers, body, !isSafe(request.method))
    const limit = setTimeout(() => response.body.destroy(bodyTimeout()), timeoutMs)
    try {
      const length = Number(headers['content-length'] ?? Number.NaN)
      // A body that tells its length needs no counting, and no stream machinery.
      if (length <= maxBytes && headers['content-encoding'] === undefined) {
        return reply(Buffer.from(await response.body.arrayBuffer()))
      }
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of decoded(response.body, headers) as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > maxBytes) throw tooLarge(request, maxBytes)
        chunks.push(chunk)
      }
      return reply(Buffer.concat(chunks))
    } finally {
      clearTimeout(limit)
      if (!response.body.destroyed) response.body.destroy()
    }
  }

  /** Sends until there is a reply that is either expected or beyond retrying. */
  async function attempt<T extends { status: number }>(
    request: HttpRequest,
    credential: Credential | undefined,
    receive: (response: Dispatcher.ResponseData) => Promise<T | Reply>,
  ): Promise<T> {
    const { observer } = options
    const observed = { app: appOf(request.path), method: request.method }
    const send = async (further: Readonly<Record<string, string>>) =>
      receive(await dispatch(request, credential, further))
    const budget = createRetryBudget()
    for (;;) {
      let failure: CodedError
      let wait: number | undefined
      let reason = 'connection_error'
      try {
        const reply = await (observer ? observer.around(observed, send) : send({}))
        if (isExpected(request, reply.status)) return reply as T
        failure = errorOfReply(request, reply as Reply, credential)
        wait = budget.afterReply(request, reply as Reply)
        reason = String(reply.status)
      } catch (error) {
        if (error instanceof CodedError) throw error
        failure = errorOfTransport(request, error)
        wait =
          isSafe(request.method) || failure.details.outcomeUnknown === false
            ? budget.afterFailure(error)
            : undefined
      }
      if (wait === undefined || request.signal?.aborted) throw failure
      await sleep(wait, undefined, request.signal ? { signal: request.signal } : {}).catch(() => {
        throw failure
      })
      observer?.retried(observed, reason)
    }
  }

  return {
    baseUrl: url.origin + basePath,
    basePath,
    send: (request, credential) =>
      attempt(request, credential, response => readAll(request, response)),
    stream: (request, credential) =>
      attempt<StreamedReply>(request, credential, async response => {
        if (!isExpected(request, response.statusCode)) return readAll(request, response)
        const headers = replyHeaders(response.headers)
        const body = decoded(response.body, headers)
        // One that is let go unread ends with an error; whoever reads it hears of errors anyway.
        body.on('error', () => {})
        return { status: response.statusCode, headers, body }
      }),
    close: () => pool.close(),
  }
}

function bodyTimeout(): Error {
  return Object.assign(new Error('body read past the time limit'), { code: 'UND_ERR_BODY_TIMEOUT' })
}

function tooLarge({ subject }: HttpRequest, maxBytes: number): CodedError {
  return new CodedError('TOO_LARGE', `The answer is larger than ${maxBytes} bytes`, {
    ...(subject === undefined ? {} : { subject }),
    hint: 'Ask for less at a time.',
  })
}

function isExpected(request: HttpRequest, status: number): boolean {
  return request.expect === undefined
    ? status >= 200 && status < 300
    : request.expect.includes(status)
}

function queryString(query: HttpRequest['query']): string {
  if (query === undefined) return ''
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (typeof value === 'object') for (const item of value) parameters.append(name, item)
    else parameters.append(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
