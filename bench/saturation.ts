/**
 * A load generator that costs little, because it shares the processor with what it measures: raw
 * keep-alive sockets, requests whose bytes are made beforehand, and no more parsing of answers
 * than finding their end.
 */
import { connect, type Socket } from 'node:net'
import { createResponseReader, type HttpResponse } from './http.ts'

/** What to send, and how often. */
export interface Load {
  readonly url: URL
  /** One request for each connection, sent over and over; how many there are is the concurrency. */
  readonly requests: readonly Buffer[]
  /** Requests in all. */
  readonly count: number
  /** Ends the measurement early, for servers that would need minutes. */
  readonly maxSeconds?: number
  /** Throws where an answer is not the expected one. Sees the first and every 100th. */
  readonly verify?: (response: HttpResponse) => void
}

/** What came of it. Times are in milliseconds. */
export interface LoadResult {
  readonly answers: number
  readonly failures: number
  /** What was wrong with the first answer that failed. */
  readonly firstFailure: string | undefined
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const VERIFY_EVERY = 100
const TOOL_ERROR = Buffer.from('"isError":true')

/**
 * Sends the requests, each connection its next one as soon as it has an answer.
 * @throws Error when a connection fails or the server closes one
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const sockets = await Promise.all(load.requests.map(() => open(load.url)))
  try {
    return await measure(load, sockets)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

function measure(load: Load, sockets: readonly Socket[]): Promise<LoadResult> {
  const { requests, count, maxSeconds = 30 } = load
  const times = new Float64Array(count)
  let sent = 0
  let answers = 0
  let failures = 0
  let firstFailure: string | undefined

  const check = (response: HttpResponse) => {
    const problem = problemOf(response, answers % VERIFY_EVERY === 0 ? load.verify : undefined)
    if (problem === undefined) return
    failures += 1
    firstFailure ??= problem
  }

  return new Promise((resolve, reject) => {
    const began = performance.now()
    const deadline = began + maxSeconds * 1000

    const finish = () => {
      const seconds = (performance.now() - began) / 1000
      const sorted = times.subarray(0, answers).toSorted()
      resolve({
        answers,
        failures,
        firstFailure,
        perSecond: answers / seconds,
        p50: percentile(sorted, 0.5),
        p99: percentile(sorted, 0.99),
      })
    }

    let active = sockets.length
    sockets.forEach((socket, index) => {
      const request = requests[index] as Buffer
      let sentAt = 0
      const next = () => {
        sentAt = performance.now()
        if (sent < count && sentAt < deadline) {
          sent += 1
          socket.write(request)
        } else if (--active === 0) {
          finish()
        }
      }
      const read = createResponseReader(response => {
        times[answers] = performance.now() - sentAt
        check(response)
        answers += 1
        next()
      })
      socket.on('data', read)
      socket.on('error', reject)
      socket.on('close', () => reject(new Error(`${load.url.host} closed a connection under load`)))
      next()
    })
  })
}

function problemOf(response: HttpResponse, verify: Load['verify']): string | undefined {
  const { status, body } = response
  if (status !== 200) return `HTTP ${status}: ${body.toString('utf8', 0, 300)}`
  if (body.includes(TOOL_ERROR)) return body.toString('utf8', 0, 300)
  try {
    verify?.(response)
    return undefined
  } catch (error) {
    return String(error)
  }
}

function open({ hostname, port }: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
