/** Who calls and on whose behalf: the deployment mode, given or inferred, with what it needs. */
import { isLoopback, type ListenConfig } from './listen.ts'
import { type AuthorizationServerKind, type OAuthConfig, oauthConfig } from './oauth.ts'
import type { ConfigProblem } from './problems.ts'
import type { Mode, Settings } from './schema.ts'
import { requireStorage } from './storage.ts'

/** Modes in which callers come with OAuth access tokens. */
export type OAuthMode = 'login_flow' | 'oauth_multi_audience' | 'oauth_token_exchange'

/** The mode with the credentials and addresses that it needs. */
export type Deployment =
  | { mode: 'single_user_basic'; loginName: string; password: string }
  | { mode: 'multi_user_basic' }
  | { mode: OAuthMode; oauth: OAuthConfig }

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
      if (authorizationServer(settings, mode) === 'external') requireStorage(settings, problems)
      break
    default:
      if (settings.MCP_AUTHORIZATION_SERVER === 'builtin') {
        problems.push({
          name: 'MCP_AUTHORIZATION_SERVER',
          message: `the built-in one knows no tokens for Nextcloud, which ${mode} needs; set MCP_DEPLOYMENT_MODE=login_flow, or name an identity provider in OIDC_DISCOVERY_URL`,
        })
      }
  }
  if (settings.ENABLE_OFFLINE_ACCESS && mode === 'oauth_multi_audience') {
    requireStorage(settings, problems)
  }
  const server = authorizationServer(settings, mode)
  return { mode, oauth: oauthConfig(settings, listen, { nextcloudUrl, server }, problems) }
}

/** Who issues tokens, as configured or as follows from what is. */
function authorizationServer(settings: Settings, mode: Mode): AuthorizationServerKind {
  if (mode !== 'login_flow') return 'external'
  return (
    settings.MCP_AUTHORIZATION_SERVER ??
    (settings.OIDC_DISCOVERY_URL === undefined ? 'builtin' : 'external')
  )
}

function inferredMode(settings: Settings): Mode {
  const { NEXTCLOUD_USERNAME, NEXTCLOUD_PASSWORD, ENABLE_TOKEN_EXCHANGE } = settings
  // One of the two alone is meant as both: the other is then told to be missing.
  if (NEXTCLOUD_USERNAME !== undefined || NEXTCLOUD_PASSWORD !== undefined) {
    return 'single_user_basic'
  }
  return ENABLE_TOKEN_EXCHANGE ? 'oauth_token_exchange' : 'login_flow'
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
