/** `client`: this server's registration at the identity provider, shown and deleted (RFC 7592). */
import { type Config, ConfigError, loadConfig } from '../config/config.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Registration } from '../oidc/registration.ts'
import type { ServerClients } from '../oidc/server-client.ts'
import { connectProvider } from '../server/provider.ts'
import { openStorage } from '../server/storage.ts'
import { createLog } from '../telemetry/log.ts'
import { type CommandOptions, environmentOf } from './options.ts'

/** What to do with the registration. */
export type ClientAction = 'show' | 'delete'

/**
 * Prints the client, or deletes it at the provider and in the storage.
 * @throws ConfigError, VaultError, ProviderError with what to do
 */
export async function client(action: ClientAction, options: CommandOptions): Promise<void> {
  const config = loadConfig({ ...environmentOf(options), MCP_TRANSPORT: 'http' })
  const { deployment } = config
  if (!('oauth' in deployment) || deployment.oauth.server === 'builtin') {
    const message =
      'oauth' in deployment
        ? 'the built-in authorization server is no provider with clients of this server'
        : `${deployment.mode} has no client at a provider`
    throw new ConfigError([{ name: 'MCP_DEPLOYMENT_MODE', message }])
  }
  await withProvider(config, deployment.oauth, async (provider, clients) => {
    const lines =
      action === 'show' ? await shown(provider, clients) : await deleted(provider, clients)
    process.stdout.write(`${lines.join('\n')}\n`)
  })
}

async function withProvider(
  config: Config,
  oauth: Parameters<typeof connectProvider>[0],
  work: (provider: Provider, clients: ServerClients) => Promise<void>,
): Promise<void> {
  const log = createLog({ ...config.log, level: 'silent' })
  const vault = await openStorage(config, { log })
  const { discovery, clients, close } = connectProvider(oauth, config, log, vault)
  try {
    await work(await discovery.provider(), clients)
  } finally {
    await close()
    await vault?.close()
  }
}

async function shown(provider: Provider, clients: ServerClients): Promise<string[]> {
  const client = await clients.known(provider)
  if (client === undefined) {
    return [`issuer: ${provider.issuer}`, 'client: none; it is registered when it is needed']
  }
  const lines = [
    `issuer: ${provider.issuer}`,
    `client id: ${client.id}`,
    `from: ${client.source === 'environment' ? 'OIDC_CLIENT_ID' : 'the storage'}`,
  ]
  if (client.source === 'environment') return lines
  const registration = await clients.show(provider)
  return [...lines, ...registrationLines(registration)]
}

function registrationLines(registration: Registration | undefined): string[] {
  if (registration === undefined) {
    return ['at the provider: unknown; it is registered anew when it is next refused']
  }
  const { expiresAt, redirectUris } = registration
  return [
    `expires: ${expiresAt === undefined ? 'never' : new Date(expiresAt).toISOString()}`,
    ...redirectUris.map(uri => `redirect: ${uri}`),
  ]
}

async function deleted(provider: Provider, clients: ServerClients): Promise<string[]> {
  const existed = await clients.delete(provider)
  return [
    existed
      ? `deleted at ${provider.issuer} and here`
      : `deleted here; ${provider.issuer} did not know it any more`,
  ]
}
