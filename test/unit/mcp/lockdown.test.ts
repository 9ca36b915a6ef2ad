import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Scope } from '../../../src/identity/scopes.ts'
import { createCatalog, type Visibility } from '../../../src/mcp/catalog.ts'
import { defineTool, type Effect } from '../../../src/mcp/tool.ts'

function tool(
  name: string,
  effect: Effect,
  scope: Scope,
  more: { openWorld?: boolean; untrusted?: boolean } = {},
) {
  return defineTool({
    name,
    title: name,
    description: name,
    scopes: [scope],
    effect,
    ...more,
    input: z.object({}),
    output: z.object({}),
    run: async () => ({}),
  })
}

const apps = [
  {
    id: 'a',
    title: 'A',
    tools: [
      tool('read_own', 'read', 'notes:read'),
      tool('read_others', 'read', 'files:read', { untrusted: true }),
      tool('write_own', 'create', 'notes:write'),
      tool('write_out', 'create', 'calendar:write', { openWorld: true }),
      tool('fetch', 'read', 'news:read', { openWorld: true }),
    ],
  },
  {
    id: 'b',
    title: 'B',
    always: true,
    tools: [tool('sign_in', 'create', 'notes:read', { openWorld: true })],
  },
]

const EVERYTHING: Visibility = { scopes: undefined, apps: undefined }
const namesFor = (visibility: Visibility, options = {}) =>
  createCatalog(apps, { lockdown: true, ...options })
    .listTools(visibility)
    .map(({ name }) => name)

test('lockdown leaves out what leads out, and nothing else', () => {
  expect(namesFor(EVERYTHING)).toEqual(['read_own', 'read_others', 'write_own', 'fetch', 'sign_in'])
  expect(namesFor(EVERYTHING, { lockdown: false })).toContain('write_out')
})

test('who can read nothing of others may write outside', () => {
  const scopes = new Set<Scope>(['notes:read', 'calendar:write'])
  expect(namesFor({ scopes, apps: undefined })).toEqual(['read_own', 'write_out', 'sign_in'])
  expect(namesFor(EVERYTHING, { tools: ['write_out', 'read_own'] })).toContain('write_out')
  const more = new Set<Scope>([...scopes, 'files:read'])
  expect(namesFor({ scopes: more, apps: undefined })).not.toContain('write_out')
})

test('a resource that others may have written counts as well', () => {
  const resource = {
    uri: 'x://y',
    name: 'y',
    title: 'Y',
    description: 'y',
    scopes: ['notes:read' as const],
    untrusted: true,
    read: async () => ({ json: {} }),
  }
  const [app] = apps
  const catalog = createCatalog(
    [{ ...app, id: 'a', title: 'A', tools: app?.tools ?? [], resources: [resource] }],
    {
      lockdown: true,
      tools: ['write_out'],
    },
  )
  expect(catalog.listTools(EVERYTHING)).toEqual([])
})
