/**
 * vCards (2.1, 3.0: RFC 2426, 4.0: RFC 6350) as text that is changed line by line: what nobody
 * names stays as it is, byte for byte.
 */
import {
  type Component,
  componentsOf,
  lineEndIn,
  type Part,
  parseComponents,
  properties,
  replacePart,
  textOf,
} from '../contentline/component.ts'
import type { ContentLine } from '../contentline/line.ts'

/** The versions in use; a card that names none is read as 3.0. */
export type Version = '2.1' | '3.0' | '4.0'

/** The first card of a text, with what is around it. */
export interface Card {
  readonly version: Version
  readonly component: Component
  readonly before: readonly Part[]
  readonly after: readonly Part[]
  /** A byte order mark, which some programs begin a text with. */
  readonly mark: string
}

/** The card in a text; undefined where there is none. */
export function parseCard(text: string): Card | undefined {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const parts = parseComponents(text.slice(mark.length))
  const [component] = componentsOf(parts, 'VCARD')
  if (component === undefined) return undefined
  const at = parts.indexOf(component)
  return {
    version: versionOf(component),
    component,
    before: parts.slice(0, at),
    after: parts.slice(at + 1),
    mark,
  }
}

/** The text of a card; that it was parsed from, where nothing was changed. */
export function cardText({ mark, before, component, after }: Card): string {
  return mark + textOf([...before, component, ...after])
}

/** The properties of a name, in the order of the text. */
export function linesOf(card: Card, name: string): ContentLine[] {
  return properties(card.component, name)
}

/** All properties, in the order of the text; not those of a card inside (2.1: AGENT). */
export function allLines({ component }: Card): ContentLine[] {
  return component.parts.filter((part): part is ContentLine => part.kind === 'line')
}

/** The line end that new lines of a card get. */
export function lineEnd({ component }: Card): string {
  return lineEndIn(component)
}

/** The card with another line in place of one; undefined takes it away. */
export function replaceLine(card: Card, old: ContentLine, line: ContentLine | undefined): Card {
  if (old === line) return card
  const component = replacePart(card.component, old, line)
  return component === card.component ? card : { ...card, component }
}

/**
 * The card with further lines: behind `after`, else behind the last line of the same name, else
 * behind the last property.
 */
export function insertLines(card: Card, lines: readonly ContentLine[], after?: Part): Card {
  const [first] = lines
  if (first === undefined) return card
  const { parts } = card.component
  const same = parts.findLastIndex(part => part.kind === 'line' && part.name === first.name)
  const last = parts.findLastIndex(part => part.kind === 'line')
  const at = endOfLine(parts, after !== undefined ? parts.indexOf(after) : same >= 0 ? same : last)
  const inserted = [...parts.slice(0, at + 1), ...lines, ...parts.slice(at + 1)]
  return { ...card, component: { ...card.component, parts: inserted } }
}

/** The card without a line, and without the label of its group where nothing else is in it. */
export function removeLine(card: Card, line: ContentLine): Card {
  const { parts } = card.component
  const at = parts.indexOf(line)
  const rest = [...parts.slice(0, at), ...parts.slice(endOfLine(parts, at) + 1)]
  const group = line.group?.toLowerCase()
  const inGroup = (part: Part): part is ContentLine =>
    part.kind === 'line' && group !== undefined && part.group?.toLowerCase() === group
  const isLeft = rest.some(part => inGroup(part) && !isLabel(part))
  const kept = isLeft ? rest : rest.filter(part => !(inGroup(part) && isLabel(part)))
  return { ...card, component: { ...card.component, parts: kept } }
}

/** The label that a line has in its group (Apple: `item1.X-ABLabel`). */
export function labelLine(card: Card, line: ContentLine): ContentLine | undefined {
  const group = line.group?.toLowerCase()
  if (group === undefined) return undefined
  return linesOf(card, 'X-ABLABEL').find(label => label.group?.toLowerCase() === group)
}

/** A group that no line of the card is in. */
export function newGroup(card: Card): string {
  const taken = new Set(allLines(card).map(({ group }) => group?.toLowerCase()))
  let number = 1
  while (taken.has(`item${number}`)) number++
  return `item${number}`
}

/**
 * The rest of a value that is continued without a fold: base64 of vCard 2.1, as some programs
 * write it. It belongs to the line before it.
 */
export function continuation(card: Card, line: ContentLine): string {
  const { parts } = card.component
  const at = parts.indexOf(line)
  return parts
    .slice(at + 1, endOfLine(parts, at) + 1)
    .map(part => (part.kind === 'other' ? part.raw.trim() : ''))
    .join('')
}

/** Whether the card ends where it should, so that it can be added to. */
export function isWhole({ component }: Card): boolean {
  return component.end !== '' && /[\r\n]$/.test(component.begin)
}

/** The last part that belongs to the line at a place. */
function endOfLine(parts: readonly Part[], at: number): number {
  const line = parts[at]
  if (line?.kind !== 'line' || !isBase64(line)) return at
  let end = at
  for (let next = parts[end + 1]; next?.kind === 'other'; next = parts[end + 1]) {
    if (!/^[A-Za-z0-9+/]+={0,2}[ \t]*(?:\r\n|\n|\r)?$/.test(next.raw)) break
    end++
  }
  return end
}

/** Whether a value is base64: `ENCODING=b`, `ENCODING=BASE64`, or a bare `BASE64` (2.1). */
export function isBase64({ parameters }: ContentLine): boolean {
  return parameters.some(
    ({ name, values }) =>
      (name === 'ENCODING' || name === 'TYPE') &&
      values.some(value => /^(?:base64|b)$/i.test(value) && (name === 'ENCODING' || value !== 'b')),
  )
}

function isLabel({ name }: ContentLine): boolean {
  return name === 'X-ABLABEL' || name === 'X-ABADR'
}

function versionOf(component: Component): Version {
  const version = properties(component, 'VERSION')[0]?.value.trim() ?? ''
  return version.startsWith('4') ? '4.0' : version.startsWith('2') ? '2.1' : '3.0'
}
