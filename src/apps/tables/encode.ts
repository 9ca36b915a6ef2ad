/**
 * Values as the Tables app stores them, checked here because it says little: text for a number
 * becomes 0, an unknown option nothing, and a link loses what follows three letters of its domain.
 */
import { runInNewContext } from 'node:vm'
import { checkedWallOf } from '../../icalendar/wall.ts'
import { allowedPeople, kindOf, PEOPLE } from './columns.ts'
import type { ApiColumn, Option } from './shapes.ts'

/** What to send, or what is wrong. */
export type Encoded = { value: unknown } | { problem: string }

const PATTERN_LIMIT_MS = 50

/** A value for a cell of the column; null empties it where the column can be empty. */
export function encodeValue(column: ApiColumn, value: unknown): Encoded {
  const kind = kindOf(column)
  if (kind === undefined) return { problem: `is of the type "${column.type}", unknown here` }
  if (value === null || value === undefined || value === '') return encodeEmpty(column)
  switch (kind) {
    case 'text-line':
    case 'text-long':
    case 'text-rich':
      return encodeText(column, value)
    case 'text-link':
      return encodeLink(column, value)
    case 'number':
      return encodeNumber(column, value)
    case 'number-stars':
      return encodeWhole(value, 5)
    case 'number-progress':
      return encodeWhole(value, 100)
    case 'selection': {
      const option = optionFor(column.selectionOptions, value)
      return 'problem' in option ? option : { value: option.id }
    }
    case 'selection-multi':
      return encodeOptions(column.selectionOptions, value)
    case 'selection-check':
      return encodeCheck(value)
    case 'datetime':
      return encodeDatetime(value)
    case 'datetime-date':
      return isDate(value) ? { value } : not(value)
    case 'datetime-time': {
      const [, time] = /^((?:[01]\d|2[0-3]):[0-5]\d)(?::00)?$/.exec(textOf(value)) ?? []
      return time === undefined ? not(value) : { value: time }
    }
    case 'usergroup':
      return encodePeople(column, value)
  }
}

function encodeEmpty(column: ApiColumn): Encoded {
  if (column.mandatory) return { problem: 'is mandatory and cannot be empty' }
  switch (column.type) {
    case 'number':
      return { problem: 'cannot be emptied: Tables would keep 0' }
    case 'usergroup':
      return { value: [] }
    case 'selection':
      if (column.subtype === 'check') return { problem: 'is either true or false' }
      return { value: column.subtype === 'multi' ? [] : null }
    default:
      return { value: null }
  }
}

function not(value: unknown): Encoded {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return { problem: `does not take ${JSON.stringify(text.slice(0, 60))}` }
}

/** Objects have no text: theirs may even fail. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function encodeText(column: ApiColumn, value: unknown): Encoded {
  if (typeof value !== 'string' && typeof value !== 'number') return not(value)
  const text = String(value)
  const { textMaxLength, textAllowedPattern } = column
  const length = [...text].length
  if (textMaxLength !== null && length > textMaxLength) {
    return { problem: `is too long with ${length} characters` }
  }
  return textAllowedPattern && !matches(textAllowedPattern, text) ? not(text) : { value: text }
}

/** A pattern is other people's: it gets little time, and one that is none forbids nothing. */
function matches(pattern: string, text: string): boolean {
  try {
    return runInNewContext(
      'new RegExp(pattern, "u").test(text)',
      { pattern, text },
      { timeout: PATTERN_LIMIT_MS },
    )
  } catch {
    return true
  }
}

function encodeLink({ textAllowedPattern, textMaxLength }: ApiColumn, value: unknown): Encoded {
  const given: Record<string, unknown> =
    typeof value === 'object' ? { ...value } : (objectIn(value) ?? { url: value })
  const url = given.url ?? given.value ?? given.resourceUrl
  if (typeof url !== 'string' || !isWebAddress(url)) return not(value)
  const providers = (textAllowedPattern ?? '').split(',').filter(Boolean)
  const providerId = typeof given.providerId === 'string' ? given.providerId : 'url'
  if (providers.length > 0 && !providers.includes(providerId)) {
    return { problem: `takes links of these providers only: ${providers.join(', ')}` }
  }
  const title = typeof given.title === 'string' && given.title !== '' ? given.title : url
  // A provider that the column does not name would make Tables drop the link.
  const link = { title, value: url, ...(providers.length === 0 ? {} : { providerId }) }
  const text = JSON.stringify(link)
  if (textMaxLength !== null && text.length > textMaxLength) return { problem: 'is too long' }
  return { value: text }
}

/** A link as Tables stores it, in case it was read from there. */
function objectIn(value: unknown): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(textOf(value))
    return typeof found === 'object' && found !== null ? { ...found } : undefined
  } catch {
    return undefined
  }
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function numberIn(value: unknown): number | undefined {
  const isWritten =
    typeof value === 'string' && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value.trim())
  const number = isWritten ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function encodeNumber(
  { numberDecimals, numberMin, numberMax }: ApiColumn,
  value: unknown,
): Encoded {
  const number = numberIn(value)
  if (number === undefined) return not(value)
  const decimals = Math.min(numberDecimals ?? 0, 20)
  if (Number(number.toFixed(decimals)) !== number) return not(value)
  if (numberMin !== null && number < numberMin) return not(value)
  return numberMax !== null && number > numberMax ? not(value) : { value: number }
}

function encodeWhole(value: unknown, most: number): Encoded {
  const number = numberIn(value)
  const fits = number !== undefined && Number.isInteger(number) && number >= 0 && number <= most
  return fits ? { value: number } : not(value)
}

/** The option that a label or an id means. */
function optionFor(options: readonly Option[], value: unknown): Option | { problem: string } {
  const isId = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  const found = options.filter(({ id, label }) => label === value || (isId && id === Number(value)))
  const [only] = found.length > 0 ? found : options.filter(option => sameLabel(option, value))
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(', ')
    return { problem: `has several options "${value}"; use an id as a number: ${ids}` }
  }
  return only ?? { problem: `has no option ${JSON.stringify(value)}` }
}

function sameLabel({ label }: Option, value: unknown): boolean {
  return typeof value === 'string' && label.trim().toLowerCase() === value.trim().toLowerCase()
}

function encodeOptions(options: readonly Option[], value: unknown): Encoded {
  const isOne = options.some(({ label }) => label === value)
  const wanted = Array.isArray(value)
    ? value
    : typeof value === 'string' && !isOne
      ? value.split(',').map(label => label.trim())
      : [value]
  const ids = new Set<number>()
  const problems: string[] = []
  for (const one of wanted) {
    const option = optionFor(options, one)
    if ('problem' in option) problems.push(option.problem)
    else ids.add(option.id)
  }
  return problems.length > 0 ? { problem: problems.join(', ') } : { value: [...ids] }
}

const YES: readonly unknown[] = [true, 1, '1', 'true', 'yes']
const NO: readonly unknown[] = [false, 0, '0', 'false', 'no']

function encodeCheck(value: unknown): Encoded {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value
  if (YES.includes(word)) return { value: 'true' }
  return NO.includes(word) ? { value: 'false' } : not(value)
}

/** An offset is let pass, as Tables does: it keeps the time as it is written. */
function encodeDatetime(value: unknown): Encoded {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d)?$/.exec(
      textOf(value).trim(),
    ) ?? []
  return isDate(date) && time !== undefined ? { value: `${date} ${time}` } : not(value)
}

function isDate(value: unknown): value is string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(textOf(value)) ?? []
  const parts = { year: Number(year), month: Number(month), day: Number(day) }
  return day !== undefined && checkedWallOf(parts) !== undefined
}

function encodePeople(column: ApiColumn, value: unknown): Encoded {
  const wanted = Array.isArray(value) ? value : [value]
  if (wanted.length > 1 && !column.usergroupMultipleItems) return { problem: 'takes one only' }
  const allowed = allowedPeople(column)
  const people: { id: string; type: number }[] = []
  for (const one of wanted) {
    const { id, type = 'user' }: Record<string, unknown> =
      typeof one === 'object' ? { ...one } : { id: one }
    const name = typeof type === 'number' ? PEOPLE[type] : PEOPLE.find(known => known === type)
    if (typeof id !== 'string' || id === '' || name === undefined) return not(one)
    if (!allowed.includes(name)) return { problem: `does not take a ${name}` }
    people.push({ id, type: PEOPLE.indexOf(name) })
  }
  return { value: people }
}
