/** Requests to a server of embeddings: JSON in, JSON out, with limits on time and size. */
import { Agent } from 'undici'
import type { z } from 'zod'
import { errorCodeOf, isTimeout } from '../../nextcloud/retry.ts'
import { NAME } from '../../version.ts'
import { EmbeddingError } from './embedder.ts'
import { errorOfRefusal, type ServerName } from './refusals.ts'

/** Where a server is and how it is talked to. */
export interface ServerOptions {
  readonly server: ServerName
  /** Without a slash at its end. */
  readonly url: string
  readonly apiKey: string | undefined
  /** False accepts any certificate. Default true. */
  readonly verifySsl?: boolean
  /** Longest silence before a request fails. */
  readonly timeoutMs: number
}

/** Asks one server. */
export interface ServerHttp {
  /** @throws EmbeddingError unless there is a success of that shape */
  get<S extends z.ZodType>(path: string, shape: S, signal?: AbortSignal): Promise<z.output<S>>
  post<S extends z.ZodType>(
    path: string,
    body: object,
    shape: S,
    signal?: AbortSignal,
  ): Promise<z.output<S>>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000
/** 128 vectors of 4,096 numbers, written out. */
const MAX_BYTES = 16 * 1024 * 1024

/** Opens the connections; connects on first use. */
export function createServerHttp(options: ServerOptions): ServerHttp {
  const { server, apiKey, timeoutMs } = options
  const agent = new Agent({
    connections: 8,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MAX_BYTES,
    connect: {
      timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
      rejectUnauthorized: options.verifySsl ?? true,
    },
  })
  const { origin, pathname } = new URL(options.url)
  const standing = {
    accept: 'application/json',
    'user-agent': NAME,
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }

  async function send<S extends z.ZodType>(
    path: string,
    body: object | undefined,
    shape: S,
    signal: AbortSignal | undefined,
  ): Promise<z.output<S>> {
    const { status, headers, text } = await exchange(path, body, signal)
    if (status < 200 || status > 299) throw errorOfRefusal({ status, headers, body: text }, server)
    const answer = shape.safeParse(jsonOf(text))
    if (answer.success) return answer.data
    throw new EmbeddingError('BAD_ANSWER', `${server.name} answered with something else`, {
      status,
      hint: `Check ${server.urlSetting}: another service may be there.`,
    })
  }

  async function exchange(path: string, body: object | undefined, signal: AbortSignal | undefined) {
    try {
      const answer = await agent.request({
        origin,
        path: pathname.replace(/\/$/, '') + path,
        method: body === undefined ? 'GET' : 'POST',
        headers:
          body === undefined ? standing : { ...standing, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
      })
      const headers = Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join()]),
      )
      return { status: answer.statusCode, headers, text: await answer.body.text() }
    } catch (error) {
      signal?.throwIfAborted()
      throw unreachable(error, server)
    }
  }

  return {
    get: (path, shape, signal) => send(path, undefined, shape, signal),
    post: send,
    close: () => agent.destroy(),
  }
}

function unreachable(error: unknown, { name, urlSetting }: ServerName): EmbeddingError {
  const code = errorCodeOf(error) ?? ''
  if (/CERT|SELF_SIGNED|ISSUER|TLS|SSL|VERIFY/.test(code)) {
    return new EmbeddingError('UNREACHABLE', `The certificate of ${name} is not trusted`, {
      hint: 'Set NODE_EXTRA_CA_CERTS to a file with its certificate authority.',
      cause: error,
    })
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new EmbeddingError('BAD_ANSWER', `The answer of ${name} is too large`, { cause: error })
  }
  const what = isTimeout(error) ? 'did not answer within the time limit' : 'cannot be reached'
  return new EmbeddingError('UNREACHABLE', `${name} ${what}${code === '' ? '' : ` (${code})`}`, {
    hint: `Check ${urlSetting} and that it runs.`,
    retryable: true,
    cause: error,
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
