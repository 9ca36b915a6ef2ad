/** This server's registration at a provider: made (RFC 7591), read, changed and deleted (RFC 7592). */
import {
  allowInsecureRequests,
  type ClientMetadata,
  customFetch,
  dynamicClientRegistration,
  fetchProtectedResource,
} from 'openid-client'
import { ProviderError, providerErrorOf } from './errors.ts'
import { documentUrl, sameOrigin } from './issuer.ts'
import { configurationOf, fetchOf, type Provider } from './provider.ts'

/** A registration as the provider confirmed it. Times are in milliseconds since 1970. */
export interface Registration {
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly redirectUris: readonly string[]
  readonly issuedAt: number | undefined
  /** Undefined: it does not expire. */
  readonly expiresAt: number | undefined
  /** For the requests of RFC 7592, with the address they go to. */
  readonly registrationToken: string | undefined
  readonly registrationUri: string | undefined
}

/** What this server registers as. */
export interface RegistrationRequest {
  readonly name: string
  readonly redirectUris: readonly string[]
  /** Scopes that this server may ever ask for. */
  readonly scopes: readonly string[]
  /** For Nextcloud's oidc app: kind of tokens, and the resource that they are for. */
  readonly tokenType: 'jwt' | 'opaque'
  readonly resourceUrl: string
}

/** The parts of a registration that address it. */
export type RegistrationHandle = Pick<
  Registration,
  'clientId' | 'registrationToken' | 'registrationUri'
>

/**
 * Registers a client.
 * @throws ProviderError `MISCONFIGURED` where the provider does not register clients, `REFUSED`,
 *   `UNAVAILABLE` (also for too many registrations)
 */
export async function register(
  provider: Provider,
  request: RegistrationRequest,
): Promise<Registration> {
  if (provider.metadata.registration_endpoint === undefined) {
    throw new ProviderError(
      'MISCONFIGURED',
      'The provider does not register clients by itself; register this server there and set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET',
    )
  }
  try {
    const configuration = await dynamicClientRegistration(
      // The library reads the document again; it is the one that was checked at discovery.
      documentUrl(provider.metadata.issuer),
      metadataOf(provider, request),
      undefined,
      {
        [customFetch]: registrationFetch(provider),
        execute: provider.insecure ? [allowInsecureRequests] : [],
      },
    )
    return registrationOf(configuration.clientMetadata())
  } catch (error) {
    throw providerErrorOf(error, 'The registration at the provider')
  }
}

/**
 * Reads the registration as the provider has it (RFC 7592 2.1).
 * @returns undefined when the provider no longer knows it
 * @throws ProviderError `MISCONFIGURED` where it came without a way to manage it
 */
export async function readRegistration(
  provider: Provider,
  handle: RegistrationHandle,
): Promise<Registration | undefined> {
  const response = await manage(provider, handle, 'GET')
  return response && merged(handle, await metadataIn(response))
}

/** Changes the registration to what is asked for (RFC 7592 2.2); undefined as above. */
export async function updateRegistration(
  provider: Provider,
  handle: RegistrationHandle,
  request: RegistrationRequest,
): Promise<Registration | undefined> {
  const body = { client_id: handle.clientId, ...metadataOf(provider, request) }
  const response = await manage(provider, handle, 'PUT', JSON.stringify(body))
  return response && merged(handle, await metadataIn(response))
}

/** Deletes the registration (RFC 7592 2.3). @returns false when the provider no longer knew it */
export async function deleteRegistration(
  provider: Provider,
  handle: RegistrationHandle,
): Promise<boolean> {
  return (await manage(provider, handle, 'DELETE')) !== undefined
}

async function manage(
  provider: Provider,
  { clientId, registrationToken, registrationUri }: RegistrationHandle,
  method: 'GET' | 'PUT' | 'DELETE',
  body?: string,
): Promise<Response | undefined> {
  if (registrationToken === undefined || registrationUri === undefined) {
    throw new ProviderError('MISCONFIGURED', 'The provider gave no way to manage the registration')
  }
  if (!belongsTo(provider, registrationUri)) {
    throw new ProviderError('MISCONFIGURED', 'The registration is of another provider')
  }
  let response: Response
  try {
    response = await fetchProtectedResource(
      configurationOf(provider, { id: clientId, secret: undefined }),
      registrationToken,
      new URL(registrationUri),
      method,
      body,
      new Headers({
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }),
    )
  } catch (error) {
    const failure = providerErrorOf(error, 'The request about the registration')
    // RFC 7592 2: a client that is gone is answered 401, its token being gone with it.
    if (failure.details.status === 401) return undefined
    throw failure
  }
  const { status } = response
  if (status === 401 || status === 404) return undefined
  if (response.ok) return response
  throw new ProviderError('REFUSED', `The request about the registration was refused (${status})`, {
    status,
  })
}

/** Whether a registration's address is the provider's, so that its token goes nowhere else. */
export function belongsTo({ metadata }: Provider, registrationUri: string): boolean {
  return [metadata.issuer, metadata.registration_endpoint ?? metadata.issuer].some(url =>
    sameOrigin(url, registrationUri),
  )
}

function metadataOf(provider: Provider, request: RegistrationRequest): Partial<ClientMetadata> {
  const methods = provider.metadata.token_endpoint_auth_methods_supported ?? []
  return {
    client_name: request.name,
    redirect_uris: [...request.redirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'web',
    token_endpoint_auth_method: methods.includes('client_secret_post')
      ? 'client_secret_post'
      : 'client_secret_basic',
    scope: knownScopes(provider, request.scopes).join(' '),
    ...(provider.integrated
      ? { token_type: request.tokenType, resource_url: request.resourceUrl }
      : {}),
  }
}

/** A scope that the provider does not know would have the whole registration refused. */
function knownScopes({ integrated, metadata }: Provider, scopes: readonly string[]) {
  // Nextcloud's oidc app takes any, and announces its own only.
  if (integrated) return scopes
  return scopes.filter(scope => metadata.scopes_supported?.includes(scope) ?? scope === 'openid')
}

async function metadataIn(response: Response): Promise<Partial<ClientMetadata>> {
  try {
    return (await response.json()) as Partial<ClientMetadata>
  } catch (error) {
    throw new ProviderError('UNAVAILABLE', "The provider's answer is not JSON", { cause: error })
  }
}

/** What the provider answers to a later request may leave out what has not changed. */
function merged(handle: RegistrationHandle, metadata: Partial<ClientMetadata>): Registration {
  const { clientId, registrationToken, registrationUri } = handle
  return registrationOf({
    registration_access_token: registrationToken,
    registration_client_uri: registrationUri,
    ...metadata,
    client_id: clientId,
  })
}

function registrationOf(metadata: Readonly<Record<string, unknown>>): Registration {
  const text = (name: string) => {
    const value = metadata[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const time = (name: string) => {
    const value = metadata[name]
    return typeof value === 'number' && value > 0 ? value * 1_000 : undefined
  }
  const uris = metadata.redirect_uris
  return {
    clientId: text('client_id') ?? '',
    clientSecret: text('client_secret'),
    redirectUris: Array.isArray(uris) ? uris.filter(uri => typeof uri === 'string') : [],
    issuedAt: time('client_id_issued_at'),
    // Zero stands for never (RFC 7591 3.2.1).
    expiresAt: time('client_secret_expires_at'),
    registrationToken: text('registration_access_token'),
    registrationUri: text('registration_client_uri'),
  }
}

/** Answers the library's own discovery with what is known, and sends everything else. */
function registrationFetch(provider: Provider) {
  const document = documentUrl(provider.metadata.issuer).href
  const send = fetchOf(provider.http)
  return async (url: string, request: object): Promise<Response> =>
    url === document ? Response.json(provider.metadata) : send(url, request)
}
