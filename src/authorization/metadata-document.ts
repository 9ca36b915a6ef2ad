/**
 * Fetches what clients name themselves by: client ID metadata documents and the keys in them. Their
 * addresses come from anybody, so nothing behind this server may be reached by them.
 */
import { lookup } from 'node:dns'
import { readFileSync } from 'node:fs'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import { LRUCache } from 'lru-cache'
import { Agent, fetch as undiciFetch } from 'undici'

/** How documents are fetched. */
export interface DocumentFetchOptions {
  /** Whether a host may be on a private network all the same. */
  readonly vouchedFor: (host: string) => boolean
  /** Path of a PEM file with further certificate authorities. */
  readonly caBundle?: string | undefined
  readonly userAgent: string
  /** Longest time for one document. Default 3,000. */
  readonly timeoutMs?: number
}

/** Fetches, or refuses to. */
export interface DocumentFetch {
  fetch: typeof fetch
  close(): Promise<void>
}

const FAILED_MS = 5_000

/** What is not the public internet: IANA's special-purpose addresses (RFC 6890 and its registry). */
const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
const PUBLIC_IPV6 = new BlockList()
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6')
const PRIVATE_IPV6 = new BlockList()
for (const [network, prefix] of [
  ['2001::', 23], // Teredo, ORCHID and other protocols' own
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: an IPv4 address in disguise
  ['3fff::', 20],
] as const) {
  PRIVATE_IPV6.addSubnet(network, prefix, 'ipv6')
}

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !PRIVATE.check(address, 'ipv4')
  // Everything outside 2000::/3 is special, mapped and translated IPv4 addresses among it.
  return family === 6 && PUBLIC_IPV6.check(address, 'ipv6') && !PRIVATE_IPV6.check(address, 'ipv6')
}

/** Over https, to public addresses only, without redirects; name and address are checked as one. */
export function createDocumentFetch(options: DocumentFetchOptions): DocumentFetch {
  // What is looked up is what is connected to: a name cannot change its address in between.
  const guardedLookup: LookupFunction = (hostname, lookupOptions, callback) => {
    lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const allowed = options.vouchedFor(hostname)
        ? addresses
        : addresses.filter(({ address }) => isPublicAddress(address))
      const [first] = allowed
      if (first === undefined) return callback(refused(), [])
      if (lookupOptions.all) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
  const timeout = options.timeoutMs ?? 3_000
  // The library asks once more for a client that it could not get.
  const failures = new LRUCache<string, Error>({ max: 100, ttl: FAILED_MS })
  const agent = new Agent({
    connections: 4,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: {
      timeout,
      lookup: guardedLookup,
      ...(options.caBundle === undefined
        ? {}
        : { ca: [...rootCertificates, readFileSync(options.caBundle, 'utf8')] }),
    },
  })
  return {
    fetch: (async (input: string | URL, init: RequestInit = {}) => {
      const url = new URL(input)
      const failed = failures.get(url.href)
      if (failed !== undefined) throw failed
      if (url.protocol !== 'https:') throw refused()
      // An address in place of a name is not looked up.
      const literal = url.hostname.replace(/^\[|\]$/g, '')
      const isPrivate = isIP(literal) !== 0 && !isPublicAddress(literal)
      if (isPrivate && !options.vouchedFor(url.hostname)) throw refused()
      return undiciFetch(url, {
        method: init.method ?? 'GET',
        headers: { accept: 'application/json', 'user-agent': options.userAgent },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
        dispatcher: agent,
      }).catch((error: unknown) => {
        failures.set(url.href, error as Error)
        throw error
      })
    }) as unknown as typeof fetch,
    close: () => agent.close(),
  }
}

function refused(): Error {
  return new Error('the address is not on the public internet')
}
