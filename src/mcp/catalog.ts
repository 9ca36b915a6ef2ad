/** All tools and resources this process offers, with everything that derives from them made once. */
import type { Tool as ListedTool, ToolAnnotations } from '@modelcontextprotocol/server'
import { covers } from '../identity/caller.ts'
import { SCOPES, type Scope } from '../identity/scopes.ts'
import type { App } from './app.ts'
import { createCompactApp, innerCall, type RequestedCall } from './compact.ts'
import { isTemplate, matchTemplate, type Resource } from './resource.ts'
import { inputSchema, type ObjectSchema } from './schema.ts'
import { type Effect, scopesFor, type Tool } from './tool.ts'

/** What of the catalog an operator wants to offer. */
export interface CatalogOptions {
  /** Only tools that read. Wins over everything else. */
  readOnly?: boolean | undefined
  /** No way out for what others wrote; see {@link Catalog.isLocked}. */
  lockdown?: boolean | undefined
  /** List the essential tools only; see compact.ts. */
  compact?: boolean | undefined
  /** Ids of the apps to offer; undefined: all. */
  apps?: readonly string[] | undefined
  /** Names of the tools to offer, `*` standing for any characters; undefined: all. */
  tools?: readonly string[] | undefined
  /** Names of tools not to offer, `*` standing for any characters. */
  excludeTools?: readonly string[] | undefined
}

/** A tool with what derives from it. */
export interface CatalogTool {
  readonly tool: Tool
  readonly app: App
  readonly schema: ObjectSchema
  /** The entry in `tools/list`. */
  readonly listed: ListedTool
}

/** A resource with its app. */
export interface CatalogResource {
  readonly resource: Resource
  readonly app: App
}

/** What one caller at one instance may see. */
export interface Visibility {
  /** Granted scopes; undefined: everything. */
  readonly scopes: ReadonlySet<Scope> | undefined
  /** Apps of the instance; undefined: not known, hide nothing. */
  readonly apps: ReadonlySet<string> | undefined
}

/** The catalog; deterministic in order: apps as registered, tools as written. */
export interface Catalog {
  readonly tools: ReadonlyMap<string, CatalogTool>
  readonly resources: readonly CatalogResource[]
  /** Whether not all tools are listed. */
  readonly compact: boolean
  /**
   * The call that is meant, which in compact mode may be within another one. Everything that is
   * decided about a call is decided about that one: scopes, lockdown, arguments.
   */
  meantCall(call: RequestedCall): RequestedCall
  /** What clients are listed: in compact mode not all that can be called. */
  listTools(visibility: Visibility): ListedTool[]
  /** All that can be called. */
  callableTools(visibility: Visibility): ListedTool[]
  /**
   * Whether lockdown keeps a tool from a caller: it would carry something outside, while another
   * one brings in what others wrote and what a model may take for instructions.
   */
  isLocked(tool: CatalogTool, visibility: Visibility): boolean
  listResources(visibility: Visibility): Resource[]
  listTemplates(visibility: Visibility): Resource[]
  /** The resource that serves `uri`, with the values of its variables. */
  findResource(
    uri: string,
  ): (CatalogResource & { variables: Readonly<Record<string, string>> }) | undefined
}

/** Builds the catalog of the given apps. */
export function createCatalog(apps: readonly App[], options: CatalogOptions = {}): Catalog {
  const { compact = false } = options
  const offered = offeredApps(apps, options)
  const tools = new Map<string, CatalogTool>()
  for (const app of offered) {
    for (const tool of offeredTools(app, options)) {
      if (tools.has(tool.name)) throw new Error(`two tools are named ${tool.name}`)
      tools.set(tool.name, catalogTool(app, tool))
    }
  }
  // Neither chosen nor excluded by name: without them the rest could not be reached.
  for (const app of compact ? [createCompactApp(options)] : []) {
    for (const tool of app.tools) tools.set(tool.name, catalogTool(app, tool))
  }
  const resources = offered.flatMap(app =>
    (app.resources ?? []).map(resource => ({ resource, app })),
  )
  const visible = (app: App, scopes: readonly Scope[], { apps, scopes: granted }: Visibility) =>
    covers(granted, scopes) &&
    (app.requires === undefined || apps === undefined || apps.has(app.requires))
  const readsUntrusted = (visibility: Visibility) =>
    [...tools.values()].some(
      ({ app, tool }) =>
        tool.untrusted && visible(app, scopesFor(tool, visibility.scopes), visibility),
    ) ||
    resources.some(
      ({ app, resource }) => resource.untrusted && visible(app, resource.scopes, visibility),
    )
  const isLocked: Catalog['isLocked'] = ({ app, tool }, visibility) =>
    options.lockdown === true && !app.always && leadsOut(tool) && readsUntrusted(visibility)
  const listResources = (visibility: Visibility, templates: boolean) =>
    resources
      .filter(({ resource }) => isTemplate(resource) === templates)
      .filter(({ resource, app }) => visible(app, resource.scopes, visibility))
      .map(({ resource }) => resource)
  const callable = (visibility: Visibility) =>
    [...tools.values()]
      .filter(({ app, tool }) => visible(app, scopesFor(tool, visibility.scopes), visibility))
      .filter(tool => !isLocked(tool, visibility))
  return {
    tools,
    resources,
    compact,
    meantCall: call => (compact ? innerCall(call) : call),
    isLocked,
    callableTools: visibility => callable(visibility).map(({ listed }) => listed),
    listTools: visibility =>
      callable(visibility)
        .filter(tool => !compact || isEssential(tool))
        .map(({ listed }) => listed),
    listResources: visibility => listResources(visibility, false),
    listTemplates: visibility => listResources(visibility, true),
    findResource(uri) {
      for (const entry of resources) {
        const variables = matchTemplate(entry.resource.uri, uri)
        if (variables !== undefined) return { ...entry, variables }
      }
      return undefined
    },
  }
}

/**
 * The scopes that the offered tools need, in their usual order.
 * @param effect only those of tools that do this
 */
export function neededScopes(
  apps: readonly App[],
  options: CatalogOptions = {},
  effect?: Effect,
): Scope[] {
  const needed = new Set(
    offeredApps(apps, options)
      .flatMap(app => offeredTools(app, options))
      .filter(tool => effect === undefined || tool.effect === effect)
      .flatMap(({ scopes }) => scopes),
  )
  return SCOPES.filter(scope => needed.has(scope))
}

/** Whether `name` is meant by one of the patterns, in which `*` stands for any characters. */
export function matchesPattern(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern =>
    new RegExp(`^${pattern.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`).test(name),
  )
}

function offeredApps(apps: readonly App[], { apps: chosen }: CatalogOptions): App[] {
  return apps.filter(
    ({ id, aliases = [], always }) =>
      always || chosen === undefined || [id, ...aliases].some(name => chosen.includes(name)),
  )
}

function isEssential({ app, tool }: CatalogTool): boolean {
  return app.always === true || app.essential?.includes(tool.name) === true
}

function offeredTools({ tools, always = false }: App, options: CatalogOptions): Tool[] {
  return tools.filter(tool => isOffered(tool, options, always))
}

function isOffered(tool: Tool, options: CatalogOptions, always: boolean): boolean {
  if (options.readOnly && !always && tool.effect !== 'read') return false
  if (options.tools !== undefined && !matchesPattern(tool.name, options.tools)) return false
  return !matchesPattern(tool.name, options.excludeTools ?? [])
}

/** Whether a tool carries something to others than the user. */
function leadsOut({ effect, openWorld }: Tool): boolean {
  return effect !== 'read' && openWorld === true
}

function catalogTool(app: App, tool: Tool): CatalogTool {
  const schema = inputSchema(tool.input)
  return {
    tool,
    app,
    schema,
    listed: {
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: schema as ListedTool['inputSchema'],
      annotations: annotations(tool),
    },
  }
}

/** Only what differs from the protocol's defaults (not read-only, destructive, open world). */
function annotations(tool: Tool): ToolAnnotations {
  const openWorld = tool.openWorld ? {} : { openWorldHint: false }
  if (tool.effect === 'read') return { readOnlyHint: true, ...openWorld }
  return {
    ...(tool.effect === 'create' ? { destructiveHint: false } : {}),
    ...(tool.idempotent ? { idempotentHint: true } : {}),
    ...openWorld,
  }
}
