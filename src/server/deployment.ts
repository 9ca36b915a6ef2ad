/** Wires who calls and on whose behalf, for the mode that is configured; part of the composition. */
import type { Access } from '../access/access.ts'
import { appPasswordAccess } from '../access/app-password.ts'
import type { BackgroundAccess } from '../access/background.ts'
import { callerPasswordAccess } from '../access/caller-password.ts'
import { exchangedTokenAccess } from '../access/exchanged-token.ts'
import { forwardedTokenAccess } from '../access/forwarded-token.ts'
import { storedAppPasswordAccess } from '../access/stored-app-password.ts'
import type { Config, OAuthConfig, OAuthMode } from '../config/config.ts'
import { basicIdentity } from '../identity/basic.ts'
import { bearerIdentity } from '../identity/bearer.ts'
import type { Identity } from '../identity/caller.ts'
import { localIdentity } from '../identity/local.ts'
import { type ProtectedResource, protectedResource } from '../identity/resource-metadata.ts'
import type { Scope } from '../identity/scopes.ts'
import { createVerifier } from '../identity/verifier.ts'
import type { App } from '../mcp/app.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import type { Discovery } from '../oidc/discovery.ts'
import { isProviderError } from '../oidc/errors.ts'
import { exchangeToken } from '../oidc/exchange.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { Vault } from '../vault/vault.ts'
import { NAME } from '../version.ts'
import { type Builtin, keysOf, wireBuiltin } from './builtin.ts'
import { tellingOutcome } from './observers.ts'
import { type PagesRouter, type People, wirePeople } from './people.ts'
import { connectProvider, type ProviderConnection } from './provider.ts'
import type { SearchWiring } from './search.ts'

/** Who calls and on whose behalf. */
export interface Deployment {
  readonly identity: Identity
  readonly access: Access
  /** What the OAuth modes have beside it. */
  readonly oauth?: OAuthDeployment
  /** Tools with which callers manage all this. */
  readonly apps: readonly App[]
  /** Access while users are away; undefined: switched off. */
  readonly background?: BackgroundAccess | undefined
}

/** The provider and this server's place at it. */
export interface OAuthDeployment {
  readonly discovery: Discovery
  readonly resource: ProtectedResource
  /** The built-in authorization server, where that is the provider. */
  readonly builtin: Builtin | undefined
  /** The pages for people; undefined where there is nothing to decide. */
  readonly pages: (() => Promise<PagesRouter>) | undefined
  close(): Promise<void>
}

/** What a deployment is wired with. */
export interface DeploymentOptions {
  readonly config: Config
  /** Scopes that the offered tools need, and those of the tools that only read. */
  readonly scopes: { readonly all: readonly Scope[]; readonly reading: readonly Scope[] }
  readonly nextcloud: Nextcloud
  readonly log: Logger
  readonly meter: Meter | undefined
  readonly tracing: Tracing | undefined
  /** Undefined where no storage is configured. */
  readonly vault: Vault | undefined
  /** Search by meaning; undefined: switched off. */
  readonly search: SearchWiring | undefined
}

/** What the configured mode needs. */
export function createDeployment(options: DeploymentOptions): Deployment {
  const { deployment } = options.config
  switch (deployment.mode) {
    case 'single_user_basic': {
      const { loginName, password } = deployment
      return { identity: localIdentity, access: appPasswordAccess(loginName, password), apps: [] }
    }
    case 'multi_user_basic':
      return { identity: basicIdentity, access: callerPasswordAccess, apps: [] }
    default:
      return oauthDeployment(deployment.mode, deployment.oauth, options)
  }
}

function oauthDeployment(
  mode: OAuthMode,
  oauth: OAuthConfig,
  options: DeploymentOptions,
): Deployment {
  const { config, scopes, log, meter, vault } = options
  const basicScopes = oauth.scopes ?? ['openid', ...scopes.reading]
  const resource = protectedResource(oauth.serverUrl, NAME, basicScopes)
  const keys = vault && keysOf(vault)
  const issuer =
    oauth.server === 'builtin' && vault !== undefined && keys !== undefined
      ? wireBuiltin({ config, oauth, resource, defaultScopes: basicScopes, keys, vault, log })
      : connectProvider(oauth, config, log, vault)
  const people =
    vault && keys && mode !== 'oauth_token_exchange'
      ? wirePeople({ ...options, vault, keys, mode, oauth, issuer })
      : undefined
  const { discovery, clients } = issuer
  const verifier = createVerifier({
    provider: discovery.provider,
    clients,
    audiences: resource.audiences,
    resource: resource.resource,
    userinfoFallback: oauth.userinfoFallback,
    meter,
    tracing: options.tracing,
  })
  const identity = bearerIdentity({
    verifier,
    metadataUrl: resource.metadataUrl,
    basicScopes,
    provider: discovery.provider,
    accept: people?.accept,
    report(error) {
      if (isProviderError(error)) log.warn({ code: error.code }, error.message)
      else log.debug(error.message)
    },
  })
  return {
    identity,
    access: oauthAccess(mode, oauth, issuer, people, options),
    oauth: {
      discovery,
      resource,
      builtin: issuer.server === undefined ? undefined : issuer,
      pages: people?.pages,
      close: issuer.close,
    },
    apps: people?.apps ?? [],
    background: people?.background,
  }
}

function oauthAccess(
  mode: OAuthMode,
  oauth: OAuthConfig,
  issuer: Builtin | ProviderConnection,
  people: People | undefined,
  { vault, meter }: Pick<DeploymentOptions, 'vault' | 'meter'>,
): Access {
  switch (mode) {
    case 'oauth_multi_audience':
      return forwardedTokenAccess(oauth.nextcloudAudiences)
    case 'oauth_token_exchange':
      if (issuer.server !== undefined) throw new Error('tokens are exchanged at a provider')
      return exchangedTokenAccess({
        exchange: request =>
          tellingOutcome(
            () => issuer.asServer((provider, client) => exchangeToken(provider, client, request)),
            meter?.tokenExchange,
          ),
        audience: oauth.exchangeAudience,
      })
    case 'login_flow':
      if (vault === undefined) throw new Error('login_flow needs a storage')
      return storedAppPasswordAccess(vault.appPasswords, people)
  }
}
