/**
 * Tokens for Nextcloud in exchange for others (RFC 8693).
 *
 * A service account's token (client_credentials) is obtained in this file only, as the subject of
 * an impersonation, and never leaves it: Nextcloud would take it for a user of its own.
 */
import { decodeJwt, type JWTPayload } from 'jose'
import { clientCredentialsGrant, genericGrantRequest } from 'openid-client'
import { isProviderError, ProviderError, providerErrorOf } from './errors.ts'
import { type ClientCredentials, configurationOf, type Provider } from './provider.ts'

/** A token that came out of an exchange. */
export interface ExchangedToken {
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A user's token, and what to get for it. */
export interface ExchangeRequest {
  readonly subjectToken: string
  /** The subject's `sub`, which the new token must have too. */
  readonly subject: string | undefined
  /** For whom the new token is to be. */
  readonly audience: string
  /** Scopes as the provider spells them. */
  readonly scope: string
}

/** A user in whose name background work is to be done. */
export interface ImpersonationRequest {
  /** User as the provider knows them (Keycloak: id or user name). */
  readonly user: string
  readonly audience: string
  readonly scope: string
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** Of a token that does not say how long it lasts. */
const ASSUMED_LIFETIME_MS = 60_000

/**
 * Exchanges a user's token for one of the same user with another audience.
 * @throws ProviderError `REFUSED` with the provider's OAuth error, `UNAVAILABLE`, `MISCONFIGURED`
 *   (also when the new token is of somebody else)
 */
export async function exchangeToken(
  provider: Provider,
  client: ClientCredentials,
  request: ExchangeRequest,
): Promise<ExchangedToken> {
  const exchanged = await exchange(provider, client, request.subjectToken, {
    audience: request.audience,
    scope: request.scope,
  })
  const { sub, aud } = claimsOf(exchanged.token)
  if (sub !== undefined && request.subject !== undefined && sub !== request.subject) {
    throw new ProviderError('MISCONFIGURED', 'The exchange gave a token of another user')
  }
  checkAudience(aud, request.audience)
  return exchanged
}

/** An opaque token tells no audience; whoever gets it finds out. */
function checkAudience(aud: JWTPayload['aud'], audience: string): void {
  if (aud === undefined || [aud].flat().includes(audience)) return
  throw new ProviderError('MISCONFIGURED', `The exchange gave a token that is not for ${audience}`)
}

/** Impersonation for background work; off unless somebody makes one. */
export interface Impersonation {
  /**
   * A token of a user who is away.
   * @throws ProviderError `MISCONFIGURED` where the provider's exchange knows no impersonation,
   *   which is remembered; `REFUSED` where this client may not
   */
  tokenFor(request: ImpersonationRequest): Promise<ExchangedToken>
  /** What the provider's answers told: whether it impersonates (Keycloak: the legacy exchange). */
  readonly supported: boolean | undefined
}

/** Obtains tokens of users who are away by `requested_subject`. */
export function createImpersonation(provider: Provider, client: ClientCredentials): Impersonation {
  let supported: boolean | undefined
  const unsupported = () =>
    new ProviderError('MISCONFIGURED', "The provider's token exchange does not impersonate users")
  return {
    get supported() {
      return supported
    },
    async tokenFor({ user, audience, scope }) {
      if (supported === false) throw unsupported()
      const subject = await serviceToken(provider, client)
      try {
        // Keycloak wants a permission of its own for naming an audience here; that of the answer is
        // looked at instead.
        const exchanged = await exchange(provider, client, subject.token, {
          scope,
          requested_subject: user,
        })
        const { sub, aud } = claimsOf(exchanged.token)
        if (sub !== undefined && sub === subject.sub) {
          // The standard exchange of a provider that overlooks what it does not know.
          supported = false
          throw unsupported()
        }
        supported = true
        checkAudience(aud, audience)
        return exchanged
      } catch (error) {
        if (!isProviderError(error, 'REFUSED')) throw error
        if (isUnknownParameter(error)) {
          supported = false
          throw unsupported()
        }
        throw error
      }
    },
  }
}

/** Keycloak's standard exchange: 400 invalid_request, "Parameter 'requested_subject' is not …". */
function isUnknownParameter({ details }: ProviderError): boolean {
  return (
    details.status === 400 &&
    (details.oauthError === 'unsupported_grant_type' ||
      (details.oauthError === 'invalid_request' &&
        /requested_subject/.test(details.description ?? '')))
  )
}

/** The service account's own token, good for nothing but the exchange above. */
async function serviceToken(
  provider: Provider,
  client: ClientCredentials,
): Promise<{ token: string; sub: string | undefined }> {
  try {
    const answer = await clientCredentialsGrant(configurationOf(provider, client))
    return { token: answer.access_token, sub: claimsOf(answer.access_token).sub }
  } catch (error) {
    throw providerErrorOf(error, "The service account's login")
  }
}

async function exchange(
  provider: Provider,
  client: ClientCredentials,
  subjectToken: string,
  parameters: Record<string, string>,
): Promise<ExchangedToken> {
  const asked = Date.now()
  try {
    const answer = await genericGrantRequest(configurationOf(provider, client), GRANT, {
      subject_token: subjectToken,
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
      ...parameters,
    })
    const { issued_token_type: issued = ACCESS_TOKEN } = answer
    if (issued !== ACCESS_TOKEN || answer.token_type.toLowerCase() !== 'bearer') {
      throw new ProviderError('MISCONFIGURED', 'The exchange gave something else than a token')
    }
    const { expires_in: seconds } = answer
    const lifetimeMs = seconds === undefined ? ASSUMED_LIFETIME_MS : seconds * 1_000
    return { token: answer.access_token, expiresAt: asked + lifetimeMs }
  } catch (error) {
    throw providerErrorOf(error, 'The token exchange')
  }
}

/** The claims of a token straight from the provider; empty for one that is opaque. */
function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
