/** Checks that what an operator selected exists: a misspelt name must not silently offer less, or more. */
import { appsOf, TOOLSETS } from '../apps/toolsets.ts'
import { closest } from '../config/closest.ts'
import { ConfigError, type ConfigProblem, type OfferConfig } from '../config/config.ts'
import type { App } from '../mcp/app.ts'
import { type CatalogOptions, matchesPattern } from '../mcp/catalog.ts'

/** @throws ConfigError naming every app and tool that does not exist, with what was probably meant */
export function checkSelection(apps: readonly App[], offer: OfferConfig): void {
  const appNames = apps.flatMap(({ id, aliases = [] }) => [id, ...aliases])
  const toolNames = apps.flatMap(app => app.tools.map(tool => tool.name))
  const problems: ConfigProblem[] = []
  for (const name of offer.apps ?? []) {
    if (!appNames.includes(name)) problems.push(unknown('MCP_ENABLED_APPS', 'app', name, appNames))
  }
  for (const name of offer.toolsets ?? []) {
    const sets = [...Object.keys(TOOLSETS), ...appNames]
    if (!sets.includes(name)) problems.push(unknown('MCP_TOOLSET', 'toolset', name, sets))
  }
  const patterns = [
    ...(offer.tools ?? []).map(pattern => ['MCP_TOOLS', pattern] as const),
    ...offer.excludeTools.map(pattern => ['MCP_EXCLUDE_TOOLS', pattern] as const),
  ]
  for (const [variable, pattern] of patterns) {
    if (!toolNames.some(name => matchesPattern(name, [pattern]))) {
      problems.push(unknown(variable, 'tool', pattern, toolNames))
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
}

/** What the catalog is to offer: the chosen apps and those of the chosen sets. */
export function catalogOptions(offer: OfferConfig): CatalogOptions {
  const { apps, toolsets, ...others } = offer
  if (toolsets === undefined) return { ...others, apps }
  return { ...others, apps: [...(apps ?? []), ...appsOf(toolsets)] }
}

function unknown(
  variable: string,
  kind: 'app' | 'tool' | 'toolset',
  name: string,
  candidates: readonly string[],
): ConfigProblem {
  const near = closest(name, candidates)
  const fix =
    near !== undefined
      ? `did you mean ${near}?`
      : kind === 'tool'
        ? 'see the tool reference'
        : `there are: ${candidates.join(', ')}`
  return { name: variable, message: `there is no ${kind} "${name}"; ${fix}` }
}
