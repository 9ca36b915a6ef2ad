/**
 * Users of the Python server change no tool call: its names, arguments, scopes and result keys are
 * kept in `tools/*.json` as facts, and every tool that is offered has to honour them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { outputSchema } from '../../src/mcp/schema.ts'

interface ContractTool {
  name: string
  scopes: string[]
  params: Record<string, { type: string; default?: unknown; optional?: boolean }>
  /** Keys of the result; `__map__` stands for keys that are not fixed, `?` marks optional ones. */
  result: Record<string, unknown>
}
interface Schema {
  type?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
}

const folder = join(import.meta.dirname, 'tools')
const contract = readdirSync(folder).flatMap(
  file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as ContractTool[],
)
const { tools } = createCatalog(everyApp())
/** They say nothing that the protocol does not say already. */
const DROPPED = ['success', 'timestamp']

describe.each(contract)('$name', ({ name, scopes, params, result }) => {
  const ours = tools.get(name)

  test('is offered, with the same scopes', () => {
    // Everybody with a token is signed in.
    const wanted = scopes.filter(scope => scope !== 'openid')
    expect([ours?.tool.scopes, ours?.tool.orScopes]).toContainEqual(wanted)
  })

  test('takes the same arguments, and needs no other', () => {
    const properties = ours?.schema.properties ?? {}
    for (const [argument, { type }] of Object.entries(params)) {
      expect(Object.keys(properties)).toContain(argument)
      const accepted = alternativesOf(properties[argument] as Schema).flatMap(({ type }) => type)
      const wanted = type
        .replace(/\|null$/, '')
        .replace(/^enum.*/, 'string')
        .replace(/<.*/, '')
      expect(accepted, argument).toEqual(expect.arrayContaining(wanted.split('|')))
    }
    const needed = Object.entries(params).filter(([, p]) => !p.optional && !p.type.includes('null'))
    for (const required of ours?.schema.required ?? []) {
      expect(needed.map(([argument]) => argument)).toContain(required)
    }
  })

  test('answers with at least the same keys', () => {
    const answered = outputSchema(ours?.tool.output as never) as Schema
    const missing = (wanted: Record<string, unknown>, schema: Schema, path: string): string[] =>
      Object.entries(wanted).flatMap(([key, value]) => {
        if (key === '__map__' || key.endsWith('?') || DROPPED.includes(key)) return []
        const found = schema.properties?.[key]
        if (found === undefined) return [path + key]
        const schemas = alternativesOf(itemsOf(found))
        const elements = elementsOf(value)
        // Where there is a choice, whatever we answer has to be one of those.
        return schemas.flatMap(schema =>
          fewest(elements.map(element => missing(element, schema, `${path}${key}[].`))),
        )
      })
    expect(missing(result, answered, '')).toEqual([])
  })
})

type Keys = Record<string, unknown>

/** The objects that a list may hold; `__array__` is a list that may be null, `__anyOf__` a choice. */
function elementsOf(value: unknown): Keys[] {
  const list = isKeys(value) ? value.__array__ : value
  const element: unknown = Array.isArray(list) ? list[0] : undefined
  if (!isKeys(element)) return []
  const choices: unknown = element.__anyOf__
  return Array.isArray(choices) ? choices.filter(isKeys) : [element]
}

function isKeys(value: unknown): value is Keys {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function itemsOf(schema: Schema): Schema {
  return alternativesOf(schema).find(({ items }) => items !== undefined)?.items ?? {}
}

function alternativesOf(schema: Schema): Schema[] {
  return schema.anyOf ?? [schema]
}

function fewest(lists: readonly string[][]): string[] {
  return lists.toSorted((one, other) => one.length - other.length)[0] ?? []
}
