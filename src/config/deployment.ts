/** Who calls and on whose behalf: the deployment mode, given or inferred, with what it needs. */
import { isLoopback, type ListenConfig } from './listen.ts'
import { type OAuthConfig, oauthConfig } from './oauth.ts'
import type { ConfigProblem } from './problems.ts'
import type { Mode, Settings } from './schema.ts'

/** Modes in which callers come with OAuth access tokens. */
export type OAuthMode = 'login_flow' | 'oauth_multi_audience' | 'oauth_token_exchange'

/** The mode with the credentials and addresses that it needs. */
export type Deployment =
  | { mode: 'single_user_basic'; loginName: string; password: string }
  | { mode: 'multi_user_basic' }
  | { mode: OAuthMode; oauth: OAuthConfig }

/** The database for what must be remembered. */
export interface StorageConfig {
  /** Path of the file. */
  path: string
  /** Fernet keys, comma separated. */
  keys: string
}

/** The mode; undefined where what it needs is missing, which is then in `problems`. */
export function deploymentConfig(
  settings: Settings,
  listen: ListenConfig,
  nextcloudUrl: string | undefined,
  problems: ConfigProblem[],
): Deployment | undefined {
  const mode = settings.MCP_DEPLOYMENT_MODE ?? inferredMode(settings)
  switch (mode) {
    case 'single_user_basic':
      return singleUser(settings, listen, problems)
    case 'multi_user_basic':
      if (listen.transport === 'stdio') {
        problems.push({
          name: 'MCP_TRANSPORT',
          message: 'multi_user_basic reads credentials from HTTP requests; use streamable-http',
        })
      }
      return { mode }
    case 'login_flow':
      if (settings.OIDC_DISCOVERY_URL === undefined) return withoutProvider(settings, problems)
      requireStorage(settings, problems)
  }
  return { mode, oauth: oauthConfig(settings, listen, nextcloudUrl, problems) }
}

/** The storage, where it is configured; half of it is a fault. */
export function storageConfig(
  settings: Settings,
  problems: ConfigProblem[],
): StorageConfig | undefined {
  const { TOKEN_STORAGE_DB: path, TOKEN_ENCRYPTION_KEY: keys } = settings
  if (path !== undefined && keys !== undefined) return { path, keys }
  if (path !== undefined || keys !== undefined) requireStorage(settings, problems)
  return undefined
}

function inferredMode(settings: Settings): Mode {
  const { NEXTCLOUD_USERNAME, NEXTCLOUD_PASSWORD, ENABLE_TOKEN_EXCHANGE } = settings
  // One of the two alone is meant as both: the other is then told to be missing.
  if (NEXTCLOUD_USERNAME !== undefined || NEXTCLOUD_PASSWORD !== undefined) {
    return 'single_user_basic'
  }
  return ENABLE_TOKEN_EXCHANGE ? 'oauth_token_exchange' : 'login_flow'
}

function requireStorage(settings: Settings, problems: ConfigProblem[]): void {
  const fixes = {
    TOKEN_STORAGE_DB:
      'is missing; set it to the path of the database, as in /var/lib/nextcloud-mcp-server/tokens.db',
    TOKEN_ENCRYPTION_KEY: 'is missing; `nextcloud-mcp-server keygen` prints one. Keep it safe',
  }
  for (const [name, message] of Object.entries(fixes) as [keyof typeof fixes, string][]) {
    const told = problems.some(problem => problem.name === name)
    if (settings[name] === undefined && !told) problems.push({ name, message })
  }
}

function withoutProvider(settings: Settings, problems: ConfigProblem[]): undefined {
  if (settings.MCP_DEPLOYMENT_MODE === undefined) {
    problems.push(
      {
        name: 'NEXTCLOUD_USERNAME',
        message:
          'is missing, and nothing else says who may call; set it for one user, MCP_DEPLOYMENT_MODE=multi_user_basic for callers who bring app passwords, or OIDC_DISCOVERY_URL for an identity provider',
      },
      {
        name: 'NEXTCLOUD_PASSWORD',
        message: 'is missing; create an app password in Nextcloud under Settings > Security',
      },
    )
    return undefined
  }
  problems.push({
    name: 'OIDC_DISCOVERY_URL',
    message:
      'is missing; login_flow needs an identity provider, as in https://id.example.org/realms/main/.well-known/openid-configuration',
  })
  requireStorage(settings, problems)
  return undefined
}

function singleUser(
  settings: Settings,
  listen: ListenConfig,
  problems: ConfigProblem[],
): Deployment | undefined {
  const { NEXTCLOUD_USERNAME: loginName, NEXTCLOUD_PASSWORD: password } = settings
  if (loginName === undefined) {
    problems.push({
      name: 'NEXTCLOUD_USERNAME',
      message: 'is missing; set it, or MCP_DEPLOYMENT_MODE=multi_user_basic for many users',
    })
  }
  if (password === undefined) {
    problems.push({
      name: 'NEXTCLOUD_PASSWORD',
      message: 'is missing; create an app password in Nextcloud under Settings > Security',
    })
  }
  if (
    listen.transport === 'http' &&
    !isLoopback(listen.host) &&
    !settings.MCP_ALLOW_UNAUTHENTICATED_NETWORK
  ) {
    problems.push({
      name: 'MCP_HOST',
      message: `with ${listen.host} everybody who can reach the port would act as ${loginName ?? 'the user'}; listen on 127.0.0.1, use multi_user_basic, or (in a container whose port is published to loopback only) set MCP_ALLOW_UNAUTHENTICATED_NETWORK=true`,
    })
  }
  if (loginName === undefined || password === undefined) return undefined
  return { mode: 'single_user_basic', loginName, password }
}
