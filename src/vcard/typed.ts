/** Mail addresses, phone numbers, postal addresses and links: values with types and labels. */
import { type ContentLine, type Parameter, parameterValues } from '../contentline/line.ts'
import { splitEscaped } from '../contentline/text.ts'
import { type Card, labelLine, linesOf } from './card.ts'
import { readPart, readParts, readText } from './value.ts'

/** The kinds, and the properties that hold them. */
export const TYPED = { emails: 'EMAIL', phones: 'TEL', addresses: 'ADR', urls: 'URL' } as const
export type TypedKind = keyof typeof TYPED

/** A value as it is shown. */
export interface TypedValue {
  /** Lower case, joined by commas: `home`, `work,cell`; `''` for none. */
  readonly type: string
  /** An address on one line. */
  readonly value: string
  /** What the user calls it, where that is not a type (Apple's X-ABLabel). */
  readonly label: string | null
  readonly preferred: boolean
  /** Of an address: post office box, extension, street, town, region, code, country. */
  readonly components: string[] | null
}

/** Types that say what every value of the kind is. */
const UNSAID: Record<TypedKind, readonly string[]> = {
  emails: ['internet'],
  phones: ['voice'],
  addresses: [],
  urls: [],
}

/** A value with the line it is in. */
export interface TypedLine {
  readonly line: ContentLine
  readonly shown: TypedValue
}

/** The values of a kind, in the order of the text; those that say nothing are left out. */
export function typedLines(card: Card, kind: TypedKind): TypedLine[] {
  const lines = linesOf(card, TYPED[kind])
  const ranks = lines.map(rankOf).filter(rank => rank !== undefined)
  const best = Math.min(...ranks)
  return lines.flatMap(line => {
    const components = kind === 'addresses' ? addressParts(card, line) : null
    const value = components === null ? plainValue(card, line, kind) : addressText(components)
    if (value === '') return []
    const label = labelLine(card, line)
    return [
      {
        line,
        shown: {
          type: typesOf(line, kind).join(','),
          value,
          label: label === undefined ? null : labelText(readText(label, card.version)),
          preferred: hasType(line, 'pref') || (ranks.length > 0 && rankOf(line) === best),
          components,
        },
      },
    ]
  })
}

/** The types of a line that say something, in lower case. */
export function typesOf(line: ContentLine, kind: TypedKind): string[] {
  const all = [...new Set(rawTypes(line).map(type => type.toLowerCase()))].filter(
    type => type !== 'pref' && type !== '' && !isEncoding(type),
  )
  return all.filter(type => !UNSAID[kind].includes(type))
}

/** Parameters with these types in place of those that are shown. */
export function withTypes(
  line: ContentLine,
  kind: TypedKind,
  types: readonly string[],
): Parameter[] {
  const shown = typesOf(line, kind)
  const hidden = rawTypes(line).filter(type => !shown.includes(type.toLowerCase()))
  const lower = types.map(type => type.toLowerCase())
  const values = [...types, ...hidden.filter(type => !lower.includes(type.toLowerCase()))]
  const others = line.parameters.filter(({ name }) => name !== 'TYPE')
  if (values.length === 0) return others
  return [{ name: 'TYPE', values }, ...others]
}

/** Parameters with or without the mark of the preferred value. */
export function withPreference(line: ContentLine, isPreferred: boolean, isFour: boolean) {
  const types = rawTypes(line).filter(type => type.toLowerCase() !== 'pref')
  const others = line.parameters.filter(({ name }) => name !== 'TYPE' && name !== 'PREF')
  const all = isPreferred && !isFour ? [...types, 'PREF'] : types
  return [
    ...(all.length === 0 ? [] : [{ name: 'TYPE', values: all }]),
    ...(isPreferred && isFour ? [{ name: 'PREF', values: ['1'] }] : []),
    ...others,
  ]
}

/** What two spellings of one value have in common. */
export function normal(kind: TypedKind, value: string): string {
  switch (kind) {
    case 'phones':
      return value.replace(/[^\p{L}\d+*#,;]/gu, '').toLowerCase() || value
    case 'urls':
      return value.trim().replace(/\/$/, '')
    default:
      return value.trim().replace(/\s+/g, ' ').toLowerCase()
  }
}

/** The seven parts of an address. */
export function addressParts(card: Card, line: ContentLine): string[] {
  const parts = splitEscaped(line.value, ';').map(part =>
    splitEscaped(part, ',')
      .map(each => readPart(line, each, card.version).trim())
      .filter(Boolean)
      .join(', '),
  )
  return Array.from({ length: 7 }, (_, at) => parts[at] ?? '')
}

/** An address on one line. */
export function addressText(parts: readonly string[]): string {
  const [box = '', extended = '', street = '', town = '', region = '', code = '', country = ''] =
    parts
  const place = [code, town].filter(Boolean).join(' ')
  return [box, extended, street, place, region, country]
    .map(part => part.replace(/\s*\n\s*/g, ', '))
    .filter(Boolean)
    .join(', ')
}

/** A label without what Apple puts around those it translates: `_$!<Mobile>!$_`. */
export function labelText(text: string): string {
  return /^_\$!<(.*)>!\$_$/s.exec(text.trim())?.[1] ?? text.trim()
}

function plainValue(card: Card, line: ContentLine, kind: TypedKind): string {
  const text =
    kind === 'phones' || kind === 'emails'
      ? readParts(line, card.version, ';').join(';')
      : readText(line, card.version)
  return text
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/^(?:tel|mailto):/i, '')
}

/** PREF of vCard 4: 1 to 100, the smallest is preferred. */
function rankOf(line: ContentLine): number | undefined {
  const rank = Number(parameterValues(line, 'PREF')[0])
  return Number.isInteger(rank) && rank >= 1 && rank <= 100 ? rank : undefined
}

/** `TYPE=HOME,WORK`, `TYPE="home,work"`, `TYPE=HOME;TYPE=WORK`, `;HOME;WORK`. */
function rawTypes(line: ContentLine): string[] {
  return parameterValues(line, 'TYPE')
    .flatMap(value => value.split(','))
    .map(type => type.trim())
    .filter(Boolean)
}

function hasType(line: ContentLine, wanted: string): boolean {
  return rawTypes(line).some(type => type.toLowerCase() === wanted)
}

function isEncoding(type: string): boolean {
  return /^(?:quoted-printable|base64|8bit|7bit)$/.test(type)
}
