/** Access tokens from a refresh token (RFC 6749 6), and the end of one (RFC 7009). */
import { refreshTokenGrant, tokenRevocation } from 'openid-client'
import { isProviderError, ProviderError, providerErrorOf } from './errors.ts'
import { type ClientCredentials, configurationOf, type Provider } from './provider.ts'
import { readAnswer, type TokenAnswer, tokenRequest } from './token-answer.ts'

/**
 * What a refresh gave; times in milliseconds since 1970. A refresh token in it takes the place of
 * the one that was used, which may be good for nothing from here on.
 */
export type RefreshedGrant = TokenAnswer

/** How to refresh. */
export interface RefreshOptions {
  /** Scopes as the provider spells them, separated by spaces; absent: all that were granted. */
  readonly scope?: string
  /** For whom the access token is to be (RFC 8707). */
  readonly resource?: string
  /** The client that the token was issued to, where known: no other one can use it. */
  readonly issuedTo?: string | undefined
  /** The clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/**
 * Gets an access token. Not to be repeated after `UNAVAILABLE` without thought: the provider may
 * have rotated the token although its answer was lost.
 * @throws ProviderError `REFUSED` with the OAuth error: `invalid_grant` for a token that was used
 *   before, revoked or has expired; `UNAVAILABLE`; `MISCONFIGURED`, before asking, for a token of
 *   another client
 */
export async function refreshGrant(
  provider: Provider,
  client: ClientCredentials,
  refreshToken: string,
  { scope, resource, issuedTo, now = Date.now }: RefreshOptions = {},
): Promise<RefreshedGrant> {
  if (issuedTo !== undefined && issuedTo !== client.id) {
    // The provider would refuse it like a revoked one, and every grant would be given up at once
    // for a client id that somebody mistyped.
    throw new ProviderError('MISCONFIGURED', 'The grant was given to another client of this server')
  }
  const { configuration } = tokenRequest(provider, client)
  const asked = now()
  try {
    const answer = await refreshTokenGrant(configuration, refreshToken, {
      ...(scope === undefined ? {} : { scope }),
      ...(resource === undefined ? {} : { resource }),
    })
    return readAnswer(answer, asked)
  } catch (error) {
    throw asInvalidGrant(providerErrorOf(error, 'The refresh'))
  }
}

/** Older versions of Nextcloud's oidc app say `invalid_request` of a token that they do not know. */
function asInvalidGrant(error: ProviderError): ProviderError {
  const { oauthError, description = '' } = error.details
  if (oauthError !== 'invalid_request') return error
  if (!/could not find .*refresh_token/i.test(description)) return error
  return new ProviderError('REFUSED', 'The refresh was refused (invalid_grant)', {
    ...error.details,
    oauthError: 'invalid_grant',
    cause: error,
  })
}

/**
 * Revokes a refresh token, and with it, at most providers, what was made from it.
 * @returns false where the provider revokes no tokens, or none of this kind
 * @throws ProviderError `REFUSED`, `UNAVAILABLE` or `MISCONFIGURED`
 */
export async function revokeToken(
  provider: Provider,
  client: ClientCredentials,
  token: string,
): Promise<boolean> {
  if (provider.metadata.revocation_endpoint === undefined) return false
  try {
    await tokenRevocation(configurationOf(provider, client), token, {
      token_type_hint: 'refresh_token',
    })
    return true
  } catch (error) {
    const failure = providerErrorOf(error, 'The revocation')
    // RFC 7009 2.2.1
    const isUnsupported = failure.details.oauthError === 'unsupported_token_type'
    if (isProviderError(failure, 'REFUSED') && isUnsupported) return false
    throw failure
  }
}
