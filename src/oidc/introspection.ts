/** Asking the provider about tokens that say nothing themselves. */
import {
  fetchUserInfo,
  type IntrospectionResponse,
  skipSubjectCheck,
  tokenIntrospection,
  type UserInfoResponse,
} from 'openid-client'
import { isProviderError, providerErrorOf } from './errors.ts'
import { type ClientCredentials, configurationOf, type Provider } from './provider.ts'

/**
 * What the provider knows of a token (RFC 7662).
 * @returns undefined for a token that is not, or no longer, active
 * @throws ProviderError when the provider gives no usable answer, or refuses this client
 */
export async function introspect(
  provider: Provider,
  client: ClientCredentials,
  token: string,
): Promise<IntrospectionResponse | undefined> {
  try {
    const answer = await tokenIntrospection(configurationOf(provider, client), token, {
      token_type_hint: 'access_token',
    })
    return answer.active ? answer : undefined
  } catch (error) {
    throw providerErrorOf(error, 'The introspection')
  }
}

/**
 * The user that a token gives access to (OIDC Core 5.3). It says nothing about whom the token was
 * issued for.
 * @returns undefined for a token that the provider refuses
 * @throws ProviderError when the provider gives no usable answer
 */
export async function userInfo(
  provider: Provider,
  token: string,
): Promise<UserInfoResponse | undefined> {
  // The client plays no part in this request.
  const configuration = configurationOf(provider, { id: 'none', secret: undefined })
  try {
    return await fetchUserInfo(configuration, token, skipSubjectCheck)
  } catch (error) {
    const failure = providerErrorOf(error, 'The userinfo request')
    const { status = 0 } = failure.details
    // Nextcloud answers 400 to a token that it does not know, others 401 or 403.
    if (!isProviderError(failure, 'UNAVAILABLE') && [400, 401, 403].includes(status)) {
      return undefined
    }
    throw failure
  }
}
