/** Wires this server as the client with which people sign in at the identity provider. */

import { isForAudience } from '../access/audience.ts'
import type { OAuthConfig } from '../config/config.ts'
import { beginCodeFlow, finishCodeFlow } from '../oidc/code-flow.ts'
import { ProviderError } from '../oidc/errors.ts'
import { revokeToken } from '../oidc/refresh.ts'
import type { ProviderClient, ProviderPurpose } from '../web/index.ts'
import { resourceOf } from './background.ts'
import type { ProviderConnection } from './provider.ts'

/** What is asked for: who somebody is, or lasting access to Nextcloud. */
const SCOPES: Record<ProviderPurpose, readonly string[]> = {
  'sign-in': ['openid', 'profile'],
  background: ['openid', 'profile', 'offline_access'],
}

/** @see ProviderClient */
export function wireProviderClient(
  oauth: OAuthConfig,
  { asServer }: ProviderConnection,
): ProviderClient {
  const redirectUri = `${oauth.serverUrl}/oauth/callback`
  const requestOf = (purpose: ProviderPurpose) => ({
    redirectUri,
    scopes: SCOPES[purpose],
    ...(purpose === 'background' ? resourceOf(oauth) : {}),
  })
  const discard: ProviderClient['discard'] = async ({ refreshToken }) => {
    if (refreshToken === undefined) return
    await asServer((provider, client) => revokeToken(provider, client, refreshToken)).catch(
      () => false,
    )
  }
  return {
    begin: purpose =>
      asServer((provider, client) => beginCodeFlow(provider, client, requestOf(purpose))),
    finish: (purpose, answer) =>
      asServer(async (provider, client) => {
        const signedIn = await finishCodeFlow(provider, client, {
          ...answer,
          ...requestOf(purpose),
        })
        // A grant that Nextcloud would refuse is found out here and not by a job in the night.
        // (Nextcloud itself takes whatever its own oidc app issued.)
        const isUseful =
          purpose === 'sign-in' ||
          provider.integrated ||
          isForAudience(signedIn.accessToken, oauth.nextcloudAudiences)
        if (!isUseful) {
          await discard(signedIn)
          throw new ProviderError(
            'MISCONFIGURED',
            `The provider's tokens for this server's client are not for Nextcloud; it must add one of ${oauth.nextcloudAudiences.join(', ')} to their audience`,
          )
        }
        return { ...signedIn, clientId: client.id }
      }),
    discard,
  }
}
