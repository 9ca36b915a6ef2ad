/** The road to a Qdrant server: time limits, a second try where that is safe, faults in words. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { QdrantClient } from '@qdrant/js-client-rest'
import { IndexError, isIndexError } from '../index/errors.ts'

/** Where it is. */
export interface QdrantOptions {
  /** QDRANT_URL; the path of a proxy is kept. */
  readonly url: string
  /** QDRANT_API_KEY. */
  readonly apiKey: string | undefined
  /** Begins the names of all collections. */
  readonly collection: string
  readonly timeoutMs?: number
}

/** One Qdrant server. */
export interface QdrantConnection {
  /**
   * Does something that may be done twice: everything this server writes has ids of its own making.
   * @throws IndexError
   */
  run<T>(operation: (client: QdrantClient) => Promise<T>): Promise<T>
}

const WAITS_MS = [200, 1_000, 3_000]
const LONGEST_WAIT_MS = 10_000

/** The connection; nothing is asked until something is to be done. */
export function connectQdrant(options: QdrantOptions): QdrantConnection {
  let loading: Promise<QdrantClient> | undefined
  return {
    async run(operation) {
      loading ??= loadClient(options)
      const client = await loading
      for (let attempt = 0; ; attempt++) {
        try {
          return await operation(client)
        } catch (error) {
          const failure = described(error)
          const wait = WAITS_MS[attempt]
          if (failure.code !== 'UNREACHABLE' || wait === undefined) throw failure
          await sleep(
            Math.min(retryAfterMs(error) ?? wait * (0.5 + Math.random()), LONGEST_WAIT_MS),
          )
        }
      }
    },
  }
}

/** Loaded only where it is used: most servers keep the index in a file. */
async function loadClient({
  url,
  apiKey,
  timeoutMs = 30_000,
}: QdrantOptions): Promise<QdrantClient> {
  const { QdrantClient } = await import('@qdrant/js-client-rest')
  const { origin, port, pathname, protocol } = new URL(url)
  const prefix = pathname.replace(/\/+$/, '')
  return new QdrantClient({
    url: origin,
    // The client's own default is 6333, which an address without a port does not mean.
    port: port === '' ? (protocol === 'https:' ? 443 : 6333) : Number(port),
    timeout: timeoutMs,
    checkCompatibility: false,
    ...(prefix === '' ? {} : { prefix }),
    // Not as `apiKey`: that warns on the console about each address without TLS.
    ...(apiKey === undefined ? {} : { headers: { 'api-key': apiKey } }),
  })
}

/** HTTP status of the client's errors; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  const { status } = Object(error) as { status?: unknown }
  return typeof status === 'number' ? status : undefined
}

/** Whether Qdrant says that the collection is not there. */
export function isMissing(error: unknown): boolean {
  return isIndexError(error) && statusOf(error.cause) === 404
}

/** Whether Qdrant says that the collection is there already. */
export function isPresent(error: unknown): boolean {
  return isIndexError(error) && statusOf(error.cause) === 409
}

function described(error: unknown): IndexError {
  if (isIndexError(error)) return error
  const status = statusOf(error)
  if (status === 401 || status === 403) {
    return new IndexError('REFUSED', `Qdrant does not accept the key (HTTP ${status})`, {
      fix: 'Check QDRANT_API_KEY: it must allow writing and creating collections.',
      cause: error,
    })
  }
  if (status === 404) {
    return noGeneration(error)
  }
  const words = wordsOfError(error)
  if (status !== undefined && status < 500 && status !== 429 && status !== 408) {
    return new IndexError('REFUSED', `Qdrant refused a request (HTTP ${status})${words}`, {
      cause: error,
    })
  }
  const what = status === undefined ? 'Qdrant cannot be reached' : `Qdrant failed (HTTP ${status})`
  return new IndexError('UNREACHABLE', `${what}${words}`, {
    fix: 'Check QDRANT_URL and that Qdrant is running.',
    cause: error,
  })
}

/** A collection that is not there, or not any more. */
export function noGeneration(cause?: unknown): IndexError {
  return new IndexError('NO_GENERATION', 'Qdrant has no such edition of the index', {
    fix: 'It was replaced by another one: ask for the generations anew.',
    cause,
  })
}

/** What Qdrant said itself. */
function wordsOfError(error: unknown): string {
  const { data } = Object(error) as { data?: { status?: { error?: unknown } } }
  const said = data?.status?.error
  return typeof said === 'string' ? `: ${said.slice(0, 300)}` : ''
}

/** The client's own class for 429 keeps the seconds that were asked for. */
function retryAfterMs(error: unknown): number | undefined {
  const { retry_after: seconds } = Object(error) as { retry_after?: unknown }
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined
}
