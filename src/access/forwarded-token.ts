/** The caller's own token, passed on where it says that it is for Nextcloud too (`oauth_multi_audience`). */
import { CodedError } from '../nextcloud/errors.ts'
import { type Access, bearerOnly, ownerOf } from './access.ts'
import { namesAudience } from './audience.ts'

/**
 * Passes tokens on that name one of the audiences. A token that is for this server alone stays
 * here: whoever gets it could come back with it (RFC 9700 4.9.1, MCP "token passthrough").
 * @param nextcloudAudiences values by which a token names Nextcloud
 */
export function forwardedTokenAccess(nextcloudAudiences: readonly string[]): Access {
  return {
    credentialFor(caller) {
      const bearer = bearerOnly(caller)
      if (!namesAudience(bearer.audience, nextcloudAudiences)) {
        throw new CodedError('FORBIDDEN', 'The access token is not meant for Nextcloud', {
          hint: `An administrator must let the identity provider add one of ${nextcloudAudiences.join(', ')} to the audience (aud) of tokens for this server, in Keycloak by an audience mapper. Where it uses another value: NEXTCLOUD_RESOURCE_URI.`,
        })
      }
      return { kind: 'bearer', token: bearer.token, owner: ownerOf(bearer) }
    },
  }
}
