/** What `tools/list` costs, by what is offered. */
import { everyApp } from '../../src/apps/index.ts'
import { appsOf, TOOLSETS } from '../../src/apps/toolsets.ts'
import type { App } from '../../src/mcp/app.ts'
import { type CatalogOptions, createCatalog } from '../../src/mcp/catalog.ts'
import { tokensOf } from './count.ts'

/** Something measured. */
export interface Measured {
  /** In words for people; unique. */
  readonly name: string
  readonly tools: number
  readonly tokens: number
}

const all = everyApp()
// For callers with access tokens only: who calls with a password is not offered it.
const apps = all.filter(({ always }) => !always)

/** The choices of an operator: everything, less by kind, and the toolsets. */
export function chosenLists(): Measured[] {
  return [
    measured('everything', {}),
    measured('everything, with access tokens', {}, all),
    measured('`--read-only`', { readOnly: true }),
    measured('`--compact`', { compact: true }),
    measured('`--compact --read-only`', { compact: true, readOnly: true }),
    ...Object.keys(TOOLSETS).map(name =>
      measured(`\`--toolset ${name}\``, { apps: appsOf([name]) }),
    ),
  ]
}

/** Each app by itself. */
export function listsOfApps(): Measured[] {
  return apps.map(({ id, title }) => measured(`${title} (\`${id}\`)`, { apps: [id] }))
}

function measured(name: string, options: CatalogOptions, offered: readonly App[] = apps): Measured {
  const list = createCatalog(offered, options).listTools({ scopes: undefined, apps: undefined })
  return { name, tools: list.length, tokens: tokensOf(list) }
}
