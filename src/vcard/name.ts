/** N and FN (RFC 6350 6.2.1, 6.2.2): one name in two properties. */
import { type ContentLine, parameter, parameterValues } from '../contentline/line.ts'
import { splitEscaped } from '../contentline/text.ts'
import { badInput } from '../nextcloud/errors.ts'
import { type Card, insertLines, lineEnd, linesOf, replaceLine } from './card.ts'
import { keepPart, newLine, readParts, readText, rewrite, writeText } from './value.ts'

/** The parts of a name, in the order of N. */
export const NAME_PARTS = [
  'family_name',
  'given_name',
  'additional_names',
  'name_prefix',
  'name_suffix',
] as const
export type NamePart = (typeof NAME_PARTS)[number]
/** A name in its parts; `''` for those it has not. */
export type NameParts = Readonly<Record<NamePart, string>>

/** What a name is changed to; null takes a part away. */
export interface NameChange extends Partial<Record<NamePart, string | null | undefined>> {
  readonly fn?: string | null | undefined
}

/** The ways in which a name is put together; the first is how new ones are. */
const COMPOSED: readonly ((name: NameParts) => string)[] = [
  name => joined(name.name_prefix, name.given_name, name.additional_names, lastName(name)),
  name => joined(name.given_name, name.additional_names, name.family_name),
  name => joined(name.name_prefix, name.given_name, name.family_name),
  name => joined(name.given_name, name.family_name),
  name => joined(name.family_name, name.given_name),
  name => commas(name.family_name, joined(name.given_name, name.additional_names)),
  name => commas(name.family_name, name.given_name),
  // As names in Chinese and Japanese are written.
  name => name.family_name + name.given_name,
]

/** The line with the name to show: the preferred one, else the first. */
export function displayLine(card: Card): ContentLine | undefined {
  const lines = linesOf(card, 'FN')
  const isPreferred = (line: ContentLine) =>
    parameter(line, 'PREF') === '1' || parameterValues(line, 'TYPE').some(t => /^pref$/i.test(t))
  return lines.find(isPreferred) ?? lines[0]
}

/** The name to show, made from what there is where FN is missing. */
export function displayName(card: Card): string {
  const line = displayLine(card)
  const fn = line === undefined ? '' : readText(line, card.version).trim()
  if (fn !== '') return fn
  const name = namePartsOf(card)
  return name === undefined ? '' : composed(name)
}

/** The parts of N; undefined where there is none. */
export function namePartsOf(card: Card): NameParts | undefined {
  const [line] = linesOf(card, 'N')
  if (line === undefined) return undefined
  const parts = splitEscaped(line.value, ';').map(part =>
    readParts({ ...line, value: part }, card.version, ',')
      .map(text => text.trim())
      .filter(Boolean)
      .join(' '),
  )
  return Object.fromEntries(NAME_PARTS.map((part, at) => [part, parts[at] ?? ''])) as NameParts
}

/** The parts that a name to show is most likely made of: what is last is the family's. */
export function splitName(fn: string): NameParts {
  const text = fn.trim()
  const [family, given] = text.includes(',') ? text.split(/\s*,\s*/, 2) : []
  const words = text.split(/\s+/)
  const parts =
    family !== undefined && given
      ? { family_name: family, given_name: given }
      : words.length === 1
        ? { family_name: '', given_name: text }
        : { family_name: words.at(-1) ?? '', given_name: words.slice(0, -1).join(' ') }
  return { additional_names: '', name_prefix: '', name_suffix: '', ...parts }
}

/** The name in the usual order. */
export function composed(name: NameParts): string {
  return COMPOSED[0]?.(name) ?? ''
}

/**
 * The card with another name. A part changes that part of N, and FN where FN was made of the
 * parts; FN changes FN, and N where the two belonged together.
 * @throws CodedError `BAD_INPUT` where no name would be left
 */
export function changeName(card: Card, change: NameChange): Card {
  const given = NAME_PARTS.filter(part => change[part] !== undefined)
  if (change.fn === undefined && given.length === 0) return card
  const fn = change.fn === undefined ? undefined : (change.fn ?? '').trim()
  if (fn === '') throw badInput('fn: a contact cannot be without a name')
  const oldFn = displayName(card)
  const parts = namePartsOf(card)
  const old = parts ?? splitName(oldFn)
  const isSame = given.every(part => (change[part] ?? '').trim() === old[part])
  if (fn === undefined && parts !== undefined && isSame) return card
  const compose = COMPOSED.find(way => oldFn !== '' && way(old) === oldFn)
  const next = { ...old }
  for (const part of given) next[part] = (change[part] ?? '').trim()
  if (given.length === 0 && fn !== undefined && parts !== undefined && compose !== undefined) {
    if (fn !== oldFn) Object.assign(next, following(old, fn))
  }
  const hasN = given.length > 0 || parts !== undefined
  const named = hasN ? writeParts(card, old, next) : card
  const isMissing = displayLine(card) === undefined
  const own =
    compose !== undefined
      ? compose(next)
      : isMissing
        ? composed(next)
        : given.reduce((text, part) => replaced(text, old[part], next[part]), oldFn)
  // A name is needed (RFC 6350 6.2.1): taking the last part away leaves FN as it was.
  return writeDisplay(named, fn ?? (own || oldFn))
}

/** The text with a part of a name in place of another, where it is in it once, as whole words. */
function replaced(text: string, old: string, next: string): string {
  if (old === '' || next === '' || old === next) return text
  const pieces = ` ${text} `.split(` ${old} `)
  return pieces.length === 2 ? pieces.join(` ${next} `).trim() : text
}

/** N for a new name to show, with what both have in common left where it is. */
function following(old: NameParts, fn: string): Partial<NameParts> {
  const { given_name: given, family_name: family } = old
  if (given && family && fn.startsWith(`${given} `) && fn.endsWith(` ${family}`)) {
    return { additional_names: fn.slice(given.length, -family.length).trim() }
  }
  const empty = { additional_names: '', name_prefix: '', name_suffix: '' }
  if (given && fn.startsWith(`${given} `)) {
    return { ...empty, family_name: fn.slice(given.length).trim() }
  }
  if (family && fn.endsWith(` ${family}`)) {
    return { ...empty, given_name: fn.slice(0, -family.length).trim() }
  }
  return splitName(fn)
}

function writeParts(card: Card, old: NameParts, next: NameParts): Card {
  const { version } = card
  const [line] = linesOf(card, 'N')
  if (line === undefined) {
    const value = NAME_PARTS.map(part => writeText(next[part], version)).join(';')
    const made = newLine('N', value, version, { lineEnd: lineEnd(card) })
    return insertLines(card, [made], displayLine(card))
  }
  if (NAME_PARTS.every(part => next[part] === old[part])) return card
  const written = splitEscaped(line.value, ';')
  while (written.length < NAME_PARTS.length) written.push('')
  const value = written
    .map((part, at) => {
      const name = NAME_PARTS[at]
      const isNew = name !== undefined && next[name] !== old[name]
      if (isNew) return writeText(next[name], version)
      return keepPart(line, part, version)
    })
    .join(';')
  // How the old name was sorted or sounded says nothing about the new one, but it was not named.
  return replaceLine(card, line, rewrite(line, value, version))
}

function writeDisplay(card: Card, fn: string): Card {
  const line = displayLine(card)
  const { version } = card
  if (line === undefined) {
    if (fn === '') return card
    const made = newLine('FN', writeText(fn, version), version, { lineEnd: lineEnd(card) })
    return insertLines(card, [made], linesOf(card, 'N')[0] ?? linesOf(card, 'VERSION')[0])
  }
  if (readText(line, version).trim() === fn) return card
  return replaceLine(card, line, rewrite(line, writeText(fn, version), version))
}

function lastName({ family_name, name_suffix }: NameParts): string {
  return joined(family_name, name_suffix)
}

function joined(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ')
}

function commas(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(', ')
}
