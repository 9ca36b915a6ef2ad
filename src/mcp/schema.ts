/** From a zod object to the JSON Schema that clients are sent: as small as it can be and still say all. */
import { z } from 'zod'

/** A JSON Schema (2020-12) of an object. */
export type ObjectSchema = {
  type: 'object'
  properties: Record<string, Record<string, unknown>>
  required?: string[]
}

/**
 * The input schema of a tool. Leaves out what says nothing: the dialect, the bounds of safe
 * integers, and `additionalProperties` (unknown arguments are refused with a better message than
 * a schema can give).
 */
export function inputSchema(input: z.ZodObject): ObjectSchema {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  return slim(schema) as ObjectSchema
}

/** A JSON Schema for the documentation of results. */
export function outputSchema(output: z.ZodType): Record<string, unknown> {
  return slim(z.toJSONSchema(output, { io: 'input', unrepresentable: 'any' })) as Record<
    string,
    unknown
  >
}

function slim(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(slim)
  if (node === null || typeof node !== 'object') return node
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'propertyNames' && isAnyString(value)) continue
    if (key === '$schema' || (key === 'additionalProperties' && !isSchemaObject(value))) continue
    if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) continue
    if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) continue
    // The names of properties are data, not keywords.
    kept[key] =
      key === 'properties'
        ? Object.fromEntries(Object.entries(value as object).map(([n, s]) => [n, slim(s)]))
        : key === 'default' || key === 'enum' || key === 'const'
          ? value
          : slim(value)
  }
  return kept
}

/** All keys of JSON objects are strings. */
function isAnyString(value: unknown): boolean {
  return JSON.stringify(value) === '{"type":"string"}'
}

function isSchemaObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
