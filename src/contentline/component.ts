/**
 * Components out of content lines: `BEGIN:VEVENT` to `END:VEVENT`. A tree that gives back the text
 * it was made of, and that is changed by making a new one around what stays.
 */
import { type ContentLine, lineEndOf, makeLine, type OtherText, parseLines } from './line.ts'

/** A component. */
export interface Component {
  readonly kind: 'component'
  /** Upper case: `VEVENT`, `VCARD`. */
  readonly name: string
  /** The line that begins it, and the one that ends it; empty where the text has none. */
  readonly begin: string
  readonly end: string
  readonly parts: readonly Part[]
}

/** What a component is made of, in the order of the text. */
export type Part = ContentLine | OtherText | Component

/** The components of a text, with what is around them. */
export function parseComponents(text: string): Part[] {
  const root: Part[] = []
  const open: { name: string; begin: string; parts: Part[]; into: Part[] }[] = []
  let into = root
  const close = (end: string) => {
    const ended = open.pop()
    if (ended === undefined) return
    const { name, begin, parts } = ended
    ended.into.push({ kind: 'component', name, begin, end, parts })
    into = ended.into
  }
  for (const line of parseLines(text)) {
    const isMark = line.kind === 'line' && line.group === undefined
    const name = isMark ? line.value.trim().toUpperCase() : ''
    if (isMark && line.name === 'BEGIN' && name !== '') {
      const parts: Part[] = []
      open.push({ name, begin: line.raw, parts, into })
      into = parts
    } else if (isMark && line.name === 'END' && open.some(each => each.name === name)) {
      // Whatever was left open inside ends here, without a line of its own.
      while (open.at(-1)?.name !== name) close('')
      close(line.raw)
    } else {
      into.push(line)
    }
  }
  while (open.length > 0) close('')
  return root
}

/** The text of parts; that they were parsed from, where nothing was changed. */
export function textOf(parts: readonly Part[]): string {
  return parts
    .map(part =>
      part.kind === 'component' ? part.begin + textOf(part.parts) + part.end : part.raw,
    )
    .join('')
}

/** An empty component. */
export function makeComponent(
  name: string,
  parts: readonly Part[] = [],
  lineEnd = '\r\n',
): Component {
  const upper = name.toUpperCase()
  const options = { lineEnd }
  return {
    kind: 'component',
    name: upper,
    begin: makeLine('BEGIN', upper, options).raw,
    end: makeLine('END', upper, options).raw,
    parts,
  }
}

/** Components of a name among parts, not those inside of others. */
export function componentsOf(parts: readonly Part[], name: string): Component[] {
  return parts.filter((part): part is Component => part.kind === 'component' && part.name === name)
}

/** The properties of a name, in the order of the text. */
export function properties({ parts }: Component, name: string): ContentLine[] {
  return parts.filter((part): part is ContentLine => part.kind === 'line' && part.name === name)
}

/** The first property of a name. */
export function property(component: Component, name: string): ContentLine | undefined {
  return component.parts.find(
    (part): part is ContentLine => part.kind === 'line' && part.name === name,
  )
}

/** The same component with one part in place of another; `undefined` takes it away. */
export function replacePart(
  component: Component,
  old: Part,
  replacement: Part | undefined,
): Component {
  if (old === replacement) return component
  const parts = component.parts.flatMap(part =>
    part === old ? (replacement === undefined ? [] : [replacement]) : [part],
  )
  return { ...component, parts }
}

/**
 * The same component with a further property: behind the last one of its name, else behind the last
 * property, before the components inside.
 */
export function addProperty(component: Component, line: ContentLine): Component {
  const { parts } = component
  const last = (matches: (part: Part) => boolean) => parts.findLastIndex(matches)
  const same = last(part => part.kind === 'line' && part.name === line.name)
  const inside = parts.findIndex(part => part.kind === 'component')
  const at = same >= 0 ? same + 1 : inside >= 0 ? inside : parts.length
  return { ...component, parts: [...parts.slice(0, at), line, ...parts.slice(at)] }
}

/** The same component without the properties of a name, or those of them that match. */
export function removeProperties(
  component: Component,
  name: string,
  matches: (line: ContentLine) => boolean = () => true,
): Component {
  const parts = component.parts.filter(
    part => !(part.kind === 'line' && part.name === name && matches(part)),
  )
  return parts.length === component.parts.length ? component : { ...component, parts }
}

/** The line end that a component is written with. */
export function lineEndIn({ begin }: Component): string {
  return lineEndOf(begin)
}
