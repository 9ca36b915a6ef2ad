/** Wires access to Nextcloud for users who are away, by what the deployment has to offer. */
import type { BackgroundAccess } from '../access/background.ts'
import { backgroundPasswordAccess } from '../access/background-app-password.ts'
import { createTokenBroker } from '../access/token-broker.ts'
import type { OAuthConfig } from '../config/config.ts'
import { deleteAppPassword } from '../nextcloud/login-flow.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import { refreshGrant, revokeToken } from '../oidc/refresh.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { Vault } from '../vault/vault.ts'
import type { Builtin } from './builtin.ts'
import { tellingOutcome } from './observers.ts'
import type { ProviderConnection } from './provider.ts'

/** What it is wired with. */
export interface BackgroundOptions {
  readonly oauth: OAuthConfig
  readonly issuer: Builtin | ProviderConnection
  readonly nextcloud: Nextcloud
  readonly vault: Vault
  readonly meter: Meter | undefined
}

/** Undefined where it is switched off. */
export function wireBackground(options: BackgroundOptions): BackgroundAccess | undefined {
  const { oauth, issuer, nextcloud, vault, meter } = options
  if (!oauth.background.enabled) return undefined
  if (issuer.server !== undefined) {
    return backgroundPasswordAccess({
      vault,
      deleteAppPassword: credential => deleteAppPassword(nextcloud.open(credential)),
    })
  }
  const { asServer } = issuer
  return createTokenBroker({
    vault,
    refresh: (token, { clientId }) =>
      tellingOutcome(
        () =>
          asServer((provider, client) =>
            refreshGrant(provider, client, token, { issuedTo: clientId, ...resourceOf(oauth) }),
          ),
        meter?.tokenRefresh,
      ),
    revoke: token => asServer((provider, client) => revokeToken(provider, client, token)),
  })
}

/** Nextcloud as a resource (RFC 8707), where its audience is an address. */
export function resourceOf({ exchangeAudience }: OAuthConfig): { resource?: string } {
  return /^https?:\/\//.test(exchangeAudience) ? { resource: exchangeAudience } : {}
}
