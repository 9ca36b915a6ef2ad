/**
 * Where an error leads: which tools tell what a call lacked or got wrong. Whoever calls a tool
 * first with a name where an id belongs learns from the error where ids come from.
 */
import { CodedError, withDetails } from '../nextcloud/errors.ts'
import type { Catalog, CatalogTool } from './catalog.ts'

/** The tool that tells the values of an argument. */
export type TellerOf = (argument: string) => string | undefined

/** What arguments are called that say which state of a thing was read. */
const STATES = ['etag', 'if_match', 'expected_last_edit_at', 'date_modified']

/** Who tells the arguments of a tool, as far as it is offered. */
export function tellersFor({ app, tool }: CatalogTool, catalog: Catalog): TellerOf {
  return argument => {
    const teller = app.toldBy?.[argument]
    const isOther = teller !== undefined && teller !== tool.name
    return isOther && catalog.tools.has(teller) ? teller : undefined
  }
}

/** A sentence for each tool that tells some of the arguments: `deck_get_boards tells board_id.` */
export function leadsTo(names: readonly string[], tellerOf: TellerOf): string {
  const told = new Map<string, string[]>()
  for (const name of names) {
    const teller = tellerOf(name)
    if (teller !== undefined) told.set(teller, [...(told.get(teller) ?? []), name])
  }
  return [...told].map(([teller, args]) => `${teller} tells ${args.join(', ')}.`).join(' ')
}

/**
 * A failure of a tool, which names the tools that lead on where it does not yet: after `NOT_FOUND`
 * those that tell the ids that were given, after `CONFLICT` the one that reads the thing again,
 * after `FORBIDDEN` the one that tells what may be changed.
 */
export function withLeads(
  error: unknown,
  found: CatalogTool,
  catalog: Catalog,
  args: Readonly<Record<string, unknown>>,
): unknown {
  if (!(error instanceof CodedError)) return error
  const { hint = '' } = error.details
  if (hint.split(/\W+/).some(word => catalog.tools.has(word))) return error
  const lead = leadsTo(argumentsAt(error, found, args), tellersFor(found, catalog))
  return lead === '' ? error : withDetails(error, error.message, { hint: `${hint} ${lead}`.trim() })
}

function argumentsAt(
  { code }: CodedError,
  { schema }: CatalogTool,
  args: Readonly<Record<string, unknown>>,
): string[] {
  if (code === 'FORBIDDEN') return ['read_only']
  if (code === 'NOT_FOUND') return Object.keys(args).filter(name => !STATES.includes(name))
  if (code === 'CONFLICT') return STATES.filter(name => Object.hasOwn(schema.properties, name))
  return []
}
