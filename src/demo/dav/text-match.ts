import type { XmlElement } from '../xml.ts'
import { DavError } from './errors.ts'

const kinds = ['contains', 'equals', 'starts-with', 'ends-with'] as const

/** Makes a test out of a `text-match` element of CalDAV or CardDAV (RFC 6352 10.5.4). */
export function textMatch(
  { attributes, text }: XmlElement,
  defaultCollation: string,
  kindsCount = true,
): (value: string) => boolean {
  const collation = attributes.collation ?? defaultCollation
  const kind = kindsCount ? (attributes['match-type'] ?? 'contains') : 'contains'
  const fold = foldOf(collation)
  const found = kinds.find(name => name === kind)
  if (found === undefined) throw new DavError('BadRequest', `Unknown match-type: ${kind}`)
  const needle = fold(text)
  const negate = attributes['negate-condition'] === 'yes'
  return value => holds(found, fold(value), needle) !== negate
}

function foldOf(collation: string): (text: string) => string {
  switch (collation) {
    case 'i;octet':
      return text => text
    case 'i;ascii-casemap':
      return text => text.replace(/[a-z]/g, letter => letter.toUpperCase())
    case 'i;unicode-casemap':
      return text => text.toUpperCase()
  }
  throw new DavError('BadRequest', `Collation type: ${collation} is not supported`)
}

function holds(kind: (typeof kinds)[number], value: string, needle: string): boolean {
  switch (kind) {
    case 'contains':
      return value.includes(needle)
    case 'equals':
      return value === needle
    case 'starts-with':
      return value.startsWith(needle)
    case 'ends-with':
      return value.endsWith(needle)
  }
}
