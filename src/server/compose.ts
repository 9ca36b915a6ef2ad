/** The composition root: configuration in, wired server out. Nothing is wired anywhere else. */
import type { McpServerFactory } from '@modelcontextprotocol/server'
import type { BackgroundAccess } from '../access/background.ts'
import { createApps } from '../apps/index.ts'
import { createSearchApp } from '../apps/search/index.ts'
import type { Config } from '../config/config.ts'
import { createDocumentReader } from '../documents/reader.ts'
import type { Caller, Identity } from '../identity/caller.ts'
import type { Scope } from '../identity/scopes.ts'
import type { App } from '../mcp/app.ts'
import { type Catalog, createCatalog, neededScopes } from '../mcp/catalog.ts'
import { createServerFactory } from '../mcp/server.ts'
import { enabledApps } from '../nextcloud/capabilities.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import type { Embedder } from '../search/embed/embedder.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Vault } from '../vault/vault.ts'
import { NAME, VERSION } from '../version.ts'
import { type Activity, createActivity } from './activity.ts'
import { connectNextcloud } from './connect.ts'
import { createDeployment, type OAuthDeployment } from './deployment.ts'
import { observeNextcloud } from './observers.ts'
import { type SearchWiring, wireSearch } from './search.ts'
import { catalogOptions, checkSelection } from './selection.ts'
import { indexedSources } from './sources.ts'
import { logOnly, type Telemetry } from './telemetry.ts'

/** A wired server, not yet listening. */
export interface Composition {
  readonly config: Config
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly catalog: Catalog
  readonly nextcloud: Nextcloud
  readonly identity: Identity
  /** The identity provider, in the OAuth modes. */
  readonly oauth: OAuthDeployment | undefined
  /** What is remembered about people; undefined: nothing is. */
  readonly vault: Vault | undefined
  /** Access while users are away; undefined: switched off. */
  readonly background: BackgroundAccess | undefined
  /** Search by meaning; undefined: switched off. */
  readonly search: SearchWiring | undefined
  readonly activity: Activity
  /** Makes the MCP server of one request or connection. */
  readonly factory: McpServerFactory
  /** Asks early for what the first request would have to wait for. */
  warmUp(): void
  close(): Promise<void>
}

/** What is opened before, and what a test may put in place of the real thing. */
export interface ComposeOptions {
  apps?: readonly App[]
  /** Default: a log as configured, no metrics and no traces; closed by whoever opened it. */
  telemetry?: Telemetry
  /** The configured storage; closed by whoever opened it. */
  vault?: Vault | undefined
  /** What makes vectors for search. */
  embedder?: Embedder | undefined
}

/**
 * Wires everything for one configuration.
 * @throws ConfigError when the selection of apps or tools names one that does not exist
 */
export function compose(config: Config, options: ComposeOptions = {}): Composition {
  const { telemetry = logOnly(config) } = options
  const { log, meter, tracing } = telemetry
  const documents =
    config.documents === undefined ? undefined : createDocumentReader(config.documents)
  const nextcloud = connectNextcloud(config.nextcloud, observeNextcloud(telemetry))
  const activity = createActivity(telemetry)
  const search =
    config.search &&
    wireSearch({
      config,
      search: config.search,
      nextcloud,
      background: () => deployment.background,
      sources: indexedSources(config, documents),
      activity,
      telemetry,
      embedder: options.embedder,
    })
  const apps = [
    ...(options.apps ?? createApps({ excludedTags: config.offer.excludedTags, documents })),
    ...(search === undefined ? [] : [createSearchApp(search)]),
  ]
  const offer = catalogOptions(config.offer)
  const scopes = {
    all: neededScopes(apps, offer),
    reading: neededScopes(apps, offer, 'read'),
  }
  const { vault } = options
  const deployment = createDeployment({
    config,
    scopes,
    nextcloud,
    log,
    meter,
    tracing,
    vault,
    search,
  })
  const { identity, access, oauth } = deployment
  const offered = [...apps, ...deployment.apps]
  checkSelection(offered, config.offer)
  const catalog = createCatalog(offered, offer)
  const open = async (caller: Caller, scopes: readonly Scope[], signal?: AbortSignal) =>
    nextcloud.open(await access.credentialFor(caller, scopes), signal)
  const factory = createServerFactory({
    name: NAME,
    version: VERSION,
    catalog,
    open,
    ...(access.grantedTo === undefined ? {} : { grantedTo: access.grantedTo }),
    callerOf({ authInfo }) {
      const caller = authInfo?.extra?.caller as Caller | undefined
      if (caller !== undefined) return caller
      // Only stdio comes without one; anywhere else it would be a hole, as nobody holds all scopes.
      if (config.deployment.mode !== 'single_user_basic') throw new Error('a request has no caller')
      return { kind: 'local' }
    },
    observe: activity.observe,
  })
  return {
    config,
    log,
    telemetry,
    catalog,
    nextcloud,
    identity,
    oauth,
    vault,
    background: deployment.background,
    search,
    activity,
    factory,
    warmUp() {
      oauth?.discovery.provider().catch(() => {}) // Reported, and tried again.
      oauth?.pages?.().catch(() => {})
      if (config.deployment.mode !== 'single_user_basic') return
      open({ kind: 'local' }, [])
        .then(enabledApps)
        .catch(() => {})
    },
    async close() {
      await search?.close()
      await oauth?.close()
      await documents?.close()
      await nextcloud.close()
    },
  }
}
