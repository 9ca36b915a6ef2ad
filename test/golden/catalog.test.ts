/**
 * What clients are told, word for word. A change here is a change of the contract: read the diff,
 * then update with `npm test -- -u`.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { SCOPES, type Scope } from '../../src/identity/scopes.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { outputSchema } from '../../src/mcp/schema.ts'

const apps = everyApp()
const catalog = createCatalog(apps)
const everything = { scopes: undefined, apps: undefined }
/** Mean bytes of a tool in `tools/list`: the tersest broad peer spends 664. */
const BUDGET_PER_TOOL = 590

test.each([...catalog.tools.values()])('$tool.name', async ({ tool, listed }) => {
  const golden = {
    ...listed,
    scopes: tool.scopes,
    ...(tool.orScopes && { orScopes: tool.orScopes }),
    effect: tool.effect,
    result: outputSchema(tool.output),
  }
  await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(
    `__snapshots__/${tool.name}.json`,
  )
})

test('every snapshot belongs to a tool', () => {
  const kept = readdirSync(join(import.meta.dirname, '__snapshots__')).map(name =>
    name.replace(/\.(json|txt)$/, ''),
  )
  expect(kept.toSorted()).toEqual(expect.arrayContaining([...catalog.tools.keys()].toSorted()))
  expect(kept.filter(name => !catalog.tools.has(name) && !name.startsWith('list-'))).toEqual([])
})

test('resources', async () => {
  const listed = catalog.resources.map(({ resource }) => resource)
  await expect(`${JSON.stringify(listed, null, 2)}\n`).toMatchFileSnapshot(
    '__snapshots__/list-resources.json',
  )
})

describe('what typical callers see', () => {
  const names = (scopes: readonly Scope[] | undefined) =>
    catalog
      .listTools({ scopes: scopes && new Set(scopes), apps: undefined })
      .map(({ name }) => name)

  test('all scopes', () => expect(names(SCOPES)).toEqual(names(undefined)))
  test('nothing but an identity', () => {
    const connection = apps.find(({ id }) => id === 'connection')
    expect(names([])).toEqual(connection?.tools.map(({ name }) => name))
  })
  test.each([
    ['read', SCOPES.filter(scope => scope.endsWith(':read'))],
    ['write', SCOPES.filter(scope => scope.endsWith(':write'))],
    ['notes', ['notes:read', 'notes:write'] as const],
  ])('%s scopes', async (label, scopes) => {
    await expect(`${names(scopes).join('\n')}\n`).toMatchFileSnapshot(
      `__snapshots__/list-${label}.txt`,
    )
  })
})

describe('every tool', () => {
  const tools = [...catalog.tools.values()]

  test('fits the budget on the whole', () => {
    const list = catalog.listTools(everything)
    expect(JSON.stringify(list).length / list.length).toBeLessThanOrEqual(BUDGET_PER_TOOL)
  })

  test.each(tools)(
    '$tool.name is named, described and typed as clients need it',
    ({ tool, listed }) => {
      expect(tool.name).toMatch(/^[a-z][a-z0-9_]{1,63}$/)
      expect(tool.description).toMatch(/^[A-Z].*\.$/s)
      expect(tool.description.length).toBeLessThanOrEqual(300)
      // VS Code and OpenAI refuse arrays without items and schemas without a type.
      for (const [name, schema] of Object.entries(listed.inputSchema.properties ?? {})) {
        const { type, items, enum: values, anyOf } = schema as Record<string, unknown>
        expect(type ?? values ?? anyOf, `${tool.name}.${name}`).toBeDefined()
        if (type === 'array') expect(items, `${tool.name}.${name}`).toBeDefined()
      }
    },
  )

  const ofApps = tools.filter(({ app }) => !app.always)
  test.each(ofApps)('$tool.name needs a scope that people can grant', ({ tool }) => {
    expect(tool.scopes.length).toBeGreaterThan(0)
    for (const scope of tool.scopes) expect(SCOPES).toContain(scope)
    const reads = tool.scopes.every(scope => scope.endsWith(':read'))
    expect(reads).toBe(tool.effect === 'read')
  })
})
