/**
 * Finding the provider (OIDC Discovery 4, RFC 8414): on first use or at start, once however many
 * ask, and again in the background until it answers. The server runs meanwhile and says so.
 */
import {
  allowInsecureRequests,
  customFetch,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client'
import { ProviderError, providerErrorOf } from './errors.ts'
import type { ProviderHttp } from './http.ts'
import { documentUrl, expectedIssuers, sameIssuer, sameOrigin } from './issuer.ts'
import { createKeys } from './keys.ts'
import { fetchOf, type Provider } from './provider.ts'

/** Where the provider is. */
export interface DiscoveryOptions {
  /** Address of the discovery document, or the issuer. */
  readonly url: string
  readonly http: ProviderHttp
  /** Addresses under which Nextcloud is known: the provider on one of them is Nextcloud's own. */
  readonly nextcloudUrl: string
  /** Issuer as clients know it, where it is another one than the document's address says. */
  readonly publicIssuer?: string | undefined
  /** Address of the keys, in place of the document's. */
  readonly jwksUri?: string | undefined
  /** Told of every failure and of the success. */
  readonly report?: (event: DiscoveryEvent) => void
  /** Pause after the first failure; each further one doubles it up to a minute. */
  readonly firstPauseMs?: number
}

/** What happened to an attempt. */
export type DiscoveryEvent =
  | { readonly provider: Provider }
  | { readonly error: ProviderError; readonly retryInMs: number }

/** The provider, once it was found. */
export interface Discovery {
  /**
   * The provider. Waits for an attempt that is under way.
   * @throws ProviderError at once between two attempts, with the time until the next
   */
  provider(): Promise<Provider>
  /** The provider, if it was found already. */
  readonly found: Provider | undefined
  /** Why it was not found yet. */
  readonly failure: ProviderError | undefined
  /** Ends the attempts. */
  close(): void
}

/** What secrets and tokens are sent to, and where keys come from. */
const ENDPOINTS = [
  'token_endpoint',
  'jwks_uri',
  'introspection_endpoint',
  'userinfo_endpoint',
  'registration_endpoint',
] as const

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** A provider to be found; nothing is asked until somebody asks for it. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  let found: Provider | undefined
  let failure: ProviderError | undefined
  let pending: Promise<Provider> | undefined
  let timer: NodeJS.Timeout | undefined
  let nextAt = 0
  let pauseMs = options.firstPauseMs ?? FIRST_PAUSE_MS
  let closed = false

  const attempt = (): Promise<Provider> => {
    pending ??= discover(options)
      .then(
        provider => {
          found = provider
          failure = undefined
          options.report?.({ provider })
          return provider
        },
        (error: unknown) => {
          failure = providerErrorOf(error, 'The discovery of the provider')
          const retryInMs = Math.max(pauseMs, failure.details.retryAfterMs ?? 0)
          options.report?.({ error: failure, retryInMs })
          retryIn(retryInMs)
          throw unavailable(failure, retryInMs)
        },
      )
      .finally(() => {
        pending = undefined
      })
    return pending
  }
  const retryIn = (delayMs: number) => {
    if (closed) return
    nextAt = Date.now() + delayMs
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    timer = setTimeout(() => {
      timer = undefined
      attempt().catch(() => {}) // Reported, and tried again.
    }, delayMs)
    timer.unref()
  }
  return {
    get found() {
      return found
    },
    get failure() {
      return failure
    },
    async provider() {
      if (found !== undefined) return found
      if (failure !== undefined && timer !== undefined) {
        throw unavailable(failure, nextAt - Date.now())
      }
      return attempt()
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function isInsecure(document: URL): boolean {
  return document.protocol === 'http:'
}

/** The same failure, said of a moment at which another attempt is due in `waitMs`. */
function unavailable(failure: ProviderError, waitMs: number): ProviderError {
  return new ProviderError('UNAVAILABLE', failure.message, {
    retryAfterMs: Math.max(waitMs, 1_000),
    cause: failure,
  })
}

async function discover(options: DiscoveryOptions): Promise<Provider> {
  const { http, publicIssuer } = options
  const document = documentUrl(options.url)
  const configuration = await discovery(document, 'not registered', undefined, None(), {
    // Nextcloud redirects the document below index.php.
    [customFetch]: fetchOf({ fetch: http.follow }),
    execute: isInsecure(document) ? [allowInsecureRequests] : [],
  })
  const metadata = configuration.serverMetadata()
  checkDocument(metadata, document, publicIssuer)
  const { issuer } = metadata
  const jwksUri = options.jwksUri ?? metadata.jwks_uri
  if (jwksUri === undefined) {
    throw new ProviderError('MISCONFIGURED', 'The provider names no keys (jwks_uri)')
  }
  const told =
    publicIssuer === undefined || sameIssuer(publicIssuer, issuer) ? issuer : publicIssuer
  return {
    issuer: told,
    // The public one is configured, and a slash at the end is easily lost on the way.
    issuers: told === issuer ? [issuer] : [issuer, told, `${told}/`],
    metadata,
    insecure: isInsecure(document),
    integrated: [issuer, document.href].some(url => sameOrigin(url, options.nextcloudUrl)),
    keys: createKeys({ url: jwksUri, http }),
    http,
  }
}

function checkDocument(
  metadata: ServerMetadata,
  document: URL,
  publicIssuer: string | undefined,
): void {
  const { issuer, code_challenge_methods_supported: methods = [] } = metadata
  const expected = [...expectedIssuers(document), ...(publicIssuer ? [publicIssuer] : [])]
  if (!expected.some(one => sameIssuer(one, issuer))) {
    throw new ProviderError(
      'MISCONFIGURED',
      `The discovery document is of another issuer, ${issuer}; give that one's in OIDC_DISCOVERY_URL, or set NEXTCLOUD_PUBLIC_ISSUER_URL to it if clients know the provider so`,
    )
  }
  const open = ENDPOINTS.find(name => metadata[name]?.startsWith('http:'))
  if (open !== undefined && !isInsecure(document)) {
    throw new ProviderError(
      'MISCONFIGURED',
      `The discovery document comes over https and names ${open} with http; correct the provider's address (in Nextcloud: overwriteprotocol)`,
    )
  }
  // Clients must refuse to sign in without it (MCP, authorization): better said here.
  if (!methods.includes('S256')) {
    throw new ProviderError(
      'MISCONFIGURED',
      'The provider does not announce PKCE with S256 (code_challenge_methods_supported)',
    )
  }
}
