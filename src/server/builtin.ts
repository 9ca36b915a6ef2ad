/** Wires the built-in authorization server, which is made when it is first needed. */

import { clientPolicy } from '../authorization/clients.ts'
import { type AuthorizationKeys, loadKeys } from '../authorization/keys.ts'
import { createDocumentFetch } from '../authorization/metadata-document.ts'
import type { AuthorizationServer } from '../authorization/server.ts'
import type { Config, OAuthConfig } from '../config/config.ts'
import type { ProtectedResource } from '../identity/resource-metadata.ts'
import type { Discovery } from '../oidc/discovery.ts'
import { ProviderError } from '../oidc/errors.ts'
import type { ServerClients } from '../oidc/server-client.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Vault } from '../vault/vault.ts'
import { NAME, VERSION } from '../version.ts'
import { authorizationPages } from '../web/authorization-pages.ts'
import { connectPath } from '../web/connect.ts'

/** What it is wired with. */
export interface BuiltinOptions {
  readonly config: Pick<Config, 'nextcloud'>
  readonly oauth: OAuthConfig
  readonly resource: ProtectedResource
  /** Scopes for a client that asks for none. */
  readonly defaultScopes: readonly string[]
  readonly keys: () => Promise<AuthorizationKeys>
  readonly vault: Vault
  readonly log: Logger
}

/** The built-in server, and itself as a provider that was found. */
export interface Builtin {
  server(): Promise<AuthorizationServer>
  /** @see AuthorizationServer.onRevoked, without making the server for it */
  readonly onRevoked: AuthorizationServer['onRevoked']
  readonly discovery: Discovery
  /** This server is no client of itself. */
  readonly clients: ServerClients
  close(): Promise<void>
}

type RevocationListener = Parameters<AuthorizationServer['onRevoked']>[0]

/** @see Builtin */
export function wireBuiltin(options: BuiltinOptions): Builtin {
  const { config, oauth, resource, vault, log } = options
  const policy = clientPolicy(oauth.allowedClients)
  const documents = createDocumentFetch({
    vouchedFor: host => policy.names(host),
    caBundle: config.nextcloud.caBundle,
    userAgent: `${NAME}/${VERSION}`,
  })
  const others = resource.audiences.filter(audience => audience !== resource.resource)
  const server = once(async () => {
    // A large library, for this mode alone.
    const { createAuthorizationServer } = await import('../authorization/server.ts')
    const made = createAuthorizationServer({
      issuer: oauth.serverUrl,
      resources: [resource.resource, ...others],
      keys: await options.keys(),
      vault,
      policy,
      fetch: documents.fetch,
      defaultScopes: options.defaultScopes,
      interactionPath: connectPath,
      ...authorizationPages(oauth.serverUrl, config.nextcloud),
      report: error => log.error({ error: error.stack }, 'the authorization server failed'),
    })
    found = made.provider
    for (const listener of listeners) made.onRevoked(listener)
    return made
  })
  let found: AuthorizationServer['provider'] | undefined
  const listeners: RevocationListener[] = []
  return {
    server,
    onRevoked: listener => listeners.push(listener),
    discovery: {
      provider: async () => (await server()).provider,
      get found() {
        return found
      },
      failure: undefined,
      close() {},
    },
    clients: NO_CLIENTS,
    close: () => documents.close(),
  }
}

const NO_CLIENTS: ServerClients = {
  known: async () => undefined,
  get: noClient,
  refused: async () => {},
  show: noClient,
  update: noClient,
  delete: noClient,
}

async function noClient(): Promise<never> {
  throw new ProviderError('MISCONFIGURED', 'The built-in authorization server needs no client')
}

/** Keys of the authorization server and the pages, read once. */
export function keysOf(vault: Vault): () => Promise<AuthorizationKeys> {
  return once(() => loadKeys(vault))
}

/** Makes something on first use; after a failure it is tried again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
