/** Checks that what an operator selected exists: a misspelt name must not silently offer less, or more. */
import { closest } from '../config/closest.ts'
import { ConfigError, type ConfigProblem, type OfferConfig } from '../config/config.ts'
import type { App } from '../mcp/app.ts'
import { matchesPattern } from '../mcp/catalog.ts'

/** @throws ConfigError naming every app and tool that does not exist, with what was probably meant */
export function checkSelection(apps: readonly App[], offer: OfferConfig): void {
  const appNames = apps.flatMap(({ id, aliases = [] }) => [id, ...aliases])
  const toolNames = apps.flatMap(app => app.tools.map(tool => tool.name))
  const problems: ConfigProblem[] = []
  for (const name of offer.apps ?? []) {
    if (!appNames.includes(name)) problems.push(unknown('MCP_ENABLED_APPS', 'app', name, appNames))
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

function unknown(
  variable: string,
  kind: 'app' | 'tool',
  name: string,
  candidates: readonly string[],
): ConfigProblem {
  const near = closest(name, candidates)
  const fix =
    near !== undefined
      ? `did you mean ${near}?`
      : kind === 'app'
        ? `there are: ${candidates.join(', ')}`
        : 'see the tool reference'
  return { name: variable, message: `there is no ${kind} "${name}"; ${fix}` }
}
