/**
 * Where the values of a call come from. A value is justified where it is
 * - in the words of the person, or a day or time that they name,
 * - in what was looked at of an earlier answer,
 * - said by the schema of the argument or the description of the tool: one of its values, its
 *   default, a constant that it documents,
 * - inferred, with a reason.
 * A text of several words is traced word by word.
 */
import { daysNamed, timesNamed } from './days.ts'
import type { Described } from './surface.ts'
import type { Arguments } from './task.ts'
import { isLeaf, type Leaf } from './witness.ts'

/** What may be known when a call is made. */
export interface Known {
  readonly words: string
  /** What was looked at of earlier answers. */
  readonly seen: ReadonlySet<Leaf>
  readonly now: Date
  readonly infers: Readonly<Record<string, string>>
}

/** What is wrong with the values of a call: those from nowhere, and reasons that nothing needs. */
export function unjustified(
  args: Arguments,
  { description, properties }: Described,
  known: Known,
): string[] {
  const needless = Object.keys(known.infers).filter(
    name => strangers(args[name], [{ description }, properties[name]], known).length === 0,
  )
  const values = Object.entries(args)
    .filter(([name]) => known.infers[name] === undefined)
    .flatMap(([name, value]) =>
      strangers(value, [{ description }, properties[name]], known).map(
        stranger => `${name}: ${JSON.stringify(stranger)} is in no answer and in nobody's words`,
      ),
    )
  return [...values, ...needless.map(name => `${name}: the reason given for it is not needed`)]
}

function strangers(value: unknown, schema: unknown, known: Known): Leaf[] {
  if (value === undefined || value === null || typeof value === 'boolean') return []
  if (isLeaf(value)) return isJustified(value, schema, known) ? [] : [value]
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  return [...keys, ...Object.values(value)].flatMap(inner => strangers(inner, schema, known))
}

function isJustified(value: Leaf, schema: unknown, { words, seen, now }: Known): boolean {
  const constants = constantsOf(schema)
  // A time that was read tells a day and an hour.
  const read = [...seen].flatMap(leaf => [`${leaf}`, ...`${leaf}`.split(/(?<=\d)T(?=\d)/)])
  const texts = [words, ...read, ...constants]
  const text = String(value)
  if (text === '')
    return seen.has('') || constants.some(constant => constant === '' || constant.includes('""'))
  if (texts.some(other => holds(other, text))) return true
  const [, day = '', time] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::00)?)?$/.exec(text) ?? []
  const isDay = daysNamed(words, now).has(day) || [...seen].some(other => holds(`${other}`, day))
  if (isDay && (time === undefined || timesNamed(words).has(time))) return true
  if (timesNamed(words).has(text)) return true
  const pieces = text.match(/[\p{L}\p{N}]+/gu) ?? []
  return pieces.length > 1 && pieces.every(piece => texts.some(other => holds(other, piece)))
}

/** Whether a text is in another one as a whole, without regard to case. */
function holds(text: string, part: string): boolean {
  const [within, sought] = [text.toLowerCase(), part.toLowerCase()]
  if (sought === '') return false
  for (let at = within.indexOf(sought); at >= 0; at = within.indexOf(sought, at + 1)) {
    const before = within[at - 1] ?? ''
    const after = within[at + sought.length] ?? ''
    if (!isJoined(before, sought[0]) && !isJoined(sought.at(-1), after)) return true
  }
  return false
}

function isJoined(one = '', other = ''): boolean {
  return /[\p{L}\p{N}]/u.test(one) && /[\p{L}\p{N}]/u.test(other)
}

/** What a schema tells of the values it takes. */
function constantsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'enum' && Array.isArray(value)) return value.map(String)
    if (['default', 'const', 'description'].includes(key)) return [String(value)]
    if (key === 'properties') return [...Object.keys(value), ...constantsOf(value)]
    return constantsOf(value)
  })
}
