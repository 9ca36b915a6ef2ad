/** From what a model sent to arguments a tool can trust. */
import type { z } from 'zod'
import { closest } from '../config/closest.ts'
import { badInput } from '../nextcloud/errors.ts'
import { leadsTo, type TellerOf } from './leads.ts'
import type { ObjectSchema } from './schema.ts'

/**
 * Validates arguments. Forgives what models often get wrong and what has one meaning only: a
 * number or boolean written as a string, JSON in a string where a list or an object belongs, null
 * for an optional argument.
 * @param tellerOf the tool that tells the values of an argument, such as the ids of notes
 * @throws CodedError `BAD_INPUT` that names every wrong, missing and unknown argument
 */
export function parseArguments(
  input: z.ZodObject,
  schema: ObjectSchema,
  sent: unknown,
  tellerOf: TellerOf = () => undefined,
): Record<string, unknown> {
  const args = forgiven(schema, isRecord(sent) ? sent : {})
  const names = Object.keys(schema.properties)
  const unknown = Object.keys(args).filter(name => !Object.hasOwn(schema.properties, name))
  const broken = Object.keys(args).filter(name => !isWhole(args[name]))
  const parsed = input.safeParse(args)
  if (parsed.success && unknown.length + broken.length === 0) return parsed.data

  const problems = unknown.map(name => {
    const near = closest(name, names)
    return `${name}: unknown argument${near === undefined ? '' : `, did you mean ${near}?`}`
  })
  for (const name of broken) problems.push(`${name}: it contains half a surrogate pair`)
  const wrong = new Set<string>()
  for (const issue of parsed.error?.issues ?? []) {
    const argument = String(issue.path[0])
    wrong.add(argument)
    const path = issue.path.join('.')
    const missing = issue.path.length === 1 && !Object.hasOwn(args, argument)
    problems.push(missing ? `${path}: required argument is missing` : `${path}: ${issue.message}`)
  }
  throw badInput(
    `Invalid arguments: ${problems.join('; ')}`,
    names.length === 0
      ? 'This tool takes no arguments.'
      : `It takes: ${names.join(', ')}. ${leadsTo([...wrong], tellerOf)}`.trim(),
  )
}

function forgiven(schema: ObjectSchema, sent: Record<string, unknown>): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(sent)) {
    if (value === null && !schema.required?.includes(name)) continue
    const type = Object.hasOwn(schema.properties, name) ? schema.properties[name]?.type : undefined
    args[name] = typeof value === 'string' ? converted(value, type) : value
  }
  return args
}

function converted(value: string, type: unknown): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value
    case 'array':
    case 'object':
      try {
        return JSON.parse(value)
      } catch {
        return value
      }
    default:
      return value
  }
}

/** Half a character is no text: PHP takes a whole request with one in it for nothing at all. */
function isWhole(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWhole(inner))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
