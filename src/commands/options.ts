/** From the options of the command line to the settings they stand for. */
import { type Environment, readConfigFile } from '../config/config.ts'

/** Options of `run`, `doctor` and `client`, as the command line gives them. */
export interface CommandOptions {
  config?: string
  transport?: string
  host?: string
  port?: string
  logLevel?: string
  enableApp?: string[]
  toolset?: string[]
  compact?: boolean
  mcpServerUrl?: string
  readOnly?: boolean
  lockdown?: boolean
  tools?: string[]
  excludeTools?: string[]
  nextcloudHost?: string
  nextcloudUsername?: string
  nextcloudPassword?: string
  /** True: callers bring tokens, whatever user is configured; false: they do not. */
  oauth?: boolean
  oauthClientId?: string
  oauthClientSecret?: string
  oauthScopes?: string
  oauthTokenType?: string
  publicIssuerUrl?: string
}

/** Puts settings of the file where OpenTelemetry looks for them: it reads the environment itself. */
export function passOn(settings: Environment): void {
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith('OTEL_') && value !== undefined) process.env[name] ??= value
  }
}

/** File, environment and command line merged; the later wins. */
export function environmentOf(
  options: CommandOptions,
  environment: Environment = process.env,
): Environment {
  const chosen = {
    MCP_TRANSPORT: options.transport,
    MCP_HOST: options.host,
    MCP_PORT: options.port,
    LOG_LEVEL: options.logLevel,
    MCP_ENABLED_APPS: options.enableApp?.join(','),
    MCP_TOOLSET: options.toolset?.join(','),
    MCP_COMPACT: options.compact === undefined ? undefined : String(options.compact),
    NEXTCLOUD_MCP_SERVER_URL: options.mcpServerUrl,
    MCP_READ_ONLY: options.readOnly === undefined ? undefined : String(options.readOnly),
    MCP_LOCKDOWN: options.lockdown === undefined ? undefined : String(options.lockdown),
    MCP_TOOLS: options.tools?.join(','),
    MCP_EXCLUDE_TOOLS: options.excludeTools?.join(','),
    NEXTCLOUD_HOST: options.nextcloudHost,
    NEXTCLOUD_USERNAME: options.oauth === true ? '' : options.nextcloudUsername,
    NEXTCLOUD_PASSWORD: options.oauth === true ? '' : options.nextcloudPassword,
    MCP_DEPLOYMENT_MODE: options.oauth === false ? 'single_user_basic' : undefined,
    NEXTCLOUD_OIDC_CLIENT_ID: options.oauthClientId,
    NEXTCLOUD_OIDC_CLIENT_SECRET: options.oauthClientSecret,
    NEXTCLOUD_OIDC_SCOPES: options.oauthScopes,
    NEXTCLOUD_OIDC_TOKEN_TYPE: options.oauthTokenType,
    NEXTCLOUD_PUBLIC_ISSUER_URL: options.publicIssuerUrl,
  }
  return {
    ...(options.config === undefined ? {} : readConfigFile(options.config)),
    ...environment,
    ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
  }
}
