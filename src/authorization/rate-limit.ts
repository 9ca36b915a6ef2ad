/** Bounds what anybody can make this server do who has not shown yet who they are. */
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { isPublicAddress } from './metadata-document.ts'

/** Counts in a window of time. */
export interface RateLimit {
  /**
   * Takes one of what is left.
   * @param of whoever asks
   * @returns 0, or the seconds after which to try again
   */
  take(of: string): number
}

/** How much there is. */
export interface RateLimitOptions {
  /** For all together, in a window. */
  readonly max: number
  /** For each one of them. */
  readonly maxOfOne: number
  readonly windowMs: number
  /** The clock, in milliseconds; for tests. */
  readonly now?: () => number
}

const MOST_REMEMBERED = 10_000

/** A limit of this process, with nothing taken. */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { max, maxOfOne, windowMs, now = Date.now } = options
  const taken: number[] = []
  const each = new LRUCache<string, number[]>({ max: MOST_REMEMBERED })
  const isFull = (times: number[], most: number) => {
    while (times.length > 0 && (times[0] ?? 0) <= now() - windowMs) times.shift()
    return times.length >= most
  }
  const waitFor = (times: number[]) =>
    Math.max(1, Math.ceil(((times[0] ?? now()) + windowMs - now()) / 1_000))
  return {
    take(of) {
      const theirs = each.get(of) ?? []
      each.set(of, theirs)
      if (isFull(theirs, maxOfOne)) return waitFor(theirs)
      if (isFull(taken, max)) return waitFor(taken)
      taken.push(now())
      theirs.push(now())
      return 0
    },
  }
}

/**
 * Where a request comes from. From a private network it comes through a proxy, and the proxy's word
 * is taken for whom it speaks: good enough to share by, and for nothing else.
 */
export function callerAddress({ socket, headers }: IncomingMessage): string {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  if (isPublicAddress(address)) return address
  const said = headers['x-forwarded-for']
  return [said ?? []].flat().join(',').split(',').at(-1)?.trim() || address
}
