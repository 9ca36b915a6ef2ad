/** The composition root: configuration in, wired server out. Nothing is wired anywhere else. */
import type { McpServerFactory } from '@modelcontextprotocol/server'
import type { Access } from '../access/access.ts'
import { appPasswordAccess } from '../access/app-password.ts'
import { callerPasswordAccess } from '../access/caller-password.ts'
import { createApps } from '../apps/index.ts'
import type { Config } from '../config/config.ts'
import { basicIdentity } from '../identity/basic.ts'
import type { Caller, Identity } from '../identity/caller.ts'
import { localIdentity } from '../identity/local.ts'
import type { App } from '../mcp/app.ts'
import { type Catalog, createCatalog } from '../mcp/catalog.ts'
import { createServerFactory } from '../mcp/server.ts'
import { enabledApps } from '../nextcloud/capabilities.ts'
import { createNextcloud, type Nextcloud } from '../nextcloud/session.ts'
import { createLog, type Logger } from '../telemetry/log.ts'
import { NAME, VERSION } from '../version.ts'
import { type Activity, createActivity } from './activity.ts'
import { checkSelection } from './selection.ts'

/** A wired server, not yet listening. */
export interface Composition {
  readonly config: Config
  readonly log: Logger
  readonly catalog: Catalog
  readonly nextcloud: Nextcloud
  readonly identity: Identity
  readonly activity: Activity
  /** Makes the MCP server of one request or connection. */
  readonly factory: McpServerFactory
  /** Asks for the apps of the one user early, so that the first list need not wait. */
  warmUp(): void
  close(): Promise<void>
}

/** What a test may put in place of the real thing. */
export interface ComposeOptions {
  apps?: readonly App[]
  log?: Logger
}

/**
 * Wires everything for one configuration.
 * @throws ConfigError when the selection of apps or tools names one that does not exist
 */
export function compose(config: Config, options: ComposeOptions = {}): Composition {
  const log = options.log ?? createLog(config.log)
  const apps = options.apps ?? createApps({ excludedTags: config.offer.excludedTags })
  checkSelection(apps, config.offer)
  const catalog = createCatalog(apps, config.offer)
  const { url: baseUrl, verifySsl, caBundle, timeoutMs } = config.nextcloud
  const nextcloud = createNextcloud({
    baseUrl,
    verifySsl,
    timeoutMs,
    ...(caBundle === undefined ? {} : { caBundle }),
    userAgent: `${NAME}/${VERSION}`,
  })
  const { identity, access } = deployment(config)
  const activity = createActivity(log)
  const open = async (caller: Caller, signal?: AbortSignal) =>
    nextcloud.open(await access.credentialFor(caller), signal)
  const factory = createServerFactory({
    name: NAME,
    version: VERSION,
    catalog,
    open,
    callerOf: ({ authInfo }) =>
      (authInfo?.extra?.caller as Caller | undefined) ?? { kind: 'local' },
    observe: activity.observe,
  })
  return {
    config,
    log,
    catalog,
    nextcloud,
    identity,
    activity,
    factory,
    warmUp() {
      if (config.deployment.mode !== 'single_user_basic') return
      open({ kind: 'local' })
        .then(enabledApps)
        .catch(() => {})
    },
    close: () => nextcloud.close(),
  }
}

function deployment(config: Config): { identity: Identity; access: Access } {
  switch (config.deployment.mode) {
    case 'single_user_basic': {
      const { loginName, password } = config.deployment
      return { identity: localIdentity, access: appPasswordAccess(loginName, password) }
    }
    case 'multi_user_basic':
      return { identity: basicIdentity, access: callerPasswordAccess }
  }
}
