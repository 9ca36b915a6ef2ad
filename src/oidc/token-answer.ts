/** What a token endpoint answers (RFC 6749 5.1), as both flows of this server's own read it. */
import { type Configuration, customFetch, type TokenEndpointResponse } from 'openid-client'
import { ProviderError } from './errors.ts'
import { type ClientCredentials, configurationOf, fetchOf, type Provider } from './provider.ts'

/** Of an access token that does not say how long it lasts. */
const ASSUMED_LIFETIME_MS = 60_000

/** A configuration whose ID tokens the library does not see. */
export interface TokenRequest {
  readonly configuration: Configuration
  /** The ID token of the last answer, unchecked; undefined where it had none. */
  idToken(): string | undefined
}

/**
 * A configuration for one request to the token endpoint that keeps the ID token aside. The library
 * knows one issuer and no keys of this server's: it would refuse a provider that clients know under
 * another name, and with that lose a refresh token which the provider has rotated already.
 */
export function tokenRequest(provider: Provider, client: ClientCredentials): TokenRequest {
  const configuration = configurationOf(provider, client)
  const send = fetchOf(provider.http)
  let idToken: string | undefined
  configuration[customFetch] = async (url, request) => {
    const response = await send(url, request)
    if (!response.ok) return response
    const answer: unknown = await response
      .clone()
      .json()
      .catch(() => undefined)
    if (answer === null || typeof answer !== 'object' || !('id_token' in answer)) return response
    const { id_token: kept, ...rest } = answer
    if (typeof kept === 'string') idToken = kept
    const type = response.headers.get('content-type')
    return new Response(JSON.stringify(rest), {
      status: response.status,
      ...(type === null ? {} : { headers: { 'content-type': type } }),
    })
  }
  return { configuration, idToken: () => idToken }
}

/** The tokens of an answer; times in milliseconds since 1970. */
export interface TokenAnswer {
  readonly accessToken: string
  readonly expiresAt: number
  /** Absent where the provider gave none; after a refresh the one that was used stays good. */
  readonly refreshToken?: string
  /** Absent where the provider does not say, or says never. */
  readonly refreshExpiresAt?: number
  /** As the provider spells them; absent where they are those that were asked for. */
  readonly scopes?: readonly string[]
}

/**
 * Reads an answer.
 * @param asked when the request was sent, in milliseconds since 1970
 * @throws ProviderError `MISCONFIGURED` for a token that is not a bearer token
 */
export function readAnswer(answer: TokenEndpointResponse, asked: number): TokenAnswer {
  if (answer.token_type.toLowerCase() !== 'bearer') {
    throw new ProviderError('MISCONFIGURED', 'The provider gave a token that is bound to a key')
  }
  const { expires_in: seconds, refresh_token: refreshToken } = answer
  const refreshSeconds = refreshLifetime(answer)
  const scopes = answer.scope?.split(/\s+/).filter(word => word !== '')
  return {
    accessToken: answer.access_token,
    expiresAt: asked + (seconds === undefined ? ASSUMED_LIFETIME_MS : seconds * 1_000),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshSeconds === undefined || refreshToken === undefined
      ? {}
      : { refreshExpiresAt: asked + refreshSeconds * 1_000 }),
    ...(scopes === undefined || scopes.length === 0 ? {} : { scopes }),
  }
}

/**
 * Seconds that the refresh token lasts. No standard has a name for it: Keycloak and Nextcloud say
 * `refresh_expires_in`, others the second. Zero is Keycloak's way to say that it does not know.
 */
function refreshLifetime(answer: TokenEndpointResponse): number | undefined {
  return [answer.refresh_expires_in, answer.refresh_token_expires_in]
    .map(Number)
    .find(seconds => Number.isFinite(seconds) && seconds > 0)
}
