/**
 * What a request would do, before anything of it is done: the scopes that it needs. It looks at
 * messages the way the server dispatches them, so that nothing is done that was not looked at.
 */
import { covers } from '../identity/caller.ts'
import type { Scope } from '../identity/scopes.ts'
import type { Catalog } from './catalog.ts'
import { scopesFor } from './tool.ts'

/**
 * The scopes that a message, or a batch of them, needs and that are not all granted.
 * @param body the parsed body of a request, of any shape
 * @returns every scope of the operations at fault; undefined where nothing is missing
 */
export function missingScopes(
  catalog: Catalog,
  granted: ReadonlySet<Scope>,
  body: unknown,
): Scope[] | undefined {
  const needed = (Array.isArray(body) ? body : [body])
    .map(message => operationScopes(catalog, message, granted))
    .filter(scopes => !covers(granted, scopes))
    .flat()
  return needed.length === 0 ? undefined : [...new Set(needed)]
}

/**
 * The scopes that a request seems to need by its headers (revision 2026-07-28), for a challenge to
 * somebody whose body is not worth reading. Nothing may be decided by it.
 */
export function announcedScopes(catalog: Catalog, headers: Headers): readonly Scope[] {
  const method = headers.get('mcp-method')
  const name = headers.get('mcp-name')
  if (method === null || name === null) return []
  return operationScopes(catalog, { method, params: { name, uri: name } }, new Set())
}

function operationScopes(
  catalog: Catalog,
  message: unknown,
  granted: ReadonlySet<Scope>,
): readonly Scope[] {
  const { method, params } = asRecord(message)
  const { name, uri, arguments: args } = asRecord(params)
  if (method === 'tools/call') {
    const found = catalog.tools.get(catalog.meantCall({ name: String(name), arguments: args }).name)
    return found === undefined ? [] : scopesFor(found.tool, granted)
  }
  if (method === 'resources/read') return catalog.findResource(String(uri))?.resource.scopes ?? []
  return []
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
