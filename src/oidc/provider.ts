/** An identity provider as its discovery document describes it. */
import type { JWTVerifyGetKey } from 'jose'
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  None,
  type ServerMetadata,
} from 'openid-client'
import type { ProviderHttp, ProviderRequest } from './http.ts'

/** Id and secret of an OAuth client. */
export interface ClientCredentials {
  readonly id: string
  /** Undefined for a public client. */
  readonly secret: string | undefined
}

/** A provider that was discovered. */
export interface Provider {
  /** The issuer as clients are told it. */
  readonly issuer: string
  /** The issuers that a token may name: the document's and the public one. */
  readonly issuers: readonly string[]
  readonly metadata: ServerMetadata
  /** Whether it is Nextcloud's own. */
  readonly integrated: boolean
  /** Whether it is reached over http, which is then the operator's choice. */
  readonly insecure: boolean
  readonly keys: JWTVerifyGetKey
  readonly http: ProviderHttp
}

/** Seconds; {@link ProviderHttp} has the shorter limit, and the better words for it. */
const LIBRARY_TIMEOUT_S = 30

/** What the library needs to make requests as a client of this provider. */
export function configurationOf(provider: Provider, client: ClientCredentials): Configuration {
  const configuration = new Configuration(
    provider.metadata,
    client.id,
    undefined,
    clientAuth(provider.metadata, client.secret),
  )
  configuration[customFetch] = fetchOf(provider.http)
  configuration.timeout = LIBRARY_TIMEOUT_S
  if (provider.insecure) allowInsecureRequests(configuration)
  return configuration
}

/** {@link ProviderHttp.fetch} in the library's types. */
export function fetchOf({ fetch }: Pick<ProviderHttp, 'fetch'>) {
  return (url: string, request: object) => fetch(url, request as ProviderRequest)
}

/**
 * How the client shows its secret. In the body where the provider takes that: Nextcloud tries a
 * header as the login of a user first, which counts as a wrong password.
 */
function clientAuth(metadata: ServerMetadata, secret: string | undefined): ClientAuth {
  if (secret === undefined) return None()
  // Without a word about it only the header is sure to be understood (RFC 8414 2).
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_post')
    ? ClientSecretPost(secret)
    : ClientSecretBasic(secret)
}
