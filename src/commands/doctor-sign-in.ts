/** What \`doctor\` finds out about signing in: with Nextcloud itself, or at an identity provider. */
import { type Config, ConfigError, type OAuthConfig, type OAuthMode } from '../config/config.ts'
import { CodedError } from '../nextcloud/errors.ts'
import { beginLoginFlow } from '../nextcloud/login-flow.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import { isProviderError } from '../oidc/errors.ts'
import { connectProvider } from '../server/provider.ts'
import { openStorage, placeOf } from '../server/storage.ts'
import { createLog } from '../telemetry/log.ts'
import { NAME } from '../version.ts'
import { type Finding, fault, note, ok } from './findings.ts'

/** What people need who sign in with Nextcloud itself. */
export async function examineBuiltin(
  config: Config,
  oauth: OAuthConfig,
  { http }: Nextcloud,
): Promise<Finding[]> {
  const { publicUrl } = config.nextcloud
  const path = config.storage === undefined ? '' : placeOf(config.storage)
  const storage = await openStorage(config, {
    log: createLog({ ...config.log, level: 'silent' }),
  }).then(
    async vault => {
      await vault?.close()
      return ok('storage', path)
    },
    (error: unknown) => {
      if (!(error instanceof ConfigError)) throw error
      return fault('storage', error.problems.map(({ message }) => message).join('; '))
    },
  )
  return [
    storage,
    await loginFlowFinding(http, publicUrl),
    oauth.allowedClients === undefined
      ? note('clients', 'any may connect; ALLOWED_MCP_CLIENTS restricts that')
      : ok('clients', oauth.allowedClients.join(', ')),
    ok('address', `clients must be given ${oauth.serverUrl}/mcp`),
  ]
}

async function loginFlowFinding(
  http: Nextcloud['http'],
  publicUrl: string | undefined,
): Promise<Finding> {
  try {
    const { loginUrl } = await beginLoginFlow(http, {
      appPasswordName: `${NAME} doctor`,
      publicUrl,
    })
    return ok('sign-in', `browsers are sent to ${new URL(loginUrl).origin}`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return fault('sign-in', `Nextcloud begins no login (Login Flow v2): ${error.message}`)
  }
}

/** Whether the identity provider has what the mode needs. */
export async function examineProvider(
  config: Config,
  { mode, oauth }: { mode: OAuthMode; oauth: OAuthConfig },
): Promise<Finding[]> {
  const log = createLog({ ...config.log, level: 'silent' })
  const vault = await openStorage(config, { log })
  const { discovery, clients, close } = connectProvider(oauth, config, log, vault)
  try {
    const provider = await discovery.provider()
    const { grant_types_supported: grants, introspection_endpoint } = provider.metadata
    const client = await clients.known(provider)
    const exchanges = grants?.includes('urn:ietf:params:oauth:grant-type:token-exchange')
    return [
      ok('provider', `${provider.issuer} (${provider.integrated ? 'Nextcloud' : 'external'})`),
      client === undefined
        ? note('client', 'none yet; this server registers itself when it needs one')
        : ok('client', client.id),
      introspection_endpoint === undefined
        ? note('introspection', 'not offered: tokens must be JWTs')
        : ok('introspection', 'offered'),
      ...(mode === 'oauth_token_exchange' && !exchanges
        ? [note('exchange', 'not announced by the provider (grant_types_supported)')]
        : []),
      ok('audience', `tokens must be for ${oauth.serverUrl}/mcp`),
    ]
  } catch (error) {
    if (!isProviderError(error)) throw error
    return [fault('provider', `${oauth.discoveryUrl}: ${error.message}`)]
  } finally {
    await close()
    await vault?.close()
  }
}
